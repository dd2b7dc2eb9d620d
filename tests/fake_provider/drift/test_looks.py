"""Which clauses forbid a difference."""

from __future__ import annotations

import pytest

from fake_provider.contract import Party, catalogue
from fake_provider.contract.exchange import (
    OPENS,
    Answer,
    Exchange,
    Receiving,
    RecordedTest,
    Request,
    Step,
    Webhook,
)
from fake_provider.drift.comparing import Aspect, Difference
from fake_provider.drift.looks import LOOKS, forbidding


def _exchange(path: str) -> Exchange:
    return Exchange(request=Request(method="GET", url=path), answer=Answer(status=200))


REQUEST_TOKEN, SMS = _exchange("<dashboard>/oauth/request_token"), _exchange("<rest>/sms/json?a=b")
CONTROL = _exchange("<dashboard>/_fake/apps")
TEST = RecordedTest(
    test="test_x.py::test_x",
    clauses=("SMS-OK-01", "OAUTH-SIG-01", "OAUTH-REQ-01"),
    steps=(REQUEST_TOKEN, CONTROL, SMS, CONTROL),
)


def test_every_section_of_the_provider_has_a_row() -> None:
    """And there is no other."""
    sections = catalogue().sections()

    assert list(LOOKS) == [section.id for section in sections if section.party is Party.PROVIDER]


@pytest.mark.parametrize(
    ("aspect", "exchange", "clauses"),
    [
        pytest.param(Aspect.STATUS, SMS, ["SMS-OK-01", "OAUTH-SIG-01"], id="where-the-test-leads-up-to"),
        pytest.param(Aspect.STATUS, REQUEST_TOKEN, ["OAUTH-REQ-01"], id="on-the-way"),
        pytest.param(Aspect.TYPE, SMS, ["SMS-OK-01"], id="a-signature-is-not-about-types"),
        pytest.param(Aspect.HEADER, SMS, [], id="a-header"),
        pytest.param(Aspect.WORDS, REQUEST_TOKEN, [], id="words"),
        pytest.param(Aspect.MARKET, SMS, [], id="a-price"),
        pytest.param(Aspect.NOT_ASKED, REQUEST_TOKEN, list(TEST.clauses), id="the-rest-could-not-be-asked"),
    ],
)
def test_which_clauses_forbid_it(aspect: Aspect, exchange: Exchange, clauses: list[str]) -> None:
    """Those that look at this aspect of this answer."""
    difference = Difference(aspect=aspect, where="x", recorded="1", now="2")

    assert forbidding(difference, exchange, TEST) == clauses


NAMED = RecordedTest(test="t", clauses=("SMS-OK-01", "SMS-OK-15", "ACC-11"), steps=(REQUEST_TOKEN, SMS))


@pytest.mark.parametrize(
    ("where", "exchange", "clauses"),
    [
        pytest.param("header X-Nexmo-Trace-Id", SMS, ["SMS-OK-15"], id="its-endpoint"),
        pytest.param("header X-Nexmo-Trace-Id", REQUEST_TOKEN, [], id="another-endpoint"),
        pytest.param("header X-Powered-By", SMS, [], id="another-header"),
    ],
)
def test_a_header_that_a_sentence_names(where: str, exchange: Exchange, clauses: list[str]) -> None:
    """Is forbidden to be another, or to be missing, by that clause alone."""
    difference = Difference(aspect=Aspect.HEADER, where=where, recorded="<trace-id-1>", now="nothing")

    assert forbidding(difference, exchange, NAMED) == clauses


WEBHOOK = Webhook(request=Request(method="GET", url="<receiver-1>/hook?a=b"), answer=Answer(status=200))
OPENED = Receiving(receiver="<receiver-1>", event=OPENS)


@pytest.mark.parametrize(
    ("aspect", "clauses"),
    [
        pytest.param(Aspect.METHOD, ["DLR-01", "NEW-THING-01"], id="how-it-is-pushed"),
        pytest.param(Aspect.COUNT, ["DLR-01", "NEW-THING-01"], id="how-many-there-are"),
        pytest.param(Aspect.ORDER, ["DLR-01", "NEW-THING-01"], id="the-order"),
        pytest.param(Aspect.HEADER, [], id="a-header"),
    ],
)
@pytest.mark.parametrize("step", [WEBHOOK, OPENED], ids=["a-webhook", "a-receiver"])
def test_what_is_found_in_a_webhook(step: Step, aspect: Aspect, clauses: list[str]) -> None:
    """Is forbidden by those that are about webhooks, and by a section that nobody knows."""
    test = RecordedTest(
        test="t", clauses=("SMS-OK-01", "DLR-01", "NEW-THING-01"), steps=(SMS, OPENED, WEBHOOK)
    )
    difference = Difference(aspect=aspect, where="x", recorded="1", now="2")

    assert forbidding(difference, step, test) == clauses


def test_a_clause_of_a_newer_catalogue() -> None:
    """It forbids everything that is no note, at the end of the way."""
    test = RecordedTest(test="t", clauses=("NEW-THING-01",), steps=(REQUEST_TOKEN, SMS))
    difference = Difference(aspect=Aspect.ORDER, where="x", recorded="1", now="2")

    assert forbidding(difference, SMS, test) == ["NEW-THING-01"]
    assert forbidding(difference, REQUEST_TOKEN, test) == []
