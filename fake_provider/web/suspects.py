"""Consumers whose last signature was wrong: the next one will cost the doctor's time too."""

from __future__ import annotations

from ..domain.wire import WireRequest
from ..operations.outcome import Outcome

_MANY = 100  # of these; whoever makes up more keys makes the earliest be forgotten


class Suspects:
    """Remembers them.

    The doctor takes up to 0.1 s for what it cannot explain, and only the signature tells that it is wanted. The first wrong
    signature of a consumer is looked at in the thread that serves all, which takes that once. One that goes on, in a
    loop mostly, is answered beside from then on: with four such clients, fifteen others got 1,040 answers a second in
    place of 120 (with ``serve``'s shorter turns between threads; 200 without).
    """

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def note(self, outcome: Outcome) -> None:
        """Take it in how a request has ended."""
        key, diagnosis = outcome.client_key, outcome.diagnosis
        if key and diagnosis is not None and diagnosis.expected_base_string is not None:
            self._keys[key] = None
            while len(self._keys) > _MANY:
                self._keys.pop(next(iter(self._keys)), None)
        elif self._keys and key:
            self._keys.pop(key, None)

    def has(self, wire: WireRequest) -> bool:
        """Whether *wire* seems to come from one of them; whoever is mistaken for one only loses some microseconds."""
        if not self._keys:
            return False
        text = f"{wire.header('authorization')} {wire.target} {wire.body.decode('latin-1')}"
        return any(key in text for key in tuple(self._keys))
