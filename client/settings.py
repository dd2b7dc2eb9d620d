"""What the environment says: the app's credentials, an access token, and where the service is.

    NEXMO_CONSUMER_KEY, NEXMO_CONSUMER_SECRET    the app, required
    NEXMO_ACCESS_TOKEN, NEXMO_ACCESS_TOKEN_SECRET  an access token, both or none
    NEXMO_DASHBOARD_URL                          https://dashboard.nexmo.com
    NEXMO_REST_URL                               https://rest.nexmo.com
    NEXMO_CALLBACK_URL                           what ``login`` sends as callback, where it is not told

An empty variable counts as one that is not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .credentials import AccessToken, ClientCredentials
from .errors import WrongSettings

DASHBOARD_URL, REST_URL = "https://dashboard.nexmo.com", "https://rest.nexmo.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The environment, validated."""

    client: ClientCredentials
    access_token: AccessToken | None = None
    dashboard_url: str = DASHBOARD_URL
    rest_url: str = REST_URL
    callback: str | None = None


ACCESS_TOKEN = ("NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET")
"""The variables of an access token and of its secret."""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Return the settings in *environment*; WrongSettings names a variable that is missing or wrong."""
    return Settings(
        client=ClientCredentials(
            _required(environment, "NEXMO_CONSUMER_KEY"), _required(environment, "NEXMO_CONSUMER_SECRET")
        ),
        access_token=_access_token(environment),
        dashboard_url=_url(environment, "NEXMO_DASHBOARD_URL", DASHBOARD_URL),
        rest_url=_url(environment, "NEXMO_REST_URL", REST_URL),
        callback=_optional(environment, "NEXMO_CALLBACK_URL"),
    )


def checked_url(name: str, url: str) -> str:
    """Return *url* without a slash at the end.

    Raises:
        WrongSettings: it is not the http or https URL of a host, or has a query, a fragment or a password
            (which would end in every log of a proxy). *name* stands in the error, *url* does not.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise WrongSettings(name, "must be an http or https URL, like https://rest.nexmo.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise WrongSettings(name, "must be a URL without user name, query or fragment")
    return url.rstrip("/?#")


def _access_token(environment: Mapping[str, str]) -> AccessToken | None:
    if not any(_optional(environment, name) for name in ACCESS_TOKEN):
        return None
    return AccessToken(*(_required(environment, name) for name in ACCESS_TOKEN))


def _url(environment: Mapping[str, str], name: str, default: str) -> str:
    return checked_url(name, _optional(environment, name) or default)


def _required(environment: Mapping[str, str], name: str) -> str:
    value = _optional(environment, name)
    if value is None:
        raise WrongSettings(name, "is not set")
    return value


def _optional(environment: Mapping[str, str], name: str) -> str | None:
    """Return the variable, None where empty. Blanks may belong to a secret; a line end never does."""
    value = environment.get(name)
    if value and any(c < " " or "\ud800" <= c <= "\udfff" for c in value):  # the latter: bytes outside UTF-8
        raise WrongSettings(name, "holds a line end, a control character or bytes that are not UTF-8")
    return value or None
