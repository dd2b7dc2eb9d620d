"""Webhooks of a recording beside those of a fake: who pushes otherwise is found out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.cli import main
from fake_provider.contract.exchange import (
    CLOSES,
    NO_MORE,
    OPENS,
    WHOLE,
    Access,
    Answer,
    Exchange,
    Receiving,
    RecordedTest,
    Request,
    Webhook,
)
from fake_provider.contract.listener import OUT_OF_REACH
from fake_provider.contract.recording import Recording
from fake_provider.contract.references import References
from fake_provider.drift.comparing import Aspect
from fake_provider.drift.fake import opened
from fake_provider.drift.play import Played, Player
from fake_provider.drift.receiving import Patience, differing, recorded_replies
from tests.contract_tests.test_contract_runs import FOLDER, _run
from tests.documents import ROOT
from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS

RECORDING = Recording(ROOT / "examples" / "recording")
OF_WEBHOOKS = ("DLR-", "MO-")
WRONG = [one for one in MUTANTS.values() if any(clause.startswith(OF_WEBHOOKS) for clause in one.clauses)]


def _played(
    tests: Sequence[RecordedTest], recording: Recording = RECORDING, patience: Patience | None = None
) -> list[Played]:
    index = recording.index()
    with opened(index, None, None) as fake:
        player = Player(
            index=index,
            fake=fake,
            chance=RandomEntropy().token,
            now=time.time,
            patience=patience or Patience(),
        )
        return [player.played(test) for test in tests]


def _forbidding(recording: Recording, mutant: Mutant) -> set[str]:
    """Return the clauses of a wrong fake that forbid what it does, by the recording of a right one."""
    clauses = set(mutant.clauses)
    tests = [one for one in recording.tests() if clauses & set(one.clauses)]
    with pytest.MonkeyPatch.context() as patch:
        mutant.seam(patch)
        played = _played(tests, recording, Patience(most=0.3, least=0.05))
    return clauses & {clause for one in played for found in one.found for clause in found.clauses}


def test_every_wrong_webhook_is_a_difference(tmp_path: Path) -> None:
    """Whatever the contract tests know to be wrong, a clause of theirs forbids; of the right fake nothing is."""
    files = (f"{FOLDER}/test_{name}.py" for name in ("webhooks", "webhook_exactness", "api_exactness"))
    run = _run(*files, "-q", "--record", "recording", cwd=tmp_path)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    recording = Recording(tmp_path / "recording")

    assert [one for one in _played(list(recording.tests()), recording) if one.found or one.why_not] == []
    assert WRONG
    assert [one.name for one in WRONG if not _forbidding(recording, one)] == []


# One recorded test, changed


def _test(name: str) -> RecordedTest:
    test = RECORDING.test(f"test_webhooks.py::{name}")
    assert test is not None
    return test


def _changed(test: RecordedTest, change: Callable[[Webhook], Webhook]) -> RecordedTest:
    return replace(test, steps=[change(step) if isinstance(step, Webhook) else step for step in test.steps])


def _differences(test: RecordedTest) -> list[tuple[Aspect, str]]:
    (played,) = _played([test], patience=Patience(most=0.3))
    assert not played.why_not
    return [(one.difference.aspect, one.difference.where) for one in played.found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("GET ", "POST ", [(Aspect.METHOD, "method")], id="method"),
        pytest.param("/hook?", "/other?", [(Aspect.LOCATION, "path")], id="path"),
        pytest.param("err-code=0", "err-code=1", [(Aspect.VALUE, "err-code")], id="value"),
        pytest.param("err-code=0&", "", [(Aspect.ADDED, "err-code")], id="more"),
        pytest.param("&err-code=0", "&err-code=0&new=1", [(Aspect.MISSING, "new")], id="less"),
        pytest.param("MessagingHUB", "Hub", [(Aspect.VALUE, "header User-Agent")], id="user-agent"),
        pytest.param("identity", "gzip", [(Aspect.HEADER, "header Accept-Encoding")], id="another-header"),
        pytest.param("<moment:plus>", "<moment+3600:plus>", [(Aspect.VALUE, "message-timestamp")], id="time"),
        pytest.param("status=delivered", "status=DELIVERED", [(Aspect.WORDS, "status")], id="case"),
        pytest.param("scts=<minute>", "scts=<minute-120>", [(Aspect.VALUE, "scts")], id="minute"),
        pytest.param("&price=", "&pric%65=", [(Aspect.LAYOUT, "parameters")], id="writing"),
    ],
)
def test_what_differs_in_a_webhook(old: str, new: str, expected: list[tuple[Aspect, str]]) -> None:
    """Is told by where it is."""

    def change(webhook: Webhook) -> Webhook:
        request = webhook.request
        first = f"{request.method} {request.url}".replace(old, new, 1)
        method, _, url = first.partition(" ")
        headers = tuple((name, value.replace(old, new)) for name, value in request.headers)
        return replace(webhook, request=Request(method=method, url=url, headers=headers))

    test = _test("test_the_keys_of_a_receipt")
    assert _changed(test, change) != test
    assert _differences(_changed(test, change)) == expected


def test_a_query_beside_a_body() -> None:
    """A body is no reason not to look at it."""
    test = _changed(
        _test("test_json_has_texts_only"),
        lambda webhook: replace(webhook, request=replace(webhook.request, url="<receiver-1>/hook?x=1")),
    )

    assert _differences(test) == [(Aspect.VALUE, "query")]


def test_a_signature_in_capitals_says_nothing() -> None:
    """No clause says how it is written, as long as it is one."""
    one = Webhook(request=Request(method="GET", url="<receiver-1>/?sig=<sig:md5>"), answer=Answer(status=200))
    other = replace(one, request=replace(one.request, url="<receiver-1>/?sig=<sig:md5:upper>"))
    wrong = replace(one, request=replace(one.request, url="<receiver-1>/?sig=<sig:wrong>"))

    assert [(found.aspect, found.where) for found in differing(one, other)] == [(Aspect.WORDS, "sig")]
    assert [(found.aspect, found.where) for found in differing(one, wrong)] == [(Aspect.VALUE, "sig")]


def test_a_webhook_that_does_not_come() -> None:
    """It is waited for; then it is told how many there are."""
    test = _test("test_the_keys_of_a_receipt")
    twice = [one for step in test.steps for one in ([step, step] if isinstance(step, Webhook) else [step])]

    assert _differences(replace(test, steps=twice)) == [(Aspect.COUNT, "webhooks")]


@pytest.mark.parametrize("event", [NO_MORE, CLOSES])
def test_a_webhook_that_did_not_come_then(event: str) -> None:
    """It is told where the test has seen that there was no more."""
    test = _test("test_what_is_not_accepted_is_pushed_again")
    last = max(number for number, step in enumerate(test.steps) if isinstance(step, Webhook))
    steps = [*test.steps[:last], Receiving(receiver="<receiver-1>", event=event)]

    assert _differences(replace(test, steps=steps)) == [(Aspect.COUNT, "webhooks")]


def test_a_receiver_answers_as_it_did() -> None:
    """What was accepted then is accepted now, and not pushed again."""
    test = _test("test_what_is_not_accepted_is_pushed_again")
    accepted = _changed(test, lambda webhook: replace(webhook, answer=Answer(status=200)))

    assert _differences(test) == []
    assert (Aspect.COUNT, "webhooks") in _differences(accepted)


def test_too_many_receivers() -> None:
    """A recording of somebody's does not take all of this machine's ports."""
    test = _test("test_the_keys_of_a_receipt")
    opening = [Receiving(receiver=f"<receiver-{number}>", event=OPENS) for number in range(1, 30)]

    assert _differences(replace(test, steps=[*opening, *test.steps])) == [(Aspect.NOT_ASKED, "the request")]


def test_a_receiver_that_opens_twice() -> None:
    """Is the same one, in the same place."""
    test = _test("test_the_keys_of_a_receipt")
    opening = next(step for step in test.steps if isinstance(step, Receiving))

    assert _differences(replace(test, steps=[opening, *test.steps])) == []


def test_a_reference_that_was_bound_to_something_else() -> None:
    """It is where the receiver listens from then on."""
    test = _test("test_the_keys_of_a_receipt")
    binding = Access(token="<receiver-1>", secret="<receiver-2>")

    assert (Aspect.NOT_ASKED, "the request") not in _differences(replace(test, steps=[binding, *test.steps]))


# How long all that takes


class _Time:
    """Passes as it is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class _Ear:
    time: _Time
    comes: bool
    waited: list[float] = field(default_factory=list)

    def next(self, count: int, seconds: float) -> list[None]:
        self.waited.append(seconds)
        self.time.now += 0.0 if self.comes else seconds
        return [None] * count if self.comes else []


def _waits(comes: list[bool], *, tests: int = 1, **members: float) -> list[float]:
    """Return how long each of some webhooks is waited for, in each of some tests."""
    time = _Time()
    patience = Patience(monotonic=time, **members)  # type: ignore[arg-type]
    waited = []
    for _ in range(tests):
        patience.begin()
        for one in comes:
            ear = _Ear(time, one)
            patience.waited(ear, 1)  # type: ignore[arg-type]
            waited += ear.waited
    return waited


def test_nobody_waits_long_where_one_did_not_come() -> None:
    """Until one comes again."""
    assert _waits([True, False, False, True, False], of_a_test=100.0) == [10.0, 10.0, 0.5, 0.5, 10.0]


def test_a_test_has_a_time() -> None:
    """After that there is no waiting."""
    waited = _waits([True, False] * 3)

    assert waited == [10.0, 10.0, 0.5, 10.0, 0.0, 0.0]
    assert _waits([True], tests=2) == [10.0, 10.0]


def test_a_comparison_has_a_time() -> None:
    """Of which what came takes nothing."""
    assert _waits([True, False], tests=4, in_vain=20.0) == [10.0, 10.0, 0.5, 10.0, 0.5, 0.5, 0.5, 0.5]
    assert _waits([True] * 3, tests=2, in_vain=20.0) == [10.0] * 6


def test_few_are_kept_waiting() -> None:
    """Of a recording in which a receiver is silent for ever, each webhook would cost seconds."""
    request = Request(method="GET", url="<receiver-1>/hook")
    webhook = Webhook(request=request, answer=Answer(status=200), silent=WHOLE)
    made = recorded_replies([webhook] * 5, "<receiver-1>", References(), threading.Event())

    assert [one.silence is not None for one in made] == [True, True, True, False, False]


# Against a fake elsewhere


@pytest.mark.parametrize(
    ("url", "is_near"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost:8080", True),
        ("http://fake.localhost:8080", True),
        ("http://fake.example:8080", False),
        ("http://10.1.2.3:8080", False),
    ],
)
def test_a_fake_on_another_machine_cannot_push_to_this_one(url: str, is_near: bool) -> None:
    """What gets webhooks is not compared there, and why is said."""
    index, test = RECORDING.index(), _test("test_the_keys_of_a_receipt")
    with opened(index, url, None) as fake:
        player = Player(index=index, fake=fake, chance=RandomEntropy().token, now=time.time)
        why_not = player._why_not(test)

    assert why_not == ("" if is_near else OUT_OF_REACH)


def test_a_test_that_moves_everybodys_time() -> None:
    """It has a fake of its own, or is not compared: others use that server."""
    body = '{"advance_seconds": 5}'
    moving = Exchange(
        request=Request(method="POST", url="<dashboard>/_fake/clock", body=body), answer=Answer(status=200)
    )
    test = RecordedTest(test="test_x.py::test_x", clauses=("MO-11",), steps=(moving,))
    index = RECORDING.index()
    (here,) = _played([test])
    with opened(index, "http://127.0.0.1:9", None) as fake:
        elsewhere = Player(index=index, fake=fake, chance=RandomEntropy().token, now=time.time).played(test)

    assert (here.found, here.why_not) == ((), "")
    assert elsewhere.why_not == "would move the time of everybody who uses this fake"


def test_a_webhook_has_a_place_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as such, under the clause that is about it."""
    MUTANTS["receipt-without-price"].seam(monkeypatch)

    assert main(["drift", str(RECORDING.folder), "--json", str(tmp_path / "drift.json")]) == 1
    said = capsys.readouterr().out
    assert 'price: recorded "0.03330000", now nothing, in a webhook' in said
    (difference, *_) = json.loads((tmp_path / "drift.json").read_text())["differences"]
    assert difference["calls"] == ["a webhook"]
    assert "DLR-02" in difference["clauses"]
