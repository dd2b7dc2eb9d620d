"""The tree of errors."""

from __future__ import annotations

import inspect

import pytest

import client
from client import errors
from client.cli import EXIT_CODES
from client.errors import CredentialsRefused, NexmoError, SmsRefused

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, NexmoError) and kind is not NexmoError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_drawn_exported_and_has_one_exit_code(kind: type[NexmoError]) -> None:
    """A catcher finds each type in the package, in the drawn tree, and below exactly one branch."""
    assert getattr(client, kind.__name__) is kind
    assert kind.__name__ in (errors.__doc__ or "")
    assert sum(issubclass(kind, branch) for branch in EXIT_CODES) == 1


def test_a_message_is_one_printable_line() -> None:
    """What the service says reaches no terminal as it is."""
    error = CredentialsRefused(http_status=401, problem="x\x1b[2J", advice="a\nb", diagnosis="c\rd")

    assert str(error) == "the service refused the credentials: x [2J: a b (diagnosis: c d)"
    assert "\n" not in str(SmsRefused(status="9", text="a\nb", refused=()))


def test_a_refusal_without_a_word_names_its_http_status() -> None:
    """Where neither problem nor advice came, the status is all there is."""
    assert str(CredentialsRefused(http_status=403)) == "the service refused the credentials: HTTP 403"
