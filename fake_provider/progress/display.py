"""The changes in a terminal: colours on a terminal alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from .changes import Change, Changes, Kind
from .saved import Saved

_PIPE_COLUMNS = 120
_MOST_IDS = 12  # of clauses that were not checked for one reason: a run of one module leaves out hundreds

STYLES: Mapping[Kind, str] = {
    Kind.BROKE: "bold red",
    Kind.MENDED: "green",
    Kind.STILL_BROKEN: "red",
    Kind.NO_LONGER_CHECKED: "yellow",
    Kind.NEWLY_HELD: "green",
    Kind.GONE: "dim",
}
_ONE_BY_ONE = (Kind.BROKE, Kind.MENDED, Kind.STILL_BROKEN)


def show(found: Changes, stream: TextIO) -> None:
    """Write both runs, each clause that broke or was mended, the others by their reasons, and the sum."""
    console = Console(file=stream, highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_COLUMNS
    with console.capture() as captured:
        console.print(*_parts(found), sep="\n")
    # A table fills its columns with blanks, which nobody wants in a file.
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    stream.flush()


def _parts(found: Changes) -> Iterator[RenderableType]:
    yield Text(f"old  {_run(found.old)}")
    yield Text(f"new  {_run(found.new)}")
    old, new = _asked(found.old), _asked(found.new)
    if old != new:
        yield Text(f"The two runs asked different targets: {old}; and {new}.", style="yellow")
    if found.is_backwards:
        yield Text("The old run began after the new one: are the two the wrong way round?", style="yellow")
    if found.all:
        yield Text()
        yield _table(found)
    yield Text()
    yield _sum(found)


def _run(run: Saved) -> str:
    return f"{_asked(run)}, {printable(run.started_at)}"


def _asked(run: Saved) -> str:
    return printable(f"{run.target}, profile {run.profile or 'unknown'}")


def _table(found: Changes) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for kind in _ONE_BY_ONE:
        for change in found.of(kind):
            table.add_row(
                Text(kind.value, style=STYLES[kind]), Text(printable(change.clause.id)), _words(change)
            )
    for kind in Kind:
        if kind not in _ONE_BY_ONE:
            for reason, ones in _by_reason(found.of(kind)).items():
                words = f"{reason}: {_ids(ones)}" if reason else _ids(ones)
                table.add_row(Text(kind.value, style=STYLES[kind]), str(len(ones)), Text(printable(words)))
    return table


def _words(change: Change) -> Text:
    told = Text(printable(change.clause.says))
    if change.kind is Kind.BROKE and change.was is None:
        told.append(" (new in the contract)", style="dim")
    elif change.kind is Kind.BROKE:
        told.append(f" ({change.was.value} before)" if change.was else "", style="dim")
    if change.kind is not Kind.MENDED and change.clause.why:
        told.append(f"\n{printable(change.clause.why)}", style="dim")
    return told


def _by_reason(ones: Sequence[Change]) -> Mapping[str, Sequence[Change]]:
    found: dict[str, list[Change]] = {}
    for one in ones:
        reason = one.clause.why if one.kind is Kind.NO_LONGER_CHECKED else ""
        found.setdefault(reason, []).append(one)
    return found


def _ids(ones: Sequence[Change]) -> str:
    shown = ", ".join(one.clause.id for one in ones[:_MOST_IDS])
    more = len(ones) - _MOST_IDS
    return f"{shown} and {more} more" if more > 0 else shown


def _sum(found: Changes) -> Text:
    counts = [f"{len(ones)} {kind.value}" for kind in Kind if (ones := found.of(kind))]
    style = STYLES[Kind.BROKE if found.is_worse else Kind.MENDED]
    return Text(", ".join([*counts, f"{found.same} as before"]), style=style)


def printable(text: str) -> str:
    """Return *text* without what would move a terminal's cursor: a provider may have written it."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text
    )
