"""The catalogue as a page of Markdown: ``python -m fake_provider.contract > docs/contract.md``."""

from __future__ import annotations

from collections.abc import Iterator

from .clause import Catalogue, Certainty, Clause, Party

_INTRODUCTION = """\
# The contract, clause by clause

<!-- Made from fake_provider/contract/clauses.toml by python -m fake_provider.contract; a test compares. -->

What can be seen from outside of a provider that is Nexmo, and of a client that conforms: {clauses} clauses in {sections} sections.
Each has an id that is never given to another, one sentence, its source, and how sure it is. The contract tests name the clauses
that they hold a provider against (`@pytest.mark.clause`), and each clause has a test; [`fake-nexmo check`](conformance.md) judges
clients by the clauses of the last section. Where a clause holds in one profile only, the profile is named.

| how sure | clauses | |
| --- | --- | --- |
{certainties}
"""

_MEANINGS = {
    Certainty.DOCUMENTED: "stated by a standard, or by Nexmo's own documents and published samples",
    Certainty.SEEN: "in a capture, or fixed by the source of a real client that sends or parses it",
    Certainty.INFERRED: "follows from the others; nobody states it",
}
_PARTIES = {Party.PROVIDER: "What a provider does", Party.CLIENT: "What a client does"}


def markdown(catalogue: Catalogue) -> str:
    """Return the page: a section for each of the catalogue's, a row for each clause, and what the sources are."""
    return "\n".join(_lines(catalogue)) + "\n"


def _lines(catalogue: Catalogue) -> Iterator[str]:
    counts = {one: sum(clause.certainty is one for clause in catalogue.clauses) for one in Certainty}
    yield _INTRODUCTION.format(
        clauses=len(catalogue.clauses),
        sections=len(catalogue.sections()),
        certainties="\n".join(f"| {one.value} | {counts[one]} | {_MEANINGS[one]} |" for one in Certainty),
    )
    for party, title in _PARTIES.items():
        yield f"## {title}\n"
        for section in (one for one in catalogue.sections() if one.party is party):
            yield f"### {section.id}: {_escaped(section.title)}\n"
            yield "| id | clause | source | how sure |\n| --- | --- | --- | --- |"
            yield from (_row(clause) for clause in catalogue.of(section))
            yield ""
    yield "## The sources\n"
    yield "| named | is |\n| --- | --- |"
    yield from (f"| {_escaped(name)} | {_escaped(meaning)} |" for name, meaning in catalogue.sources.items())


def _row(clause: Clause) -> str:
    profile = f" (profile {clause.profile} only)" if clause.profile else ""
    says = f"{_escaped(clause.says)}{profile}"
    anchor = clause.id.lower()
    return f'| <a id="{anchor}" href="#{anchor}">{clause.id}</a> | {says} | {_escaped(clause.source)} | {clause.certainty.value} |'


def _escaped(text: str) -> str:
    """Keep what Markdown would take for its own: bars, brackets, and stars."""
    for character in "|[]*<_":
        text = text.replace(character, f"\\{character}")
    return text
