"""Credentials in the path, as clients wrote them before 2014."""

from __future__ import annotations

import pytest

from fake_provider.account import paths
from fake_provider.account.paths import FORMS

KEY = {"api_key": "k", "api_secret": "s"}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", FORMS)
def test_every_form(path: str, slash: str) -> None:
    """Key and secret come first, then the parameters of the endpoint; a slash at the end adds nothing."""
    values = [f"v{number}" for number, _ in enumerate(FORMS[path])]

    found = paths.read("/".join((path, "k", "s", *values)) + slash)

    assert found == (path, KEY | dict(zip(FORMS[path], values, strict=True)))


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        ("/account/get-balance/k%2Fx/s%20", {"api_key": "k/x", "api_secret": "s "}),
        ("/account/get%2Dbalance/k/s", KEY),
        ("/account/numbers//s", {"api_key": "", "api_secret": "s"}),
    ],
)
def test_escapes(raw: str, parameters: dict[str, str]) -> None:
    """Each segment is unescaped by itself: a slash may be part of a secret."""
    found = paths.read(raw)

    assert found is not None
    assert found[1] == parameters


@pytest.mark.parametrize(
    "raw",
    [
        "/account/get-balance",
        "/account/get-balance/",
        "/account/get-balance/k",
        "/account/get-balance/k/s/more",
        "/number/buy/k/s/GB",
        "/account/top-up/k/s",
        "/search/messages/k/s",
        "/k/s",
        "/",
        "",
    ],
)
def test_other_paths(raw: str) -> None:
    """What has too few or too many segments, or no such form, is none of them."""
    assert paths.read(raw) is None


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("/account/get-balance/k/s", "/account/get-balance/k/[x]"),
        ("/account/get-pricing/outbound/k/s/GB", "/account/get-pricing/outbound/k/[x]/GB"),
        ("/search/message/k/s/too/much/of/it", "/search/message/k/[x]/too/much/of/it"),
        ("/number/buy/k/s", "/number/buy/k/[x]"),
        ("/account/get%2Dbalance/k/s/", "/account/get%2Dbalance/k/[x]/"),
        ("/account/get-balance/k", "/account/get-balance/k"),
        ("/account/get-balance/k//", "/account/get-balance/k//"),
        ("/sms/json", "/sms/json"),
    ],
)
def test_a_secret_is_known_by_its_place(raw: str, cleaned: str) -> None:
    """Whether or not the path is right otherwise, no secret is left in it."""
    assert paths.without_secret(raw, "[x]") == cleaned
