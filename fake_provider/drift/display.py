"""The report in a terminal, and the progress towards it: colours and a moving bar on a terminal alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..contract.counting import counted
from .findings import Note
from .play import Played
from .report import Report

_PIPE_COLUMNS = 120
_MOST_NOTES = 12
_MOST_CALLS = 4
VERDICTS: Mapping[str, str] = {"differs": "bold red", "same": "green", "not compared": "dim"}


@contextmanager
def progress(stream: TextIO, total: int) -> Iterator[Callable[[Played], None]]:
    """Show how many of *total* tests were sent again, on a terminal only; gives what is to be told of each."""
    console = Console(file=stream)
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting …", total=total)

        def played(one: Played) -> None:
            bar.update(task, advance=1, description=escape(one.test.test.partition("::")[0]))

        yield played


def show(report: Report, stream: TextIO) -> None:
    """Write the table of sections, what differs with the clauses that forbid it, and the notes."""
    console = Console(file=stream, highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_COLUMNS
    with console.capture() as captured:
        console.print(*_parts(report), sep="\n")
    # A table fills its columns with blanks, which nobody wants in a file.
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    stream.flush()


def _parts(report: Report) -> Iterator[RenderableType]:
    against = _printable(report.index.against)
    yield Text(f"recorded  {against}, {report.index.recorded_on}, {counted(report.tests, 'test')}")
    yield Text(f"now       {_printable(report.against)}")
    if report.age:
        yield Text(report.age, style="bold yellow")
    yield Text()
    yield _sections(report)
    if report.broken:
        yield Text()
        yield _broken(report)
    if report.notes:
        yield Text("\nNo clause forbids these:", style="dim")
        yield _notes(report.noted)
    yield Text()
    for reason, count in sorted(report.not_compared.items()):
        yield Text(f"not compared: {counted(count, 'test')}: {_printable(reason)}", style="dim")
    yield _sum(report)


def _sections(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("section", no_wrap=True)
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right")
    table.add_column("about", overflow="fold")
    for section in report.sections:
        counts = [
            Text(
                str(section.counts.get(verdict, 0) or "·"),
                style=style if section.counts.get(verdict) else "dim",
            )
            for verdict, style in VERDICTS.items()
        ]
        table.add_row(Text(_printable(section.id)), *counts, section.title)
    return table


def _broken(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for group in report.groups:
        for result in group.leading:
            says = result.clause.says if result.clause else "(not in this catalogue)"
            table.add_row(Text(_printable(result.id), style=VERDICTS["differs"]), Text(says, style="bold"))
        for note in group.differences:
            table.add_row("", _line(note))
        if group.others:
            ids = _printable(", ".join(one.id for one in group.others))
            table.add_row("", Text(f"also found in tests of {ids}", style="dim"))
    return table


def _notes(notes: Sequence[Note]) -> Table:
    table = Table(box=None, padding=(0, 0, 0, 2), show_header=False)
    table.add_column(overflow="fold")
    for note in notes[:_MOST_NOTES]:
        table.add_row(_line(note))
    if len(notes) > _MOST_NOTES:
        table.add_row(Text(f"… and {len(notes) - _MOST_NOTES} more: --json and --html have all", style="dim"))
    return table


def _line(note: Note) -> Text:
    return Text(_printable(f"{note.difference}, in {_calls(note)}{_tests(note.tests)}"))


def _calls(note: Note) -> str:
    calls = ", ".join(note.calls[:_MOST_CALLS])
    more = len(note.calls) - _MOST_CALLS
    return f"{calls} and {more} more" if more > 0 else calls


def _tests(tests: Sequence[str]) -> str:
    return f" ({len(tests)} tests)" if len(tests) > 1 else ""


def _sum(report: Report) -> Text:
    if report.broken:
        style = VERDICTS["differs"]
    else:
        style = VERDICTS["same"] if report.compared else "yellow"
    return Text(f"{report.sum}: {report.verdict}", style=style)


def _printable(text: str) -> str:
    """Return *text* without what would move a terminal's cursor: a provider may have written it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
