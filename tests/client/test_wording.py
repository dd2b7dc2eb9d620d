"""Words from elsewhere, before they reach a terminal."""

from __future__ import annotations

import pytest

from client.wording import joined, printable


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("Bad Credentials", "Bad Credentials", id="plain-words-stay"),
        pytest.param("a\r\nb\tc", "a b c", id="one-line"),
        pytest.param("\x1b[31mred\x07", "[31mred", id="no-terminal-escapes"),
        pytest.param("\u202eabc", "abc", id="no-change-of-direction"),
        pytest.param("日本語 ü", "日本語 ü", id="any-alphabet"),
        pytest.param("x" * 301, "x" * 300 + "…", id="no-book"),
    ],
)
def test_what_a_terminal_would_obey_is_left_out(words: str, expected: str) -> None:
    """printable() gives one short line of visible characters."""
    assert printable(words) == expected


def test_only_words_that_say_something_are_joined() -> None:
    """joined() skips what is None, empty or blank."""
    assert joined(": ", "token_revoked", None, "", "  ", "log in again") == "token_revoked: log in again"
