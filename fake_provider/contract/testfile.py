"""One recorded test as a text, to be read, reviewed and compared; ``parsing`` is the way back.

``>`` begins a line of a request and ``<`` one of an answer; an empty one stands between headers and body. A body is its lines
joined by line ends, nothing added. A line that an editor would not leave alone is written as a JSON text, behind a
``"``.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from .exchange import (
    Answer,
    Decision,
    Exchange,
    Headers,
    Receiving,
    RecordedTest,
    Request,
    Step,
    Webhook,
)

SUFFIX = ".txt"
_LONGEST_NAME = 110
_PLAIN = re.compile(
    r"(?:[^\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]*[^\x00-\x20\x7f\x85\xa0\u2028\u2029\ud800-\udfff])?"
)


def path_of(test: str) -> Path:
    """Return where a test is, below the folder: a name that every file system takes, and no two share."""
    module, _, name = test.partition("::")
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")
    if plain != name or len(plain) > _LONGEST_NAME:
        plain = f"{plain[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return Path(re.sub(r"[^A-Za-z0-9_-]+", "-", module.removesuffix(".py")), f"{plain}{SUFFIX}")


def text_of(test: RecordedTest) -> str:
    """Return the file of *test*."""
    lines = [
        f"test: {_coded(test.test)}",
        f"clauses: {' '.join(test.clauses)}".rstrip(),
        f"outcome: {test.outcome}",
    ]
    if test.reason:
        lines.append(f"reason: {_coded(test.reason)}")
    lines += [f"unusual: {name} {shown}" for name, shown in test.unusual]
    for number, step in enumerate(test.steps, 1):
        lines += ["", *_step_lines(number, step)]
    return "\n".join(lines) + "\n"


def _step_lines(number: int, step: Step) -> list[str]:
    if isinstance(step, Exchange):
        lines = [f"--- {number} exchange", *([f"signed: {step.signed}"] if step.signed else [])]
        return lines + _both_lines(step.request, step.answer)
    if isinstance(step, Webhook):
        lines = [f"--- {number} webhook", *([f"silent: {step.silent}"] if step.silent else [])]
        return lines + _both_lines(step.request, step.answer)
    if isinstance(step, Receiving):
        return [f"--- {number} receiver", json.dumps({"receiver": step.receiver, "event": step.event})]
    if isinstance(step, Decision):
        members = {
            "decision": step.decision,
            "token": step.token,
            "verifier": step.verifier,
            "redirect_url": step.redirect_url,
        }
        return [f"--- {number} decision", json.dumps(members)]
    return [f"--- {number} access", json.dumps({"token": step.token, "secret": step.secret})]


def _both_lines(request: Request, answer: Answer) -> list[str]:
    return [
        *_message_lines(">", f"{request.method} {request.url}", request.headers, request.body),
        *_message_lines("<", f"{answer.status} {answer.reason}".rstrip(), answer.headers, answer.body),
    ]


def _message_lines(mark: str, first: str, headers: Headers, body: str) -> list[str]:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines += ["", *body.split("\n")]
    return [
        f"{mark} {coded}" if (coded := _coded(line)) and coded[0] != '"' else mark + coded for line in lines
    ]


def _coded(line: str) -> str:
    # A line that begins with a quote would be taken for a coded one.
    return line if _PLAIN.fullmatch(line) and not line.startswith('"') else json.dumps(line)
