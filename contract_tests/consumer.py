"""An app that uses the provider: the calls that it makes, ready to be sent or to be made wrong first.

``LEGS`` are the signed requests of its way, one after the other; what holds for every signed request is
tested on each of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

import requests

from .answers import (
    challenge_of,
    credentials_of,
    issues,
    messages_of,
    problem_of,
    secrets_in,
    tokens_in,
)
from .authorizers import Authorizer, ByControl
from .control import Account
from .scrubbing import TOKEN
from .signing import Call, Credentials, Pairs, Place
from .targets import Provider

OUT_OF_BAND = "oob"
WRONG = "wrong"
"""What tests sign with in the place of a secret; it is none, and a word that failures need."""
TEXT = "hello from Nexmo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Temporary credentials that a user has authorized, and the verifier that this gave."""

    temporary: Credentials
    verifier: str | None = field(repr=False)
    redirect_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Consumer:
    """One app at one provider."""

    provider: Provider
    client: Credentials

    def send(self, call: Call) -> requests.Response:
        """Send *call* as it is; a redirect is an answer, too."""
        secrets, token = self.provider.secrets, call.token or Credentials("", "")
        secrets.add(*{call.client.secret, token.secret} - {WRONG})
        secrets.add(token.key, shown_as=TOKEN)
        answer = self.provider.send(call.prepared())
        secrets.add(*secrets_in(answer))
        secrets.add(*tokens_in(answer), shown_as=TOKEN)
        return answer

    # Calls

    def request_token(
        self, *, callback: str | None = OUT_OF_BAND, method: str = "POST", place: Place = "header"
    ) -> Call:
        """Ask for temporary credentials: RFC 5849 section 2.1; None sends no ``oauth_callback``."""
        return Call(
            method=method,
            url=f"{self.provider.dashboard_url}/oauth/request_token",
            client=self.client,
            oauth={} if callback is None else {"oauth_callback": callback},
            place=place,
        )

    def access_token(self, approved: Approved, *, method: str = "POST", place: Place = "header") -> Call:
        """Exchange temporary for token credentials: RFC 5849 section 2.3."""
        return Call(
            method=method,
            url=f"{self.provider.dashboard_url}/oauth/access_token",
            client=self.client,
            token=approved.temporary,
            oauth={} if approved.verifier is None else {"oauth_verifier": approved.verifier},
            place=place,
        )

    def sms(
        self,
        token: Credentials,
        message: Mapping[str, str | None] | None = None,
        *,
        shape: str = "get-query",
        path: str = "/sms/json",
    ) -> Call:
        """Send an SMS in one of ``SHAPES``; *message* adds to the usual one, or with None takes from it."""
        usual: dict[str, str | None] = {"from": "NexmoOauth", "to": self.provider.sms_to, "text": TEXT}
        members = {name: value for name, value in (usual | dict(message or {})).items() if value is not None}
        call = Call(method="GET", url=f"{self.provider.rest_url}{path}", client=self.client, token=token)
        return SHAPES[shape](call, members)

    def balance(self, token: Credentials, *, path: str = "/account/get-balance", accept: str = "*/*") -> Call:
        """Ask for the account's balance."""
        return Call(
            method="GET",
            url=f"{self.provider.rest_url}{path}",
            client=self.client,
            token=token,
            headers={"Accept": accept},
        )

    def api(
        self,
        token: Credentials,
        path: str,
        query: Iterable[tuple[str, str]] = (),
        *,
        form: Pairs | None = None,
        accept: str = "*/*",
    ) -> Call:
        """Call an account, number or search endpoint: with a *form* by POST."""
        call = Call(
            method="GET" if form is None else "POST",
            url=f"{self.provider.rest_url}{path}",
            client=self.client,
            token=token,
            form=form,
            headers={"Accept": accept},
        )
        encoded = urlencode(list(query), quote_via=quote)
        return replace(call, url=f"{call.url}?{encoded}") if encoded else call

    # Steps

    def temporary_credentials(self, callback: str | None = OUT_OF_BAND) -> Credentials:
        """Take the first step."""
        return self._issued(self.request_token(callback=callback))

    def authorization_page(self, temporary: Credentials, *, endpoint: str = "authorize") -> str:
        """Return where the user is sent."""
        return f"{self.provider.dashboard_url}/oauth/{endpoint}?oauth_token={quote(temporary.key, safe='')}"

    def approved(self, callback: str | None = OUT_OF_BAND, *, by: Authorizer | None = None) -> Approved:
        """Take the first two steps: with a user who says yes."""
        authorizer = by or self.provider.authorizer
        authorizer.be_there()
        temporary = self.temporary_credentials(callback)
        decision = authorizer.approve(temporary.key, self.authorization_page(temporary))
        self.provider.secrets.add(decision.verifier or "")
        return Approved(temporary=temporary, verifier=decision.verifier, redirect_url=decision.redirect_url)

    def access(self, *, by: Authorizer | None = None) -> Credentials:
        """Take all three, or take up what an earlier run has left."""
        authorizer = by or self.provider.authorizer

        def flow() -> Credentials:
            return self._issued(self.access_token(self.approved(by=authorizer)))

        return authorizer.access_token(flow)

    def _issued(self, call: Call) -> Credentials:
        """Send *call*, and return what a test begins with."""
        answer = self.send(call)
        if not issues(answer):
            self.provider.lacking(answer)
        return credentials_of(answer)

    def access_of(self, account: Account) -> Credentials:
        """Take all three with *account* as the user; for tests marked ``needs_control``."""
        assert self.provider.control is not None, "mark the test with needs_control"
        return self.access(by=ByControl(self.provider.control, account.email))


# The four shapes in which clients of the time sent a signed SMS, and their kin


def _with_query(call: Call, message: Mapping[str, str], *, first: str = "") -> Call:
    return replace(call, url=f"{call.url}?{first}{urlencode(message, quote_via=quote)}")


def _with_json(call: Call, message: Mapping[str, str], content_type: str = "application/json") -> Call:
    body = json.dumps(dict(message)).encode()
    return replace(call, method="POST", body=body, headers={"Content-Type": content_type})


SHAPES: Mapping[str, Callable[[Call, Mapping[str, str]], Call]] = {
    # PHP's OAuth extension appends "&name=value…" to the documented URL, which ends in "?".
    "get-after-question-mark": lambda call, message: _with_query(call, message, first="&"),
    "get-query": _with_query,
    "post-query": lambda call, message: replace(_with_query(call, message), method="POST"),
    "post-form": lambda call, message: replace(call, method="POST", form=tuple(message.items())),
    "post-json": _with_json,
}


# What holds for every signed request is tested on each of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One signed request: how a right one comes about, and how a refusal of it is read.

    Attributes:
        problem: its ``oauth_problem``, where it has the form of its endpoint in all.
    """

    name: str
    right: Callable[[Consumer], Call]
    problem: Callable[[requests.Response], str]


def _api_problem(answer: requests.Response) -> str:
    return challenge_of(answer)["oauth_problem"]


def _sms_problem(answer: requests.Response) -> str:
    # No capture shows the real status; the documents leave 200 to a setting.
    assert answer.status_code in (200, 400, 401)
    assert messages_of(answer) == [{"status": "4", "error-text": "Bad Credentials"}]
    return _api_problem(answer)


def _account_problem(answer: requests.Response) -> str:
    assert answer.status_code == 401
    assert answer.json() == {"error-code": "401", "error-code-label": "authentication failed"}
    return _api_problem(answer)


REQUEST_TOKEN = Leg(name="request-token", right=lambda app: app.request_token(), problem=problem_of)
ACCESS_TOKEN = Leg(
    name="access-token",
    right=lambda app: app.access_token(app.approved()),
    problem=problem_of,
)
SMS = Leg(
    name="sms",
    right=lambda app: app.sms(app.access(), shape="post-form"),
    problem=_sms_problem,
)
BALANCE = Leg(
    name="balance",
    right=lambda app: app.balance(app.access()),
    problem=_account_problem,
)

LEGS = (REQUEST_TOKEN, ACCESS_TOKEN, SMS, BALANCE)
LEGS_WITH_TOKEN = (ACCESS_TOKEN, SMS, BALANCE)
