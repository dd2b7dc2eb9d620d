"""What a test may ask of Nexmo whichever it runs on: a fake in this process, one at a URL, or the real service."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .domain.credentials import ClientCredentials, TokenCredentials
from .operations.oauth import Authorization


@runtime_checkable
class Nexmo(Protocol):
    """What the fixture ``fake_nexmo`` is in a test that is marked ``nexmo_live``.

    The code under test asks the two real hosts, wherever they lead. What is not here only a ``FakeNexmo`` can do.
    """

    @property
    def is_live(self) -> bool:
        """Whether this is the real service, where an SMS is paid for and reaches somebody."""
        ...

    @property
    def sms_to(self) -> str:
        """The only number that an SMS may be for, in digits of E.164."""
        ...

    @property
    def consumer(self) -> ClientCredentials:
        """An app, with its ``consumer_key`` and ``consumer_secret``."""
        ...

    def access_token(self) -> TokenCredentials:
        """Return the ``token`` and ``secret`` of a user who has authorized that app.

        On the real service these are the stored ones, or a person at the terminal is asked, once a run.
        """
        ...

    def authorize(self, oauth_token: str, *, decision: str = "approve") -> Authorization:
        """Let the user decide about a request token: "approve" or "deny".

        On the real service a person at the terminal is asked; where there is a stored token only, the test is skipped.

        Returns:
            ``verifier``, and ``redirect_url``: where the user's browser would be sent, None for ``oob``.
        """
        ...
