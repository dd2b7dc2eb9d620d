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
from typing import TYPE_CHECKING, Any

import pytest

from .live import marks

if TYPE_CHECKING:
    # Loaded by every pytest run of whoever installed this: the fake itself is imported where it is used.
    from .fake import FakeNexmo
    from .live.elsewhere import Elsewhere
    from .nexmo import Nexmo
    from .server import Server


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
_ELSEWHERE: pytest.StashKey[Elsewhere] = pytest.StashKey()
_MARK = "@pytest.mark.fake_nexmo"
_IN_PROCESS = "in-process"
_LIVE = "live"


def pytest_configure(config: pytest.Config) -> None:
    """Say which markers there are."""
    config.addinivalue_line("markers", marks.MARK)
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
    """Load what belongs to a run elsewhere, where this is one."""
    config = session.config
    if config.getoption("nexmo_target", _IN_PROCESS) != _IN_PROCESS:
        from contract_tests.choice import target_of

        from .live.elsewhere import NAME, Elsewhere

        config.stash[_ELSEWHERE] = Elsewhere(target_of(config))
        config.pluginmanager.register(config.stash[_ELSEWHERE], NAME)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose mark cannot be meant as it stands there."""
    marks.check(item)


# What is reported


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what was asked of the fake, why it was refused, and what became of webhooks."""
    report = yield
    fake = item.stash.get(_FAKE, None)
    if fake is not None and report.failed:
        from . import aftermath

        # What is asked for here is nothing that anybody else needs to know of a fake.
        for title, lines in aftermath.told(fake._provider):
            report.sections.append((f"fake-nexmo: {title}", "\n".join(lines)))
    return report


# Fixtures


@pytest.fixture
def fake_nexmo(request: pytest.FixtureRequest) -> Iterator[Nexmo]:
    """A fresh fake: every call to the two real hosts lands in it. Elsewhere, where a test is marked as fit for that."""
    elsewhere = request.config.stash.get(_ELSEWHERE, None)
    if elsewhere is None:
        yield from _fake_nexmo(request)
    else:
        with elsewhere.opened(request.node) as nexmo:
            yield nexmo


def _fake_nexmo(request: pytest.FixtureRequest) -> Iterator[FakeNexmo]:
    from .errors import FakeNexmoError
    from .fake import FakeNexmo

    options = _options_of(request.node)
    strict = options.pop("strict_findings", False)
    try:
        fake = FakeNexmo(**options)
    except FakeNexmoError as error:
        pytest.fail(f"{_MARK} of {request.node.nodeid}: {error}", pytrace=False)
    request.node.stash[_FAKE] = fake
    with fake.intercept():
        yield fake
    fake.close()
    _warn_of_unmet_faults(fake)
    _fail_for_findings(fake, strict)
    _fail_for_messages(fake, marks.messages_of(request.node))


def _options_of(item: pytest.Item) -> dict[str, Any]:
    """Return what a test's mark says; fail a test whose mark says what nobody would read."""
    marker = item.get_closest_marker("fake_nexmo")
    if marker is None:
        return {}
    from inspect import signature

    from .fake import FakeNexmo

    known = ["strict_findings", *signature(FakeNexmo).parameters]
    if marker.args:
        problem = "each argument wants its name, as in profile=…"
    elif unknown := next((name for name in marker.kwargs if name not in known), None):
        from difflib import get_close_matches

        close = get_close_matches(unknown, known, n=1)
        problem = f"{unknown} is no argument of it{f' (did you mean {close[0]}?)' if close else ''}"
    else:
        return dict(marker.kwargs)
    pytest.fail(f"{_MARK} of {item.nodeid}: {problem}; known are {', '.join(known)}", pytrace=False)


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
    if (elsewhere := request.config.stash.get(_ELSEWHERE, None)) is not None:
        elsewhere.skip_unless_fit(request.node)
    strict = _options_of(request.node).get("strict_findings", False)
    _fake_nexmo_server.fake.reset()
    request.node.stash[_FAKE] = _fake_nexmo_server.fake
    yield _fake_nexmo_server
    _warn_of_unmet_faults(_fake_nexmo_server.fake)
    _fail_for_findings(_fake_nexmo_server.fake, strict)
