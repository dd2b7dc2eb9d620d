"""pytest fixtures: ``fake_nexmo`` in process, ``fake_nexmo_server`` over HTTP.

def test_it(fake_nexmo):
    ...                                   # requests to the real hosts land in this process
    assert fake_nexmo.messages[0].text == "hello"

@pytest.mark.fake_nexmo(profile="strict", strict_findings=True)
def test_it_strictly(fake_nexmo):
    ...                                   # a request that is accepted with a finding fails this test

@pytest.mark.nexmo_live(sms=1)
def test_it_anywhere(fake_nexmo):
    ...                                   # with --nexmo-target live on the real service, else on a fake

Other tests with these fixtures are skipped with ``--nexmo-target live``, and with the URL of a running fake. Nothing but what
is asked through ``fake_nexmo`` reaches the two real hosts then, from before the first conftest.py until the process ends.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    # Loaded by every pytest run of whoever installed this: the fake itself is imported where it is used.
    from contract_tests.targets import Target

    from .fake import FakeNexmo
    from .live.gate import Gate
    from .live.guard import Guard
    from .nexmo import Nexmo
    from .server import Server
    from .trace import Exchange


class FakeNexmoServer:
    """A running fake: ``url`` is where, ``fake`` what it knows."""

    def __init__(self, fake: FakeNexmo, server: Server) -> None:
        self.fake = fake
        self._server = server

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return self._server.url


class UnmetFault(UserWarning):
    """A fault was planned that no call of the test has met."""


_FAKE: pytest.StashKey[FakeNexmo] = pytest.StashKey()
_GUARD: pytest.StashKey[Guard] = pytest.StashKey()
_GATE: pytest.StashKey[Gate] = pytest.StashKey()
_UNTOLD: pytest.StashKey[list[str]] = pytest.StashKey()  # what was not sent while no test ran that could fail
_MAX_TOLD = 20  # exchanges of a failed test, the last
_FIXTURES = ("fake_nexmo", "fake_nexmo_server")
_IN_PROCESS = "in-process"
_LIVE = "live"
_RAN_ON = "nexmo-target"  # the user property by which a report tells it, in other processes too
_REFUSED = "fake_nexmo_refused"  # by which a process of pytest-xdist tells what was not sent


def pytest_configure(config: pytest.Config) -> None:
    """Say which markers there are."""
    config.addinivalue_line(
        "markers",
        "nexmo_live(sms=0): a test with fake_nexmo that is fit for the real service, on which it runs with "
        "--nexmo-target live; sms is how many messages it sends at most, all to fake_nexmo.sms_to",
    )
    config.addinivalue_line(
        "markers",
        "fake_nexmo(strict_findings=…, **options): what the fixture fake_nexmo is made with, as FakeNexmo takes it; "
        "strict_findings=True fails a test that relies on a leniency, a list of codes on one of these",
    )


# Another Nexmo than a fake in this process


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Close the real hosts before anything of the user's is imported; of a URL it is not known yet what is there."""
    if getattr(early_config.known_args_namespace, "nexmo_target", _IN_PROCESS) == _LIVE:
        from .live.gate import gate_of_this_process

        gate_of_this_process()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Close them wherever tests run elsewhere than in this process, but for what is sent on their behalf."""
    if (target := _elsewhere(session.config)) is not None:
        from .live.sessions import closed_for

        session.config.stash[_GATE] = closed_for(target)
        session.config.stash[_UNTOLD] = []


def _elsewhere(config: pytest.Config) -> Target | None:
    """Return the provider that the command line names; None for a fake in this process."""
    if config.getoption("nexmo_target", _IN_PROCESS) == _IN_PROCESS:
        return None
    from contract_tests.choice import target_of

    return target_of(config)


def _messages(item: pytest.Item) -> int | None:
    """Return how many messages a test may send where it is live; None for one that is not marked as fit for that."""
    marker = item.get_closest_marker("nexmo_live")
    if marker is None:
        return None
    sms = marker.kwargs.get("sms", 0)
    if marker.args or set(marker.kwargs) - {"sms"} or not isinstance(sms, int) or sms < 0:
        pytest.fail(
            "nexmo_live takes one thing, how many messages are sent: nexmo_live(sms=1)", pytrace=False
        )
    return sms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Skip, before anything is set up for it, a test that does not run on the Nexmo of this run."""
    _keep_untold(item.config)  # of what ran between two tests
    _look_at_the_mark(item)
    yield from _concluded(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let what was not to be sent fail or skip the test, whatever the code under test has made of it."""
    yield from _concluded(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Let what was asked after the guard had gone fail the test."""
    yield from _concluded(item)


def _concluded(item: pytest.Item) -> Generator[None]:
    try:
        yield
    finally:
        if (guard := item.stash.get(_GUARD, None)) is not None:
            guard.conclude()
        if (gate := item.config.stash.get(_GATE, None)) is not None:
            gate.conclude()


def _keep_untold(config: pytest.Config) -> list[str]:
    """Return what was not sent so far while no test ran."""
    gate = config.stash.get(_GATE, None)
    untold = config.stash.get(_UNTOLD, [])
    untold += gate.untold() if gate is not None else ()
    return untold


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what another process would have told at its end."""
    _keep_untold(node.config).extend(getattr(node, "workeroutput", {}).get(_REFUSED, ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the run fail where something was not sent that no test could be failed for."""
    untold = _keep_untold(session.config)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_REFUSED] = untold
    elif untold and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _look_at_the_mark(item: pytest.Item) -> None:
    used = [name for name in _FIXTURES if name in getattr(item, "fixturenames", ())]
    if _messages(item) is not None and used != ["fake_nexmo"]:
        pytest.fail(
            "nexmo_live is for tests with the fixture fake_nexmo"
            + (": fake_nexmo_server is never the real service" if used else ""),
            pytrace=False,
        )
    if used and (target := _elsewhere(item.config)) is not None:
        _skip_unless_fit(item, target)


def _skip_unless_fit(item: pytest.Item, target: Target) -> int:
    messages = _messages(item)
    if messages is None:
        pytest.skip(
            "runs on a fake in this process only; a test that is fit for more is marked nexmo_live, or nexmo_live(sms=1) "
            "if it sends an SMS"
        )
    from .live.sessions import why_not

    reason = why_not(target, messages, allow_sms=item.config.getoption("allow_sms", False))
    if reason is not None:
        pytest.skip(reason)
    return messages


@contextmanager
def _nexmo_elsewhere(item: pytest.Item, target: Target) -> Iterator[Nexmo]:
    from contract_tests.scrubbing import scrubbed_log

    from .live.sessions import opened

    messages = _skip_unless_fit(item, target)
    gate = item.config.stash[_GATE]
    with (
        scrubbed_log(target.secrets.scrubbed),
        opened(target, messages=messages, gate=gate) as (nexmo, guard),
    ):
        item.stash[_GUARD] = guard
        item.user_properties.append((_RAN_ON, target.name))
        yield nexmo
        guard.conclude()  # of what was asked after the test


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say where marked tests run, if that is elsewhere."""
    target = _elsewhere(config)
    return None if target is None else f"fake_nexmo: tests marked nexmo_live run on {target.name}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what ran elsewhere, what was spent, and what was asked while no test ran."""
    target = _elsewhere(config)
    for reason in dict.fromkeys(_keep_untold(config)):
        terminalreporter.write_line(f"fake_nexmo: while no test ran, something {reason}", red=True)
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, ())]
    ran = sum(_RAN_ON in dict(report.user_properties) for report in reports)
    if target is not None and ran and not config.getoption("live_plan", False):
        tests = f"{ran} test{'s' if ran > 1 else ''}"
        spent = f"; {text}" if (text := target.spent()) else ""
        terminalreporter.write_line(f"fake_nexmo: {tests} ran on {target.name}{spent}")


# What is reported


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what was asked of the fake, and why it was refused; elsewhere, nothing secret."""
    report = yield
    if (target := _elsewhere(item.config)) is not None:
        from contract_tests.scrubbing import scrub

        guard = item.stash.get(_GUARD, None)
        if guard is not None and report.failed and guard.asked:
            report.sections.append((f"fake-nexmo: what was asked of {target.name}", "\n".join(guard.asked)))
        scrub(report, target.secrets.scrubbed)
    fake = item.stash.get(_FAKE, None)
    if fake is not None and report.failed and (exchanges := fake.exchanges):
        told = [_told(one) for one in reversed(exchanges[:_MAX_TOLD])]
        left_out = [f"… {len(exchanges) - _MAX_TOLD} before these"] if len(exchanges) > _MAX_TOLD else []
        report.sections.append(("fake-nexmo: what was asked of it", "\n".join([*left_out, *told])))
    return report


def _told(exchange: Exchange) -> str:
    """Tell of one exchange: in one line what it was, in the next why it was refused, or what leniency hides."""
    lines = [
        f"{exchange.request.method} {exchange.request.url} -> {exchange.response.status}, {exchange.outcome}"
    ]
    if diagnosis := exchange.diagnosis:
        lines.append(f"    {diagnosis.code}: {diagnosis.message} {diagnosis.advice}")
        if difference := diagnosis.difference:
            lines.append(f"    expected {difference.expected!r}, signed {difference.client!r}")
    elif exchange.reason:
        lines.append(f"    {exchange.reason}")
    lines += [f"    finding {finding.code}: {finding.message}" for finding in exchange.findings]
    return "\n".join(lines)


# Fixtures


@pytest.fixture
def fake_nexmo(request: pytest.FixtureRequest) -> Iterator[Nexmo]:
    """A fresh fake: every call to the two real hosts lands in it. Elsewhere, where a test is marked as fit for that."""
    target = _elsewhere(request.config)
    if target is None:
        yield from _fake_nexmo(request)
    else:
        with _nexmo_elsewhere(request.node, target) as nexmo:
            yield nexmo


def _fake_nexmo(request: pytest.FixtureRequest) -> Iterator[FakeNexmo]:
    from .fake import FakeNexmo

    marker = request.node.get_closest_marker("fake_nexmo")
    options = dict(marker.kwargs) if marker else {}
    strict = options.pop("strict_findings", False)
    fake = FakeNexmo(**options)
    request.node.stash[_FAKE] = fake
    with fake.intercept():
        yield fake
    fake.close()
    _warn_of_unmet_faults(fake)
    _fail_for_findings(fake, strict)
    _fail_for_messages(fake, _messages(request.node))


def _fail_for_findings(fake: FakeNexmo, strict: bool | Sequence[str]) -> None:
    """Fail a test in which a request was accepted that a stricter provider would have refused."""
    if not strict:
        return
    found = {
        f"{finding.code}: {finding.message} ({finding.source})"
        for exchange in fake.exchanges
        for finding in exchange.findings
        if (finding.severity == "warning" if strict is True else finding.code in strict)
    }
    if found:
        pytest.fail("accepted with findings:\n" + "\n".join(sorted(found)), pytrace=False)


def _fail_for_messages(fake: FakeNexmo, allowed: int | None) -> None:
    """Fail a test that would not be let through where it is live: better here, where nobody pays."""
    if allowed is None:
        return
    from .live.words import ANOTHER_NUMBER, too_many

    accepted = [message for message in fake.messages if message.status == 0]
    if any(message.to != fake.sms_to for message in accepted):
        pytest.fail(ANOTHER_NUMBER, pytrace=False)
    if (sent := sum(len(message.message_ids) for message in accepted)) > allowed:
        pytest.fail(too_many(allowed, sent), pytrace=False)


def _warn_of_unmet_faults(fake: FakeNexmo) -> None:
    """Name what was planned and never happened: a test that thinks it saw a failure saw none."""
    for fault in fake.faults.unmet:
        warnings.warn(UnmetFault(f"a planned fault never met a call: {fault.described}"), stacklevel=2)


@pytest.fixture(scope="session")
def _fake_nexmo_server() -> Iterator[FakeNexmoServer]:
    from .fake import FakeNexmo

    fake = FakeNexmo()
    with fake.serve() as server:
        yield FakeNexmoServer(fake, server)


@pytest.fixture
def fake_nexmo_server(
    request: pytest.FixtureRequest, _fake_nexmo_server: FakeNexmoServer
) -> Iterator[FakeNexmoServer]:
    """A real HTTP server, one for the whole run, its state reset before each test; only where no other target is named."""
    if (target := _elsewhere(request.config)) is not None:
        _skip_unless_fit(request.node, target)
    _fake_nexmo_server.fake.reset()
    request.node.stash[_FAKE] = _fake_nexmo_server.fake
    yield _fake_nexmo_server
    _warn_of_unmet_faults(_fake_nexmo_server.fake)
    marker = request.node.get_closest_marker("fake_nexmo")
    _fail_for_findings(
        _fake_nexmo_server.fake, marker.kwargs.get("strict_findings", False) if marker else False
    )
