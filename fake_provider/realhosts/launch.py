"""Runs one command on a stage: its input, output, signals, job control and exit code are its own."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..fake import FakeNexmo
from .namespace import Entered, Manner
from .stage import Stage

# What is sent to this process is meant for the command. SIGTSTP and its kin stop both, as they are one job.
_FORWARDED = (
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
_AWAITED = frozenset({*_FORWARDED, signal.SIGCHLD})
_BY_KERNEL = 0x80  # si_code, asm-generic/siginfo.h: a key of the terminal, which the command has felt itself
_BY_A_SIGNAL = 128


def run(
    stage: Stage, command: Sequence[str], environment: Mapping[str, str], *, before: Callable[[], None]
) -> int:
    """Run *command* to its end, inside ``signals_held``; returns its exit code, 128 and the number for a signal, as a shell does.

    *before* is called when everything stands, and the command has not begun.

    Raises InvalidValue where the stage cannot be had as wished.
    """
    entered = stage.start(command, environment, Manner(dies_with_parent=True, keeps_files=True))
    before()
    return _until_its_end(entered)


class Interrupted(Exception):
    """Ctrl-C has ended the command: whoever started this is to see a process that it has ended, and stop too."""


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold back what is to be handed on, until ``run`` waits for it.

    Before any thread is started: a thread that does not hold a signal back would be given it.
    """
    former = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _until_its_end(entered: Entered) -> int:
    process = entered.process
    entered.go()
    felt = False
    while process.poll() is None:
        number, by_a_key = _next_signal()
        if by_a_key:
            felt = felt or number == signal.SIGINT
        elif number != signal.SIGCHLD:
            process.send_signal(number)
    code = process.returncode
    # A command that ends at once is gone before its key was waited for here.
    felt = felt or _was_typed()
    if felt and code == -signal.SIGINT:
        raise Interrupted
    return _BY_A_SIGNAL - code if code < 0 else code


def _next_signal() -> tuple[int, bool]:
    """Wait for a signal; returns its number, and whether a key of the terminal has sent it."""
    if hasattr(signal, "sigwaitinfo"):
        came = signal.sigwaitinfo(_AWAITED)
        return came.si_signo, came.si_code == _BY_KERNEL
    number = signal.sigwait(_AWAITED)  # macOS does not say who sent it
    return number, number in (signal.SIGINT, signal.SIGQUIT) and os.isatty(0)


def _was_typed() -> bool:
    """Whether Ctrl-C is still held back."""
    if not hasattr(signal, "sigtimedwait"):
        return signal.SIGINT in signal.sigpending() and os.isatty(0)
    came = signal.sigtimedwait({signal.SIGINT}, 0)
    return came is not None and came.si_code == _BY_KERNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a command asked of its fake."""

    calls: int
    sms_accepted: int
    sms_refused: int
    findings: Mapping[str, int]
    diagnoses: Mapping[str, int]
    refused_hosts: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """Return what ``--summary json`` writes."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def lines(self) -> Sequence[str]:
        """Return it for people."""
        sms = f"{self.sms_accepted} SMS accepted" + (
            f", {self.sms_refused} refused" if self.sms_refused else ""
        )
        lines = [f"{self.calls} {'call' if self.calls == 1 else 'calls'}, {sms}"]
        for name, counts in (
            ("findings", self.findings),
            ("diagnoses", self.diagnoses),
            ("not allowed", self.refused_hosts),
        ):
            if counts:
                told = ", ".join(f"{one} ({count})" if count > 1 else one for one, count in counts.items())
                lines.append(f"{name}: {told}")
        return lines


def summary(fake: FakeNexmo, refused_hosts: Mapping[str, int]) -> Summary:
    """Sum up what was asked."""
    exchanges = fake.exchanges
    messages = fake.messages
    accepted = sum(bool(message.accepted_parts) for message in messages)
    return Summary(
        calls=len(exchanges),
        sms_accepted=accepted,
        sms_refused=len(messages) - accepted,
        findings=Counter(finding.code for one in reversed(exchanges) for finding in one.findings),
        diagnoses=Counter(one.diagnosis.code for one in reversed(exchanges) if one.diagnosis),
        refused_hosts=refused_hosts,
    )
