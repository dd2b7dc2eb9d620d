"""References: the same value, the same name, in whatever way it is written."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fake_provider.contract.references import (
    ALPHABETS,
    KINDS,
    OTHERWISE,
    VARIANTS,
    References,
    Shape,
    TooMany,
    Unbound,
    shape,
    shape_of,
    stand_ins,
)

TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_values_are_numbered_as_they_come() -> None:
    """Each kind by itself; a value that came before keeps its name."""
    references = References()
    names = [
        references.learn(kind, value)
        for kind, value in [
            ("nonce", "n" * 8),
            ("request-token", TOKEN),
            ("nonce", "m" * 8),
            ("nonce", "n" * 8),
        ]
    ]

    assert names == ["nonce-1", "request-token-1", "nonce-2", "nonce-1"]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(str, id="as-it-is"),
        pytest.param(str.upper, id="upper"),
        pytest.param(lambda value: quote(value, safe=""), id="percent"),
        pytest.param(lambda value: quote(quote(value, safe=""), safe=""), id="percent-twice"),
        pytest.param(lambda value: base64.b64encode(value.encode()).decode(), id="base64"),
        pytest.param(lambda value: value.encode().hex(), id="hexadecimal"),
    ],
)
def test_a_value_is_found_however_it_is_written(written) -> None:  # type: ignore[no-untyped-def]
    """And what stands around it stays."""
    references = References()
    references.learn("consumer-secret", "s3cret & <more>/é")
    masked = references.masked(f"[{written('s3cret & <more>/é')}]")

    assert masked.startswith("[<consumer-secret-1")
    assert masked.endswith(">]")
    assert references.rendered(masked) == f"[{written('s3cret & <more>/é')}]"


@given(
    st.sampled_from(list(VARIANTS)),
    st.text(st.characters(codec="utf-8", exclude_characters="<>"), min_size=8, max_size=20),
)
def test_what_was_masked_can_be_rendered(variant: str, around: str) -> None:
    """Rendering is the way back."""
    references = References()
    references.learn("api-secret", "Ab3-cd5_ef7.gh9")
    text = f"{around}{VARIANTS[variant]('Ab3-cd5_ef7.gh9')}{around}"
    masked = references.masked(text)
    # With what stands around it, a part may be the whole in another case: a writing without a name, which is not kept.
    assume(variant == OTHERWISE or f":{OTHERWISE}>" not in masked)

    assert references.rendered(masked) == text


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda value: quote(value, safe="").upper(), id="percent-upper"),
        pytest.param(lambda value: quote(value, safe="").lower(), id="percent-lower"),
        pytest.param(
            lambda value: quote(quote(quote(value, safe=""), safe=""), safe=""), id="percent-thrice"
        ),
        pytest.param(str.title, id="title"),
        pytest.param(lambda value: repr(value.encode()), id="octets"),
        pytest.param(lambda value: value.encode().decode("latin-1"), id="latin-1"),
        pytest.param(lambda value: base64.b64encode(f"key:{value}".encode()).decode(), id="in-base64"),
    ],
)
def test_what_is_written_otherwise_is_told_so(written: Callable[[str], str]) -> None:
    """No value of somebody's stays because nobody has thought of this way."""
    references = References()
    references.learn("access-token", "s3cret & <More>/é")
    masked = references.masked(f"[{written('s3cret & <More>/é')}]")

    assert "<access-token-1:otherwise>" in masked
    assert "3cret" not in masked.lower()


def test_a_number_as_people_write_it() -> None:
    """With blanks and dashes; another number is another."""
    references = References()
    references.learn("number", "447700900000")

    assert references.masked("to +44 7700 900000") == "to +<number-1:otherwise>"
    assert references.masked("44-7700-900000, 44-7700-900001") == "<number-1:otherwise>, 44-7700-900001"
    assert references.rendered("<number-1:otherwise>") == "447700900000"


def test_what_a_test_writes_of_the_number_of_fiction_stays() -> None:
    """It is about that; a number of somebody's does not."""
    references = References()
    references.learn("number", "447700900000")
    references.learn("number", "447700900555")
    fiction = references.fiction_in("to=44%207700%20900000&from=44-7700-900555")

    assert references.masked("44 7700 900000", fiction=fiction) == "44 7700 900000"
    assert references.masked("44-7700-900000", fiction=fiction) == "<number-1:otherwise>"
    assert references.masked("44-7700-900555", fiction=fiction) == "<number-2:otherwise>"


def test_a_nonce_that_is_written_otherwise_stays() -> None:
    """It tells nothing of anybody, and that it came back changed is worth knowing."""
    references = References()
    references.learn("nonce", "0123456789abcdef")

    assert references.masked("0123456789aBcDeF") == "0123456789aBcDeF"


def test_a_part_of_a_verifier_is_told() -> None:
    """A test that takes a letter away is recorded as one that does."""
    references = References()
    references.learn("verifier", "abcd2345")

    assert references.masked("oauth_verifier=abcd234") == "oauth_verifier=<verifier-1:but-last>"


def test_a_part_of_a_number_is_no_part_of_another() -> None:
    """Numbers are alike but for their ends."""
    references = References()
    references.learn("number", "447700900000")

    assert references.masked("447700900001") == "447700900001"


def test_nothing_is_made_up_unless_that_is_wanted() -> None:
    """What was not issued cannot be sent."""
    with pytest.raises(Unbound, match="<access-token-1> was not issued"):
        References().rendered("oauth_token=<access-token-1>")


@pytest.mark.parametrize("kind", KINDS)
def test_stand_ins_have_the_usual_shape(kind: str) -> None:
    """They are always the same for a test, and no two are."""
    made = stand_ins("a test", {})
    one = References().bind(f"{kind}-1", made(f"{kind}-1"))

    assert made(one) == stand_ins("a test", {})(one)
    if kind not in ("email", "url", "day"):
        assert KINDS[kind].fits(made(one))
    if kind != "day":
        assert made(one) != stand_ins("another test", {})(one)
        assert made(one) != made(f"{kind}-2")


def test_what_is_not_of_the_usual_shape_is_told() -> None:
    """So a replay shows a token of 31 digits where one was recorded."""
    references = References()
    references.learn("access-token", TOKEN[:-1])
    references.learn("request-token", TOKEN)
    ((name, told),) = references.unusual()

    assert (name, told) == ("access-token-1", "31 lower-case hexadecimal digits")
    assert shape(told).fits(stand_ins("a test", {name: told})(name))


@given(st.text(ALPHABETS["characters"], min_size=1, max_size=60))
def test_every_value_has_a_shape(value: str) -> None:
    """Which it fits, and which can be written and read."""
    found = shape_of(value)

    assert found.fits(value)
    assert shape(str(found)) == found


@pytest.mark.parametrize("text", ["", "32", "32 letters of love", "many digits", "99999 digits"])
def test_a_shape_must_be_one(text: str) -> None:
    """Anything else was written by somebody else."""
    with pytest.raises(ValueError, match="no shape"):
        shape(text)


def test_a_stand_in_begins_with_a_letter() -> None:
    """So upper and lower case of it differ."""
    assert not any(Shape(8, "lower-case hexadecimal digits").made(str(n))[0].isdigit() for n in range(50))


def test_octets_that_are_no_text_have_a_reference() -> None:
    """A provider that issues such a token is wrong, and whoever records it does not break of that."""
    references = References()
    references.learn("access-token", "\udcff\udcfe-token")

    assert references.masked("oauth_token=%FF%FE-token") == "oauth_token=<access-token-1:percent>"


def test_nobody_keeps_values_without_end() -> None:
    """Each is looked for in every text: a provider that issues thousands to one test would hold it for hours."""
    references = References()
    for number in range(2000):
        references.learn("message-id", f"{number:04}")  # too short to be looked for

    assert references.learn("message-id", "0007") == "message-id-8"
    with pytest.raises(TooMany, match="more than 2000 values were issued in one test"):
        references.learn("message-id", "one more")
