"""The log of an outage: short, however many requests are refused."""

from __future__ import annotations

import logging

import pytest

from fake_provider.web.outage import Outage


def test_an_outage_is_said_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    """The beginning, another reason, every ten seconds, the end with how many were refused."""
    now = [0.0]
    outage = Outage(monotonic=lambda: now[0])
    for moment in (0.0, 0.1, 0.2, 10.5, 11.0):
        now[0] = moment
        outage.goes_on("it is starting", "POST /sms/json")
    outage.goes_on("it is full", "GET /")
    assert outage.is_on
    now[0] = 12.0
    outage.is_over()
    outage.is_over()

    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "POST /sms/json 503 it is starting; refused so far: 1",
        "POST /sms/json 503 it is starting; refused so far: 4",
        "GET / 503 it is full; refused so far: 6",
        "the database can be used again; 6 requests were refused within 12 s",
    ]
    assert not outage.is_on
