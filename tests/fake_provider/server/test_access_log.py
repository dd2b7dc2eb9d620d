"""One line for each answer: who asked for what, what came of it, and nothing secret."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from fake_provider import FakeNexmo
from fake_provider.server.access import Access
from tests.conftest import SMS
from tests.fake_provider.server.scripted import connect, until
from tests.raw import head, read_answer


@contextmanager
def logged(**options: Any) -> Iterator[tuple[str, FakeNexmo, list[Access]]]:
    """Give the URL of a server, its fake, and what its access log was told."""
    told: list[Access] = []
    fake = FakeNexmo(**options)
    with fake.serve(access_log=told.append) as server:
        yield server.url, fake, told


def test_what_is_told_of_an_answer() -> None:
    """Who asked, for what, and what came of it; the path without its query."""
    with logged() as (url, _, told):
        answer = requests.post(f"{url}/sms/json?client-ref=mine", data=SMS, timeout=9)
        until(lambda: told)

    (access,) = told
    assert access.duration_ms > 0
    assert (access.remote, access.method, access.path) == ("127.0.0.1", "POST", "/sms/json")
    assert (access.version, access.status, access.octets) == ("1.1", 200, len(answer.content))
    assert (access.outcome, access.client_key, access.diagnosis) == ("accepted", None, None)


def test_a_refusal_has_its_diagnosis() -> None:
    """And the consumer key that was given, whoever has made it up."""
    with logged() as (url, _, told):
        requests.post(f"{url}/oauth/request_token?oauth_consumer_key=nobody", timeout=9)
        until(lambda: told)

    assert (told[0].outcome, told[0].status, told[0].client_key) == ("refused", 400, "nobody")
    assert told[0].diagnosis == "parameter-absent"


@pytest.mark.parametrize(
    ("request_bytes", "outcome", "status"),
    [
        pytest.param(head("GET", "/_fake/health", [], host="127.0.0.1"), "own", 200, id="control"),
        pytest.param(head("GET", "/sign-in", [], host="127.0.0.1"), "own", 200, id="page"),
        pytest.param(head("GET", "/nowhere", [], host="a"), "other", 404, id="nowhere"),
        pytest.param(b"GET /x HTTP/1.1\r\n\r\n", "other", 400, id="no-host"),
        pytest.param(b"hello\r\n\r\n", "other", 400, id="no-request"),
        pytest.param(
            head("POST", "/x", [("Content-Length", "9999999")], host="a"), "other", 413, id="too-long"
        ),
        pytest.param(head("GET", "/", [("X", "x" * 70_000)], host="a"), "other", 431, id="headers-too-long"),
    ],
)
def test_every_answer_is_told(request_bytes: bytes, outcome: str, status: int) -> None:
    """Those of pages and control calls, and to what is no request, too; once."""
    with logged() as (url, _, told):
        with connect(url) as sock:
            sock.sendall(request_bytes)
            assert read_answer(sock).status == status
        until(lambda: told)

    assert [(one.outcome, one.status) for one in told] == [(outcome, status)]


@pytest.mark.parametrize("action", [{"drop": True}, {"hang": True}])
def test_where_nothing_is_answered(action: dict[str, bool]) -> None:
    """A fault that leaves the client without an answer has no status."""
    with logged() as (url, fake, told):
        fake.faults.add(action=action)
        with connect(url) as sock:
            sock.sendall(head("GET", "/account/get-balance", [], host="a"))
            until(lambda: told)

    assert [(one.outcome, one.status, one.octets) for one in told] == [("fault", None, 0)]


def test_secrets_in_a_path() -> None:
    """What old clients wrote into it is not told."""
    with logged() as (url, _, told):
        requests.get(f"{url}/account/get-balance/abcd1234/fake-api-secret", timeout=9)
        until(lambda: told)

    assert "fake-api-secret" not in repr(told)


@pytest.mark.parametrize(("trust", "remote"), [(True, "192.0.2.9"), (False, "127.0.0.1")])
def test_behind_a_proxy(trust: bool, remote: str) -> None:
    """The client is whom the nearest proxy names, where it is trusted."""
    with logged(trust_proxy=trust) as (url, _, told):
        requests.get(f"{url}/x", headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.9"}, timeout=9)
        until(lambda: told)

    assert told[0].remote == remote


def written(kind: str, tmp_path: Path) -> tuple[list[str], str]:
    """Return what ``serve`` writes to standard output about some requests, and all that it writes to standard error."""
    errors = tmp_path / "errors"
    command = [sys.executable, "-m", "fake_provider", "serve", "--port", "0", "--access-log", kind]
    with (
        errors.open("w") as file,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True) as process,
    ):
        try:
            until(lambda: "try: curl" in errors.read_text())
            found = re.search(r"base URL\s+(\S+)", errors.read_text())
            assert found is not None
            url = found.group(1)
            requests.post(f"{url}/sms/json", data=SMS, timeout=9)
            odd = 'nob"od y\n\x1b'
            requests.post(f"{url}/oauth/request_token", params={"oauth_consumer_key": odd}, timeout=9)
            requests.get(f'{url}/%22quo%22ted%0A"', timeout=9)
        finally:
            process.terminate()
        output, _ = process.communicate(timeout=10)
    return output.splitlines(), errors.read_text()


def test_json(tmp_path: Path) -> None:
    """Standard output has one object a line, and nothing else: what is printed at the start goes to standard error."""
    lines, errors = written("json", tmp_path)
    accepted, refused, nowhere = map(json.loads, lines)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", accepted.pop("time"))
    assert accepted.pop("bytes") > 100
    assert accepted.pop("duration_ms") > 0
    assert accepted == {
        "remote": "127.0.0.1",
        "method": "POST",
        "path": "/sms/json",
        "status": 200,
        "outcome": "accepted",
        "consumer_key": None,
        "diagnosis": None,
    }
    assert (refused["consumer_key"], refused["diagnosis"]) == ('nob"od y\n\x1b', "parameter-absent")
    assert nowhere["status"] == 404
    assert "is serving" in errors
    assert "/sms/json 200 accepted" not in errors  # told once


def test_plain(tmp_path: Path) -> None:
    """A line begins as nginx' "combined" does; nothing that a client sends breaks one."""
    lines, _ = written("plain", tmp_path)

    assert re.fullmatch(
        r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "POST /sms/json HTTP/1\.1" 200 \d{3} '
        r"\d+\.\d{3} accepted -",
        lines[0],
    )
    assert lines[1].startswith("127.0.0.1 - nob_od_y__ [")
    assert lines[1].endswith(" refused parameter-absent")
    assert r'"GET /%22quo%22ted%0A' in lines[2]
    assert len(lines) == 3
