"""What must not be shown is taken out of every text, however it is written there."""

from __future__ import annotations

import base64
import html
import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from contract_tests.scrubbing import NUMBER, SECRET, Secrets, scrubbed_log

HARD = "s3cret&/+ =\"'<ü>%"
PLAIN = "abcdef0123456789"


def _knowing(*secrets: str) -> Secrets:
    known = Secrets()
    known.add(*secrets)
    return known


def test_every_secret_is_taken_out() -> None:
    """Longer ones first, so that no rest of one stays; an empty one is none."""
    assert _knowing("abc", "abcdef", "").scrubbed("x abcdef abc y") == f"x {SECRET} {SECRET} y"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(str, id="as-it-is"),
        pytest.param(quote, id="in-a-path"),
        pytest.param(lambda text: quote(text, safe=""), id="percent-encoded"),
        pytest.param(quote_plus, id="in-a-form"),
        pytest.param(lambda text: quote(quote(text, safe="")), id="encoded-twice"),
        pytest.param(lambda text: quote(text, safe="").replace("%C3%BC", "%c3%bc"), id="in-lower-case"),
        pytest.param(json.dumps, id="in-json"),
        pytest.param(lambda text: json.dumps(text, ensure_ascii=False), id="in-json-as-utf-8"),
        pytest.param(repr, id="in-a-repr"),
        pytest.param(html.escape, id="on-a-page"),
        pytest.param(lambda text: base64.b64encode(text.encode()).decode(), id="in-base64"),
        pytest.param(lambda text: base64.urlsafe_b64encode(text.encode()).decode(), id="in-base64-for-urls"),
    ],
)
def test_however_it_is_written(written: Callable[[str], str]) -> None:
    """Each encoding that a request, an answer or a test knows."""
    shown = _knowing(HARD).scrubbed(f"[{written(HARD)}]")

    assert SECRET in shown
    assert "3cret" not in shown
    assert len(shown) < len(SECRET) + 8


@pytest.mark.parametrize("before", ["", "a", "ab", "key:"])
@pytest.mark.parametrize("behind", ["", "x", "xy", "&token"])
def test_in_the_middle_of_base64(before: str, behind: str) -> None:
    """HTTP Basic has key and secret in one, so a secret begins anywhere in it."""
    shown = _knowing(PLAIN).scrubbed(base64.b64encode(f"{before}{PLAIN}{behind}".encode()).decode())

    assert SECRET in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'oauth_token_secret=abcdef01...", f"'oauth_token_secret={SECRET}..."),
        ("...23456789'", f"...{SECRET}'"),
        ("abcdef…6789", f"{SECRET}…{SECRET}"),
        ("a...9, and abc...789", "a...9, and abc...789"),
    ],
    ids=["its-beginning", "its-end", "both", "too-little-to-tell"],
)
def test_what_is_left_where_pytest_has_cut(text: str, shown: str) -> None:
    """A long text is shown with its middle left out, wherever that falls."""
    assert _knowing(PLAIN).scrubbed(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('OAuth oauth_signature="a%2Bb%3D", x="1"', 'OAuth oauth_signature="<signature>", x="1"'),
        ("?oauth_signature=a%2Bb%3D&x=1", "?oauth_signature=<signature>&x=1"),
        ("{'oauth_signature': 'a+b='}", "{'oauth_signature': '<signature>'}"),
        ("('oauth_signature', 'a+b=')", "('oauth_signature', '<signature>')"),
        ('oauth_signature_method="HMAC-SHA1"', 'oauth_signature_method="HMAC-SHA1"'),
    ],
    ids=["header", "query", "members", "pair", "the-method-stays"],
)
def test_signatures(text: str, shown: str) -> None:
    """They are not known before; they are found by their name."""
    assert Secrets().scrubbed(text) == shown


def test_what_is_no_secret_has_a_name_of_its_own() -> None:
    """The number of a person is told from a secret; what is a secret stays one."""
    known = _knowing(PLAIN)
    known.add("447700900023", shown_as=NUMBER)
    known.add(PLAIN, shown_as=NUMBER)

    assert known.scrubbed(f"to=447700900023 {PLAIN}") == f"to=<NEXMO_SMS_TO> {SECRET}"


def test_no_record_of_the_log_has_one(caplog: pytest.LogCaptureFixture) -> None:
    """Neither its words nor its traceback, whoever writes it; afterwards all is as it was."""
    with scrubbed_log(_knowing(PLAIN).scrubbed):
        try:
            raise ValueError(PLAIN)
        except ValueError:
            logging.getLogger("somebody").exception("%s is %d", PLAIN, 7)
    logging.getLogger("somebody").error("%s", PLAIN)

    within, after = caplog.records
    assert within.getMessage() == f"{SECRET} is 7"
    assert PLAIN not in caplog.text.partition("ERROR    somebody")[2].rpartition("ERROR")[0]
    assert f"ValueError: {SECRET}" in caplog.text
    assert after.getMessage() == PLAIN


def test_a_record_that_cannot_be_written_is_left_to_logging() -> None:
    """Whoever made the mistake hears of it as usual."""
    with scrubbed_log(str):
        record = logging.getLogRecordFactory()("x", logging.INFO, "file", 1, "%d", ("no number",), None)

    with pytest.raises(TypeError):
        record.getMessage()
