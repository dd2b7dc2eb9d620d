"""The pages for people: where users decide about an app, and the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.webhook import Webhook
from ..domain.wire import WireRequest, WireResponse
from ..operations.outcome import Outcome
from ..provider import Provider
from .consent import Consent
from .dashboard.door import Dashboard
from .dashboard.live import Renderings
from .dashboard.setup import SetUp
from .dashboard.visit import Site
from .html import Templates
from .visitors import Visitors


class Pages:
    """Answers the pages of one Provider."""

    def __init__(self, provider: Provider, *, control: bool = True, control_token: str | None = None) -> None:
        self._provider = provider
        self._templates = Templates()
        self._visitors = Visitors(provider.ports)
        self._dashboard = Dashboard(
            Site(
                provider=provider,
                templates=self._templates,
                visitors=self._visitors,
                renderings=Renderings(),
                setup=SetUp(self._templates.environment),
                has_control=control,
                control_token=control_token,
            )
        )

    def has(self, path: str) -> bool:
        """Whether there is a page of the dashboard at *path*."""
        return self._dashboard.has(path)

    def respond(self, wire: WireRequest) -> tuple[WireResponse, Sequence[Webhook]]:
        """Answer a page of the dashboard, and say what is to be pushed after that."""
        return self._dashboard.respond(wire)

    def authorize(self, wire: WireRequest) -> Outcome:
        """Sign in, then ask whether the app may act for this account: RFC 5849 section 2.2."""
        return self._consent(wire, ask_again=True)

    def authenticate(self, wire: WireRequest) -> Outcome:
        """The same, but a signed-in user who approved this app before is not asked again."""
        return self._consent(wire, ask_again=False)

    def _consent(self, wire: WireRequest, *, ask_again: bool) -> Outcome:
        return Consent(
            templates=self._templates,
            visitors=self._visitors,
            provider=self._provider,
            wire=wire,
            ask_again=ask_again,
        ).outcome()
