"""The documentation site: built without a warning, every link of it leads somewhere, and what a table knows is on its page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from fake_provider import config
from fake_provider.conformance import SCENARIOS
from fake_provider.oauth.catalogue import CATALOGUE
from fake_provider.oauth.doctor.words import WORDS
from fake_provider.sms import findings, magic
from fake_provider.sms.status import TEXTS
from fake_provider.steps import ACTION_FIELDS, FAULT_FIELDS, MATCH_FIELDS
from fake_provider.web.control.calls import CALLS
from scripts.reference.commands import all_parsers
from scripts.reference.examples import EXAMPLES
from scripts.reference.python_api import FIXTURES, HANDED_OUT, public
from tests.documents import ROOT, documents
from tests.site import build


@cache
def soup_of(page: Path) -> BeautifulSoup:
    """Return a page that was built."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def ids_of(page: Path) -> frozenset[str]:
    """Return where on a page a link may lead."""
    return frozenset(str(one["id"]) for one in soup_of(page).find_all(id=True))


def pages(site: Path) -> list[Path]:
    """Return all pages."""
    return sorted(site.rglob("*.html"))


def values(page: Path, name: str, attribute: str) -> list[str]:
    """Return one attribute of all elements of a kind."""
    return [str(one[attribute]) for one in soup_of(page).find_all(name) if one.has_attr(attribute)]


def text_of(site: Path, name: str) -> str:
    """Return the words of a page, without its navigation."""
    main = soup_of(site / f"{name}.html").find("article")
    assert isinstance(main, Tag)
    return " ".join(main.get_text().split())


def test_every_document_is_a_page(site: Path) -> None:
    """Those of docs/, the README and the changelog."""
    shown = {"README.md": "readme", "CHANGELOG.md": "changelog"}
    for document in documents():
        name = shown.get(document, document.removeprefix("docs/").removesuffix(".md"))
        assert (site / f"{name}.html").is_file(), document


def test_links(site: Path) -> None:
    """Links within the site lead to a page or a file that is there, and to something on that page."""
    for page in pages(site):
        for link in values(page, "a", "href"):
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.exists(), f"{page.name}: {link}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in ids_of(target), f"{page.name}: {link}"


def test_no_link_was_lost(site: Path) -> None:
    """What was to be one is one: Sphinx leaves the words where it has found nothing, and may say nothing."""
    for page in pages(site):
        lost = [
            one for one in soup_of(page).select(".xref.myst, .download.myst") if one.find_parent("a") is None
        ]
        assert [one.get_text() for one in lost] == [], page.name


def test_the_tree_has_every_page(site: Path) -> None:
    """Whoever looks at any page finds each of them at its side, but for the index and the search."""
    tree = soup_of(site / "index.html").find(class_="sidebar-tree")
    assert isinstance(tree, Tag)
    named = {str(link["href"]) for link in tree.find_all("a")}

    assert named == {str(page.relative_to(site)) for page in pages(site)} - {
        "genindex.html",
        "index.html",
        "py-modindex.html",
        "search.html",
    }


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("script", "src"),
        ("link", "href"),
        ("img", "src"),
        ("iframe", "src"),
        ("source", "src"),
        ("form", "action"),
    ],
)
def test_nothing_is_asked_of_anybody_else(name: str, attribute: str, site: Path) -> None:
    """No script, style, font, image or form of another site."""
    for page in pages(site):
        for value in values(page, name, attribute):
            assert not urlsplit(value).netloc, f"{page.name}: {value}"


def test_the_styles_ask_nothing_of_anybody_else(site: Path) -> None:
    """Nor do they import one, or a font."""
    for style in site.rglob("*.css"):
        for value in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", style.read_text(encoding="utf-8")):
            assert not urlsplit(value).netloc, f"{style.name}: {value}"


@pytest.mark.parametrize("left", ["<!-- made:", "<!-- end -->", "On the site only"])
def test_no_mark_is_left(site: Path, left: str) -> None:
    """Everything that is to be made was made, and nobody is sent from the site to it."""
    assert [page.name for page in pages(site) if left in page.read_text(encoding="utf-8")] == []


OF_TABLES: dict[str, tuple[str, Iterable[str]]] = {
    "commands": ("reference/commands", [parser.prog for parser in all_parsers()]),
    "options": (
        "reference/commands",
        sorted({name for one in all_parsers() for action in one._actions for name in action.option_strings}),
    ),
    "control-calls": ("reference/control-api", [f"{call.method} /_fake{call.path}" for call in CALLS]),
    "members-of-control-calls": (
        "reference/control-api",
        sorted({field.name for call in CALLS for field in (*(call.body or ()), *(call.query or ()))}),
    ),
    "settings": (
        "reference/settings",
        sorted(
            {
                field.name
                for fields in (
                    config.FILE_FIELDS,
                    config.ACCOUNT_FIELDS,
                    config.APP_FIELDS,
                    config.NUMBER_FIELDS,
                    config.REPLY_FIELDS,
                )
                for field in fields
            }
        ),
    ),
    "diagnoses": ("reference/findings", list(CATALOGUE)),
    "mistakes": ("reference/findings", list(WORDS)),
    "findings": ("reference/findings", list(findings.TABLE)),
    "scenarios": ("reference/findings", [one.name for one in SCENARIOS]),
    "magic-numbers": ("reference/magic-numbers", [row.pattern for row in magic.TABLE]),
    "statuses": (
        "reference/magic-numbers",
        [f"{status} {text.format(name='from', milliseconds=250)}" for status, text in TEXTS.items()],
    ),
    "faults": (
        "reference/magic-numbers",
        [field.name for field in (*ACTION_FIELDS, *FAULT_FIELDS, *MATCH_FIELDS)],
    ),
    "python": (
        "reference/python",
        [
            *public("fake_provider"),
            *public("client"),
            *public("fake_provider.conformance"),
            *public("fake_provider.contract"),
        ],
    ),
    "what-python-hands-out": (
        "reference/python",
        [path.rpartition(".")[2] for paths in HANDED_OUT.values() for path in paths],
    ),
    "fixtures": ("reference/python", FIXTURES),
}


@pytest.mark.parametrize("table", OF_TABLES)
def test_each_row_is_on_its_page(table: str, site: Path) -> None:
    """What a table knows can be read."""
    page, rows = OF_TABLES[table]
    text = text_of(site, page)

    assert list(rows) != []
    assert [row for row in rows if not re.search(rf"(?<![\w-]){re.escape(row)}(?![\w-])", text)] == []


@pytest.mark.parametrize("name", ["diagnoses", "mistakes", "findings"])
def test_each_code_has_an_address(name: str, site: Path) -> None:
    """A code can be linked to: ``findings.html#nonce-used``."""
    page, codes = OF_TABLES[name]

    assert [code for code in codes if soup_of(site / f"{page}.html").find(id=code) is None] == []


def test_each_control_call_has_an_example() -> None:
    """One each, and in the order of a story."""
    assert sorted(one.call for one in EXAMPLES) == sorted(call.name for call in CALLS)


def test_each_variable_is_listed(site: Path) -> None:
    """Whatever begins as ours do, in the code that reads it."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("fake_provider", "client", "contract_tests")
        for path in (ROOT / package).rglob("*.py")
    )
    named = set(re.findall(r"[\"']((?:FAKE_)?NEXMO_[A-Z_]+)[\"']", code))
    text = text_of(site, "reference/environment")

    assert len(named) > 10
    assert [name for name in sorted(named) if name not in text] == []


def test_the_examples_of_the_control_api_are_answers_that_were_given(site: Path) -> None:
    """Of one story: the receipt that was sent stands among the webhooks, at the time at which the clock stood."""
    text = text_of(site, "reference/control-api")

    assert '"advance_seconds": 259200' in text
    assert "2018-10-28T12:10:29" in text
    assert "annskey1" in text


def test_a_property_s_first_words_are_no_type(site: Path) -> None:
    """To napoleon what stands before a colon there is one: "Type: Whether it began so"."""
    fields = soup_of(site / "reference/python.html").select("dl.field-list > dt")

    assert len(fields) > 0
    assert [one.get_text() for one in fields if one.get_text().startswith("Type")] == []


def test_a_page_that_nobody_finds_is_an_error(tmp_path: Path) -> None:
    """A new page wants a place in the tree."""
    pages = tmp_path / "docs"
    shutil.copytree(ROOT / "docs/_static", pages / "_static")
    (pages / "index.md").write_text(
        "# All\n\n## Guides\n\n- [One](one.md): the only one.\n", encoding="utf-8"
    )
    (pages / "one.md").write_text(
        "# One\n\n<!-- made: statuses -->\n\nElsewhere.\n\n<!-- end -->\n", encoding="utf-8"
    )
    (pages / "lost.md").write_text("# Lost\n\nSee [nothing](nowhere.md).\n", encoding="utf-8")
    settings = (ROOT / "docs/conf.py").read_text(encoding="utf-8")
    at_home = settings.replace("Path(__file__).resolve().parent.parent", repr(str(ROOT)).join(("Path(", ")")))
    (pages / "conf.py").write_text(at_home, encoding="utf-8")

    with pytest.raises(AssertionError) as found:
        build(pages, tmp_path / "site")

    assert "lost.md: WARNING: document isn't included in any toctree" in str(found.value)
    assert "nowhere.md" in str(found.value)
    assert "one.md" not in str(found.value)
