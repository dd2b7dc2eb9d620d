"""A fake Nexmo: OAuth 1.0a provider and SMS API, in process or over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import AddressInUse as AddressInUse
from .errors import Conflict as Conflict
from .errors import FakeNexmoError as FakeNexmoError
from .errors import InvalidValue as InvalidValue
from .errors import Unknown as Unknown
from .errors import WrongStage as WrongStage
from .version import __version__ as __version__

if TYPE_CHECKING:
    from .explaining import Explanation
    from .fake import FakeNexmo as FakeNexmo
    from .nexmo import Nexmo as Nexmo

__all__ = [
    "AddressInUse",
    "Conflict",
    "FakeNexmo",
    "FakeNexmoError",
    "InvalidValue",
    "Nexmo",
    "Unknown",
    "WrongStage",
    "__version__",
    "explain",
]


def __getattr__(name: str) -> Any:
    """Import the fake when it is first asked for: every pytest run of whoever installed this imports the package."""
    if name == "FakeNexmo":
        from .fake import FakeNexmo

        return FakeNexmo
    if name == "Nexmo":
        from .nexmo import Nexmo

        return Nexmo
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def explain(
    pasted: str | None = None,
    *,
    consumer_secret: str,
    token_secret: str = "",
    method: str = "GET",
    url: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str | bytes = b"",
    rsa_public_key: str | None = None,
    other_secrets: Sequence[str] = (),
) -> Explanation:
    """Explain why the OAuth 1.0a signature of one request does not verify, for any provider.

    Args:
        pasted: a curl command, a raw HTTP request or a HAR file; or None, and the request in its parts.
        consumer_secret: of the app that signed it.
        token_secret: of its token; "" where it has none.
        method: of a request in parts.
        url: its absolute URL.
        headers: its headers, as pairs.
        body: its body.
        rsa_public_key: PEM, for a signature by RSA.
        other_secrets: that may have been used by mistake.

    Returns:
        An Explanation: ``verifies``, ``base_string``, ``diagnosis``, ``notes``. No secret is in it.

    Raises:
        InvalidValue: it is no request.
    """
    from . import explaining  # most who import this package never ask

    octets = body.encode() if isinstance(body, str) else body
    wire = (
        explaining.read(pasted)
        if pasted is not None
        else explaining.request(method, url, tuple(headers), octets)
    )
    return explaining.explain(
        wire,
        consumer_secret=consumer_secret,
        token_secret=token_secret,
        rsa_public_key=rsa_public_key,
        other_secrets=other_secrets,
    )
