"""What goes wrong around a shared fake, and what must hold all the same: nothing acknowledged is lost, or there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fake_provider.server.scripted import until
from tests.fake_provider.test_cli import serving
from tests.load import CONFIG, Load, children, load
from tests.postgres import Postgres
from tests.programs import lacking, need
from tests.raw import Signed, exchange, form

Serving = Callable[..., Any]


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A file with an account that never runs dry, and room for all that is sent."""
    file = tmp_path / "fake.toml"
    file.write_text("max_messages = 1000000\n" + CONFIG)
    return str(file)


@contextmanager
def workers(
    count: int, database: str, config: str, log: Path, *more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run so many workers on a database; yield the process above them, and their URL."""
    options = ("--workers", str(count), "--database", database, "--config", config, "--log-level", "warning")
    with log.open("w") as written, serving(*options, *more, log=written) as (process, url, _):
        yield process, url


def stored(url: str) -> Counter[str]:
    """Return how often each text is stored."""
    answer = requests.get(f"{url}/_fake/messages", params={"api_key": "rich0000"}, timeout=60).json()
    return Counter(message["text"] for message in answer["messages"])


def accepted(url: str) -> int:
    """Return how many SMS were taken for delivery."""
    messages = requests.get(f"{url}/_fake/messages", timeout=60).json()["messages"]
    return sum(message["status"] == "0" for message in messages)


def assert_nothing_is_lost(load: Load, url: str) -> None:
    """Every SMS that was acknowledged is there, and none is there twice."""
    kept = stored(url)
    assert [text for text in load.acknowledged if text not in kept] == []
    assert [text for text, times in kept.items() if times > 1] == []
    balance = requests.get(
        f"{url}/account/get-balance", params={"api_key": "rich0000", "api_secret": "rich-secret"}, timeout=30
    ).json()["value"]
    assert 1_000_000 - balance == pytest.approx(sum(kept.values()) * 0.0333, abs=0.01)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_workers_that_are_killed(
    kind: str, config: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """kill -9 of one worker after the other, under load: others take over, and new ones come."""
    database = str(tmp_path / "fake.db") if kind == "sqlite" else request.getfixturevalue("empty_postgres")
    with workers(2, database, config, tmp_path / "log") as (process, url):
        with load(url) as sending:
            for _ in range(3):
                sending.wait_for(30)
                os.kill(children(process)[0], signal.SIGKILL)
            sending.wait_for(60)

        assert_nothing_is_lost(sending, url)
        until(lambda: len(children(process)) == 2)  # one that died young is replaced after a moment
        until(lambda: 'endpoint="/sms/json"' in requests.get(f"{url}/_fake/metrics", timeout=10).text)
        assert set(sending.statuses) == {200}
    assert process.returncode == 0


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarts(mode: str, config: str, tmp_path: Path, postgres: Postgres) -> None:
    """Under load: 503 while it is away, and everything goes on once it is back."""
    with workers(2, postgres.create("restarted"), config, tmp_path / "log") as (_, url):
        with load(url) as sending:
            sending.wait_for(30)
            postgres.stop(mode=mode)
            sending.wait_for_trouble()
            postgres.start()
            sending.wait_for(60)

        assert_nothing_is_lost(sending, url)
        assert set(sending.statuses) == {200, 503}
        assert sending.broken == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_replays_at_once(config: str, tmp_path: Path) -> None:
    """Of 2,000 times the same request, to four workers at the same time, one is accepted."""
    with workers(4, str(tmp_path / "fake.db"), config, tmp_path / "log") as (_, url):
        token = _access_token(url)
        signed = _sms(url, token)
        statuses: list[int] = []

        def replay() -> None:
            statuses.extend(exchange(url, signed).status for _ in range(2_000 // 20))

        threads = [threading.Thread(target=replay) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert Counter(statuses) == {200: 1, 401: 1_999}
        assert accepted(url) == 1


def _sms(url: str, token: tuple[str, str], **oauth: str | None) -> bytes:
    body, headers = form(from_="Acme", to="447700900000", text="once")
    return Signed(url=url, token=token, body=body, headers=headers, oauth=oauth).encoded()


def _access_token(url: str) -> tuple[str, str]:
    token = Signed(url=url, target="/oauth/request_token", oauth={"oauth_callback": "oob"}).send().form
    decided = requests.post(
        f"{url}/_fake/authorizations",
        json={"oauth_token": token["oauth_token"], "decision": "approve"},
        timeout=30,
    ).json()
    pair = token["oauth_token"], token["oauth_token_secret"]
    verifier = {"oauth_verifier": decided["oauth_verifier"]}
    access = Signed(url=url, target="/oauth/access_token", token=pair, oauth=verifier).send().form
    return access["oauth_token"], access["oauth_token_secret"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    if os.geteuid() != 0:
        lacking("a small disk can be made by root alone")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_the_disk_is_full(small_disk: Path, config: str, tmp_path: Path) -> None:
    """503 with a clear line in the log; nothing acknowledged is lost, and it goes on when there is room again."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 2_000_000)
    with workers(2, str(small_disk / "fake.db"), config, tmp_path / "log") as (_, url):
        with load(url, threads=4) as sending:
            sending.wait_for_trouble(seconds=120)
            ballast.unlink()
            sending.wait_for(20)

        assert_nothing_is_lost(sending, url)
        assert set(sending.statuses) == {200, 503}
    log = (tmp_path / "log").read_text()
    assert "the disk is full; make room, and it goes on" in log
    assert "Traceback" not in log


def test_the_machines_clock_is_set_back(config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an hour, after an hour in which nonces were used: what was accepted then is a replay now, what is new is accepted."""
    clock = tmp_path / "clock"
    clock.write_text("-1h")
    for name, value in {
        "LD_PRELOAD": _faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with workers(2, str(tmp_path / "fake.db"), config, tmp_path / "log") as (_, url):
        monkeypatch.delenv("LD_PRELOAD")

        requests.post(f"{url}/_fake/clock", json={"advance_seconds": 3600}, timeout=30)
        token = _access_token(url)
        requests.post(f"{url}/_fake/clock", json={"reset": True}, timeout=30)
        an_hour_ago = str(int(time.time()) - 3600)
        first = _sms(url, token, oauth_timestamp=an_hour_ago)
        assert exchange(url, first).sms_status == "0"
        clock.write_text("+0")
        assert [exchange(url, _sms(url, token)).sms_status for _ in range(20)] == ["0"] * 20

        clock.write_text("-1h")

        assert "nonce_used" in exchange(url, first).headers["www-authenticate"]
        assert exchange(url, _sms(url, token, oauth_timestamp=an_hour_ago)).sms_status == "0"
        assert accepted(url) == 22


def _faketime() -> str:
    need("faketime", package="faketime")
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        lacking("libfaketime is missing (Debian: faketime; make system-packages installs it)")
    return str(found[0])
