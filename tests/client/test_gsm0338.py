"""Which texts need no Unicode."""

from __future__ import annotations

import pytest

from client.gsm0338 import fits


@pytest.mark.parametrize(
    "text", ["", "hello from Nexmo", "Déjà vu", "1 €\r\n", "[{~^|\\}]", "ΔΦΓΛΩΠΨΣΘΞ", "Ç¤§¿"]
)
def test_the_alphabet_and_its_extension_fit(text: str) -> None:
    """A text of GSM 03.38 characters fits."""
    assert fits(text)


@pytest.mark.parametrize("text", ["ç", "`", "\t", "’", "日本", "😀", "hello from “Nexmo”", "\x1b"])
def test_one_foreign_character_is_enough(text: str) -> None:
    """A text with a character that a GSM handset would show as a question mark does not fit."""
    assert not fits(text)
