"""Wrong secrets are refused wherever the protocol parameters stand, and at every endpoint and method that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from contract_tests.answers import challenge_of
from contract_tests.consumer import LEGS, SMS, Consumer, Leg
from contract_tests.endpoints import ENDPOINTS, Endpoint
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Call, Credentials, Place

REALM = "https://dashboard.nexmo.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A right call, its protocol parameters in one of the three places."""

    name: str
    right: Callable[[Consumer], Call]
    place: Place
    has_token: bool = True
    costs: bool = False

    def call(self, app: Consumer) -> Call:
        """Return a new one."""
        return replace(self.right(app), place=self.place)


def _request_token(method: str) -> Callable[[Consumer], Call]:
    return lambda app: app.request_token(method=method)


def _access_token(method: str) -> Callable[[Consumer], Call]:
    return lambda app: app.access_token(app.approved(), method=method)


def _sms(path: str, shape: str) -> Callable[[Consumer], Call]:
    return lambda app: app.sms(app.access(), path=path, shape=shape)


BY_GET: tuple[Place, ...] = ("header", "query")
BY_POST: tuple[Place, ...] = ("header", "query", "form")

TOKEN_WAYS = [
    Way(
        name=f"{name}-by-{method.lower()}", right=right(method), place=place, has_token=name == "access-token"
    )
    for name, right in (("request-token", _request_token), ("access-token", _access_token))
    for method, places in (("GET", BY_GET), ("POST", BY_POST))
    for place in places
]
SMS_WAYS = [
    Way(name=f"sms-{kind}-by-{shape}", right=_sms(f"/sms/{kind}", shape), place=place, costs=True)
    for kind in ("json", "xml")
    for shape, places in (
        ("get-query", BY_GET),
        ("post-query", BY_GET),
        ("post-form", BY_POST),
    )
    for place in places
]
API_WAYS = [
    Way(name="balance", right=lambda app: app.balance(app.access()), place="header"),
    Way(name="balance", right=lambda app: app.balance(app.access()), place="query"),
    Way(
        name="settings-by-post",
        right=lambda app: app.api(app.access(), "/account/settings", form=()),
        place="form",
    ),
]
WAYS = [*TOKEN_WAYS, *SMS_WAYS, *API_WAYS]


def _each(ways: list[Way]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "way",
        [
            pytest.param(way, id=f"{way.name}-{way.place}", marks=[pytest.mark.billable] if way.costs else [])
            for way in ways
        ],
    )


@pytest.mark.clause("OAUTH-MSG-14", "OAUTH-SIG-01")
@_each([way for way in WAYS if way.name != "settings-by-post"])
def test_a_right_request_is_accepted_in_each_place(app: Consumer, way: Way) -> None:
    """Nothing below is refused for its place."""
    assert is_let_in(app.send(way.call(app)))


@pytest.mark.clause("OAUTH-SIG-02")
@_each(WAYS)
def test_a_wrong_consumer_secret_is_refused_in_each_place(app: Consumer, way: Way) -> None:
    """No place, and no endpoint, goes unverified."""
    call = way.call(app)
    wrong = replace(call, client=Credentials(app.client.key, f"{app.client.secret}x"))

    assert is_refused(app.send(wrong))


@pytest.mark.clause("OAUTH-SIG-03")
@_each([way for way in WAYS if way.has_token])
def test_a_wrong_token_secret_is_refused_in_each_place(app: Consumer, way: Way) -> None:
    """Who has seen a token go by cannot use it."""
    call = way.call(app)
    assert call.token is not None
    wrong = replace(call, token=Credentials(call.token.key, "0" * 32))

    assert is_refused(app.send(wrong))


@pytest.mark.clause("OAUTH-PROB-10")
@pytest.mark.parametrize(
    "leg",
    [pytest.param(leg, id=leg.name, marks=[pytest.mark.billable] if leg is SMS else []) for leg in LEGS],
)
def test_the_realm_is_the_same_at_every_leg(app: Consumer, leg: Leg) -> None:
    """The dashboard's address, at the endpoints that are not the dashboard's, too."""
    call = leg.right(app)
    answer = app.send(replace(call, client=Credentials(app.client.key, f"{app.client.secret}x")))

    assert challenge_of(answer).get("realm") == REALM


@pytest.mark.clause("OAUTH-PROB-10")
@pytest.mark.parametrize(
    "endpoint",
    [pytest.param(one, id=one.name, marks=[pytest.mark.billable] if one.costs else []) for one in ENDPOINTS],
)
def test_the_realm_is_the_same_at_every_endpoint(
    app: Consumer, access: Credentials, endpoint: Endpoint
) -> None:
    """One realm, since one user grants access to all of them."""
    call = endpoint.right(app, access)
    answer = app.send(replace(call, client=Credentials(app.client.key, f"{app.client.secret}x")))

    assert challenge_of(answer).get("realm") == REALM
