"""The verdicts in a terminal, and the progress towards them: colours and a moving bar on a terminal alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from .checkup import Progress
from .report import Report, Result
from .run import Run
from .scenarios import Scenario
from .verdict import Verdict

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "bold red",
    Verdict.SKIPPED: "dim",
}
_PIPE_COLUMNS = 110


@contextmanager
def progress(stream: TextIO, total: int) -> Iterator[Progress]:
    """Show how many of *total* runs have ended, on a terminal only; gives what is to be told of each."""
    console = Console(file=stream)
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting …", total=total)

        def ended(scenario: Scenario, run: Run) -> None:
            label = f" ({run.setting.label})" if run.setting.label else ""
            bar.update(task, advance=1, description=escape(f"{scenario.name}{label}"))

        yield ended


def show(report: Report, stream: TextIO) -> None:
    """Write the table of verdicts, and beneath it what is to be changed."""
    console = Console(file=stream, highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_COLUMNS
    told = [_advice(result) for result in report.results if result.judgement.advice]
    with console.capture() as captured:
        console.print(_table(report), *told, _sum(report))
    # A table fills its columns with blanks, which nobody wants in a file.
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    stream.flush()


def _table(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for result in report.results:
        table.add_row(_verdict(result), Text(result.name), Text(_printable(result.judgement.seen)))
    return table


def _verdict(result: Result) -> Text:
    return Text(result.verdict.value, style=_STYLES[result.verdict])


def _advice(result: Result) -> Group:
    facts = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row(
        "rule",
        Text(f"{result.scenario.clause.says} ({result.scenario.clause.id}: {result.scenario.clause.source})"),
    )
    facts.add_row("seen", Text(_printable(result.judgement.seen)))
    facts.add_row("change", Text(_printable(result.judgement.advice), style="bold"))
    return Group(Text(), Text.assemble(_verdict(result), " ", result.name), Padding(facts, (0, 0, 0, 2)))


def _sum(report: Report) -> Text:
    counts = [f"{count} {word}" for word, count in report.summary.items() if count]
    style = _STYLES[Verdict.FAILED if report.has_failed else Verdict.PASSED]
    return Text.assemble("\n", (", ".join(counts), style), f" in {report.seconds:.1f} s")


def _printable(text: str) -> str:
    """Return *text* without what would move a terminal's cursor: a client may have written it."""
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text)
