"""What a run has found, as values, and as Markdown; nothing in here knows how it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under a header; the first columns are words, the others figures."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1  # columns

    def markdown(self) -> str:
        """Return it as a Markdown table, figures to the right."""
        marks = ["---" if column < self.words else "---:" for column in range(len(self.header))]
        lines = [self.header, marks, *self.rows]
        return "\n".join(f"| {' | '.join(map(_in_a_cell, line))} |" for line in lines)


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; ``text`` is its figure with the unit, as it is read."""

    label: str
    value: float
    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars from zero, all in one unit."""

    title: str
    better: str  # "more is better" or "less is better"
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part has found."""

    title: str
    text: str = ""  # what is compared, and what is not
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = ()  # what was not measured, or is to be taken with care

    def markdown(self) -> str:
        """Return it under a heading."""
        notes = "\n".join(f"- {note}" for note in self.notes)
        blocks = [f"## {self.title}", self.text, *(table.markdown() for table in self.tables), notes]
        return "\n\n".join(block for block in blocks if block)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run."""

    machine: Table
    sections: Sequence[Section]
    remark: str = ""  # what is unusual about this run
    versions: Table | None = None

    @property
    def charts(self) -> Sequence[Chart]:
        """All charts of all sections."""
        return [chart for section in self.sections for chart in section.charts if chart.bars]

    def markdown(self, *, picture: str) -> str:
        """Return the document; *picture* is where its charts stand, seen from there."""
        blocks = [
            "# Benchmarks",
            _PREFACE,
            self.remark,
            f"![{'; '.join(chart.title for chart in self.charts)}]({picture})" if self.charts else "",
            *(section.markdown() for section in self.sections),
            "## The machine, and who was measured",
            self.machine.markdown(),
            self.versions.markdown() if self.versions else "",
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"


_PREFACE = """\
Written by `make bench`; every figure is of one run, on the machine described below. Change the program, not this file."""


def goal(what: str, *, measured: str, reached: bool | None) -> Sequence[str]:
    """Return a row of a table of what is wanted; *reached* is None where this run cannot tell."""
    return (
        what,
        measured,
        {True: "yes", False: "**no**", None: "no telling: others used the cores"}[reached],
    )


def goals(rows: Sequence[Sequence[str]]) -> Table:
    """Return the table of what is wanted; its rows are made by ``goal``."""
    return Table(header=("wanted", "measured", "reached"), rows=rows, words=3)


def milliseconds(seconds: float) -> str:
    """Return a time that is easily compared: 3 digits that count."""
    value = seconds * 1000
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"


def microseconds(seconds: float) -> str:
    """Return a time in µs."""
    return f"{seconds * 1e6:,.0f} µs"


def megabytes(octets: float) -> str:
    """Return a size in millions of bytes."""
    return f"{octets / 1e6:,.0f} MB" if octets >= 10e6 else f"{octets / 1e6:.1f} MB"
