"""Fixtures and marks of the contract tests, and the summary of what a run did and did not check."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from contract_tests import clauses, options, summary
from contract_tests.abilities import why_not_live
from contract_tests.asking import ASKS_NOBODY
from contract_tests.browser import Browser
from contract_tests.choice import recorder_of, target_of
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.diary import ATTRIBUTE, Diary
from contract_tests.issuing import Issuing
from contract_tests.presence import Presence, is_about_presence
from contract_tests.receiver import Receiver
from contract_tests.recorder import name_of
from contract_tests.replay import Replay
from contract_tests.signing import Credentials
from contract_tests.strict import strictly
from contract_tests.targets import Capability, Provider, Target
from fake_provider.contract.listener import OUT_OF_REACH

HERE = Path(__file__).parent
_REPORTS = pytest.StashKey[list[pytest.TestReport]]()
_DIARY = pytest.StashKey[Diary]()
_PRESENCE = pytest.StashKey[Presence]()
_ISSUING = pytest.StashKey[Issuing]()


# The target


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:  # noqa: ARG001
    """Bring the options along where no entry point did."""
    if not pluginmanager.is_registered(options):
        pluginmanager.register(options, options.__name__)


def pytest_configure(config: pytest.Config) -> None:
    """Let a target that cannot be used end the run here."""
    target_of(config)


def pytest_report_header(config: pytest.Config) -> str:
    """Say what the contract is held against."""
    return f"nexmo target: {summary.described(target_of(config))}"


# What is run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this target cannot be asked, and mark every report as one of these tests."""
    target = target_of(config)
    clauses.check(item for item in items if item.path.is_relative_to(HERE))
    for item in items:
        if item.path.is_relative_to(HERE):
            item.user_properties.append((clauses.PROPERTY, " ".join(clauses.ids_of(item))))
            reason = _why_not(item, target, allow_sms=config.getoption("allow_sms", False))
            if reason is not None:
                item.add_marker(pytest.mark.skip(reason=reason))
    if Capability.FREE_SMS not in target.capabilities:
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Spend the few messages of a run where they tell most, and after all that costs nothing."""
    billable = item.get_closest_marker("billable")
    if billable is None:
        return 1
    return 0 if billable.kwargs.get("first") else 2


def _why_not(item: pytest.Item, target: Target, *, allow_sms: bool) -> str | None:
    if Capability.CONTROL not in target.capabilities and (why := why_not_live(item)) is not None:
        return why
    if "listening" in _fixtures_of(item) and Capability.NEAR not in target.capabilities:
        return OUT_OF_REACH
    if not target.asks and (item.get_closest_marker("asked") or "browser" in _fixtures_of(item)):
        return ASKS_NOBODY
    if item.get_closest_marker("alone") and Capability.ALONE not in target.capabilities:
        return "would move the time of everybody who uses this server"
    if item.get_closest_marker("billable") and not (allow_sms or Capability.FREE_SMS in target.capabilities):
        return "sends an SMS that costs; --allow-sms was not given"
    wanted = item.get_closest_marker("profile")
    if wanted and wanted.args[0] != (target.profile or "documented"):
        return f"is true of the profile {wanted.args[0]} only"
    return None


def _fixtures_of(item: pytest.Item) -> Sequence[str]:
    names: Sequence[str] = getattr(item, "fixturenames", ())
    return names


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """The provider, with an app of this test's own where the target can make one."""
    target, recorder = target_of(request.config), recorder_of(request.config)
    opened = target.replayed(name_of(request.node)) if isinstance(target, Replay) else target.open()
    with ExitStack() as entered:
        bare = entered.enter_context(opened)
        diary = request.node.stash[_DIARY] = Diary(bare)
        provider = diary.written()
        if recorder is not None:
            provider = entered.enter_context(recorder.around(request.node, provider))
        provider = replace(provider, send=strictly(provider.send))
        if not isinstance(target, Replay):
            provider = _watched(request, provider, bare)
        yield provider


def _watched(request: pytest.FixtureRequest, provider: Provider, bare: Provider) -> Provider:
    """Skip where something else is missing than what the test is about; finding that out belongs to no recording."""
    stash, ids = request.config.stash, clauses.ids_of(request.node)
    if not is_about_presence(ids):
        provider = stash.setdefault(_PRESENCE, Presence()).watched(provider, bare)
    return stash.setdefault(_ISSUING, Issuing()).watched(provider, bare, ids)


@pytest.fixture
def app(provider: Provider) -> Consumer:
    """The test's own app."""
    return Consumer(provider, provider.client)


@pytest.fixture
def access(app: Consumer) -> Credentials:
    """Token credentials of the app."""
    return app.access()


@pytest.fixture
def control(provider: Provider) -> Control:
    """What only a fake can do; for tests marked ``needs_control``."""
    assert provider.control is not None, "mark the test with needs_control"
    return provider.control


@pytest.fixture
def account(provider: Provider) -> Account:
    """The account that authorizes; for tests marked ``needs_control``."""
    assert provider.account is not None, "mark the test with needs_control"
    return provider.account


@pytest.fixture
def other_app(provider: Provider, control: Control) -> Consumer:
    """A second app; for tests marked ``needs_control``."""
    return Consumer(provider, control.new_app())


@pytest.fixture
def listening(provider: Provider) -> Callable[..., Receiver]:
    """Makes receivers, by what is to be set of them; a provider that is elsewhere cannot reach this machine."""
    return partial(Receiver, listen=provider.listen)


@pytest.fixture
def receiver(listening: Callable[..., Receiver]) -> Iterator[Receiver]:
    """Whoever gets the webhooks."""
    with listening() as receiver:
        yield receiver


@pytest.fixture
def browser(provider: Provider) -> Browser:
    """A browser that knows nobody yet; for tests marked ``needs_control``, since a person has one."""
    return Browser(provider.send)


# What is reported


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what a failing test asked and was answered, and let it be recorded; ``shown`` has taken out what is secret."""
    report = yield
    if item.path.is_relative_to(HERE):
        if report.failed and (diary := item.stash.get(_DIARY, None)) is not None:
            scrubbed = target_of(item.config).secrets.scrubbed
            setattr(report, ATTRIBUTE, [one.as_members() for one in diary.end(scrubbed)])
        if report.when == "teardown" and _DIARY in item.stash:
            del item.stash[_DIARY]
        if (recorder := recorder_of(item.config)) is not None:
            reports = item.stash.setdefault(_REPORTS, [])
            reports.append(report)
            if report.when == "teardown":
                recorder.ended(item, reports)
    return report
