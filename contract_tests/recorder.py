"""``--record DIR``: keeps every exchange of a run, against whatever target, as a recording.

What a test sends goes through its tape, which masks it, has it sent, and masks the answer. Nothing that is secret
comes as far as a file, nor does what differs from run to run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fake_provider.contract.counting import counted
from fake_provider.contract.exchange import RecordedTest
from fake_provider.contract.masking import Masker
from fake_provider.contract.recording import ANOTHER, RUNNING, Index, RecordingError
from fake_provider.contract.writing import Writer

from .clauses import ids_of
from .diary import masker_of
from .tape import Tape
from .targets import DASHBOARD_URL, FICTITIOUS_NUMBER, Capability, Provider, Target

HERE = Path(__file__).parent


def name_of(item: pytest.Item) -> str:
    """Return what a test is called in a recording, wherever pytest was started."""
    return f"{item.path.relative_to(HERE).as_posix()}::{item.nodeid.partition('::')[2]}"


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Records the tests of this process; the one that has no controller begins and ends the recording."""

    writer: Writer
    target: Target
    is_worker: bool = False
    now: Callable[[], float] = time.time
    own_number: bool = False
    problem: str = ""  # why nothing more can be written
    _tapes: dict[str, Tape] = field(default_factory=dict)

    @contextmanager
    def around(self, item: pytest.Item, provider: Provider) -> Iterator[Provider]:
        """Keep what is sent to *provider* while the context lasts."""
        name = name_of(item)
        tape = Tape(provider, self._masker(provider))
        self.own_number |= provider.control is None and provider.sms_to != FICTITIOUS_NUMBER
        self._tapes[name] = tape
        yield tape.taped(random.Random(name))

    def ended(self, item: pytest.Item, reports: Sequence[pytest.TestReport]) -> None:
        """Write what was kept of a test, and how it ended."""
        if "provider" not in getattr(item, "fixturenames", ()):
            return
        name = name_of(item)
        tape = self._tapes.pop(name, None)
        outcome, reason = _outcome(reports)
        masked = (lambda text: text) if tape is None else tape.masker.references.masked
        self._write(
            item.session,
            RecordedTest(
                test=name,
                clauses=ids_of(item),
                outcome=outcome,
                reason=masked(reason),
                unusual=tape.masker.references.unusual() if tape and outcome != "skipped" else (),
                # What was sent before it was skipped tells nothing.
                steps=tuple(tape.steps) if tape and outcome != "skipped" else (),
            ),
        )

    def _write(self, session: pytest.Session, test: RecordedTest) -> None:
        """Write *test*; where that cannot be, no more of the run is worth its while."""
        try:
            self.writer.write(test)
        except RecordingError as error:
            self.problem = str(error)
            session.shouldfail = f"--record: {error}"

    def finish(self, *, is_whole: bool) -> str:
        """Put the recording where it belongs, and return what to say of it.

        Raises:
            RecordingError: there is nothing to put there, or it cannot be put there. What was there before stays.
        """
        if self.problem or not is_whole:
            self.writer.drop()
            raise RecordingError(self.problem or "the run did not come to its end")
        count = self.writer.count()
        if not count:
            self.writer.drop()
            raise RecordingError("no test of the contract was run")
        try:
            self.writer.end(self._index(count))
        finally:
            self.writer.drop()
        return f"{counted(count, 'test')}, in {self.writer.folder}; read {'it' if count == 1 else 'them'} before others do"

    def _index(self, count: int) -> Index:
        has_control = Capability.CONTROL in self.target.capabilities
        return Index(
            recorded_on=today(),
            # Where a fake runs is nobody's business.
            against=self._against(has_control=has_control),
            profile=self.target.profile,
            capabilities=[one.value for one in self.target.capabilities],
            tls=self._url().startswith("https:"),
            own_number=self.own_number and not has_control,
            tests=count,
        )

    def _against(self, *, has_control: bool) -> str:
        if "://" not in self.target.name:
            return self.target.name
        return RUNNING if has_control else ANOTHER

    def _url(self) -> str:
        return str(
            getattr(self.target, "url", None) or getattr(self.target, "dashboard_url", None) or DASHBOARD_URL
        )

    def _masker(self, provider: Provider) -> Masker:
        return masker_of(provider, self.now)


def today() -> date:
    """Return the day of a recording, or of SOURCE_DATE_EPOCH, by which builds are made to repeat."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return datetime.fromtimestamp(seconds, UTC).date()


def _outcome(reports: Sequence[pytest.TestReport]) -> tuple[str, str]:
    if any(report.failed for report in reports):
        return "failed", ""
    for report in reports:
        if report.skipped and isinstance(report.longrepr, tuple):
            return "skipped", report.longrepr[2].removeprefix("Skipped: ")
    return "passed", ""
