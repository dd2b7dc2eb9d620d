"""The pairs of identifier and secret."""

from __future__ import annotations

import dataclasses

import pytest

from client.account import Account
from client.credentials import AccessToken, ClientCredentials, RequestToken
from client.nexmo import NexmoOAuth
from client.session import Signature
from client.settings import Settings

from .examples import ACCESS_TOKEN, CLIENT, REQUEST_TOKEN, REST

HOLDERS = [
    CLIENT,
    REQUEST_TOKEN,
    ACCESS_TOKEN,
    Signature(client=CLIENT, token=ACCESS_TOKEN, verifier="verifier-SECRET"),
    Settings(client=CLIENT, access_token=ACCESS_TOKEN),
    Account(client=CLIENT, access_token=ACCESS_TOKEN, rest_url=REST),
    NexmoOAuth(CLIENT.key, CLIENT.secret),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_no_repr_shows_a_secret(holder: object) -> None:
    """Whatever holds a secret keeps it out of its repr and its str, and still says which one it is."""
    shown = f"{holder!r} {holder}"

    assert "SECRET" not in shown
    assert any(name in shown for name in ("consumer-key", "request-token", "access-token"))


@pytest.mark.parametrize("kind", [ClientCredentials, RequestToken, AccessToken])
def test_credentials_are_values(kind: type[ClientCredentials | RequestToken | AccessToken]) -> None:
    """Credentials with the same members are equal, and nobody changes them."""
    one = kind("identifier", "secret")

    assert one == kind("identifier", "secret")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.secret = "other"  # type: ignore[misc]
