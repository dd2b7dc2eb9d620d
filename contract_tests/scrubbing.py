"""Takes out of what a run shows whatever is nobody's business: secrets, tokens, signatures, the number of a person.

Wherever pytest may show it: a failure with its locals, captured output, a log that is written as it comes, a
warning, a report for machines. Beside a text itself its encodings are taken out, and what is left of it where pytest has
cut a long text short.

Not looked after: what a test prints while ``-s`` leaves the terminal to it, and the debugger of ``--pdb``.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

SECRET, TOKEN, NUMBER, SIGNATURE = "<secret>", "<token>", "<NEXMO_SMS_TO>", "<signature>"

_CUT = "..."  # what pytest writes in the middle of a long text, and … at its end
_LEAST_CUT = 4  # characters of a secret beside it: fewer say nothing
_LEAST_BASE64 = 6  # octets: what is shorter has no encoding that could be told from other text

# What is no secret of ours to know: a signature that was made for one request, whatever the form it is shown in.
_SIGNATURES = re.compile(
    r"""(oauth_signature(?!_method)(?:%3D|%253D|["']?\s*[=:,]\s*["']?|=\\?["']))[^\s"'&,\\)\]}<]+""",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Secrets:
    """Everything that a run has met and must not show, each with what is shown instead."""

    shown_as: dict[str, str] = field(default_factory=dict, repr=False)
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False)

    @property
    def known(self) -> frozenset[str]:
        """Return all texts that are taken out."""
        return frozenset(self.shown_as)

    def add(self, *texts: str, shown_as: str = SECRET) -> None:
        """Remember these; an empty one is no secret, and what is a secret stays one."""
        for text in filter(None, texts):
            if self.shown_as.get(text) != SECRET:
                self.shown_as[text] = shown_as

    def scrubbed(self, text: str) -> str:
        """Return *text* without any of them."""
        for secret in sorted(self.shown_as, key=len, reverse=True):
            instead = self.shown_as[secret]
            if secret not in self._patterns:
                self._patterns[secret] = _pattern(secret)
            text = _without_rests(self._patterns[secret].sub(instead, text), secret, instead)
        return _SIGNATURES.sub(rf"\g<1>{SIGNATURE}", text)


def _pattern(secret: str) -> re.Pattern[str]:
    """Return what finds *secret* however it is written, each of its characters for itself."""
    written = "".join(f"(?:{'|'.join(map(re.escape, _ways(character)))})" for character in secret)
    encoded = {form for one in (secret, quote(secret, safe="-._~")) for form in _in_base64(one.encode())}
    return re.compile("|".join([written, *map(re.escape, sorted(encoded, key=len, reverse=True))]))


def _ways(character: str) -> Sequence[str]:
    """Return how a character may be written, the longest way first."""
    if character.isascii() and character.isalnum():
        return [character]
    once = quote(character, safe="")
    encoded = {once, once.lower(), quote(once), quote(once).lower(), quote_plus(character)}
    escaped = {json.dumps(character)[1:-1], html.escape(character), f"\\{character}", repr(character)[1:-1]}
    return sorted({character, *encoded, *escaped}, key=len, reverse=True)


def _in_base64(octets: bytes) -> Iterator[str]:
    """Yield what base64 makes of *octets*, wherever in a longer text they begin: HTTP Basic has two in one."""
    if len(octets) < _LEAST_BASE64:
        return
    for before in range(3):
        text = base64.b64encode(bytes(before) + octets).decode()
        first = -(-before * 8 // 6)  # characters that depend on what stands before
        last = (before + len(octets)) * 8 // 6  # and from here on, on what follows
        yield text[first:last]
        yield text[first:last].translate(str.maketrans("+/", "-_"))


def _without_rests(text: str, secret: str, instead: str) -> str:
    """Take out what is left of *secret* beside the mark of a text that was cut."""
    for mark in (_CUT, "…"):
        position = text.find(mark)
        while position >= 0:
            after = position + len(mark)
            kept = next(
                (
                    n
                    for n in range(len(secret) - 1, _LEAST_CUT - 1, -1)
                    if text.endswith(secret[:n], 0, position)
                ),
                0,
            )
            rest = next(
                (
                    n
                    for n in range(len(secret) - 1, _LEAST_CUT - 1, -1)
                    if text.startswith(secret[-n:], after)
                ),
                0,
            )
            head = text[: position - kept] + (instead if kept else "") + mark
            text = head + (instead if rest else "") + text[after + rest :]
            position = text.find(mark, len(head))
    return text


# What pytest shows


@dataclass(frozen=True, slots=True)
class _Crash:
    """Where a test failed, and why in one line: what the short summary and a report for machines tell."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Failure:
    """A failure as text: of what pytest keeps of one, what it asks for."""

    text: str
    reprcrash: _Crash | None

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: Any) -> None:
        """Write it as pytest wants it written."""
        writer.line(self.text)


def scrub(report: pytest.TestReport | pytest.CollectReport, scrubbed: Callable[[str], str]) -> None:
    """Take out of *report* what must not be shown: its captured output, and why it failed or was skipped."""
    report.sections = [(name, scrubbed(text)) for name, text in report.sections]
    reason: Any = report.longrepr
    if isinstance(reason, tuple):
        path, line, text = reason
        report.longrepr = (path, line, scrubbed(text))
    elif reason is not None and scrubbed(text := str(reason)) != text:
        crash = getattr(reason, "reprcrash", None)
        told = _Crash(crash.path, crash.lineno, scrubbed(crash.message)) if crash is not None else None
        shown: Any = _Failure(scrubbed(text), told)
        report.longrepr = shown


@contextmanager
def scrubbed_log(scrubbed: Callable[[str], str]) -> Iterator[None]:
    """Take it out of every record of the log as it is made: whoever writes it, at once or to a file, has no other."""
    make = logging.getLogRecordFactory()

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  a record that cannot be written: logging says so by itself
            return record
        record.msg, record.args = scrubbed(message), None
        if record.exc_info:
            record.exc_text = scrubbed(logging.Formatter().formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(made)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
