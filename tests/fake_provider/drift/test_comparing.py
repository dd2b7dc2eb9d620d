"""What differs between two answers, and of which kind it is."""

from __future__ import annotations

import json

import pytest

from fake_provider.contract.exchange import Answer
from fake_provider.drift.comparing import Aspect, differences

FORM = "application/x-www-form-urlencoded"
CHALLENGE = 'OAuth realm="<dashboard>/", oauth_problem="nonce_used", oauth_problem_advice="<advice>"'


def _answer(
    body: str = "", content_type: str = "application/json", *, status: int = 200, **headers: str
) -> Answer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status=status, headers=(("Content-Type", content_type), *named), body=body)


def _told(recorded: Answer, now: Answer, *, is_market: bool = False) -> list[tuple[Aspect, str]]:
    return [(one.aspect, one.where) for one in differences(recorded, now, is_market=is_market)]


@pytest.mark.parametrize(
    ("recorded", "now", "told"),
    [
        pytest.param('{"a":"1"}', '{"a":1}', [(Aspect.TYPE, "a")], id="a-number-for-a-text"),
        pytest.param('{"a":{"b":["x"]}}', '{"a":{"b":["y"]}}', [(Aspect.VALUE, "a.b[0]")], id="value"),
        pytest.param('{"a":1,"b":2}', '{"b":2,"a":1}', [(Aspect.ORDER, "body")], id="order"),
        pytest.param('{"a":1,"b":2}', '{"a":1}', [(Aspect.MISSING, "b")], id="missing"),
        pytest.param('{"a":1}', '{"a":1,"b":null}', [(Aspect.ADDED, "b")], id="added"),
        pytest.param('{"a":[1]}', '{"a":[1,2]}', [(Aspect.ADDED, "a[1]")], id="one-more"),
        pytest.param('{"a":1}', '{"a": 1}', [(Aspect.LAYOUT, "body")], id="layout"),
        pytest.param('{"a":1.0}', '{"a":1.00}', [(Aspect.VALUE, "a")], id="a-number-as-it-is-written"),
        pytest.param('{"a":true}', '{"a":"true"}', [(Aspect.TYPE, "a")], id="truth"),
        pytest.param('{"a":1}', "oops", [(Aspect.VALUE, "body")], id="no-json"),
        pytest.param('{"a":<delay>}', '{"a":<delay>}', [], id="what-is-masked"),
        pytest.param('{"to":"<number-1>","t":<now>}', '{"to":"<number-2>","t":<now>}', [(Aspect.VALUE, "to")], id="reference"),
    ],
)  # fmt: skip
def test_json(recorded: str, now: str, told: list[tuple[Aspect, str]]) -> None:
    """Member by member."""
    assert _told(_answer(recorded), _answer(now)) == told


@pytest.mark.parametrize(
    ("recorded", "now", "told"),
    [
        pytest.param("<a><b>1</b></a>", "<a><b>2</b></a>", [(Aspect.VALUE, "a.b")], id="value"),
        pytest.param("<a><b/><c/></a>", "<a><c/><b/></a>", [(Aspect.ORDER, "a")], id="order"),
        pytest.param("<a c='1'><b/></a>", "<a><b/></a>", [(Aspect.MISSING, "a.@c")], id="attribute"),
        pytest.param(
            "<a><b>1</b><b>2</b></a>", "<a><b>1</b><b>3</b></a>", [(Aspect.VALUE, "a.b[1]")], id="the-second"
        ),
        pytest.param("<a c='1'/>", '<a c="1"/>', [(Aspect.LAYOUT, "body")], id="quotes"),
        pytest.param(
            "<a><id><message-id-1></id></a>", "<a><id>7</id></a>", [(Aspect.VALUE, "a.id")], id="reference"
        ),
    ],
)
def test_xml(recorded: str, now: str, told: list[tuple[Aspect, str]]) -> None:
    """Element by element."""
    assert _told(_answer(recorded, "text/xml"), _answer(now, "text/xml")) == told


def test_forms() -> None:
    """Pair by pair; advice is for people."""
    recorded = _answer("oauth_problem=nonce_used&oauth_problem_advice=a&x=1", FORM)
    now = _answer("oauth_problem=token_used&oauth_problem_advice=b", FORM)

    assert _told(recorded, now) == [
        (Aspect.MISSING, "x"),
        (Aspect.VALUE, "oauth_problem"),
        (Aspect.WORDS, "oauth_problem_advice"),
    ]


def test_the_status_and_the_media_type() -> None:
    """A charset is a header's business."""
    assert _told(_answer(status=200), _answer(status=401)) == [(Aspect.STATUS, "status")]
    assert _told(_answer("", "text/xml"), _answer("", "application/xml"))[0] == (
        Aspect.MEDIA_TYPE,
        "header Content-Type",
    )
    assert _told(_answer(), _answer("", "application/json; charset=utf-8")) == [
        (Aspect.HEADER, "header Content-Type")
    ]


REFUSED = "oauth_problem=nonce_used&oauth_problem_advice=words"


@pytest.mark.parametrize("is_now", [True, False], ids=["refused-now", "refused-then"])
def test_a_refusal_beside_an_answer(is_now: bool) -> None:
    """All of it is another: the status is told, and as words why it was refused."""
    accepted = _answer("oauth_token=a&oauth_token_secret=b", FORM, X_More="1")
    refused = _answer(REFUSED, FORM, status=401, WWW_Authenticate=CHALLENGE)
    both = (accepted, refused) if is_now else (refused, accepted)

    assert _told(*both) == [(Aspect.STATUS, "status"), (Aspect.WORDS, "oauth_problem")]


def test_two_refusals() -> None:
    """Of another status: the rest is compared as well."""
    one = _answer(REFUSED, FORM, status=401)
    other = _answer(REFUSED.replace("nonce_used", "x"), FORM, status=400)

    assert _told(one, other) == [(Aspect.STATUS, "status"), (Aspect.VALUE, "oauth_problem")]


def test_an_id_that_is_missing() -> None:
    """Is the same difference, whichever it is: else each part of an SMS would have one of its own."""
    found = [
        difference
        for number in (1, 2)
        for difference in differences(_answer('{"id":"<message-id-%s>"}' % number), _answer("{}"))  # noqa: UP031
    ]

    assert [str(one) for one in found] == ['id: recorded "{message-id}", now nothing'] * 2


def test_long_texts_are_shown_where_they_differ() -> None:
    """A little before: their beginning would be the same twice."""
    (one,) = differences(_answer("a" * 1000 + "b", "text/plain"), _answer("a" * 1000, "text/plain"))

    assert one.recorded == f"…{'a' * 40}b"
    assert one.now == f"…{'a' * 40}"


def test_an_answer_that_is_another_altogether() -> None:
    """What nobody would read to its end is counted."""
    many = json.dumps({f"name-{number}": 1 for number in range(300)})
    found = differences(_answer("{}"), _answer(many))

    assert len(found) == 51
    assert (found[-1].where, found[-1].now) == ("the rest", "250 more differences")


def test_of_a_page_only_the_status_counts() -> None:
    """People read it."""
    assert _told(_answer("<p>", "text/html"), _answer("<h1>", "text/html")) == []
    assert _told(_answer("<p>", "text/html"), _answer("", "text/html", status=410)) == [
        (Aspect.STATUS, "status")
    ]


def test_a_challenge() -> None:
    """Its parameters, but for those that are for people."""
    recorded = _answer(WWW_Authenticate=CHALLENGE)
    other = _answer(
        www_authenticate=CHALLENGE.replace("nonce_used", "token_used").replace("<advice>", "else")
    )

    assert _told(recorded, _answer()) == [(Aspect.CHALLENGE, "header Www-Authenticate")]
    assert _told(recorded, other) == [
        (Aspect.CHALLENGE, "header Www-Authenticate, oauth_problem"),
        (Aspect.WORDS, "header Www-Authenticate, oauth_problem_advice"),
    ]


def test_where_a_browser_is_sent() -> None:
    """With or without the provider's own name."""
    recorded = _answer(Location="<dashboard>/oauth/authorize?a=1")

    assert _told(recorded, _answer(Location="/oauth/authorize?a=1")) == []
    assert _told(recorded, _answer(Location="/sign-in")) == [(Aspect.LOCATION, "header Location")]


def test_a_header_that_may_hold_anything() -> None:
    """It is there, or not."""
    recorded = _answer(X_Nexmo_Trace_Id="<any>")

    assert _told(recorded, _answer(x_nexmo_trace_id="<any>")) == []
    assert _told(recorded, _answer()) == [(Aspect.HEADER, "header X-Nexmo-Trace-Id")]


@pytest.mark.parametrize(
    ("recorded", "now", "told"),
    [
        ('{"price":"0.03330000"}', '{"price":"0.05000000"}', [(Aspect.MARKET, "price")]),
        ('{"price":"0.03330000"}', '{"price":"0.0333"}', [(Aspect.VALUE, "price")]),
        ('{"price":"0.03330000"}', '{"price":0.03330000}', [(Aspect.TYPE, "price")]),
        ('{"all":["a","b"]}', '{"all":["a"]}', [(Aspect.MARKET, "all[1]")]),
        ('{"network":"23410"}', '{"network":"US-FIXED"}', [(Aspect.VALUE, "network")]),
    ],
)
def test_a_market(recorded: str, now: str, told: list[tuple[Aspect, str]]) -> None:
    """Nobody promises prices; their form is another thing."""
    assert _told(_answer(recorded), _answer(now), is_market=True) == told


@pytest.mark.parametrize(
    ("recorded", "now", "said"),
    [
        pytest.param(_answer("{}"), _answer(""), "body: recorded {}, now an empty body", id="body"),
        pytest.param(_answer(X="a"), _answer(X=""), "header X: recorded a, now an empty text", id="header"),
        pytest.param(_answer(X="a"), _answer(), "header X: recorded a, now nothing", id="no-header"),
        pytest.param(_answer('{"a":"1"}'), _answer('{"a":""}'), 'a: recorded "1", now ""', id="member"),
    ],
)
def test_what_is_empty_is_told_in_words(recorded: Answer, now: Answer, said: str) -> None:
    """No line ends after "now"."""
    (one,) = differences(recorded, now)

    assert str(one) == said


def test_what_differs_is_shown() -> None:
    """Both values; a long one not to its end."""
    (one,) = differences(_answer('{"a":"1"}'), _answer('{"a":"' + "x" * 500 + '"}'))

    assert str(one).startswith('a: recorded "1", now "xxx')
    assert len(one.now) == 160
