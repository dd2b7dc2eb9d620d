"""Several processes on one socket: who dies is replaced, who waits is served, and all end together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.fake_provider.server.scripted import connect, get, until
from tests.fake_provider.server.test_stopping import Client
from tests.raw import read_answer

PROGRAM = Path(__file__).parent / "supervised.py"
ROOT = PROGRAM.parents[3]


class Supervised:
    """The program, and what is asked of it."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.url = process.stdout.readline().strip()
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def ask(self, path: str = "/") -> Any:
        with connect(self.url) as sock:
            sock.sendall(get(path))
            return json.loads(read_answer(sock).body)

    def processes(self) -> set[int]:
        """Return the processes that answer now."""
        return {self.ask()["process"] for _ in range(20)}


@contextmanager
def supervised(tmp_path: Path, *arguments: str) -> Iterator[Supervised]:
    log = tmp_path / "log"
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        ) as process,
    ):
        try:
            yield Supervised(process, log)
        finally:
            process.terminate()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Supervised]:
    """A program with two workers that both answer."""
    with supervised(tmp_path, "2") as program:
        until(lambda: len(program.processes()) == 2)
        yield program


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all(number: signal.Signals, two: Supervised) -> None:
    """With exit code 0, and nobody is left."""
    workers = two.processes()
    two.process.send_signal(number)

    assert two.process.wait(10) == 0
    assert not any(map(is_running, workers))
    assert "Traceback" not in two.log


def test_a_worker_that_is_killed_is_replaced(two: Supervised) -> None:
    """The other goes on meanwhile, and the log has one clear line."""
    killed = two.ask()["process"]
    os.kill(killed, signal.SIGKILL)
    until(lambda: not is_running(killed) or killed not in two.processes())
    until(lambda: len(two.processes()) == 2)

    assert killed not in two.processes()
    assert f"(process {killed}) has ended: SIGKILL" in two.log


def test_a_worker_that_cannot_begin_waits_longer_each_time(tmp_path: Path) -> None:
    """It is tried again and again, ever less often, while the other serves."""
    with supervised(tmp_path, "2", "failing") as program:
        until(lambda: program.log.count("worker 1 failed") >= 3)

        assert program.ask()["worker"] == 0
        assert program.log.count("has ended: exit code 1") <= 6
        assert "our mistake" in program.log


def _state(process: int) -> str:
    return subprocess.run(
        ["ps", "-o", "state=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout.strip()


def test_who_waits_outlives_a_worker(tmp_path: Path) -> None:
    """A client whom the only worker had not accepted yet when it died is served by the next."""
    with supervised(tmp_path, "1") as program:
        first = program.ask()["process"]
        os.kill(first, signal.SIGSTOP)
        until(lambda: _state(first).startswith("T"))  # all of its threads have heard it
        with connect(program.url) as late:
            late.sendall(get("/"))
            os.kill(first, signal.SIGKILL)

            assert json.loads(read_answer(late).body)["process"] != first


def test_nothing_is_lost_when_all_stop_under_load(two: Supervised) -> None:
    """Each request that was sent gets its whole answer, whichever worker has it."""
    clients = [Client(two.url) for _ in range(8)]
    for client in clients:
        client.start()
    until(lambda: all(client.answered > 20 for client in clients))
    two.process.send_signal(signal.SIGTERM)
    for client in clients:
        client.join()

    assert two.process.wait(10) == 0
    assert [client.failure for client in clients] == [None] * 8


def test_workers_do_not_outlive_who_watches(two: Supervised) -> None:
    """Killed, it cannot tell them; they end all the same."""
    workers = two.processes()
    two.process.kill()
    two.process.wait()

    until(lambda: not any(map(is_running, workers)))


@pytest.mark.parametrize("at_once", [True, False], ids=["at-once", "one-after-the-other"])
def test_clients_are_spread_evenly(at_once: bool, two: Supervised) -> None:
    """Of sixteen that keep their connections each worker has a fair share, however they come."""
    with ExitStack() as stack:
        clients = []
        for _ in range(16):
            clients.append(stack.enter_context(connect(two.url)))
            if not at_once:
                clients[-1].sendall(get("/"))
                read_answer(clients[-1])
        for client in clients:
            client.sendall(get("/"))
        asked = [json.loads(read_answer(client).body)["worker"] for client in clients]

    assert 6 <= asked.count(0) <= 10
