"""Fixtures and marks of the contract tests, and the summary of what a run did and did not check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from contract_tests import clauses, options
from contract_tests.browser import Browser
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.options import target_of
from contract_tests.signing import Credentials
from contract_tests.targets import Capability, Provider, Target

HERE = Path(__file__).parent
PROPERTY = "nexmo-contract"
"""The user property by which the summary knows a report of these tests, in other processes too."""


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
    return f"nexmo target: {_described(target_of(config))}"


def _described(target: Target) -> str:
    return f"{target.name}, profile {target.profile or 'unknown'}"


# What is run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this target cannot be asked, and mark every report as one of these tests."""
    target = target_of(config)
    clauses.check(item for item in items if item.path.is_relative_to(HERE))
    for item in items:
        if item.path.is_relative_to(HERE):
            item.user_properties.append((PROPERTY, target.name))
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
    if item.get_closest_marker("needs_control") and Capability.CONTROL not in target.capabilities:
        return "needs what only a fake can do"
    if item.get_closest_marker("alone") and Capability.ALONE not in target.capabilities:
        return "would move the time of everybody who uses this server"
    if item.get_closest_marker("billable") and not (allow_sms or Capability.FREE_SMS in target.capabilities):
        return "sends an SMS that costs; --allow-sms was not given"
    wanted = item.get_closest_marker("profile")
    if wanted and wanted.args[0] != (target.profile or "documented"):
        return f"is true of the profile {wanted.args[0]} only"
    return None


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """The provider, with an app of this test's own where the target can make one."""
    with target_of(request.config).open() as provider:
        yield provider


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
def browser(provider: Provider) -> Browser:
    """A browser that knows nobody yet; for tests marked ``needs_control``, since a person has one."""
    return Browser(provider.send)


# What is reported


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take every secret out of what a failing test shows."""
    report = yield
    if item.path.is_relative_to(HERE):
        secrets = target_of(item.config).secrets
        report.sections = [(name, secrets.scrubbed(text)) for name, text in report.sections]
        if report.failed:
            text = report.longreprtext
            scrubbed = secrets.scrubbed(text)
            if scrubbed != text:
                report.longrepr = scrubbed
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Sum up what was held against what, and what was not, by reason."""
    counts = {
        outcome: _reports(terminalreporter, outcome) for outcome in ("passed", "failed", "error", "skipped")
    }
    if not any(counts.values()):
        return
    target = target_of(config)
    write = terminalreporter.write_line
    terminalreporter.section("Nexmo contract")
    write(f"target       {_described(target)}")
    ran = [
        f"{len(counts[outcome])} {outcome}" for outcome in ("passed", "failed", "error") if counts[outcome]
    ]
    write(f"checked      {len(counts['passed']) + len(counts['failed'])} tests: {', '.join(ran) or 'none'}")
    write(f"not checked  {len(counts['skipped'])} tests")
    reasons = Counter(_reason(report) for report in counts["skipped"])
    for reason, number in reasons.most_common():
        write(f"{number:11}  {reason}")
    if spent := target.spent():
        write(f"SMS          {spent}")


def _reports(terminalreporter: pytest.TerminalReporter, outcome: str) -> list[pytest.TestReport]:
    reports = terminalreporter.stats.get(outcome, [])
    return [report for report in reports if PROPERTY in dict(getattr(report, "user_properties", ()))]


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return "for a reason that was not given"
