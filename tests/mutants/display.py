"""What ``python -m tests.mutants`` shows: progress while it runs, then a table; colours on a terminal only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .mutant import Mutant
from .outcomes import Trial

_MOST_CLAUSES = 6  # are named in a row; the rest are counted
_PLAIN_WIDTH = 160


def console() -> Console:
    """Return where it is shown; in a pipe, wide enough that no row is broken."""
    shown = Console(highlight=False)
    return shown if shown.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)


@dataclass(slots=True)
class Display:
    """The run as somebody sees it who waits for it."""

    console: Console
    mutants: Mapping[str, Mutant]
    total: int
    seen: int = field(default=0, init=False)

    def problem(self, trial: Trial) -> str | None:
        """Say what is wrong with a trial."""
        return trial.problem(self.mutants[trial.name].clauses if trial.name else ())

    def told(self, trial: Trial) -> None:
        """Show that one more has ended."""
        self.seen += 1
        problem = self.problem(trial)
        style = "bold red" if problem else "green"
        word = problem or (f"caught by {_tests(len(trial.caught))}" if trial.name else "passes, as it has to")
        count = f"{self.seen:{len(str(self.total))}}/{self.total}"
        name = trial.name or "(no mutant)"
        self.console.print(f"{count}  {name:36} [{style}]{escape(word)}[/]", soft_wrap=True)

    def table(self, trials: Sequence[Trial]) -> None:
        """Show by which clauses each was caught."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("mutant", no_wrap=True)
        table.add_column("caught by")
        table.add_column("tests", justify="right")
        table.add_column("seconds", justify="right")
        for trial in sorted(trials, key=lambda one: list(self.mutants).index(one.name) if one.name else -1):
            problem = self.problem(trial)
            by = f"[bold red]{escape(problem)}[/]" if problem else escape(_clauses(trial))
            table.add_row(
                trial.name or "(no mutant)", by, f"{len(trial.caught)} of {trial.ran}", f"{trial.seconds:.1f}"
            )
        self.console.print()
        self.console.print(table)

    def summary(self, trials: Sequence[Trial], seconds: float) -> None:
        """Show the figures."""
        mutants = [trial for trial in trials if trial.name]
        wrong = [trial for trial in trials if self.problem(trial)]
        self.console.print()
        for trial in wrong:
            self.console.print(
                f"[bold red]{trial.name or '(no mutant)'}[/]: {escape(self.problem(trial) or '')}",
                soft_wrap=True,
            )
            if trial.name:
                self.console.print(f"    {escape(self.mutants[trial.name].mistake)}", soft_wrap=True)
        caught = sum(bool(trial.caught) for trial in mutants)
        crashes = sum(len(trial.crashed) for trial in trials)
        style = "bold red" if wrong else "bold green"
        text = f"{caught} of {len(mutants)} mutants caught, {crashes} tests crashed, {seconds:.0f} s"
        self.console.print(f"[{style}]{text}[/]")


def _clauses(trial: Trial) -> str:
    if trial.name is None:
        return "nothing, as it has to be"
    counts = trial.clauses.most_common()
    shown = [f"{clause} ×{count}" if count > 1 else clause for clause, count in counts[:_MOST_CLAUSES]]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f", and {more} more" if more > 0 else "")


def _tests(count: int) -> str:
    return "1 test" if count == 1 else f"{count} tests"
