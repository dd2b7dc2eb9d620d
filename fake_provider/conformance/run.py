"""What was seen of one run of the command."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..domain.message import Message
from ..domain.wire import WireRequest
from ..oauth.protocol import ProtocolRequest, parse
from ..operations.outcome import Outcome
from ..trace import Exchange
from .setting import SMS_PATHS, Setting

REQUEST_TOKEN, ACCESS_TOKEN = "/oauth/request_token", "/oauth/access_token"


@dataclass(kw_only=True)
class Call:
    """One request, as it came; times are seconds, ``received_at`` of the fake's clock, the others of a monotonic one."""

    number: int
    wire: WireRequest = field(repr=False)
    outcome: Outcome
    received_at: float
    came: float
    answered: float | None = None

    @property
    def path(self) -> str:
        """The decoded path."""
        return self.wire.path

    @cached_property
    def protocol(self) -> ProtocolRequest:
        """Its parameters."""
        return parse(self.wire)

    @property
    def oauth(self) -> Mapping[str, str]:
        """Its protocol parameters."""
        return self.protocol.oauth


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was seen. Of its fields ``calls`` and ``secrets`` hold secrets: they are for judges alone.

    ``exit_code`` is None where the time was over before the command ended, and negative for a signal.
    """

    setting: Setting
    timeout_seconds: float
    exit_code: int | None
    seconds: float
    output: str = field(repr=False)
    spilled: frozenset[str]  # the names of the secrets that stand in the output
    calls: Sequence[Call] = field(repr=False)
    elsewhere: Sequence[Call] = field(repr=False)  # what reached the other host
    messages: Sequence[Message]
    exchanges: Sequence[Exchange]  # the oldest first, without secrets
    secrets: Mapping[str, str] = field(repr=False)  # what each is, by its value

    @property
    def has_hung(self) -> bool:
        """Whether it did not end by itself."""
        return self.exit_code is None

    @property
    def accepted(self) -> Sequence[Message]:
        """The SMS of which something was accepted."""
        return [message for message in self.messages if message.accepted_parts]

    def to(self, *paths: str) -> Sequence[Call]:
        """Return the calls to these paths, the oldest first."""
        return [call for call in self.calls if call.path in paths]

    @cached_property
    def sms(self) -> Sequence[Call]:
        """The calls that send an SMS."""
        return self.to(*SMS_PATHS)

    @cached_property
    def request_tokens(self) -> Sequence[Call]:
        """The calls that ask for a request token."""
        return self.to(REQUEST_TOKEN)

    @property
    def sends_callback(self) -> bool:
        """Whether an ``oauth_callback`` came with any of them."""
        return any(call.oauth.get("oauth_callback") for call in self.request_tokens)

    def only(self, numbers: Container[int]) -> Run:
        """Return this run with some of its exchanges, as evidence."""
        return replace(self, exchanges=[one for one in self.exchanges if one.number in numbers])

    def as_json(self) -> dict[str, object]:
        """Return what the report shows; the exchanges as ``GET /_fake/exchanges`` does."""
        from ..web.control import render

        return {
            "label": self.setting.label,
            "exit_code": self.exit_code,
            "timed_out": self.has_hung,
            "seconds": round(self.seconds, 3),
            "output": self.output,
            "exchanges": [render.exchange(one) for one in self.exchanges],
        }
