"""Sign in and out, and show that one knows the control token."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from ...settings import DEFAULT_PASSWORD
from ..consent import SIGN_IN_FAILURES
from ..visitors import TooManyAttempts
from .visit import Visit

_LONGEST_TARGET = 2_000


def ask(visit: Visit) -> Response:
    """Ask for e-mail and password."""
    return _form(visit, back=visit.request.args.get("next", "/"))


def sign_in(visit: Visit) -> Response:
    """Sign in, and go where the visitor wanted to go."""
    email, back = visit.request.form.get("email", ""), visit.request.form.get("next", "/")
    try:
        account = visit.site.visitors.identified(email, visit.request.form.get("password", ""))
    except TooManyAttempts:
        return _form(visit, back=back, status=429, email=email)
    if account is None:
        return _form(visit, back=back, status=403, email=email)
    visit.session = visit.site.visitors.begin(account.email, visit.session)
    return visit.go(local(back))


def _form(visit: Visit, *, back: str, status: int = 200, email: str = "") -> Response:
    return visit.page(
        "sign_in.html",
        status=status,
        failure=SIGN_IN_FAILURES.get(status),
        email=email,
        **form_values(visit, back),
    )


def form_values(visit: Visit, back: str = "/") -> dict[str, Any]:
    """Return what the sign-in form of the dashboard shows. The logins are those that everybody knows."""
    known = [one for one in visit.ports.store.accounts() if one.password == DEFAULT_PASSWORD]
    return {"app_name": None, "action": "/sign-in", "next": local(back), "accounts": known[:5]}


def sign_out(visit: Visit) -> Response:
    """Sign out; the session ends."""
    visit.session = visit.site.visitors.begin(None, visit.session)
    return visit.go("/sign-in", done="signed-out")


def ask_for_token(visit: Visit) -> Response:
    """Ask for the control token."""
    return visit.page("unlock.html", failure=None, next=local(visit.request.args.get("next", "/")))


def unlock(visit: Visit) -> Response:
    """Open the pages that do what control calls do."""
    back = local(visit.request.form.get("next", "/"))
    given = visit.request.form.get("control_token", "").strip()
    try:
        knows = visit.site.visitors.knows("control token", given, visit.site.control_token or "")
    except TooManyAttempts:
        return visit.page("unlock.html", status=429, failure=SIGN_IN_FAILURES[429], next=back)
    if not knows:
        return visit.page("unlock.html", status=403, failure="This is not the control token.", next=back)
    visit.session = visit.site.visitors.unlock(visit.session)
    return visit.go(back)


def local(target: str) -> str:
    """Return *target* if it is an address of this site, else the start page: no form leads elsewhere."""
    # Browsers take a backslash for a slash, and drop tabs and line breaks.
    is_local = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if is_local and target.isprintable() and len(target) <= _LONGEST_TARGET else "/"
