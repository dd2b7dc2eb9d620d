"""Prints what the fake costs beside what does the same work without it; every figure is a median."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import requests
import responses
from oauthlib.oauth1 import Client, RequestValidator, ResourceEndpoint
from requests_oauthlib import OAuth1Session

from bench import dashboard, doctor, growth, realhosts
from bench.fakes import REST, authorized, rich_fake
from bench.measure import Pair, median_seconds, paired, seconds
from fake_provider import FakeNexmo
from fake_provider.conformance import Checkup
from fake_provider.domain.wire import WireRequest
from fake_provider.operations import sms
from fake_provider.settings import DEMO_APP
from fake_provider.sms.parts import GSM7, split

FORM = {"from": "Acme", "to": "447700900000", "text": "hello from Nexmo"}
ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

_GREEN, _RED, _BOLD, _PLAIN = (
    ("\x1b[32m", "\x1b[31m", "\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("",) * 4
)


def main() -> None:
    """Measure and print; the wanted figures are goals to look at, not tests to fail."""
    print(f"{_BOLD}fake-nexmo bench{_PLAIN}: medians of one run on this machine\n")
    fake, token, secret = authorized(rich_fake())
    _show_ratio(
        "intercept(): one OAuth1Session POST of an SMS, against the same on a static responses stub",
        _interception(fake, token, secret),
        wanted=1.35,
    )
    _show_ratio("intercept(): httpx, against respx", realhosts.httpx_pair(), wanted=1.35)
    _show_ratio("intercept(): httpx, async, against respx", realhosts.async_httpx_pair(), wanted=1.35)
    _show_ratio(
        "operation: WireRequest to WireResponse, against oauthlib's bare resource validation",
        _operation(fake, token, secret),
        wanted=1.5,
    )
    _show_ratio(
        f"growth: one signed SMS with {growth.MANY:,} messages, nonces and tokens stored, against {growth.FEW}",
        growth.signed_sms(),
        wanted=1.1,
    )
    _show_ratio(
        f"dashboard: one SMS over HTTP with {dashboard.OPEN_PAGES} pages open, against none",
        dashboard.beside_open_pages(),
        wanted=1.1,
    )
    page = dashboard.page_of_messages()
    _show(f"50 of {dashboard.MESSAGES:,} messages", page.seconds, wanted=0.015)
    _show_bytes("… their page", page.size, wanted=150_000)
    for name, body in doctor.REQUESTS.items():
        taken = doctor.taken(body)
        _show(f"doctor: {name}, singles", taken.singles, wanted=0.005)
        _show(f"doctor: {name}, pairs", taken.pairs, wanted=0.100)
    _show_bytes("a stored message", growth.bytes_per_message(), wanted=2048)
    text = "a€" * 1600
    _show("split 3,200 characters", median_seconds(lambda: split(text, GSM7), calls=20), wanted=0.0005)
    _show("import fake_provider", _import_seconds(), wanted=0.150)
    _show("FakeNexmo()", median_seconds(FakeNexmo, calls=20), wanted=0.001)
    _show("reset()", median_seconds(FakeNexmo().reset, calls=50), wanted=0.0001)
    answer, stop = _server_seconds()
    _show("serve() to first answer", answer, wanted=0.005)
    _show("stop", stop, wanted=0.020)
    _show("run -- true, beyond true", realhosts.run_seconds(), wanted=0.300)
    _show("check: the command nexmo-oauth, whole", _check_seconds(), wanted=60)


def _check_seconds() -> float:
    """Return how long a whole check takes of a client that has to be started twice for each run."""
    client = f"{sys.executable} -m client"
    message = '--to "$NEXMO_SMS_TO" --from "$NEXMO_SMS_FROM" -- "$NEXMO_SMS_TEXT"'
    report = Checkup(command=["sh", "-c", f"{client} login && {client} send {message}"]).report()
    assert not report.has_failed
    return report.seconds


def _interception(fake: FakeNexmo, token: str, secret: str) -> Pair:
    session = OAuth1Session(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def post() -> None:
        assert session.post(f"{REST}/sms/json", data=FORM).json()["messages"][0]["status"] == "0"

    def faked(calls: int) -> float:
        with fake.intercept():
            return seconds(post, calls)

    with fake.intercept():
        body = session.post(f"{REST}/sms/json", data=FORM).text

    def stubbed(calls: int) -> float:
        with responses.RequestsMock() as stub:
            stub.add(responses.POST, f"{REST}/sms/json", body=body, content_type="application/json")
            return seconds(post, calls)

    return paired(faked, stubbed, rounds=31, calls=60)


class _Bare(RequestValidator):
    """The least that oauthlib's resource endpoint asks for."""

    enforce_ssl = False
    timestamp_lifetime = 10**9
    nonce_length = client_key_length = access_token_length = (1, 255)
    dummy_client = dummy_access_token = "dummy"

    def __init__(self, token_secret: str) -> None:
        super().__init__()
        self._token_secret = token_secret
        self._safe = set(map(chr, range(33, 127)))

    @property
    def safe_characters(self) -> set[str]:
        return self._safe

    def _yes(self, *_: Any, **__: Any) -> bool:
        return True

    validate_timestamp_and_nonce = validate_client_key = validate_access_token = validate_realms = _yes

    def get_client_secret(self, *_: Any) -> str:
        return DEMO_APP.client_secret

    def get_access_token_secret(self, *_: Any) -> str:
        return self._token_secret


def _operation(fake: FakeNexmo, token: str, secret: str) -> Pair:
    ports, policy = fake._provider.ports, fake._provider.policy
    client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)
    endpoint = ResourceEndpoint(_Bare(secret))

    def signed(calls: int) -> list[tuple[str, dict[str, str], str]]:
        return [client.sign(f"{REST}/sms/json", "POST", body=ENCODED, headers=HEADERS) for _ in range(calls)]

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

    return paired(operation, bare, rounds=31, calls=200)


def _seconds_each(run: Callable[[Any], object], items: list[Any]) -> float:
    started = time.perf_counter()
    for item in items:
        run(item)
    return (time.perf_counter() - started) / len(items)


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


def _show_ratio(what: str, pair: Pair, *, wanted: float) -> None:
    colour = _GREEN if pair.ratio <= wanted else _RED
    print(
        f"{what}\n    {pair.first_seconds * 1e6:.0f} µs / {pair.second_seconds * 1e6:.0f} µs = "
        f"{colour}{pair.ratio:.2f}{_PLAIN}  (wanted: at most {wanted})\n"
    )


def _show(what: str, taken: float, *, wanted: float) -> None:
    colour = _GREEN if taken <= wanted else _RED
    print(f"{what:<26} {colour}{taken * 1000:9.3f} ms{_PLAIN}  (wanted: under {wanted * 1000:g} ms)")


def _show_bytes(what: str, taken: float, *, wanted: int) -> None:
    colour = _GREEN if taken <= wanted else _RED
    print(f"{what:<26} {colour}{taken:9.0f} bytes{_PLAIN}  (wanted: under {wanted:,} bytes)")


if __name__ == "__main__":
    main()
