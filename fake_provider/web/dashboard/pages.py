"""Every page of the dashboard, as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from werkzeug.wrappers import Response

from . import apps, conversations, exchanges, faults, messages, settings, signing_in, start

Answer = Callable[..., Response]


class Needs(Enum):
    """What a visitor needs to see a page."""

    NOTHING = "nothing"
    ACCOUNT = "account"  # to have signed in
    CONTROL = "control"  # and where control calls need a token, to know it: it shows and does what they do


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address: what shows it (GET), what a form sent to it does (POST)."""

    path: str
    show: Answer | None = None
    act: Answer | None = None
    needs: Needs = Needs.CONTROL

    @property
    def methods(self) -> Sequence[str]:
        """The methods that are answered."""
        return [*(["GET", "HEAD"] if self.show else []), *(["POST"] if self.act else [])]


PAGES: Sequence[Page] = (
    Page(path="/", show=start.show, needs=Needs.NOTHING),
    *(
        Page(path=f"/private/{name}", show=start.moved, needs=Needs.NOTHING)  # where old READMEs lead
        for name in ("dashboard", "settings", "numbers")
    ),
    # Who looks
    Page(path="/sign-in", show=signing_in.ask, act=signing_in.sign_in, needs=Needs.NOTHING),
    Page(path="/sign-out", act=signing_in.sign_out, needs=Needs.NOTHING),
    Page(path="/unlock", show=signing_in.ask_for_token, act=signing_in.unlock, needs=Needs.ACCOUNT),
    # The account's own
    Page(path="/settings", show=settings.show, act=settings.save, needs=Needs.ACCOUNT),
    Page(path="/apps", show=apps.show_all, needs=Needs.ACCOUNT),
    Page(path="/apps/access", act=apps.grant_access, needs=Needs.ACCOUNT),
    Page(path="/apps/new", show=apps.new, act=apps.create, needs=Needs.ACCOUNT),
    Page(path="/apps/app", show=apps.show, needs=Needs.ACCOUNT),
    Page(path="/apps/edit", show=apps.edit, act=apps.save, needs=Needs.ACCOUNT),
    Page(path="/apps/secret", act=apps.renew_secret, needs=Needs.ACCOUNT),
    Page(path="/apps/token", act=apps.revoke_token, needs=Needs.ACCOUNT),
    Page(path="/apps/delete", act=apps.delete, needs=Needs.ACCOUNT),
    Page(path="/authorized", show=apps.show_authorized, act=apps.revoke_authorized, needs=Needs.ACCOUNT),
    # What happens on this fake
    Page(path="/messages", show=messages.show_all),
    Page(path="/messages/clear", act=messages.clear),
    Page(path="/messages/<int:number>", show=messages.show),
    Page(path="/messages/<int:number>/receipt", act=messages.send_receipt),
    Page(path="/conversations", show=conversations.show_all),
    Page(path="/conversations/with", show=conversations.show, act=conversations.reply),
    Page(path="/requests", show=exchanges.show_all),
    Page(path="/requests/compare", show=exchanges.compare),
    Page(path="/requests/<int:number>", show=exchanges.show, act=exchanges.hold_against),
    Page(path="/requests/<int:number>/<any(request, response):half>", show=exchanges.body),
    Page(path="/faults", show=faults.show, act=faults.plan),
    Page(path="/faults/remove", act=faults.remove),
    Page(path="/clock", act=faults.move_clock),
    Page(path="/reset", act=faults.reset),
)
