"""The benchmark works: its parts run, its report is Markdown, its picture SVG. Its figures are nobody's test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import wrk
from bench.__main__ import PARTS, write
from bench.errors import CannotMeasure
from bench.report import Bar, Chart, Report, Section, Table, goal, goals
from bench.running import Request, Running, free_port, running
from bench.signing import signer
from bench.targets import signed
from bench.windows import Window, figures
from tests.conftest import Served
from tests.documents import ROOT
from tests.programs import need

MACHINE = Table(header=("", "this run"), rows=[("cores", "2")], words=2)
CHART = Chart(
    title="Speed <of> all & everybody",
    better="more is better",
    bars=[Bar("fake & co", 2.0, '2 "units"', is_ours=True), Bar("<peer>", 0.0, "0")],
)


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark."""
    command = [sys.executable, "-m", "bench", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_part_is_measured_and_reported(tmp_path: Path) -> None:
    """A quick run of some parts writes a document with their tables, a picture, and what it was measured on."""
    done = bench("--quick", "--only", "in-process", "--output", str(tmp_path))
    document = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "| httpx, `intercept()` | respx | " in document
    assert "Measured in part: in-process. A smoke test" in document
    assert "| cores | " in document
    assert document in done.stdout


def test_an_unknown_part_is_refused_in_one_line() -> None:
    """Wrong use says what there is."""
    done = bench("--only", "throughput,nonsense")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        f"'nonsense' is no part; there are {', '.join(part.name for part in PARTS)}"
    )


def test_the_report_has_tables_notes_and_a_picture(tmp_path: Path) -> None:
    """Tables align their figures, cells cannot break them, and what was not measured is named."""
    section = Section(
        title="Speed",
        text="What is compared.",
        tables=[
            Table(header=("", "requests/s"), rows=[("a|b", "1")]),
            goals([goal("ahead", measured="1 against 2", reached=False)]),
        ],
        charts=[CHART],
        notes=["not measured: WireMock. java is missing"],
    )

    path = write(Report(machine=MACHINE, sections=[section]), tmp_path)

    document = path.read_text(encoding="utf-8")
    assert "| --- | ---: |\n| a\\|b | 1 |" in document
    assert "| ahead | 1 against 2 | **no** |" in document
    assert "- not measured: WireMock. java is missing" in document
    assert "](images/benchmarks.svg)" in document


def test_the_picture_is_svg(tmp_path: Path) -> None:
    """The picture is well-formed, names every bar with its figure, and has colours for dark pages too."""
    write(Report(machine=MACHINE, sections=[Section(title="Speed", charts=[CHART])]), tmp_path)
    svg = (tmp_path / "images" / "benchmarks.svg").read_text(encoding="utf-8")

    root = ElementTree.fromstring(svg)

    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [
        "Speed <of> all & everybody more is better",
        "fake & co",
        '2 "units"',
        "<peer>",
        "0",
    ]
    assert "prefers-color-scheme: dark" in svg


def test_without_bars_there_is_no_picture(tmp_path: Path) -> None:
    """Where nothing could be measured the document has no broken image."""
    path = write(Report(machine=MACHINE, sections=[Section(title="Speed", charts=[])]), tmp_path)

    assert "](" not in path.read_text(encoding="utf-8")
    assert not (tmp_path / "images").exists()


def _window(requests: int, *, others: float = 0.0) -> Window:
    seen = wrk.Seen(
        requests=requests,
        seconds=1.0,
        broken=0,
        refused=0,
        p50=0.001,
        p99=0.002,
        ran_out=False,
        own_cpu_seconds=0.1,
    )
    return Window(seen=seen, server_cpu_seconds=0.5, beside_cpu_seconds=0.0, others_cpu_seconds=others)


@pytest.mark.parametrize(
    ("windows", "rate", "disturbed"),
    [
        pytest.param(
            [_window(100), _window(300), _window(10, others=0.5)], 200, 1, id="of-the-quiet-windows"
        ),
        pytest.param([_window(100, others=0.2), _window(300, others=0.3)], 200, 2, id="of-all-if-none-is"),
    ],
)
def test_the_medians(windows: list[Window], rate: float, disturbed: int) -> None:
    """Medians leave out the windows in which others used the cores, where there are others."""
    found = figures(windows)

    assert (found.rate, found.disturbed) == (rate, disturbed)


def test_wrk_sends_each_signed_request_once(documented: Served, tmp_path: Path) -> None:
    """wrk says that the signed requests did not last, and all of them are accepted: none was sent twice."""
    need("wrk", package="wrk")
    server = Running(name="fake", port=documented.server.port, session=0, seconds_to_first_answer=0.0)
    with signer() as signing:
        target, _ = signed(server, signing, tmp_path)
        script = target.script(50)

    seen = wrk.load(server.url, script, seconds=1, connections=4)

    sent = [exchange for exchange in documented.fake.exchanges if exchange.request.path == "/sms/json"]
    assert [message.status for message in documented.fake.messages] == [0] * 50
    assert len(sent) == 50
    assert seen.ran_out
    assert (seen.broken, seen.refused) == (0, 0)


def test_a_server_that_does_not_start_is_named() -> None:
    """Whoever ends before the first answer is left out, with the last line that it said."""
    command = [sys.executable, "-c", "import sys; sys.exit('there is no such port')"]

    with (
        pytest.raises(CannotMeasure, match=r"^peer ended after .* s: there is no such port$"),
        running("peer", command, free_port(), Request(), "anything"),
    ):
        pass
