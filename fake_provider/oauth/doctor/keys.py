"""What a signature may have been made with instead of the two secrets: RFC 5849 section 3.4.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .case import Case
from .recipe import Encoding

Keys = Iterator[str]
_encode = Encoding()
_BLANKS = (" ", "\n", "\r\n", "\t")


@dataclass(frozen=True, slots=True)
class KeyHypothesis:
    """One mistake, and the keys that it leads to; one that is ``rare`` is not tried beside another mistake."""

    code: str
    keys: Callable[[Case], Keys]
    rare: bool = False


def joined(consumer_secret: str, token_secret: str) -> str:
    """Return the key as it should be."""
    return f"{_encode(consumer_secret)}&{_encode(token_secret)}"


def _without_token_secret(case: Case) -> Keys:
    if case.token_secret:
        yield joined(case.consumer_secret, "")


def _without_consumer_secret(case: Case) -> Keys:
    if case.token_secret:
        yield joined("", case.token_secret)


def _in_quotes(case: Case) -> Keys:
    for mark in ("'", '"'):
        consumer, token = f"{mark}{case.consumer_secret}{mark}", f"{mark}{case.token_secret}{mark}"
        yield joined(consumer, case.token_secret)
        yield joined(case.consumer_secret, token)
        yield joined(consumer, token)


def _without_ampersand(case: Case) -> Keys:
    yield _encode(case.consumer_secret) + _encode(case.token_secret)
    yield _encode(case.consumer_secret)
    if case.token_secret:
        yield _encode(case.token_secret)


def _of_another_token(case: Case) -> Keys:
    for secret in case.other_token_secrets:
        yield joined(case.consumer_secret, secret)


def _of_another_consumer(case: Case) -> Keys:
    for secret in case.other_consumer_secrets:
        yield joined(secret, case.token_secret)


def _public_in_its_place(case: Case) -> Keys:
    yield joined(case.consumer_key, case.token_secret)
    if case.token:
        yield joined(case.consumer_secret, case.token)
        yield joined(case.consumer_key, case.token)


def _swapped(case: Case) -> Keys:
    yield joined(case.token_secret, case.consumer_secret)


def _not_encoded(case: Case) -> Keys:
    yield f"{case.consumer_secret}&{case.token_secret}"
    yield f"{_encode(case.consumer_secret)}&{case.token_secret}"
    yield f"{case.consumer_secret}&{_encode(case.token_secret)}"


def _with_a_line_break(case: Case) -> Keys:
    consumer, token = case.consumer_secret, case.token_secret
    yield joined(consumer.strip(), token.strip())
    yield joined(f"{consumer}\n", token)
    yield joined(consumer, f"{token}\n")


def _with_blanks(case: Case) -> Keys:
    """The blank encoded like the rest of its secret, or not."""
    consumer, token = case.consumer_secret, case.token_secret
    for blank in _BLANKS:
        for written in (_encode(blank), blank):
            yield f"{_encode(consumer)}{written}&{_encode(token)}"
            yield f"{written}{_encode(consumer)}&{_encode(token)}"
            yield f"{_encode(consumer)}&{_encode(token)}{written}"
            yield f"{_encode(consumer)}&{written}{_encode(token)}"
            yield f"{_encode(consumer)}{written}&{_encode(token)}{written}"


HYPOTHESES: Sequence[KeyHypothesis] = (
    KeyHypothesis("token-secret-missing", _without_token_secret),
    KeyHypothesis("ampersand-missing", _without_ampersand),
    KeyHypothesis("wrong-token-secret", _of_another_token),
    KeyHypothesis("secrets-swapped", _swapped),
    KeyHypothesis("key-used-as-secret", _public_in_its_place),
    KeyHypothesis("secret-not-encoded", _not_encoded),
    KeyHypothesis("secret-has-whitespace", _with_a_line_break),
    KeyHypothesis("secret-has-whitespace", _with_blanks, rare=True),
    KeyHypothesis("consumer-secret-missing", _without_consumer_secret, rare=True),
    KeyHypothesis("secret-has-quotes", _in_quotes, rare=True),
    KeyHypothesis("wrong-consumer-secret", _of_another_consumer),
)
"""The most likely first."""
