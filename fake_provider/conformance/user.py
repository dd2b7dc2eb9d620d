"""The user: decides about each request token, types what the app waits for, and follows the browser's redirect."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from ..contract.address import is_loopback
from ..fake import FakeNexmo
from ..operations.oauth import Decision

# A client that listens for its own callback has read the answer by then; a person takes longer.
_A_MOMENT_SECONDS = 0.1
_BROWSER_SECONDS = 10.0


class User:
    """One run's user. *type_line* is called with what is typed; ``leave`` ends what is under way."""

    def __init__(self, fake: FakeNexmo, decision: Decision, type_line: Callable[[str], None]) -> None:
        self._fake = fake
        self._decision = decision
        self._type_line = type_line
        self._left = threading.Event()
        self._browsers: list[threading.Thread] = []

    def decide(self, oauth_token: str) -> Callable[[], None]:
        """Decide about a request token; returns what is to be done once the client knows the token."""
        decided = self._fake.authorize(oauth_token, decision=self._decision.value)

        def then() -> None:
            self._type_line(decided.verifier or "")
            if decided.redirect_url is not None and _is_loopback(decided.redirect_url):
                self._open(decided.redirect_url)

        return then

    def _open(self, url: str) -> None:
        browser = threading.Thread(
            target=self._follow, args=(url,), name="fake-nexmo-check-browser", daemon=True
        )
        browser.start()
        self._browsers.append(browser)  # now, as one that has not begun cannot be waited for

    def leave(self) -> None:
        """Stop following redirects."""
        self._left.set()
        for browser in tuple(self._browsers):
            browser.join(_BROWSER_SECONDS)

    def _follow(self, url: str) -> None:
        """Ask for *url* as a browser would, until somebody listens there."""
        while not self._left.wait(_A_MOMENT_SECONDS):
            try:
                _get(url)
            except ConnectionRefusedError:
                continue
            except ValueError:  # no browser could make anything of it either
                return
            return


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "")
    except ValueError:
        return False


def _get(url: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_BROWSER_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers={"Accept": "text/html"})
        connection.getresponse().read()
    except ConnectionRefusedError:
        raise
    except (OSError, http.client.HTTPException):
        pass  # how the client's page looks, or that it ended before it was whole, is not judged
    finally:
        connection.close()
