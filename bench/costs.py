"""What single things of the fake cost, as ratios to what does the same work without it, or as times."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import requests
from oauthlib.oauth1 import Client, ResourceEndpoint

from bench import dashboard, doctor, growth, realhosts
from bench.context import Context
from bench.fakes import REST, authorized, rich_fake
from bench.measure import Pair, median_seconds, paired
from bench.report import Section, Table, milliseconds
from bench.stubs.limit import Bare
from fake_provider import FakeNexmo
from fake_provider.conformance import Checkup
from fake_provider.domain.wire import WireRequest
from fake_provider.operations import sms
from fake_provider.settings import DEMO_APP
from fake_provider.sms.parts import GSM7, split

_ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

Row = Sequence[str]


def run(context: Context) -> Sequence[Section]:
    """Measure all of them; the quick way leaves out what takes long."""
    rows: list[Row] = []
    for what, measured in _measurements(context):
        context.say(what)
        rows.extend(measured())
    return [
        Section(
            title="Single things",
            text="In process where nothing else is said; medians.",
            tables=[Table(header=("", "measured", "wanted", "reached"), rows=rows)],
        )
    ]


def _measurements(context: Context) -> Iterator[tuple[str, Callable[[], Sequence[Row]]]]:
    yield (
        "verification",
        lambda: [
            _ratio(
                "verify, parse, price, store, answer, against oauthlib's verification alone",
                _operation(rounds=3 if context.quick else 31),
                most=1.5,
            )
        ],
    )
    yield "small things", _small_things
    if context.quick:
        return
    yield "the dashboard", _dashboard
    yield "the doctor", _doctor
    yield (
        "the memory of a message",
        lambda: [_size("a stored message", growth.bytes_per_message(), most=2048)],
    )
    yield "the import", lambda: [_time("`import fake_provider`", _import_seconds(), most=0.150)]
    yield (
        "run",
        lambda: [_time("`fake-nexmo run -- true`, beyond `true`", realhosts.run_seconds(), most=0.300)],
    )
    yield (
        "check",
        lambda: [
            _time(
                "`fake-nexmo check` of `nexmo-oauth`, 34 runs of two commands each", _check_seconds(), most=60
            )
        ],
    )


def _small_things() -> Sequence[Row]:
    text = "a€" * 1600
    answer, stop = _server_seconds()
    return [
        _time("splitting 3,200 characters", median_seconds(lambda: split(text, GSM7), calls=20), most=0.0005),
        _time("`FakeNexmo()`", median_seconds(FakeNexmo, calls=20), most=0.001),
        _time("`reset()`", median_seconds(FakeNexmo().reset, calls=50), most=0.0001),
        _time("`serve()` to the first answer", answer, most=0.005),
        _time("stop", stop, most=0.020),
    ]


def _dashboard() -> Sequence[Row]:
    page = dashboard.page_of_messages()
    return [
        _ratio(
            f"one SMS over HTTP with {dashboard.OPEN_PAGES} pages of the dashboard open, against none",
            dashboard.beside_open_pages(),
            most=1.1,
        ),
        _time(f"a page of 50 of {dashboard.MESSAGES:,} messages", page.seconds, most=0.015),
        _size("… its size", page.size, most=150_000),
    ]


def _doctor() -> Sequence[Row]:
    rows = []
    for name, body in doctor.REQUESTS.items():
        taken = doctor.taken(body)
        most = 0.005 if name == "small" else 0.100
        rows.append(_time(f"the doctor on a {name} request, single mistakes", taken.singles, most=most))
        rows.append(_time("… and pairs of them", taken.pairs, most=0.100))
    return rows


def _reached(measured: float, most: float) -> str:
    return "yes" if measured <= most else "**no**"


def _ratio(what: str, pair: Pair, *, most: float) -> Row:
    return (what, f"{pair.ratio:.2f} times", f"at most {most} times", _reached(pair.ratio, most))


def _time(what: str, taken: float, *, most: float) -> Row:
    return (what, milliseconds(taken), f"under {milliseconds(most)}", _reached(taken, most))


def _size(what: str, taken: float, *, most: int) -> Row:
    return (what, f"{taken:,.0f} bytes", f"under {most:,} bytes", _reached(taken, most))


# How they are measured


def _operation(rounds: int) -> Pair:
    fake, token, secret = authorized(rich_fake())
    ports, policy = fake._provider.ports, fake._provider.policy
    client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)
    endpoint = ResourceEndpoint(Bare(secret))

    def signed(calls: int) -> list[tuple[str, dict[str, str], str]]:
        return [
            client.sign(f"{REST}/sms/json", "POST", body=_ENCODED, headers=_HEADERS) for _ in range(calls)
        ]

    def operation(calls: int) -> float:
        wires = [
            WireRequest.to("POST", url, headers=tuple(headers.items()), body=body.encode())
            for url, headers, body in signed(calls)
        ]
        return _seconds_each(lambda wire: sms.send(wire, ports, policy, answer_format="json"), wires)

    def bare(calls: int) -> float:
        return _seconds_each(
            lambda one: endpoint.validate_protected_resource_request(one[0], "POST", one[2], one[1]),
            signed(calls),
        )

    return paired(operation, bare, rounds=rounds, calls=200)


def _seconds_each(run: Callable[[Any], object], items: list[Any]) -> float:
    started = time.perf_counter()
    for item in items:
        run(item)
    return (time.perf_counter() - started) / len(items)


def _check_seconds() -> float:
    """Return how long a whole check takes of a client that has to be started twice for each run."""
    client = f"{sys.executable} -m client"
    message = '--to "$NEXMO_SMS_TO" --from "$NEXMO_SMS_FROM" -- "$NEXMO_SMS_TEXT"'
    report = Checkup(command=["sh", "-c", f"{client} login && {client} send {message}"]).report()
    assert not report.has_failed
    return report.seconds


def _import_seconds() -> float:
    """Return what the import adds to a Python that does nothing else."""
    code = "import time; t = time.perf_counter(); import fake_provider; print(time.perf_counter() - t)"

    def once() -> float:
        return float(
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        )

    once()
    return sorted(once() for _ in range(9))[4]


def _server_seconds() -> tuple[float, float]:
    """Return the medians of serve() to its first answer, and of stop()."""
    answers, stops = [], []
    for _ in range(15):
        fake = FakeNexmo()
        started = time.perf_counter()
        server = fake.serve()
        with requests.Session() as session:
            assert session.get(f"{server.url}/_fake/health").status_code == 200
            answers.append(time.perf_counter() - started)
            started = time.perf_counter()
            server.stop()
            stops.append(time.perf_counter() - started)
    return sorted(answers)[7], sorted(stops)[7]
