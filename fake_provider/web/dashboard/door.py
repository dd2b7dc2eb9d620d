"""Finds the page that a request is for, looks who asks, and keeps out who must not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from ...domain.webhook import Webhook
from ...domain.wire import WireRequest, WireResponse
from ...errors import Conflict, FakeNexmoError, InvalidValue, StoreUnavailable, Unknown
from ..consent import NOT_OWN_FORM
from ..html import cut
from ..wsgi import request_of, response_of
from .pages import PAGES, Needs, Page
from .visit import Site, Visit, is_poll

_STATIC: Mapping[str, str] = {
    "dashboard.js": "text/javascript",
    "favicon.svg": "image/svg+xml",
    "htmx.min.js": "text/javascript",
    "style.css": "text/css",
}
_ROUTES = Map(
    [Rule(page.path, endpoint=page) for page in PAGES], strict_slashes=False, merge_slashes=False
).bind("dashboard")
"""Which page each path is. Made once: compiling it takes milliseconds."""

_TITLES: Mapping[type[FakeNexmoError], tuple[int, str]] = {
    InvalidValue: (400, "This cannot be done"),
    Unknown: (404, "Not found"),
    Conflict: (409, "This cannot be done now"),
}


class Dashboard:
    """Answers the pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @staticmethod
    def has(path: str) -> bool:
        """Whether there is a page, or a file that pages need, at *path*."""
        return _static(path) is not None or (not path.startswith("//") and _ROUTES.test(path))

    def respond(self, wire: WireRequest) -> tuple[WireResponse, Sequence[Webhook]]:
        """Answer one request, and say what is to be pushed after that."""
        if name := _static(wire.path):
            return _file(name), ()
        request = request_of(wire)
        if is_poll(request) and self._site.visitors.held(request) is None:
            # And no new session: a poll that is late would end the one that was just begun.
            return response_of(_load_anew()), ()
        session = self._site.visitors.session(request)
        visit = Visit(
            site=self._site,
            wire=wire,
            request=request,
            session=session,
            visitor=self._site.visitors.account(session),
        )
        page, values = _ROUTES.match(wire.path)
        try:
            response = self._answered(visit, page, values)
        except StoreUnavailable:
            raise  # whatever was asked for: one answer, made above
        except FakeNexmoError as error:
            status, title = next(told for kind, told in _TITLES.items() if isinstance(error, kind))
            response = visit.problem(status, title, f"{cut(str(error), 1_000)}.")
        except HTTPException as error:  # a form with too many parts, or too long
            response = visit.problem(error.code or 400, "This cannot be read", f"{error.description}")
        self._site.visitors.remember(response, visit.session, request)
        return response_of(response), visit.webhooks

    def _answered(self, visit: Visit, page: Page, values: Mapping[str, int]) -> Response:
        method = "GET" if visit.wire.method == "HEAD" else visit.wire.method
        answer = {"GET": page.show, "POST": page.act}.get(method)
        if answer is None:
            refused = visit.problem(
                405, "Not here", f"{visit.wire.method[:20]} is not answered at this address."
            )
            refused.headers["Allow"] = ", ".join(page.methods)
            return refused
        if method == "POST" and not self._site.visitors.is_own_form(visit.request, visit.session):
            return _not_own_form(visit)
        return self._kept_out(visit, page) or answer(visit, **values)

    def _kept_out(self, visit: Visit, page: Page) -> Response | None:
        """Send away who has to sign in, or to say the control token, first."""
        if page.needs is Needs.NOTHING:
            return None
        if visit.visitor is None:
            way = "/sign-in"
        elif page.needs is Needs.CONTROL and self._site.control_token and not visit.session.unlocked:
            way = "/unlock"
        else:
            return None
        if visit.is_live:  # the session ended while the page was open: it has to be loaded anew
            return _load_anew()
        back = visit.wire.target if visit.wire.method == "GET" else "/"
        return visit.go(way, next=back)


_NOT_SHOWN_AGAIN = frozenset({"csrf_token", "password", "control_token", "next"})


def _not_own_form(visit: Visit) -> Response:
    """Refuse a form that is not this session's; what was typed stands there, to be typed again."""
    title, text = NOT_OWN_FORM
    typed = [
        (name[:100], value[:12_000])
        for name, value in list(visit.request.form.items())[:20]
        if value and name not in _NOT_SHOWN_AGAIN
    ]
    return visit.page("problem.html", status=403, title=title, text=text, typed=typed[:10])


def _load_anew() -> Response:
    """Tell the script of an open page to load it anew, sign-in and all."""
    return Response(status=200, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})


def _static(path: str) -> str | None:
    """Return the name of the file that *path* is for."""
    name = "favicon.svg" if path == "/favicon.ico" else path.removeprefix("/static/")
    return name if name in _STATIC and name != path else None


def _file(name: str) -> WireResponse:
    body = files("fake_provider.web").joinpath("static", name).read_bytes()
    kind = _STATIC[name]
    headers = (
        ("Content-Type", kind if "svg" in kind else f"{kind}; charset=utf-8"),
        ("Cache-Control", "max-age=60"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return WireResponse(status=200, headers=headers, body=body)
