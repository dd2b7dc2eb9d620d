"""The documents say what is so: their tables are complete, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from sphinx.errors import ExtensionError

from fake_provider import FakeNexmo
from fake_provider.config import ACCOUNT_FIELDS, FILE_FIELDS
from fake_provider.conformance import SCENARIOS
from fake_provider.domain.webhook import GIVE_UP_SECONDS
from fake_provider.server.limits import DEFAULT_LIMITS
from fake_provider.sms.findings import TABLE
from fake_provider.sms.parse import DETAILS, TYPES
from fake_provider.sms.status import TEXTS
from fake_provider.steps import ACTION_FIELDS, CLOCK_FIELDS
from fake_provider.web.control.exposition import _Counted
from scripts.reference.extension import filled
from tests.documents import ROOT, anchors, blocks, documents, links


def text_of(document: str) -> str:
    """Return a document."""
    return (ROOT / "docs" / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", documents())
def test_links(document: str) -> None:
    """Links within the repository lead somewhere, to a file and to a heading of it, as the pages of a repository show them."""
    for target, anchor in links(document):
        assert target.exists(), target
        # What is made when the site is built has its headings there: tests/test_site.py.
        if anchor and "<!-- made:" not in target.read_text(encoding="utf-8"):
            assert anchor in anchors(target), f"{target} has no heading #{anchor}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_what_is_made_is_missed_by_nobody(page: Path) -> None:
    """Who reads the file and not the site is told where else to look, and of a page's first gap how to build the site."""
    text = page.read_text(encoding="utf-8")
    gaps = re.split(r"^<!-- made: .+ -->\n", text, flags=re.MULTILINE)[1:]
    told = [gap.partition("\n<!-- end -->\n")[0].strip() for gap in gaps]

    assert all(told)
    if page.parent.name == "reference" and told:
        assert "`make docs` builds it" in told[0]


def test_a_gap_without_an_end_is_an_error() -> None:
    """Else the site would lose what stands below it, or show what is not for it."""
    two = "<!-- made: statuses -->\n\nElsewhere.\n\n<!-- made: faults -->\n\nElsewhere.\n\n<!-- end -->\n"

    with pytest.raises(ExtensionError, match="end --> is missing"):
        filled(two, "one")


def test_every_status_is_listed() -> None:
    """With its text."""
    for code, text in TEXTS.items():
        assert f"| {code} | `{text.format(name='from', milliseconds=250)}` |" in text_of("sms.md")


@pytest.mark.parametrize(
    ("document", "names"),
    [
        pytest.param("sms.md", [field.name for field in FILE_FIELDS], id="settings"),
        pytest.param("sms.md", [*TABLE, "api-key-ignored"], id="findings"),
        pytest.param("sms.md", [*TYPES, *DETAILS, "client-ref", "account-ref"], id="parameters"),
        pytest.param(
            "outcomes.md", [field.name for field in (*ACTION_FIELDS, *CLOCK_FIELDS)], id="faults-and-clock"
        ),
        pytest.param("conformance.md", [scenario.name for scenario in SCENARIOS], id="scenarios"),
        pytest.param(
            "monitoring.md",
            [family.name for family in _Counted(FakeNexmo()._provider).collect()],
            id="metrics",
        ),
        pytest.param("../README.md", [field.name for field in ACCOUNT_FIELDS], id="members-of-an-account"),
    ],
)
def test_every_name_is_documented(document: str, names: list[str]) -> None:
    """What can be set, sent or found stands there."""
    text = text_of(document)

    assert [
        name
        for name in names
        if f"`{name}`" not in text
        and f'"{name}"' not in text
        and f"`{name}=" not in text
        and f"`{name}_" not in text
    ] == []


def test_the_limits() -> None:
    """They are those of the code."""
    limits, text = DEFAULT_LIMITS, text_of("deployment.md")

    for said in (
        f"{limits.connections:,}",
        f"{limits.header_bytes >> 10} KiB, within {limits.head_seconds:.0f} s",
        f"{limits.body_bytes >> 20} MiB, within {limits.body_seconds:.0f} s",
        f"{limits.body_bytes_per_second:.0f} bytes",
        f"| {limits.idle_seconds:.0f} s |",
        f"| {limits.threads} |",
    ):
        assert said in text


def test_the_metrics_of_alerts() -> None:
    """There are such metrics."""
    (block,) = (block for block in blocks("docs/deployment.md") if block.text.startswith("groups:"))
    rules = yaml.safe_load(block.text)["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"\bfake_nexmo_\w+", rule["expr"])}

    assert len(named) == 3
    for name in named:
        assert f"`{name.removesuffix('_bucket')}`" in text_of("monitoring.md")


def test_how_long_it_is_tried() -> None:
    """The hours are those of the code."""
    for seconds in GIVE_UP_SECONDS.values():
        assert f" {seconds / 3600:.0f}" in text_of("outcomes.md")
