"""Of what the sentence of a clause is: it is not blamed for the rest of an answer."""

from __future__ import annotations

import pytest

from fake_provider.contract import catalogue
from fake_provider.drift.about import ABOUT, is_about
from fake_provider.drift.comparing import Aspect, Difference


def test_every_row_is_of_a_clause() -> None:
    """Of one that is in the catalogue."""
    assert ABOUT.keys() <= catalogue().by_id().keys()


@pytest.mark.parametrize(
    ("clause", "aspect", "where", "expected"),
    [
        pytest.param("SMS-OK-02", Aspect.TYPE, "message-count", True, id="its-member"),
        pytest.param(
            "SMS-OK-05", Aspect.VALUE, "the form of <message-id-2>", True, id="the-form-of-its-member"
        ),
        pytest.param("SMS-OK-03", Aspect.TYPE, "message-count", False, id="another-member"),
        pytest.param("SMS-OK-16", Aspect.VALUE, "messages[0].account-to", False, id="another-that-ends-so"),
        pytest.param("SMS-OK-13", Aspect.MEDIA_TYPE, "header Content-Type", True, id="its-header"),
        pytest.param("SMS-OK-15", Aspect.MEDIA_TYPE, "header Content-Type", False, id="another-header"),
        pytest.param("SMS-OK-14", Aspect.LAYOUT, "body", True, id="the-layout"),
        pytest.param("SMS-OK-03", Aspect.LAYOUT, "body", False, id="the-layout-is-no-member"),
        pytest.param("SMS-OK-03", Aspect.VALUE, "body", None, id="nothing-of-the-body-is-right"),
        pytest.param("SMS-OK-03", Aspect.MISSING, "messages[0]", None, id="its-part-is-missing"),
        pytest.param("SMS-OK-03", Aspect.STATUS, "status", None, id="the-answer-is-another"),
        pytest.param("SMS-OK-15", Aspect.NOT_ASKED, "the request", None, id="there-was-none"),
        pytest.param("SMS-REQ-01", Aspect.TYPE, "message-count", None, id="a-clause-without-a-row"),
    ],
)
def test_what_a_clause_is_about(clause: str, aspect: Aspect, where: str, expected: bool | None) -> None:
    """Yes, no, or nobody can tell."""
    difference = Difference(aspect=aspect, where=where, recorded="1", now="2")

    assert is_about(clause, difference) is expected
