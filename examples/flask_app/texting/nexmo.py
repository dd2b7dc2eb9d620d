"""What the application asks of Nexmo: OAuth 1.0a for its users, and SMS on their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

import requests
from requests_oauthlib import OAuth1

TIMEOUT_SECONDS = 10


class Refused(Exception):
    """Nexmo has understood, and said no; the text says why."""


class TokenRefused(Refused):
    """The user's token is good for nothing any more: it was revoked, or the account is gone."""


class Unclear(Exception):
    """No answer came, or none that can be read: nobody knows what became of the request."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A token and its secret: of a login that has begun, or of a user."""

    token: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Nexmo:
    """Nexmo, as one app of it sees it."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    dashboard_url: str
    rest_url: str

    # Login: RFC 5849 section 2

    def begin(self, callback: str) -> Credentials:
        """Ask for a request token, with which the user is sent to ``page``."""
        form = self._form("/oauth/request_token", self._auth(callback=callback))
        if form.get("oauth_callback_confirmed") != "true":
            raise Refused("Nexmo has not confirmed where it sends you back to")
        return _credentials(form)

    def page(self, request_token: str) -> str:
        """Return where the user says yes or no."""
        return f"{self.dashboard_url}/oauth/authorize?oauth_token={quote(request_token, safe='')}"

    def finish(self, begun: Credentials, verifier: str) -> Credentials:
        """Exchange what the user has authorized for the user's own token, which does not expire."""
        return _credentials(self._form("/oauth/access_token", self._auth(begun, verifier=verifier)))

    # SMS

    def send(self, user: Credentials, *, to: str, text: str, receipts_to: str) -> list[str]:
        """Send an SMS on the user's account.

        Returns:
            The ids of its parts, under which receipts will come.

        Raises:
            TokenRefused: the user has to log in again.
            Refused: nothing was sent, or not all parts; the text says which status Nexmo gave.
            Unclear: it may have been sent, so it must not simply be sent again.
        """
        message = {
            "from": "Texting",
            "to": to,
            "text": text,
            "type": "text" if text.isascii() else "unicode",
            "status-report-req": "1",
            "callback": receipts_to,
        }
        answer = self._post(f"{self.rest_url}/sms/json", self._auth(user), message)
        if answer.status_code == 401:
            raise TokenRefused("Nexmo does not know your login any more")
        try:
            parts = [_Part.read(part) for part in answer.json()["messages"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unclear(f"Nexmo's answer cannot be read (HTTP {answer.status_code})") from None
        if not parts:
            raise Unclear("Nexmo's answer tells of no SMS")
        refused = [part for part in parts if part.status != "0"]
        if refused:
            # HTTP 200 with another status than 0 is how Nexmo refuses an SMS.
            some = f" {len(parts) - len(refused)} of {len(parts)} parts were sent." if len(parts) > 1 else ""
            raise Refused(f"{refused[0].reason}.{some}")
        return [part.message_id for part in parts]

    # How it is asked

    def _auth(
        self, holder: Credentials | None = None, *, callback: str | None = None, verifier: str | None = None
    ) -> OAuth1:
        token, secret = (holder.token, holder.secret) if holder is not None else (None, None)
        return OAuth1(
            self.consumer_key, self.consumer_secret, token, secret, callback_uri=callback, verifier=verifier
        )

    def _form(self, path: str, auth: OAuth1) -> dict[str, str]:
        answer = self._post(f"{self.dashboard_url}{path}", auth)
        form = dict(parse_qsl(answer.text))
        if answer.status_code in (400, 401):
            raise Refused(f"Nexmo refuses: {form.get('oauth_problem', 'it does not say why')}")
        if answer.status_code != 200 or not {"oauth_token", "oauth_token_secret"} <= form.keys():
            raise Unclear(f"Nexmo's answer cannot be read (HTTP {answer.status_code})")
        return form

    def _post(self, url: str, auth: OAuth1, data: Mapping[str, str] | None = None) -> requests.Response:
        try:
            # What is signed for one address goes to no other: redirects are not followed.
            return requests.post(url, data=data, auth=auth, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise Unclear(f"Nexmo does not answer ({type(error).__name__})") from error


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What Nexmo says of one part of an SMS."""

    status: str
    message_id: str
    reason: str

    @classmethod
    def read(cls, part: Mapping[str, str]) -> _Part:
        status = part["status"]
        reason = f"Nexmo refuses it with status {status}: {part.get('error-text', 'no reason given')}"
        if status == "1":
            reason += "; too many were sent at once, try again in a second"
        return cls(status=status, message_id=part.get("message-id", ""), reason=reason)


def _credentials(form: Mapping[str, str]) -> Credentials:
    return Credentials(token=form["oauth_token"], secret=form["oauth_token_secret"])
