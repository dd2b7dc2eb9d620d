"""A small recording, for the tests of what is done with one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from fake_provider.contract.exchange import Access, Answer, Decision, Exchange, RecordedTest, Request
from fake_provider.contract.recording import Index, Recording
from fake_provider.contract.writing import Writer

INDEX_OF_ONE = Index(
    recorded_on=date(2026, 11, 26),
    against="a fake in this process",
    profile="documented",
    capabilities=["free-sms", "control"],
    tls=True,
    own_number=False,
    tests=1,
)
TEST = RecordedTest(
    test="test_parts.py::test_the_number_of_parts[160/septets]",
    clauses=("SMS-PART-01", "SMS-PART-02"),
    unusual=(("access-token-1", "31 digits"),),
    steps=(
        Access(token="<access-token-1>", secret="<access-token-secret-1>"),
        Decision(decision="approve", token="<request-token-1>", verifier="<verifier-1>"),
        Exchange(
            request=Request(method="GET", url="<rest>/sms/json?text=a", headers=(("Accept", "*/*"),)),
            answer=Answer(status=200, reason="OK", headers=(("X", ""),), body='{\n  "a": 1\n}'),
            signed="consumer-secret-1&",
        ),
    ),
)


def written(folder: Path, *tests: RecordedTest) -> Recording:
    """Write a recording of *tests*."""
    writer = Writer(folder)
    writer.begin()
    for test in tests:
        writer.write(test)
    writer.end(replace(INDEX_OF_ONE, tests=len(tests)))
    return Recording(folder)
