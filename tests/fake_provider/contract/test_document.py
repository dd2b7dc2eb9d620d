"""docs/contract.md: made from the catalogue, and in step with it."""

from __future__ import annotations

from fake_provider.contract import catalogue
from fake_provider.contract.document import markdown
from tests.documents import ROOT


def test_the_page_is_what_the_catalogue_makes_of_it() -> None:
    """Otherwise: ``python -m fake_provider.contract > docs/contract.md``."""
    assert (ROOT / "docs" / "contract.md").read_text(encoding="utf-8") == markdown(catalogue())


def test_every_clause_has_a_row_that_can_be_linked_to() -> None:
    """A report leads to its clause, and the id is the address to pass on."""
    page = markdown(catalogue())
    anchors = {one.id: one.id.lower() for one in catalogue().clauses}

    assert [
        clause
        for clause, anchor in anchors.items()
        if f'| <a id="{anchor}" href="#{anchor}">{clause}</a> |' not in page
    ] == []


def test_what_markdown_would_take_for_its_own_is_kept() -> None:
    """Brackets, bars and stars of a sentence are shown as they are."""
    assert r"please wait \[ n \] and retry" in markdown(catalogue())
