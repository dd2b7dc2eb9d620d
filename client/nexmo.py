"""The face of the package: one app, and the way from its credentials to a user's account.

nexmo = NexmoOAuth("consumer key", "consumer secret")
request_token = nexmo.request_token(callback="oob")
print("Open", nexmo.authorization_url(request_token))
access_token = nexmo.access_token(request_token, verifier=input("Verifier: "))
nexmo.account(access_token).send_sms(to="447700900000", sender="NexmoOauth", text="hello from Nexmo")
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from . import flow
from .account import Account
from .credentials import AccessToken, ClientCredentials, RequestToken
from .errors import WrongUse
from .patience import Patience
from .session import Session, Timeout
from .settings import DASHBOARD_URL, REST_URL, checked_url


class NexmoOAuth:
    """One app at one provider. Holds no state but its settings, so threads may share it."""

    def __init__(
        self,
        consumer_key: str,
        consumer_secret: str,
        *,
        dashboard_url: str = DASHBOARD_URL,
        rest_url: str = REST_URL,
        timeout: Timeout | None = None,
        max_wait: timedelta = timedelta(seconds=10),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the app's credentials, as the dashboard shows them.

        Args:
            dashboard_url: where the OAuth endpoints are.
            rest_url: where SMS and account endpoints are.
            timeout: how long to wait for one request; None for 5 s to connect, 10 s between two bytes.
            max_wait: the longest wait, once throttled, after which a call is repeated.
            sleep: what waits, given seconds.

        Raises:
            WrongSettings: a URL that is none, or not an http one.
        """
        self._client = ClientCredentials(consumer_key, consumer_secret)
        self._dashboard_url = checked_url("dashboard_url", dashboard_url)
        self._rest_url = checked_url("rest_url", rest_url)
        self._session = Session(timeout=timeout or Timeout())
        self._patience = Patience(max_wait=max_wait, sleep=sleep)

    def __repr__(self) -> str:
        return f"NexmoOAuth({self._client.key!r}, dashboard_url={self._dashboard_url!r})"

    def request_token(self, callback: str | None = None) -> RequestToken:
        """Ask for a request token.

        Args:
            callback: where the user is sent back to, or "oob" where the user types the verifier. None sends
                no ``oauth_callback`` at all, as in Nexmo's guide.

        Raises:
            CallbackNotConfirmed: a callback was sent, and the answer does not confirm it.
            CredentialsRefused, Throttled, RequestRefused, Unreachable: see ``errors``.
        """
        return self._patience.call(
            lambda: flow.request_token(self._session, self._dashboard_url, self._client, callback)
        )

    def authorization_url(self, request_token: RequestToken) -> str:
        """Return the page on which the user presses Authorize."""
        return flow.authorization_url(self._dashboard_url, request_token)

    def access_token(
        self, request_token: RequestToken, *, verifier: str | None = None, callback_url: str | None = None
    ) -> AccessToken:
        """Exchange a request token that the user authorized.

        Args:
            verifier: what the user typed, or None in the flow without a callback.
            callback_url: in its place, the whole address that the user was sent back to.

        Raises:
            WrongCallback, AuthorizationDenied: what ``callback_url`` says.
            WrongUse: both were given.
            CredentialsRefused, Throttled, RequestRefused, Unreachable: see ``errors``.
        """
        if verifier is not None and callback_url is not None:
            raise WrongUse("a verifier and a callback_url were given: the second holds the first")
        if callback_url is not None:
            verifier = flow.verifier_from_callback(callback_url, request_token)
        return self._patience.call(
            lambda: flow.access_token(
                self._session, self._dashboard_url, self._client, request_token, verifier
            )
        )

    def account(self, access_token: AccessToken) -> Account:
        """Return the account to which *access_token* gives access."""
        return Account(
            client=self._client,
            access_token=access_token,
            rest_url=self._rest_url,
            session=self._session,
            patience=self._patience,
        )
