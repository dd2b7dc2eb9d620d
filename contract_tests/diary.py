"""What a test asked and was answered, kept until it is over: where it fails, a report shows the end of it.

Nothing is shown that a recording would not show either (``Masker``), nor what this run has to keep secret. What a
provider has issued in a form of its own, which no masker knows, is not shown at all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import requests

from fake_provider.contract import pushes
from fake_provider.contract.exchange import WRONG, Answer, Headers, Request
from fake_provider.contract.listener import Reply
from fake_provider.contract.masking import ANY, Masker
from fake_provider.contract.references import References

from .authorizers import Authorizer, ByControl, Person, StoredToken
from .receiver import Mailbox, Push, Watched
from .signing import Credentials
from .targets import Provider
from .wire import answer_of, request_of

SHOWN = 3
LONGEST = 1500
"""Characters of a URL, a header or a body."""
_MARGIN = 4000
"""So many more are looked at, and not shown: what is cut in two there, in whatever writing, is no longer than that."""
ATTRIBUTE = "nexmo_exchanges"
"""Where they stand on a report: pytest hands on what it does not know."""
_HIDDEN = "<hidden>"
_BETWEEN = "\x1e"
_UNKNOWN = "none of the secrets that are known here"

_LEFT_OUT = frozenset({"accept-encoding", "connection", "content-length", "user-agent"})
"""Headers of a request that are the library's, and no test's."""
_PRIVATE = frozenset({"cookie", "proxy-authorization", "set-cookie", "set-cookie2"})
_SCHEME = "oauth "
"""Of ``Authorization``, that whose parameters are masked one by one; of another nothing is shown."""

_NAMES = "oauth_token_secret|oauth_token|oauth_verifier|api[_-]?secret|new_?secret|secret|password|csrf_token"
_NAMED = re.compile(
    rf"""((?:{_NAMES})(?:["']?\s*[=:]\s*["']?|["']?>|["']\s+value=["']))(?!<|&lt;|%3C)[^\s&"'<>,;]+""",
    re.IGNORECASE,
)
"""A value whose name says that nobody is to see it, and which has no reference in its place."""
_ISSUING = ("/oauth/request_token", "/oauth/access_token")
_KNOWN_FORM = re.compile(r"(?:^|&)oauth_token_secret=<")


Kept = tuple[requests.PreparedRequest, requests.Response | None] | Push


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One exchange as a report shows it.

    Attributes:
        pushed: whether it is a webhook: the provider's request, and the test's answer.
        signed: with which secrets, by their references; "" where there is no signature.
        status: None where no answer came.
    """

    method: str
    url: str
    headers: Headers = ()
    body: str = ""
    signed: str = ""
    status: int | None = None
    reason: str = ""
    answer_headers: Headers = ()
    answer_body: str = ""
    pushed: bool = False

    def as_members(self) -> dict[str, Any]:
        """Return it as lists and texts, which pytest-xdist hands from one process to another."""
        pairs = {name: [list(pair) for pair in getattr(self, name)] for name in ("headers", "answer_headers")}
        return asdict(self) | pairs


@dataclass(slots=True)
class Diary:
    """The exchanges of one test, in the order in which they came to their end."""

    provider: Provider
    kept: list[Kept] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)  # their origins

    def send(self, prepared: requests.PreparedRequest) -> requests.Response:
        """Send it, and keep both; or the request alone, where no answer comes."""
        try:
            response = self.provider.send(prepared)
        except BaseException:
            self.kept.append((prepared, None))
            raise
        self.kept.append((prepared, response))
        return response

    def listen(self, reply: Callable[[], Reply], port: int = 0) -> Mailbox:
        """Open a mailbox, and keep what the test finds in it."""
        mailbox = self.provider.listen(reply, port)
        self.receivers.append(mailbox.origin)
        return Watched(mailbox, self.kept.extend)

    def written(self) -> Provider:
        """Return the provider whose exchanges are kept."""
        provider = replace(self.provider, send=self.send, listen=self.listen)
        if provider.control is None or provider.account is None:
            return provider
        control = replace(provider.control, send=self.send)
        return replace(provider, control=control, authorizer=ByControl(control, provider.account.email))

    def end(self, scrubbed: Callable[[str], str]) -> Sequence[Shown]:
        """Return the last exchanges, but for those with a fake's control API."""
        masker = masker_of(self.provider, time.time)
        if (token := _token_of(self.provider.authorizer)) is not None:
            masker.references.learn("access-token", token.key)
            masker.references.learn("access-token-secret", token.secret)
        for origin in self.receivers:
            masker.references.learn("receiver", origin)
        shown: list[Shown] = []
        for kept in self.kept:
            request = kept.request if isinstance(kept, Push) else request_of(kept[0])
            try:
                one = (
                    _pushed(masker, kept) if isinstance(kept, Push) else _exchanged(masker, request, kept[1])
                )
            except Exception as error:  # noqa: BLE001  a provider may say anything, and its verdict must not be lost
                one = _unmasked(request, kept, error)
            if not request.is_control:
                shown.append(one)
        return _cleaned(shown[-SHOWN:], scrubbed)


def masker_of(provider: Provider, now: Callable[[], float]) -> Masker:
    """Return what masks the exchanges of a test with *provider*, and knows its credentials already."""
    references = References()
    references.learn("consumer-key", provider.client.key)
    references.learn("consumer-secret", provider.client.secret)
    references.learn("number", provider.sms_to)
    if provider.account is not None:
        account = provider.account
        references.learn("api-key", account.key.key)
        references.learn("api-secret", account.key.secret)
        references.learn("email", account.email)
        references.learn("password", account.password)
    return Masker(
        references=references,
        dashboard_url=provider.dashboard_url,
        rest_url=provider.rest_url,
        now=now,
        is_private=provider.control is None,
    )


def _token_of(authorizer: Authorizer) -> Credentials | None:
    """Return a token that was there before the test."""
    match authorizer:
        case StoredToken(token=token) | Person(kept=token):
            return token
    return None


def _exchanged(masker: Masker, request: Request, response: requests.Response | None) -> Shown:
    answer: Answer | None = None if response is None else answer_of(response)
    shown, signed = masker.request(request)
    one = Shown(
        method=shown.method,
        url=shown.url,
        headers=shown.headers,
        body=shown.body,
        signed=_UNKNOWN if signed == WRONG else signed,
    )
    if answer is None:
        return one
    masked = masker.answer(request, answer)
    body = masked.body
    if request.path.startswith(_ISSUING) and answer.status < 300 and not _KNOWN_FORM.search(body):
        body = f"({len(body)} characters that may have credentials in them)"
    return replace(
        one, status=masked.status, reason=masked.reason, answer_headers=masked.headers, answer_body=body
    )


def _pushed(masker: Masker, push: Push) -> Shown:
    """Return a webhook, which the provider has sent, and how it was answered."""
    request, answer = pushes.masked(masker, push.request), pushes.answered(masker.references, push.answer)
    return Shown(
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        status=answer.status,
        reason=answer.reason,
        answer_headers=answer.headers,
        pushed=True,
    )


def _unmasked(request: Request, kept: Kept, error: Exception) -> Shown:
    is_pushed = isinstance(kept, Push)
    status = kept.answer.status if isinstance(kept, Push) else getattr(kept[1], "status_code", None)
    return Shown(
        method=request.method,
        url="(a webhook)" if is_pushed else request.path,
        body=f"(cannot be shown: {type(error).__name__})",
        status=status,
        pushed=is_pushed,
    )


def _cleaned(ones: Sequence[Shown], scrubbed: Callable[[str], str]) -> Sequence[Shown]:
    """Return *ones* without what its name says is nobody's business, without what this run keeps secret, and short."""
    public = [
        replace(
            one,
            headers=tuple(
                _public(pair) for pair in one.headers if one.pushed or pair[0].lower() not in _LEFT_OUT
            ),
            answer_headers=tuple(_public(pair) for pair in one.answer_headers if pair[1] != ANY),
        )
        for one in ones
    ]
    # All at once: a run may have thousands of secrets, and each is looked for in each text.
    parted = _BETWEEN.join(
        _NAMED.sub(rf"\g<1>{_HIDDEN}", text[: LONGEST + _MARGIN].replace(_BETWEEN, " "))
        for one in public
        for text in _texts(one)
    )
    clean = iter(scrubbed(parted).encode("utf-8", "backslashreplace").decode().split(_BETWEEN))
    return [_with_texts(one, [_cut(next(clean), len(text)) for text in _texts(one)]) for one in public]


def _texts(one: Shown) -> list[str]:
    pairs = (*one.headers, *one.answer_headers)
    return [
        one.method,
        one.url,
        one.body,
        one.reason,
        one.answer_body,
        *(text for pair in pairs for text in pair),
    ]


def _with_texts(one: Shown, texts: Sequence[str]) -> Shown:
    method, url, body, reason, answer_body, *rest = texts
    pairs = tuple(zip(rest[::2], rest[1::2], strict=True))
    return replace(
        one,
        method=method,
        url=url,
        headers=pairs[: len(one.headers)],
        body=body,
        reason=reason,
        answer_headers=pairs[len(one.headers) :],
        answer_body=answer_body,
    )


def _public(pair: tuple[str, str]) -> tuple[str, str]:
    name, value = pair
    is_whole = name.lower() == "authorization" and not value.lower().startswith(_SCHEME)
    return (name, _HIDDEN) if is_whole or name.lower() in _PRIVATE else pair


def _cut(text: str, length: int) -> str:
    """Return what is shown of *text*, the clean beginning of one of *length* characters."""
    if length > LONGEST + _MARGIN:
        text = text[:-_MARGIN]  # at its end may be half a secret
    elif len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({length} characters)"
