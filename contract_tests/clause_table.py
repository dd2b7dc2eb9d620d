"""The end of a run: a table of clauses by section, what is broken, and what was not checked and why."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from fake_provider.contract.counting import counted

from .verdicts import NOT_RUN, State, Verdict, Verdicts

WIDTH = 110
_MAX_TESTS = 3  # of a broken clause; the report has all
_LONGEST = 70  # characters of what was asked
_LONGEST_PUSHED = 400  # what is wrong with a webhook is in its query


def write_clauses(terminal: pytest.TerminalReporter, verdicts: Verdicts) -> None:
    """Write the table. Sections of which nothing was run are counted, and not listed."""
    columns = [state.value for state in State]
    terminal.write_line("")
    terminal.write_line(f"{'clauses':74}{columns[0]:>8}{columns[1]:>8}{columns[2]:>13}", bold=True)
    for section in verdicts.sections():
        ones = verdicts.of(section)
        if any(one.told for one in ones):
            _row(terminal, section.id, section.title, ones)
    _row(terminal, "all", "", verdicts.all)
    for verdict in verdicts.in_state(State.BROKEN):
        _broken(terminal, verdict)
    for reason, ids in verdicts.unchecked_by_reason().items():
        shown = counted(len(ids), "clause") if reason == NOT_RUN else ", ".join(ids)
        _wrapped(terminal, "not checked", f"{reason}: {shown}")
    if broken := verdicts.in_state(State.BROKEN):
        _wrapped(terminal, "broken", ", ".join(one.clause.id for one in broken))
        terminal.write_line(
            "explained    python -m fake_provider.contract shows all clauses, and what their sources are"
        )


def _wrapped(terminal: pytest.TerminalReporter, title: str, text: str) -> None:
    lines = textwrap.wrap(text, WIDTH - 13, break_on_hyphens=False)
    terminal.write_line(f"{title:13}{lines[0]}")
    for line in lines[1:]:
        terminal.write_line(f"{'':13}{line}")


def _row(terminal: pytest.TerminalReporter, name: str, title: str, ones: Sequence[Verdict]) -> None:
    held, broken, unchecked = (sum(one.state is state for one in ones) for state in State)
    terminal.write_line(
        f"{name:13}{textwrap.shorten(title, 60, placeholder=' …'):61}{held:8}{broken:8}{unchecked:13}",
        red=bool(broken),
        green=not broken and not unchecked,
    )


def _broken(terminal: pytest.TerminalReporter, verdict: Verdict) -> None:
    clause = verdict.clause
    terminal.write_line("")
    terminal.write_line(f"broken       {clause.id}: {clause.says}", red=True, bold=True)
    terminal.write_line(f"{'':13}{clause.certainty.value}: {clause.source}")
    failed = [one for one in verdict.told if one.outcome in ("failed", "error")]
    for one in failed[:_MAX_TESTS]:
        terminal.write_line(f"{'':13}{one.test}")
        terminal.write_line(f"{'':15}{summary(one.words)}")
        for exchange in one.exchanges[-1:]:
            terminal.write_line(
                f"{'':15}last {'pushed' if exchange['pushed'] else 'asked'}: {asked(exchange)}"
            )
    if len(failed) > _MAX_TESTS:
        terminal.write_line(f"{'':13}and {len(failed) - _MAX_TESTS} more")


def asked(exchange: Mapping[str, Any]) -> str:
    """Return one line of an exchange."""
    status = exchange["status"]
    said = "was not answered" if status is None else f"answered {status} {exchange['reason']}".rstrip()
    shown = "".join(c if c.isprintable() else "?" for c in f"{exchange['method']} {exchange['url']}")
    longest = _LONGEST_PUSHED if exchange["pushed"] else _LONGEST
    return f"{shown if len(shown) <= longest else f'{shown[:longest]}…'} {said}"


def summary(words: str) -> str:
    """Return the line of a failure that says most: the first that pytest marks as the error."""
    marked = [line[1:].strip() for line in words.splitlines() if line.startswith("E ")]
    lines = marked or [line.strip() for line in words.splitlines() if line.strip()] or [""]
    return textwrap.shorten(lines[0], WIDTH - 15, placeholder=" …")
