"""What an operation hands back: the answer, and what the trace should say about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from ..domain.finding import Diagnosis, Finding
from ..domain.transient import transient
from ..domain.webhook import Webhook
from ..domain.wire import WireResponse

Kind = Literal["accepted", "refused", "fault", "other"]


@transient
class Outcome:
    """An answer with its story."""

    response: WireResponse
    kind: Kind
    client_key: str | None = None
    findings: tuple[Finding, ...] = ()
    diagnosis: Diagnosis | None = None
    reason: str | None = None  # of a refusal that OAuth has no part in, for the log
    fault: str | None = None  # the id of the planned fault that it met
    webhooks: Sequence[Webhook] = ()  # to be pushed once the answer is out
    message: int | None = None  # the number under which the store keeps the SMS that it was about
    secrets: tuple[str, ...] = field(default=(), repr=False)  # of those who took part, never to be shown
