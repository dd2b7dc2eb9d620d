"""What the provider answers, read strictly: what is not well formed fails the test that asked."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, unquote

import requests

from .signing import Credentials
from .strict import Members, json_of, only, xml_of

Form = dict[str, str]
HEX32 = r"[0-9a-f]{32}"
_PAIR = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*(?:,|$)')
# Schemes have no case, and a provider may offer others beside OAuth: RFC 9110 sections 11.1 and 11.6.1.
_OAUTH = re.compile(r"(?:^|,)\s*OAuth(?:\s+|$)", re.IGNORECASE)
_ANOTHER = re.compile(r"\s*[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_]+=|\s*(?:,|$))")


def form_of(answer: requests.Response) -> Form:
    """Return the form-encoded body; no name may stand there twice."""
    try:
        pairs = parse_qsl(answer.text, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise AssertionError(
            f"the body is no form, and is called {answer.headers.get('Content-Type')}"
        ) from None
    form = Members(pairs)
    assert len(form) == len(pairs)
    return form


def media_type_of(answer: requests.Response) -> str:
    """Return what the body is called, in lower case and without parameters."""
    return answer.headers["Content-Type"].partition(";")[0].strip().lower()


def credentials_of(answer: requests.Response) -> Credentials:
    """Return the token and its secret from what a token endpoint issued."""
    assert answer.status_code == 200, (
        f"no credentials were issued: {answer.status_code} {_problem_words(answer)}"
    )
    form = form_of(answer)
    return Credentials(form["oauth_token"], form["oauth_token_secret"])


def issues(answer: requests.Response) -> bool:
    """Return whether *answer* holds a token and its secret."""
    try:
        credentials = credentials_of(answer)
    except AssertionError:
        return False
    return bool(credentials.key and credentials.secret)


def challenge_of(answer: requests.Response) -> Form:
    """Return the parameters of ``WWW-Authenticate: OAuth …``, decoded."""
    header = answer.headers.get("WWW-Authenticate", "")
    challenge = _OAUTH.search(header)
    assert challenge is not None, f"WWW-Authenticate is {header!r}"
    found: Form = Members()
    position = challenge.end()
    while position < len(header) and not _ANOTHER.match(header, position):
        pair = _PAIR.match(header, position)
        assert pair is not None, f"WWW-Authenticate cannot be read from {header[position:]!r} on"
        name, value = pair.groups()
        assert name not in found
        found[name] = value if name == "realm" else unquote(value)
        position = pair.end()
    return found


def problem_of(answer: requests.Response) -> str:
    """Return the ``oauth_problem`` of a refusal by ``/oauth/*``, the same in header and body."""
    assert answer.status_code in (400, 401)
    challenge, form = challenge_of(answer), form_of(answer)
    assert challenge["oauth_problem"] == form["oauth_problem"]
    assert "oauth_token" not in form
    assert "oauth_token_secret" not in form
    return form["oauth_problem"]


def messages_of(answer: requests.Response) -> list[dict[str, str]]:
    """Return the parts of an answer of ``/sms/json``.

    Numbers are read like texts, and the count is left alone: each has a clause of its own, whose tests look at
    ``members_of``. So a provider that is wrong in this breaks that clause, and not every one about an SMS.
    """
    parts = members_of(answer)["messages"]
    assert isinstance(parts, list), f"a list of messages was expected, not {parts!r}"
    for part in parts:
        assert isinstance(part, dict), f"an object was expected for each part, not {part!r}"
    return [Members({name: _as_text(value) for name, value in part.items()}) for part in parts]


def members_of(answer: requests.Response) -> Members:
    """Return the object that ``/sms/json`` answers, as it is: it has a count and a list, and nothing else."""
    members = json_of(answer)
    assert isinstance(members, Members), f"an object was expected, not a {type(members).__name__}"
    assert members.keys() == {"message-count", "messages"}
    return members


def _as_text(value: object) -> str:
    """Return a text as it is, and anything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def xml_messages_of(answer: requests.Response) -> list[dict[str, str]]:
    """Return the parts of an answer of ``/sms/xml``: names as the elements have them."""
    root = xml_of(answer)
    assert root.tag == "mt-submission-response"
    messages = only(root)
    assert messages.tag == "messages"
    assert {message.tag for message in messages} == {"message"}
    return [Members({element.tag: element.text or "" for element in message}) for message in messages]


def messages_in(answer: requests.Response) -> list[dict[str, str]] | None:
    """Return the parts of any answer about an SMS, JSON or XML; None where it is none."""
    try:
        read = xml_messages_of if answer.content.lstrip().startswith(b"<") else messages_of
        return read(answer)
    except (AssertionError, ValueError, TypeError, AttributeError):
        return None


def told_count_in(answer: requests.Response) -> int | None:
    """Return how many parts an answer about an SMS says that there are; None where that cannot be read."""
    try:
        if answer.content.lstrip().startswith(b"<"):
            told = only(xml_of(answer)).attrib.get("count", "")
        else:
            told = str(members_of(answer)["message-count"])
    except (AssertionError, ValueError, TypeError, AttributeError):
        return None
    return int(told) if re.fullmatch("[0-9]{1,6}", told) else None


def secrets_in(answer: requests.Response) -> list[str]:
    """Return the token secrets that *answer* issues."""
    return re.findall(r"(?:^|&)oauth_token_secret=([^&]+)", answer.text)


def tokens_in(answer: requests.Response) -> list[str]:
    """Return the tokens that *answer* issues."""
    return re.findall(r"(?:^|&)oauth_token=([^&]+)", answer.text) if secrets_in(answer) else []


def _problem_words(answer: requests.Response) -> str:
    """Say why, without repeating an answer that may hold secrets."""
    return " ".join(re.findall(r"oauth_problem=([a-z_]+)", answer.text))
