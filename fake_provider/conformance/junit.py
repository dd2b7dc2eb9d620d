"""The verdicts as JUnit XML, one test case per scenario, as CI servers read it."""

from __future__ import annotations

import shlex
from xml.etree import ElementTree  # only written

from ..domain.xml import allowed
from .report import Report, Result
from .verdict import Verdict


def xml(report: Report) -> str:
    """Return the document."""
    suite = ElementTree.Element(
        "testsuite",
        name="fake-nexmo check",
        tests=str(len(report.results)),
        failures=str(report.summary["failed"]),
        errors="0",
        skipped=str(report.summary["skipped"]),
        time=f"{report.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    ElementTree.SubElement(properties, "property", name="command", value=allowed(shlex.join(report.command)))
    for result in report.results:
        _add_case(suite, result)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"
    )


def _add_case(suite: ElementTree.Element, result: Result) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname="fake-nexmo.check",
        name=result.name,
        time=f"{result.seconds:.3f}",
    )
    seen = allowed(result.judgement.seen)
    if result.verdict is Verdict.FAILED:
        ElementTree.SubElement(case, "failure", message=seen).text = _told(result)
    elif result.verdict is Verdict.SKIPPED:
        ElementTree.SubElement(case, "skipped", message=seen)
    else:
        ElementTree.SubElement(case, "system-out").text = f"{result.verdict.value}\n{_told(result)}"


def _told(result: Result) -> str:
    clause = result.scenario.clause
    lines = [f"rule: {clause.says} ({clause.id}: {clause.source})", f"seen: {result.judgement.seen}"]
    if result.judgement.advice:
        lines.append(f"what to change: {result.judgement.advice}")
    return allowed("\n".join(lines))
