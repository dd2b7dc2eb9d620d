"""What pytest shows and writes of a run, without secrets: whoever reports it gets it without.

A failure with its locals, captured output, properties and names of a test; a warning; a log that is written as it
comes; the traceback of an interrupted run, or of an error of pytest itself; a report for machines; the trace of ``--debug``.

Not looked after: what a test prints while ``-s`` or ``--capture=tee-sys`` leaves the terminal to it, the debugger
of ``--pdb``, and files that the code under test writes by itself.
"""

from __future__ import annotations

import linecache
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import WarningMessage

import pytest

from .clauses import PROPERTY, RAN_ON

Scrubbed = Callable[[str], str]
OURS = frozenset({PROPERTY, RAN_ON})
"""User properties that stay as they are: what is in them is read by name, and is no provider's or user's to choose."""


@dataclass(frozen=True, slots=True)
class _Crash:
    """Where a test failed, and why in one line: what the short summary and a report for machines tell."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"

    def toterminal(self, writer: Any) -> None:
        """Write it as pytest wants it written."""
        writer.line(str(self))


@dataclass(frozen=True, slots=True)
class _Failure:
    """A failure as text: of what pytest keeps of one, what it asks for."""

    text: str
    reprcrash: _Crash | None

    @classmethod
    def of(cls, reason: Any, scrubbed: Scrubbed) -> Any:
        """Return *reason*, a representation of pytest's, as one; as it is where nothing has to be taken out."""
        text = str(reason)
        if (left := scrubbed(text)) == text:
            return reason
        crash = getattr(reason, "reprcrash", None)
        told = _Crash(crash.path, crash.lineno, scrubbed(crash.message)) if crash is not None else None
        return cls(left, told)

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: Any) -> None:
        """Write it as pytest wants it written."""
        writer.line(self.text)


def scrub(report: Any, scrubbed: Scrubbed) -> None:
    """Take out of a report of pytest's what must not be shown: what was captured, and why it failed or was skipped."""
    report.sections = [(name, scrubbed(text)) for name, text in report.sections]
    reason = report.longrepr
    if isinstance(reason, tuple):
        path, line, text = reason
        report.longrepr = (path, line, scrubbed(text))
    elif reason is not None:
        report.longrepr = _Failure.of(reason, scrubbed)
    if hasattr(report, "wasxfail"):
        report.wasxfail = scrubbed(report.wasxfail)
    if (properties := getattr(report, "user_properties", None)) is not None:
        report.user_properties = [
            (name, value if name in OURS else _without(value, scrubbed)) for name, value in properties
        ]
    if (context := getattr(report, "context", None)) is not None:  # of a subtest, which is frozen
        object.__setattr__(context, "msg", _without(context.msg, scrubbed))
        named = {name: _without(value, scrubbed) for name, value in context.kwargs.items()}
        object.__setattr__(context, "kwargs", named)


def _without(value: Any, scrubbed: Scrubbed) -> Any:
    """Return *value*, or what is left of its text where it has something in it."""
    text = str(value)
    return value if (left := scrubbed(text)) == text else left


@contextmanager
def scrubbed_log(scrubbed: Scrubbed) -> Iterator[None]:
    """Take it out of every record of the log as it is made: whoever writes it, at once or to a file, has no other."""
    make = logging.getLogRecordFactory()

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  a record that cannot be written: logging says so by itself
            return record
        record.msg, record.args = scrubbed(message), None
        if record.exc_info:
            record.exc_text = scrubbed(logging.Formatter().formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(made)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


class Shown:
    """The plugin that keeps secrets in: of everything that other plugins are told, from the moment it is registered.

    Args:
        log: whether of the log too: of a fake in this process nothing in it is secret, and there is much of it.
    """

    def __init__(self, config: pytest.Config, scrubbed: Scrubbed, *, log: bool) -> None:
        self._config = config
        self._scrubbed = scrubbed
        self._open = ExitStack()
        if log:
            self._open.enter_context(scrubbed_log(scrubbed))
        self._scrub_the_trace()

    def pytest_unconfigure(self) -> None:
        """Let the log be as it was."""
        self._open.close()

    def _scrub_the_trace(self) -> None:
        """Keep what ``--debug`` writes without them."""
        writer = getattr(self._config.trace.root, "_writer", None)
        if self._config.getoption("debug", None) and writer is not None:
            self._config.trace.root.setwriter(lambda text: writer(self._scrubbed(text)))

    # Tests

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Before anybody else has seen it."""
        report = yield
        scrub(report, self._scrubbed)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """And what was added to it since; a subtest has output of its own only now."""
        scrub(report, self._scrubbed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported has a traceback too."""
        scrub(report, self._scrubbed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_parametrize_id(self, val: object) -> str | None:
        """Name no test after a secret."""
        if isinstance(val, str) and (name := self._scrubbed(val)) != val:
            return name
        return None

    # Warnings

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: WarningMessage) -> None:
        """Its words, and the line of code that pytest shows with it."""
        text = str(warning_message.message)
        if (scrubbed := self._scrubbed(text)) != text:
            warning_message.message = scrubbed
        line = warning_message.line or linecache.getline(warning_message.filename, warning_message.lineno)
        if (scrubbed := self._scrubbed(line)) != line:
            warning_message.line = scrubbed

    # The end of a run, whatever brings it about

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C with ``--full-trace`` shows the arguments of every function under way."""
        represented = excinfo.getrepr

        def getrepr(*args: Any, **kwargs: Any) -> Any:
            return _Failure.of(represented(*args, **kwargs), self._scrubbed)

        excinfo.getrepr = getrepr  # type: ignore[method-assign]

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """So does an error of pytest, or of a plugin; everybody is given the same representation."""
        shown = _Failure.of(excrepr, self._scrubbed)
        if shown is not excrepr:
            excrepr.toterminal, excrepr.reprcrash = shown.toterminal, shown.reprcrash

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """What was kept of the run before its last secret was known."""
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for warning in reporter.stats.get("warnings", ()) if reporter else ():
            warning.message = self._scrubbed(warning.message)
        for _, plugin in session.config.pluginmanager.list_name_plugin():  # some cannot be kept in a set
            if hasattr(plugin, "node_reporters_ordered") and hasattr(plugin, "global_properties"):
                self._scrub_junit_xml(plugin)

    def _scrub_junit_xml(self, report: Any) -> None:
        """What a test has put into the XML by itself: ``record_xml_attribute``, ``record_testsuite_property``."""
        report.global_properties = [
            (name, _without(value, self._scrubbed)) for name, value in report.global_properties
        ]
        for node in report.node_reporters_ordered:
            for element in node.to_xml().iter():
                if element.tag == "property" and element.get("name") in OURS:
                    continue
                for name, value in element.attrib.items():
                    element.set(name, self._scrubbed(value))
                element.text = _without(element.text, self._scrubbed)
