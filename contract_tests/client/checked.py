"""Brings a scenario's verdict into the words of pytest."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Sequence

import pytest

from contract_tests.targets import client_checkup

OWN_COMMAND = (
    "{python} -m client login && "
    '{python} -m client send --to "$NEXMO_SMS_TO" --from "$NEXMO_SMS_FROM" -- "$NEXMO_SMS_TEXT"'
)
"""The client that comes with these tests; it is a program here, and not imported."""


class ClientWarning(UserWarning):
    """The client works, against a SHOULD or in the documented profile alone."""


def command_of(given: str | None) -> Sequence[str]:
    """Return the words of the command that was given, or of the client that comes with these tests."""
    if given is None:
        return ["sh", "-c", OWN_COMMAND.format(python=shlex.quote(sys.executable))]
    try:
        return shlex.split(given)
    except ValueError as error:
        raise pytest.UsageError(f"--client-command: {error}") from None


class Client:
    """A client's command, and the verdicts on it."""

    def __init__(self, command: Sequence[str], *, timeout_seconds: float) -> None:
        self._checkup = client_checkup(command, timeout_seconds=timeout_seconds)

    def conforms_in(self, scenario: str) -> None:
        """Fail, skip or warn as the verdict on this scenario wants it."""
        (verdict,) = self._checkup.report([scenario]).as_json()["scenarios"]
        rule = f"{verdict['rule']} ({verdict['clause']}: {verdict['source']})"
        match verdict["verdict"]:
            case "FAILED":
                told = [f"rule: {rule}", f"seen: {verdict['seen']}", f"what to change: {verdict['advice']}"]
                told += [f"asked: {line}" for run in verdict["runs"] for line in _told(run)]
                pytest.fail("\n".join(told), pytrace=False)
            case "SKIPPED":
                pytest.skip(verdict["seen"])
            case "WARNING":
                text = f"{scenario}: {verdict['seen']} {verdict['advice']}"
                warnings.warn(ClientWarning(text), stacklevel=2)


def _told(run: dict[str, object]) -> Sequence[str]:
    """Tell what a run asked, in one line each."""
    label = f"{run['label']}: " if run["label"] else ""
    exchanges = run["exchanges"]
    assert isinstance(exchanges, list)
    return [
        f"{label}{one['request']['method']} {one['request']['url']} -> {one['response']['status']}, {one['outcome']}"
        + (f" ({one['diagnosis']['code']})" if one["diagnosis"] else "")
        for one in exchanges
    ]
