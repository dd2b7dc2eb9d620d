"""What answers which path: one table of all endpoints.

A path is looked up as it is, decoded. Only where that finds nothing is it taken for one of old clients, which wrote
their credentials into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ..account import paths
from ..domain.fault import Place
from ..domain.wire import WireRequest
from ..operations import oauth, sms
from ..operations.outcome import Outcome
from ..provider import Provider

Operation = Callable[..., Outcome]

_PAGES = ("GET", "HEAD", "POST")
_READING = ("GET", "POST")  # the references of 2017 say either, for the same endpoints
_WRITING = ("POST",)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers a path, and which methods it takes."""

    operation: Operation
    place: Place
    methods: tuple[str, ...] = ("GET", "POST")
    other_status: int = 405  # what another method gets
    head_status: int | None = None  # None: as any other method
    is_quick: bool = False  # it is answered in well under a millisecond, and asks nobody


_TOKENS: Mapping[str, Operation] = {
    "/oauth/request_token": oauth.request_token,
    "/oauth/access_token": oauth.access_token,
}
_SMS: Mapping[str, tuple[Operation, Place]] = {
    "/sms/json": (partial(sms.send, answer_format="json"), Place.SMS_JSON),
    "/sms/xml": (partial(sms.send, answer_format="xml"), Place.SMS_XML),
}


_QUICK = frozenset({"/account/get-balance"})
"""Of the other endpoints: they list, search, or ask a URL whether it answers, all but this one."""


def api_table() -> Mapping[str, tuple[Operation, tuple[str, ...]]]:
    """Return the endpoints of accounts, numbers and search. Most tests never call them, nor wait for their modules."""
    from ..operations import account, numbers, pricing, search

    return {
        "/account/get-balance": (account.get_balance, _READING),
        "/account/settings": (account.settings, _READING),
        "/account/top-up": (account.top_up, _WRITING),
        "/account/get-pricing/outbound": (pricing.of_country, _READING),
        "/account/get-prefix-pricing/outbound": (pricing.of_prefix, _READING),
        "/account/get-full-pricing/outbound": (pricing.of_all, _READING),
        **_by_kind("/account/get-phone-pricing/outbound", pricing.of_phone),
        # The paths that end in a kind came with the shape of 2018, and have no other.
        **_by_kind("/account/get-pricing/outbound", partial(pricing.of_country, shape="2018")),
        **_by_kind("/account/get-prefix-pricing/outbound", partial(pricing.of_prefix, shape="2018")),
        **_by_kind("/account/get-full-pricing/outbound", partial(pricing.of_all, shape="2018")),
        "/account/numbers": (numbers.owned, _READING),
        "/number/search": (numbers.search, _READING),
        "/number/buy": (numbers.buy, _WRITING),
        "/number/cancel": (numbers.cancel, _WRITING),
        "/number/update": (numbers.update, _WRITING),
        "/search/message": (search.message, _READING),
        "/search/messages": (search.messages, _READING),
        "/search/rejections": (search.rejections, _READING),
    }


def _by_kind(path: str, operation: Operation) -> Mapping[str, tuple[Operation, tuple[str, ...]]]:
    return {f"{path}/{kind}": (partial(operation, kind=kind), _READING) for kind in ("sms", "voice")}


class Routes:
    """The endpoints of one provider; *pages* are those that Werkzeug answers, by their paths."""

    def __init__(self, provider: Provider, pages: Mapping[str, Operation]) -> None:
        self._asked = {"ports": provider.ports, "policy": provider.policy}
        self._endpoints: dict[str, Endpoint] = {
            path: Endpoint(page, Place.PAGE, methods=_PAGES) for path, page in pages.items()
        }
        for path, operation in _TOKENS.items():
            asked = partial(operation, **self._asked)
            self._endpoints[path] = Endpoint(asked, Place.OAUTH, is_quick=True)
        for path, (operation, place) in _SMS.items():
            # PUT was seen to be 404 and HEAD to be 200 there.
            send = partial(operation, **self._asked, scripts=provider.scripts)
            self._endpoints[path] = Endpoint(send, place, other_status=404, head_status=200, is_quick=True)
        self._is_complete = False

    def __contains__(self, path: str) -> bool:
        """Whether *path*, decoded, is an endpoint's as it is: then nothing of a client's own stands in it."""
        return path in self._endpoints

    def is_quick(self, path: str) -> bool:
        """Whether what answers *path*, decoded, is known to be quick."""
        endpoint = self._endpoints.get(path)
        return endpoint is not None and endpoint.is_quick

    def find(self, wire: WireRequest) -> Endpoint | None:
        """Return what answers *wire*."""
        path = wire.path
        found = self._endpoints.get(path)
        if found is None and not self._is_complete:
            self._complete()
            found = self._endpoints.get(path)
        return found or self._with_credentials(wire.raw_path)

    def _complete(self) -> None:
        """Add the rest; should two do it at once, they add the same."""
        for path, (operation, methods) in api_table().items():
            asked = partial(operation, **self._asked)
            endpoint = Endpoint(asked, Place.API, methods=methods, is_quick=path in _QUICK)
            self._endpoints[path] = self._endpoints[f"{path}/"] = endpoint
        self._is_complete = True

    def _with_credentials(self, raw_path: str) -> Endpoint | None:
        found = paths.read(raw_path)
        if found is None:
            return None
        path, parameters = found
        endpoint = self._endpoints[path]
        return replace(endpoint, operation=partial(endpoint.operation, path=parameters))
