"""How a person comes to authorize the app from a terminal: in a browser that reports back, or by hand."""

from __future__ import annotations

import webbrowser

from . import loopback
from .console import Console
from .credentials import AccessToken
from .nexmo import NexmoOAuth

WAIT_SECONDS = 300.0


def browser_available() -> bool:
    """Tell whether there is a browser to open."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def by_loopback(
    nexmo: NexmoOAuth, console: Console, *, port: int = 0, open_browser: bool = True
) -> AccessToken:
    """Log in with a callback to a port of this machine (0: a free one); TimedOut after five minutes."""
    with loopback.listening(port) as receiver:
        request_token = nexmo.request_token(callback=receiver.url)
        url = nexmo.authorization_url(request_token)
        console.note(f"Open this page and press Authorize:\n{url}")
        if open_browser:
            webbrowser.open(url)
        return nexmo.access_token(request_token, callback_url=receiver.wait(WAIT_SECONDS))


def by_hand(nexmo: NexmoOAuth, console: Console, *, callback: str | None) -> AccessToken:
    """Log in with what the person types: the verifier, the address of the callback, or nothing.

    Args:
        callback: "oob", an address that is not ours to listen on, or None for Nexmo's documented flow, which
            has neither callback nor verifier.
    """
    request_token = nexmo.request_token(callback=callback)
    console.note(f"Open this page and press Authorize:\n{nexmo.authorization_url(request_token)}")
    typed = console.ask(
        "Then type the verifier, or the address that you were sent to (nothing if there is none):"
    )
    if "oauth_token=" in typed:
        return nexmo.access_token(request_token, callback_url=typed)
    return nexmo.access_token(request_token, verifier=typed or None)
