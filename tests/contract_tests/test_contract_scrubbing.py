"""What must not be shown is taken out of every text, however it is written there."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract_tests.scrubbing import NUMBER, SECRET, Secrets
from contract_tests.shown import scrubbed_log

HARD = "s3cret&/+ =\"'<ü>%"
PLAIN = "abcdef0123456789"


def _knowing(*secrets: str) -> Secrets:
    known = Secrets()
    known.add(*secrets)
    return known


def test_every_secret_is_taken_out() -> None:
    """Longer ones first, so that no rest of one stays; an empty one is none."""
    assert _knowing("abcd", "abcdef", "").scrubbed("x abcdef abcd y") == f"x {SECRET} {SECRET} y"


@pytest.mark.parametrize("secret", ["s", "sms", "key"])
def test_a_secret_that_is_everywhere(secret: str) -> None:
    """One of fewer than four characters is found by its name and place alone."""
    known = _knowing(secret)

    assert known.scrubbed("SMS-OK-01 of the keys stands") == "SMS-OK-01 of the keys stands"
    assert known.scrubbed(f"?api_secret={secret}&to=1") == f"?api_secret={SECRET}&to=1"
    assert known.scrubbed(f"client_secret='{secret}'") == f"client_secret='{SECRET}'"
    assert known.scrubbed(f"/account/get-balance/abcd/{secret}") == f"/account/get-balance/abcd/{SECRET}"


def _percent(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = quote(text, safe="")
    return text


WRITINGS: Mapping[str, Callable[[str], str]] = {
    "as-it-is": str,
    "upper-case": str.upper,
    "lower-case": str.lower,
    "in-a-path": quote,
    "percent-encoded": _percent,
    "percent-encoded-in-upper-case": lambda text: _percent(text).upper(),
    "percent-encoded-in-lower-case": lambda text: _percent(text).lower(),
    "percent-encoded-lower-digits": lambda text: re.sub(
        "%..", lambda found: found[0].lower(), _percent(text)
    ),
    "percent-encoded-to-the-last": lambda text: "".join(f"%{octet:02X}" for octet in text.encode()),
    "percent-encoded-as-latin-1": lambda text: quote(text, safe="", encoding="latin-1", errors="replace"),
    "in-a-form": quote_plus,
    "encoded-twice": lambda text: _percent(text, 2),
    "encoded-thrice": lambda text: _percent(text, 3),
    "encoded-thrice-lower-digits": lambda text: _percent(text, 3).lower(),
    "in-json": json.dumps,
    "in-json-as-utf-8": lambda text: json.dumps(text, ensure_ascii=False),
    "in-json-twice": lambda text: json.dumps(json.dumps(text)),
    "in-a-repr": repr,
    "in-a-repr-of-a-repr": lambda text: repr(repr(text)),
    "in-ascii": ascii,
    "in-ascii-in-upper-case": lambda text: ascii(text).upper(),
    "as-octets": lambda text: repr(text.encode()),
    "as-octets-of-latin-1": lambda text: repr(text.encode("latin-1", "replace")),
    "as-octets-in-a-repr": lambda text: repr([repr(text.encode())]),
    "taken-for-latin-1": lambda text: text.encode().decode("latin-1"),
    "taken-for-latin-1-in-a-repr": lambda text: repr(text.encode().decode("latin-1")),
    "taken-for-latin-1-in-a-url": lambda text: quote(text.encode().decode("latin-1"), safe=""),
    "not-decoded": lambda text: text.encode().decode("ascii", "surrogateescape"),
    "not-decoded-in-ascii": lambda text: ascii(text.encode().decode("ascii", "surrogateescape")),
    "on-a-page": html.escape,
    "on-a-page-in-ascii": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "in-a-pattern": re.escape,
    "in-base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in-base64-for-urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in-base64-in-a-url": lambda text: _percent(base64.b64encode(text.encode()).decode()),
    "in-http-basic": lambda text: base64.b64encode(b"key:" + text.encode()).decode(),
    "in-hexadecimal": lambda text: text.encode().hex(),
}
"""How a request, an answer, a log or a traceback may have a text, and whoever has read it wrongly."""
_LATIN_1 = (
    "percent-encoded-as-latin-1",
    "as-octets-of-latin-1",
)  # where "replace" loses what it cannot write


UNICODE = "pässwörd-€-😀"


@pytest.mark.parametrize(
    ("secret", "name"),
    [(HARD, name) for name in WRITINGS] + [(UNICODE, name) for name in WRITINGS if name not in _LATIN_1],
    ids=lambda value: value if value in WRITINGS else "latin-1" if value == HARD else "unicode",
)
def test_however_it_is_written(secret: str, name: str) -> None:
    """Each encoding that a request, an answer or a test knows."""
    shown = _knowing(secret).scrubbed(f"[{WRITINGS[name](secret)}]")

    assert SECRET in shown
    assert len(shown) < len(SECRET) + 14  # brackets, and what HTTP Basic has of the key


REPEATABLE = settings(derandomize=True, database=None, deadline=None)


@REPEATABLE
@given(
    st.text(st.characters(codec="utf-8"), min_size=6, max_size=40).filter(
        lambda text: re.search("[A-Za-z0-9]", text)
    ),
    st.sampled_from(sorted(WRITINGS)),
    st.sampled_from(
        [("", ""), ("to=", "&x=1"), ("{'a': ", "}"), ("\n", "\r\n"), ("/", "/"), ("x" * 50, "é")]
    ),
)
def test_any_secret_in_any_writing(secret: str, name: str, around: tuple[str, str]) -> None:
    """Nothing of it is left, and nothing else is taken out."""
    before, behind = around
    assume(not re.fullmatch("<[a-zA-Z_]+>", secret))  # what is shown instead of one is none
    if name in _LATIN_1:
        secret = secret.encode("latin-1", "ignore").decode("latin-1")
        assume(len(secret) > 5 and re.search("[A-Za-z0-9]", secret))
    written = WRITINGS[name](secret)
    shown = _knowing(secret).scrubbed(before + written + behind)

    assert SECRET in shown
    assert shown.startswith(before)
    assert shown.endswith(behind)
    assert len(shown) - len(before) - len(behind) < len(SECRET) + 14


@REPEATABLE
@given(st.text(st.characters(), max_size=200))
def test_what_has_no_secret_stays(text: str) -> None:
    """To the letter, however odd it is."""
    assert _knowing("never-0ccurs-anywhere", "447700900023").scrubbed(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "+44 7700 900023",
        "07700 900023",
        "44-7700-900023",
        "(44) 7700.900.023",
        "%2B44%207700%20900023",
        "44 (0) 7700 900023",
    ],
)
def test_a_number_as_people_write_it(number: str) -> None:
    """With blanks, dashes, dots and brackets in it."""
    known = Secrets()
    known.add("447700900023", shown_as=NUMBER)

    assert NUMBER in (shown := known.scrubbed(f"to {number}!"))
    assert "23" not in shown


def test_what_was_scrubbed_stays() -> None:
    """A secret that is a word of what is shown instead of it, too."""
    known = _knowing("secret", "token")

    assert known.scrubbed(known.scrubbed("secret and token")) == f"{SECRET} and {SECRET}"


@pytest.mark.parametrize("before", ["", "a", "ab", "key:"])
@pytest.mark.parametrize("behind", ["", "x", "xy", "&token"])
def test_in_the_middle_of_base64(before: str, behind: str) -> None:
    """HTTP Basic has key and secret in one, so a secret begins anywhere in it."""
    shown = _knowing(PLAIN).scrubbed(base64.b64encode(f"{before}{PLAIN}{behind}".encode()).decode())

    assert SECRET in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'oauth_token=abcdef01...", f"'oauth_token={SECRET}..."),
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
        ("oauth_signature%3Da%252Bb%26x%3D1", "oauth_signature%3D<signature>%26x%3D1"),
        ('oauth_signature_method="HMAC-SHA1"', 'oauth_signature_method="HMAC-SHA1"'),
        (f"a=b&sig={'0f' * 16}&x=1", "a=b&sig=<signature>&x=1"),
    ],
    ids=["header", "query", "members", "pair", "base-string", "the-method-stays", "of-the-sms-api"],
)
def test_signatures(text: str, shown: str) -> None:
    """They are not known before; they are found by their name."""
    assert Secrets().scrubbed(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/sms/json?api_key=k&api_secret=abc%26d&to=1", "/sms/json?api_key=k&api_secret=<secret>&to=1"),
        ("{'api_secret': 'abc d', 'to': '1'}", "{'api_secret': '<secret>', 'to': '1'}"),
        (r"{\"newSecret\": \"abc\"}", r"{\"newSecret\": \"<secret>\"}"),
        ("<api-secret>abc</api-secret>", "<api-secret><secret></api-secret>"),
        ("/account/get-balance/key/abc -> 401", "/account/get-balance/key/<secret> -> 401"),
        ("/account/get-pricing/outbound/key/abc/GB", "/account/get-pricing/outbound/key/<secret>/GB"),
        (
            "https%3A%2F%2Fh%2Fnumber%2Fbuy%2Fkey%2Fabc%2FGB",
            "https%3A%2F%2Fh%2Fnumber%2Fbuy%2Fkey%2F<secret>%2FGB",
        ),
        ("http://user:abc@host/x", "http://user:<secret>@host/x"),
        ("{'Authorization': 'Bearer abc'}", "{'Authorization': 'Bearer <secret>'}"),
        (
            "    api_secret=secret, api_secret=os.environ[NAME]",
            "    api_secret=secret, api_secret=os.environ[NAME]",
        ),
        ("/account/get-balance?x=1", "/account/get-balance?x=1"),
    ],
    ids=lambda text: re.sub("[^a-z]+", "-", text)[:24] if "<secret>" not in text else "",
)
def test_what_is_secret_by_its_name_or_place(text: str, shown: str) -> None:
    """Though nobody has met it before; a line of code stays as it is."""
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
