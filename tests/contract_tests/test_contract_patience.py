"""Providers that answer badly, or not at all: a run tells so in one line, and waits for nobody for ever."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
import requests

from contract_tests.choice import chosen
from contract_tests.control import Control, ControlError
from contract_tests.live import ACCESS_TOKEN, APP, Live, Pace
from contract_tests.strict import strictly
from contract_tests.targets import NoFake, TargetError, Url, through
from contract_tests.transport import MOST_IN_A_ROW, Patience
from fake_provider import FakeNexmo
from fake_provider.contract.whole import WholeResponse
from tests.hostile import answering, json_answer

REQUEST = requests.Request("GET", "http://127.0.0.1:9/").prepare()


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not answer at once is late."""
    monkeypatch.setattr(WholeResponse, "seconds", 0.0)


def _nobody(request: requests.PreparedRequest) -> requests.Response:
    raise requests.ReadTimeout("read timed out", request=request)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 200_000, id="deep"),
        pytest.param(f'{{"profile": {"9" * 5000}}}', id="a-long-number"),
        pytest.param('{"profile": Infinity}', id="infinity"),
        pytest.param('{"profile": "relaxed"}', id="another-profile"),
        pytest.param(r'{"profile": "\ud800"}', id="half-a-character"),
        pytest.param('{"profile": {"is": "documented"}}', id="an-object"),
        pytest.param('{"profile": "documented", "profile": "documented"}', id="twice"),
        pytest.param('["profile"]', id="no-object"),
        pytest.param("{}", id="nothing"),
        pytest.param("", id="an-empty-body"),
        pytest.param("<html>", id="a-page"),
    ],
)
def test_who_is_no_fake(body: str) -> None:
    """Whatever is answered in its place, one line says so."""
    with answering(json_answer(body.encode())) as url, pytest.raises(NoFake) as caught:
        Url(url)

    assert str(caught.value) == f"{url} is no fake-nexmo: /_fake/health cannot be read"


def test_a_fake_that_answers_half() -> None:
    """A control call says what is missing, and ends in no KeyError."""
    half = answering(json_answer(b'{"consumer_key": "k"}'))
    missing = pytest.raises(ControlError, match="apps answered 200: there is no consumer_secret in it")
    with half as url, requests.Session() as session, missing:
        Control(url, through(session)).new_app()


@pytest.mark.usefixtures("no_time")
def test_who_does_not_answer_in_time_is_no_target() -> None:
    """It is told from who is no fake: no credentials would help."""
    with answering(b"HTTP/1.1 200 OK\r\n", hangs_up=False) as url, pytest.raises(TargetError) as caught:
        chosen(url, allow_sms=False, environment=dict.fromkeys(APP, "x"))

    assert str(caught.value) == f"{url} gives no whole answer within 30 s"


@pytest.mark.usefixtures("no_time")
def test_a_live_run_that_gets_no_answer_at_all() -> None:
    """The first test says so in one line, and so do two more; then the run is given up."""
    late = pytest.raises(
        pytest.fail.Exception, match=r"^no whole answer came to POST .*/oauth/request_token: ReadTimeout$"
    )
    with answering(b"HTTP/1.1 200 OK\r\n", hangs_up=False) as url:
        target = Live(
            dict.fromkeys((*APP, *ACCESS_TOKEN), "x"), pace=Pace(seconds=0), dashboard_url=url, rest_url=url
        )
        for _ in range(MOST_IN_A_ROW):
            with late, target.open():
                pass
        target.connections.close()

    assert target.patience.exhausted.endswith("3 times in a row; the run is given up")


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Ty", id="in-its-headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", id="in-its-body"),
    ],
)
def test_an_answer_that_is_cut_is_none(octets: bytes) -> None:
    """It fails the test that asked, with a sentence."""
    with answering(octets) as url, requests.Session() as session:
        send = strictly(through(session))
        with pytest.raises(AssertionError, match="no whole answer came to GET /"):
            send(requests.Request("GET", url).prepare())


def _packed(body: bytes, coding: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (coding, len(body)) + body


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        pytest.param(
            _packed(gzip.compress(bytes(20 << 20)), b"gzip"), "it unpacks to more than 1 MiB", id="once"
        ),
        pytest.param(
            _packed(gzip.compress(gzip.compress(b"{}")), b"gzip, gzip"),
            "it is packed more than once",
            id="twice",
        ),
    ],
)
def test_an_answer_that_unpacks_to_more_than_any_has(octets: bytes, why: str) -> None:
    """It fails the test that asked, with a sentence, whatever would have come of its few octets."""
    with answering(octets) as url, requests.Session() as session:
        send = strictly(through(session))
        with pytest.raises(AssertionError, match=f"^no whole answer came to GET /: {why}$"):
            send(requests.Request("GET", url).prepare())


def test_an_answer_that_is_packed_is_read() -> None:
    """As whoever asked for it reads it."""
    with answering(_packed(gzip.compress(b'{"value": 1}'), b"gzip")) as url, requests.Session() as session:
        answer = strictly(through(session))(requests.Request("GET", url).prepare())

    assert answer.json() == {"value": 1}


@pytest.mark.usefixtures("no_time")
@pytest.mark.parametrize("octets", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nhalf"])
def test_who_drips_is_late(octets: bytes) -> None:
    """An answer has its time as a whole, be it that there is always a little more of it."""
    with answering(octets, hangs_up=False) as url, requests.Session() as session:
        patience = Patience(most=1)
        with pytest.raises(requests.RequestException):
            patience.around(through(session))(requests.Request("GET", url).prepare())

    assert patience.exhausted.endswith(
        "gives no whole answer within 30 s, 1 times in a row; the run is given up"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(requests.ReadTimeout("late"), "gives no whole answer within 30 s", id="late"),
        pytest.param(
            requests.ConnectTimeout("late"), "gives no whole answer within 30 s", id="late-to-connect"
        ),
        pytest.param(requests.ConnectionError("refused"), "cannot be reached", id="unreachable"),
    ],
)
def test_nobody_is_waited_for_more_than_three_times(error: requests.RequestException, said: str) -> None:
    """Each of hundreds of tests would wait half a minute."""

    def nobody(_: requests.PreparedRequest) -> requests.Response:
        raise error

    patience = Patience()
    send = patience.around(nobody)
    told = []
    for _ in range(MOST_IN_A_ROW):
        with pytest.raises(requests.RequestException):
            send(REQUEST)
        told.append(patience.exhausted)

    assert told == ["", "", f"127.0.0.1:9 {said}, 3 times in a row; the run is given up"]


def test_an_answer_between_makes_patient_again() -> None:
    """A provider that is slow now and then is held to the contract like others."""
    turns: list[Callable[[requests.PreparedRequest], requests.Response]] = [
        _nobody,
        _nobody,
        lambda _: requests.Response(),
    ]
    patience = Patience()
    for number in range(9):
        try:
            patience.around(turns[number % 3])(REQUEST)
        except requests.ReadTimeout:
            continue

    assert patience.exhausted == ""
    assert patience.in_a_row == 0


def test_every_target_over_a_network_has_patience() -> None:
    """The real service, another provider, a fake that runs."""
    with FakeNexmo().serve() as server:
        assert Url(server.url).patience == Patience()
    assert Live(dict.fromkeys((*APP, *ACCESS_TOKEN), "x")).patience == Patience()
