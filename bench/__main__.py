"""``make bench``: measures all parts in one run, and writes docs/benchmarks.md with its picture."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import candidates, costs, growth, in_process, machine, plot, scaling, start, throughput, workshop
from bench.context import Context, Part, Progress
from bench.errors import CannotMeasure
from bench.report import Report, Section

_DOCS = workshop.ROOT / "docs"

PARTS: Sequence[Part] = (
    Part(name="throughput", title="One signed SMS over HTTP", run=throughput.run, needs_peers=True),
    Part(name="start", title="Start", run=start.run, needs_peers=True),
    Part(name="growth", title="Growth", run=growth.run),
    Part(name="scaling", title="Scaling", run=scaling.run),
    Part(name="in-process", title="In process", run=in_process.run),
    Part(name="servers", title="Servers that might have been taken", run=candidates.run, needs_peers=True),
    Part(name="costs", title="Single things", run=costs.run),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print what was found, and write it."""
    options = _parser().parse_args(argv)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users keep it: what is started is to find it
    say = Progress()
    parts = [part for part in PARTS if part.name in options.only]
    began = machine.now()
    described = machine.described(began)
    problems = workshop.prepare(say) if any(part.needs_peers for part in parts) else []
    with tempfile.TemporaryDirectory() as folder:
        sections = [
            section
            for part in parts
            for section in _measured(
                part, Context(quick=options.quick, say=say.of(part.name), folder=Path(folder))
            )
        ]
    is_whole = not options.quick and len(parts) == len(PARTS)
    remarks = [f"Measured in part: {', '.join(part.name for part in parts)}."] * (len(parts) < len(PARTS))
    remarks += ["A smoke test: its windows are too short for its figures to mean anything."] * options.quick
    report = Report(
        machine=described,
        versions=machine.versions(),
        sections=sections,
        remark=" ".join([*remarks, *(f"{problem}." for problem in problems)]),
    )
    path = write(report, options.output or (_DOCS if is_whole else workshop.FOLDER / "report"))
    print(path.read_text(encoding="utf-8"))
    say(f"written: {path}")
    return 0


def write(report: Report, folder: Path) -> Path:
    """Write a report into *folder*, and its picture, if there is something to be seen; return the document."""
    picture = folder / "images" / "benchmarks.svg"
    if report.charts:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(plot.svg(report.charts), encoding="utf-8")
    path = folder / "benchmarks.md"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(report.markdown(picture="images/benchmarks.svg"), encoding="utf-8")
    return path


def _measured(part: Part, context: Context) -> Sequence[Section]:
    try:
        return part.run(context)
    except CannotMeasure as error:
        context.say(f"not measured: {error}")
        return [Section(title=part.title, notes=[f"not measured: {error}"])]


def _parser() -> argparse.ArgumentParser:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the fake beside its peers, in one run, and write docs/benchmarks.md.",
        epilog="example: python -m bench --only throughput,start --quick",
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=names,
        metavar="PARTS",
        help=f"some of {', '.join(names)}, with commas between them; the report goes to .bench/report then",
    )
    parser.add_argument("--quick", action="store_true", help="short windows, to see that everything works")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where the report goes, in place of docs"
    )
    return parser


def _names(text: str) -> list[str]:
    known = [part.name for part in PARTS]
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is no part; there are {', '.join(known)}")
    return names


def _end(number: int, _: object) -> None:
    """End as by an error, so that what was started is stopped."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    sys.exit(main())
