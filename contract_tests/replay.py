"""``--nexmo-target replay:DIR``: a recording as the provider; there is no other one, and no socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fake_provider.contract.recording import Index, Recording, RecordingError

from .player import ANEW, Player
from .scrubbing import Secrets
from .targets import Capability, Provider, TargetError

PREFIX = "replay:"


@dataclass(slots=True)
class Replay:
    """A recording in the place of a provider.

    Raises:
        TargetError: there is no recording in that folder, or it cannot be read.
    """

    folder: str
    secrets: Secrets = field(default_factory=Secrets)
    now: Callable[[], float] = time.time
    asks: bool = True  # or the test was skipped when it was recorded
    index: Index = field(init=False)
    recording: Recording = field(init=False)

    def __post_init__(self) -> None:
        self.recording = Recording(Path(self.folder))
        try:
            self.index = self.recording.index()
        except RecordingError as error:
            raise TargetError(f"--nexmo-target {PREFIX}{error}") from None

    @property
    def name(self) -> str:
        return f"the recording of {self.index.against} of {self.index.recorded_on}"

    @property
    def profile(self) -> str | None:
        return self.index.profile

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the recorded provider could do; and it costs nothing, and is not out of anybody's reach."""
        recorded = {one for one in Capability if one.value in self.index.capabilities}
        return frozenset(recorded | {Capability.FREE_SMS, Capability.NEAR})

    def open(self) -> AbstractContextManager[Provider]:
        """Without a contract test there is nothing to show: ``replayed`` takes one."""
        pytest.fail(
            f"--nexmo-target {PREFIX}DIR is for contract_tests: others are in no recording", pytrace=False
        )

    @contextmanager
    def replayed(self, name: str) -> Iterator[Provider]:
        """Return the provider as the test of this name met it; skip where there is nothing to show."""
        test, problem = None, ""
        try:
            test = self.recording.test(name)
        except RecordingError as error:
            problem = str(error)
        if problem:  # behind the error, which would be told as well
            pytest.fail(problem, pytrace=False)
        if test is None:
            pytest.skip(f"is not in the recording; {ANEW}")
        if test.outcome == "skipped":
            pytest.skip(f"was skipped when it was recorded: {test.reason}")
        player = Player(test, self.index, capabilities=self.capabilities, secrets=self.secrets, now=self.now)
        yield player.provider()

    def spent(self) -> str | None:
        return None
