"""Faults are planned and time is moved by forms."""

from __future__ import annotations

import pytest

from contract_tests.receiver import Receiver
from fake_provider.web.dashboard.faults import KINDS
from tests.conftest import Served
from tests.pages import Visitor, form_with, soup, text_of


def plan(developer: Visitor, **fields: str) -> object:
    """Plan a fault by the form."""
    return developer.press(developer.open("/faults"), "Plan the fault", **fields)


def test_a_planned_fault_waits_and_is_met(developer: Visitor, documented: Served) -> None:
    """It stands on the page until a call that it is for has met it."""
    page = plan(developer, kind="sms_status", value="1", path="/sms/json", to="447700900000")
    assert "The SMS is refused with a status: 1" in text_of(page)  # type: ignore[arg-type]
    assert "for calls at /sms/json, to 447700900000" in text_of(page)  # type: ignore[arg-type]

    assert documented.part(to="447700900001")["status"] == "0"
    assert documented.part(to="447700900000")["status"] == "1"

    assert "None. Plan one" in text_of(developer.open("/faults"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_planned(kind: object, developer: Visitor, documented: Served) -> None:
    """With the value that the form gives as an example, it is the fault of the control API."""
    page = plan(developer, kind=kind.name, value=kind.example, times="", after="2", when="after")  # type: ignore[attr-defined]

    (fault,) = documented.control("GET", "/faults")["faults"]
    assert "The fault is planned" in text_of(page)  # type: ignore[arg-type]
    assert list(fault["action"]) == [kind.name]  # type: ignore[attr-defined]
    assert (fault["times"], fault["after"], fault["when"]) == (None, 2, "after")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"kind": "status", "value": ""}, "the status is wanted, 500 for example"),
        ({"kind": "status", "value": "many"}, "action.status"),
        ({"kind": "delay_ms", "value": "-1"}, "action.delay_ms"),
        ({"kind": "extra", "value": "x"}, "name=value is wanted"),
        ({"kind": "drop", "value": "5"}, "none is wanted for this"),
        ({"kind": "drop", "times": "x"}, "times"),
        ({"kind": "drop", "path": "sms"}, "match.path"),
        ({"kind": "explode"}, "kind"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, str], problem: str, developer: Visitor) -> None:
    """The form comes back with what was typed, and nothing is planned."""
    page = plan(developer, **({"to": "447700900099"} | fields))

    form = form_with(page, "Plan the fault")  # type: ignore[arg-type]
    assert page.status_code == 400  # type: ignore[attr-defined]
    assert problem in text_of(page)  # type: ignore[arg-type]
    assert form.fields["to"] == "447700900099"
    assert form.fields["value"] == fields.get("value", "")
    assert "None. Plan one" in text_of(page)  # type: ignore[arg-type]


def test_forgetting_faults(developer: Visitor, documented: Served) -> None:
    """One, or all of them."""
    first = documented.fake.faults.add(action={"drop": True})
    documented.fake.faults.add(action={"hang": True})
    documented.fake.faults.add(action={"truncate": True})

    page = developer.press(developer.open("/faults"), f"Forget fault {first.id}")
    assert len(documented.fake.faults.waiting) == 2

    developer.press(page, "Forget all faults")
    assert documented.fake.faults.waiting == ()


def test_the_clock_is_moved(developer: Visitor, documented: Served, receiver: Receiver) -> None:
    """By a button or by seconds; what fell due on the way has happened when the page comes."""
    documented.sms(to="447700900305", callback=receiver.url)
    before = documented.fake.clock.now()

    page = developer.press(developer.open("/faults"), "1 hour")

    assert documented.fake.clock.now() - before >= 3600
    assert len(receiver.wait_for(1)) == 1
    assert "The clock was moved." in text_of(page)


def test_set_freeze_run_and_reset(developer: Visitor, documented: Served) -> None:
    """Everything that the control API does to the clock."""
    press = developer.press
    page = press(developer.open("/faults"), "Move the clock", how="freeze")
    page = press(page, "Move the clock", how="at", value="2018-10-25T12:10:29Z")
    assert "2018-10-25 12:10:29.000 UTC" in text_of(page)
    assert "stands still" in text_of(page)

    page = press(page, "Move the clock", how="run")
    assert "stands still" not in text_of(page)

    page = press(page, "Move the clock", how="reset")
    assert "2018-10-25" not in text_of(page)


def test_the_clock_of_one_app(developer: Visitor, documented: Served) -> None:
    """It moves for this consumer alone, and is listed beside everybody's."""
    page = developer.press(
        developer.open("/faults"),
        "Move the clock",
        how="at",
        value="2030-01-01",
        consumer_key="fake-consumer-key",
    )

    rows = [row.get_text(" ", strip=True) for row in soup(page).select("#clock .plain-rows li")]
    assert rows[0].startswith("everybody 20")
    assert rows[1].startswith("Demo app 2030-01-01 00:00:0")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"how": "advance", "value": "soon"}, 400),
        ({"how": "advance", "value": ""}, 400),
        ({"how": "at", "value": "yesterday"}, 400),
        ({"how": "backwards"}, 400),
        ({"how": "advance", "value": "999999999"}, 200),
        ({"how": "advance", "value": "60.5"}, 200),
    ],
)
def test_a_time_that_is_none(fields: dict[str, str], status: int, developer: Visitor) -> None:
    """It says what is wanted; a very long way is none too long."""
    page = developer.press(developer.open("/faults"), "Move the clock", **fields)

    assert page.status_code == status
    assert bool(soup(page).select(".error")) == (status == 400)


def test_a_time_that_is_none_loses_nothing(developer: Visitor) -> None:
    """Whose clock it is, what is to be done and what was typed stay: the next try does not move everybody's."""
    typed = {"how": "at", "value": "yesterday", "consumer_key": "fake-consumer-key"}

    page = developer.press(developer.open("/faults"), "Move the clock", **typed)

    form = form_with(page, "Move the clock")
    assert {name: form.fields[name] for name in typed} == typed
    assert soup(page).select("[aria-invalid]")[0]["name"] == "value"


def test_putting_everything_back(developer: Visitor, documented: Served) -> None:
    """Messages, requests, faults and clock are as at the start; who did it stays signed in."""
    documented.sms()
    documented.fake.faults.add(action={"drop": True})
    documented.control("POST", "/clock", {"freeze": True})

    page = developer.press(developer.open("/faults"), "Put everything back")

    fake = documented.fake
    assert "Everything is as it was at the start." in text_of(page)
    assert (fake.messages, fake.exchanges, fake.faults.waiting) == ((), (), ())
    assert not fake.clock.is_frozen()
