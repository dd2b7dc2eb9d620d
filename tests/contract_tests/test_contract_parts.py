"""How many messages a submission may come to at most: never fewer than a provider makes of it."""

from __future__ import annotations

import pytest

from contract_tests.parts import parts_at_most
from fake_provider.sms.parts import alphabet_of, split


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        pytest.param({}, 1, id="nothing"),
        pytest.param({"text": "a" * 160}, 1, id="160-septets"),
        pytest.param({"text": "a" * 161}, 2, id="161-septets"),
        pytest.param({"text": "a" * 304}, 2, id="two-of-152"),
        pytest.param({"text": "a" * 305}, 3, id="as-the-guides-count"),
        pytest.param({"text": "€" * 80}, 1, id="80-escape-pairs"),
        pytest.param({"text": "a" * 151 + "€" * 76 + "a"}, 3, id="a-pair-that-is-not-cut"),
        pytest.param({"text": "я" * 70}, 1, id="70-units"),
        pytest.param({"text": "я" * 71}, 2, id="71-units-though-the-type-is-text"),
        pytest.param({"text": "a" * 71, "type": "unicode"}, 2, id="units-by-the-type"),
        pytest.param({"text": "😀" * 36, "type": "unicode"}, 2, id="surrogate-pairs"),
        pytest.param({"body": "0" * 260, "udh": "050003", "type": "binary"}, 1, id="133-octets"),
        pytest.param({"body": "0" * 600, "udh": "050003", "type": "binary"}, 3, id="303-octets"),
        pytest.param({"title": "t" * 60, "url": "u" * 60, "type": "wappush"}, 2, id="wappush"),
        pytest.param({"vcard": "v" * 133, "type": "vcard"}, 1, id="133-octets-of-a-vcard"),
        pytest.param({"vcal": "v" * 300, "type": "vcal"}, 3, id="300-octets-of-a-vcal"),
    ],
)
def test_what_it_comes_to(given: dict[str, str], parts: int) -> None:
    """By the strictest that a source says."""
    assert parts_at_most({name: [value] for name, value in given.items()}) == parts


def test_the_longest_counts() -> None:
    """Which of two a provider takes is not known."""
    assert parts_at_most({"text": ["a", "a" * 400, "b"], "type": ["text"]}) == 3


@pytest.mark.parametrize("lengths", ["153/67", "152/62"])
@pytest.mark.parametrize("sms_type", ["text", "unicode"])
@pytest.mark.parametrize("alphabet", ["a", "a€", "€", "я", "a😀"])
def test_a_fake_makes_no_more_of_it(alphabet: str, sms_type: str, lengths: str) -> None:
    """Whatever its length, and however the fake counts."""
    for length in range(0, 500, 7):
        text = (alphabet * length)[:length]
        made = len(split(text, alphabet_of(sms_type, lengths)))
        assert made <= parts_at_most({"text": [text], "type": [sms_type]})
