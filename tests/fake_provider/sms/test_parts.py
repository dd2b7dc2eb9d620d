"""Where a text is cut: 3GPP TS 23.040 and TS 23.038."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_provider.sms.gsm0338 import BASIC, EXTENSION, foreign, septets
from fake_provider.sms.parts import GSM7, PORT_OCTETS, UCS2, Alphabet, MessageTooLong, length, split


def test_the_alphabet_is_complete() -> None:
    """TS 23.038 has 128 septets, one of them the escape; its extension table has 10 characters with form feed."""
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "alphabet", "lengths"),
    [
        pytest.param("", GSM7, [0], id="nothing-is-one-empty-part"),
        pytest.param("a" * 160, GSM7, [160], id="160-septets-fit-one-part"),
        pytest.param("a" * 161, GSM7, [153, 8], id="161-septets-make-room-for-the-UDH"),
        pytest.param("a" * 306, GSM7, [153, 153], id="306-are-two"),
        pytest.param("a" * 307, GSM7, [153, 153, 1], id="307-are-three"),
        pytest.param("€" * 80, GSM7, [80], id="80-extension-characters-are-160-septets"),
        pytest.param("€" * 81, GSM7, [76, 5], id="an-odd-septet-stays-empty"),
        pytest.param("a" * 152 + "€" + "a" * 10, GSM7, [152, 11], id="an-escape-pair-is-never-split"),
        pytest.param("ü" * 70, UCS2, [70], id="70-units-fit-one-part"),
        pytest.param("ü" * 71, UCS2, [67, 4], id="71-units-are-two"),
        pytest.param("😀" * 35, UCS2, [35], id="35-emoji-are-70-units"),
        pytest.param("😀" * 36, UCS2, [33, 3], id="a-surrogate-pair-is-never-split"),
        pytest.param("a" * 66 + "😀" + "a" * 3, UCS2, [66, 4], id="a-pair-across-the-boundary-moves"),
        pytest.param("a" * 151 + "€" + "a" * 10, GSM7, [152, 10], id="a-pair-before-the-boundary-stays"),
        pytest.param("a" * 159 + "€", GSM7, [153, 7], id="a-pair-at-the-end-makes-two-parts"),
        pytest.param("ï" * 161, GSM7, [153, 8], id="foreign-characters-are-one-septet-each"),
        pytest.param("a" * 133, PORT_OCTETS, [133], id="133-octets-fit-beside-a-port"),
        pytest.param(
            "a" * 127 + "ü" + "a" * 10, PORT_OCTETS, [127, 11], id="a-character-of-UTF-8-is-never-split"
        ),
        pytest.param("😀" * 40, PORT_OCTETS, [32, 8], id="32-emoji-are-128-octets"),
    ],
)
def test_part_boundaries(text: str, alphabet: Alphabet, lengths: list[int]) -> None:
    """split() cuts where a handset would, and loses nothing."""
    parts = split(text, alphabet)

    assert [len(part) for part in parts] == lengths
    assert "".join(parts) == text
    limit = alphabet.single if len(parts) == 1 else alphabet.several
    assert all(length(part, alphabet) <= limit for part in parts)


@pytest.mark.parametrize(("alphabet", "most"), [(GSM7, 255 * 153), (UCS2, 255 * 67)])
def test_a_message_has_at_most_255_parts(alphabet: Alphabet, most: int) -> None:
    """The header counts parts in one octet."""
    assert len(split("a" * most, alphabet)) == 255
    with pytest.raises(MessageTooLong):
        split("a" * (most + 1), alphabet)


def test_too_long_because_pairs_leave_gaps() -> None:
    """Pairs that may not be cut can make a text too long whose units would just fit."""
    with pytest.raises(MessageTooLong):
        split("€" * (255 * 153 // 2), GSM7)


def test_septets() -> None:
    """An extension character counts as two septets."""
    assert septets("abc") == 3
    assert septets("[€]") == 6


def test_foreign_characters() -> None:
    """Characters outside the alphabet are told, each once, in order."""
    assert foreign("naïve çedilla ï") == "ïç"
    assert foreign("Déjà vu €") == ""


@given(
    st.text(alphabet=st.sampled_from("aé€^{ü😀ï\x1b\n"), max_size=1200),
    st.sampled_from([GSM7, UCS2, PORT_OCTETS]),
)
@settings(derandomize=True, database=None, deadline=None)
def test_any_text(text: str, alphabet: Alphabet) -> None:
    """Nothing is lost, every part fits, and none could have taken the next one's first character."""
    parts = split(text, alphabet)

    assert "".join(parts) == text
    limit = alphabet.single if len(parts) == 1 else alphabet.several
    assert all(length(part, alphabet) <= limit for part in parts)
    for part, following in itertools.pairwise(parts):
        assert length(part + following[0], alphabet) > limit
