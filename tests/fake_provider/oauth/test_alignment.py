"""Two base strings side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_provider.oauth.alignment import Aligned, aligned

HEAD = "POST&https%3A%2F%2Frest.nexmo.com%2Fsms%2Fjson&"
EXPECTED = HEAD + "from%3DAcme%26oauth_nonce%3Dn%26text%3Dhello%2520from%26to%3D44"


def differing(found: Aligned) -> list[tuple[str, str | None, str | None]]:
    """Return the rows that differ: the name, and what of each is not common to both."""
    return [
        (row.name, row.expected.other if row.expected else None, row.client.other if row.client else None)
        for row in found.rows
        if row.differs
    ]


def test_a_value_that_differs() -> None:
    """It is marked from where it parts; all others stand beside their equals."""
    found = aligned(EXPECTED, EXPECTED.replace("hello%2520from", "hello%2Bfrom"))

    assert differing(found) == [("text", "520from", "Bfrom")]
    assert found.first_difference == EXPECTED.index("520from")
    assert [row.name for row in found.rows] == ["method", "URI", "from", "oauth_nonce", "text", "to"]


def test_a_parameter_that_is_missing_or_too_many() -> None:
    """It stands alone in its row, and does not push the others out of line."""
    missing = aligned(EXPECTED, EXPECTED.replace("oauth_nonce%3Dn%26", ""))
    more = aligned(EXPECTED, EXPECTED.replace("%26to%3D44", "%26realm%3Dx%26to%3D44"))

    assert [(name, client is None) for name, _, client in differing(missing)] == [("oauth_nonce", True)]
    assert [(name, expected is None) for name, expected, _ in differing(more)] == [("realm", True)]


def test_method_and_uri() -> None:
    """Each of the three parts is a place of its own."""
    found = aligned(EXPECTED, EXPECTED.replace("POST", "GET").replace("https", "http"))

    assert [name for name, _, _ in differing(found)] == ["method", "URI"]
    assert found.first_difference == 0


def test_what_was_not_encoded_as_a_whole() -> None:
    """A base string whose parameters are joined by a bare ampersand differs, and nothing of it is lost."""
    found = aligned(EXPECTED, EXPECTED.replace("%26", "&").replace("%3D", "="))

    assert not found.is_equal
    assert "to=44" in "".join(row.client.same + row.client.other for row in found.rows if row.client)


def test_alone() -> None:
    """Without the client's, the expected one is shown decoded, and nothing differs."""
    found = aligned(EXPECTED, None)

    plain = {row.name: row.expected.plain for row in found.rows if row.expected}
    assert (found.has_client, found.is_equal, differing(found)) == (False, True, [])
    assert plain["text"] == "text=hello from"


TEXTS = st.text(st.sampled_from("ab&%26=3D25"), max_size=60)


HEADS = st.text(st.sampled_from("ab%26"), max_size=5)
BASE_STRINGS = st.builds(lambda *parts: "&".join(parts), HEADS, HEADS, TEXTS)


@given(BASE_STRINGS, BASE_STRINGS)
def test_nothing_is_lost(expected: str, client: str) -> None:
    """Whatever the two are, the rows put together again are each of them; some row differs if they are not equal."""
    found = aligned(expected, client)

    assert together(found, "expected") == expected
    assert together(found, "client") == client
    assert found.is_equal == (expected == client) == (not any(row.differs for row in found.rows))


def together(found: Aligned, side: str) -> str:
    """Return one side's base string, put together from the rows."""
    cells = [cell for row in found.rows if (cell := getattr(row, side)) is not None]
    method, uri, *parameters = (cell.same + cell.other for cell in cells)
    return f"{method}&{uri}&{'%26'.join(parameters)}"


@given(TEXTS, TEXTS)
def test_what_is_no_base_string(expected: str, client: str) -> None:
    """Whatever somebody pastes is laid side by side."""
    assert aligned(expected, client).is_equal == (expected == client)


def test_very_long_ones_are_bounded() -> None:
    """Of many parameters those around the difference are shown, of a long one what is around it."""
    many = aligned(HEAD + "%26".join(f"p{n}%3D{n}" for n in range(2_000)), None)
    long = aligned(HEAD + "text%3D" + "a" * 100_000, HEAD + "text%3D" + "a" * 99_999 + "b")

    assert len(many.rows) == 102
    assert many.left_out == 1_900
    (row,) = [row for row in long.rows if row.differs]
    assert row.expected is not None
    assert row.client is not None
    assert len(row.expected.same) < 1_000
    assert (row.expected.other, row.client.other) == ("a", "b")


@pytest.mark.parametrize(
    ("expected", "client"),
    [
        (HEAD + "%26".join(["a%3D"] * 10_000), None),
        (HEAD + "%26".join(["a%3D"] * 10_000), "a&b&" + "a%3D%26b%3D%26" * 5_000),
        (HEAD + "%26".join(["a%3D"] * 10_000), "%26" * 20_000),
        (
            HEAD + "%26".join(f"p{n}%3D" for n in range(10_000)),
            HEAD + "%26".join(f"q{n}%3D" for n in range(10_000)),
        ),
    ],
)
def test_no_pair_takes_long(expected: str, client: str | None) -> None:
    """However many parameters are alike, and however few: only so many are aligned as are shown."""
    found = aligned(expected, client)

    assert len(found.rows) <= 250
    assert found.left_out >= 9_900


def test_the_difference_is_shown_wherever_it_is() -> None:
    """Far behind, too."""
    parameters = [f"p{n:05}%3D{n}" for n in range(5_000)]
    other = [*parameters[:4_000], "p04000%3Dother", *parameters[4_001:]]

    found = aligned(HEAD + "%26".join(parameters), HEAD + "%26".join(other))

    assert [row.name for row in found.rows if row.differs] == ["p04000"]
