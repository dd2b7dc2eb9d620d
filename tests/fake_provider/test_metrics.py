"""What is counted, and how several processes count together."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo
from fake_provider.metrics import BOUNDS, Metrics
from tests.conftest import Served
from tests.fake_provider.server.scripted import until

Samples = dict[tuple[str, ...], float]


def answered(metrics: Metrics, *, seconds: float = 0.001) -> None:
    metrics.answered("/sms/json", "accepted", 200, seconds, diagnosis=None, is_sms=True)


def scraped(served: Served) -> Samples:
    """Return what Prometheus would read: by name and the values of the labels."""
    answer = requests.get(f"{served.url}/_fake/metrics", timeout=30)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_is_scraped(documented: Served, receiver: Receiver) -> None:
    """Requests, SMS, diagnoses, webhooks and connections, by their labels; what Prometheus' own parser reads."""
    before = scraped(documented)
    documented.sms(callback=receiver.url)
    documented.sms(to="447700900109")
    documented.sms("/nowhere")
    requests.post(f"{documented.url}/oauth/request_token", timeout=9)
    until(lambda: documented.fake.webhooks)

    now = scraped(documented)

    grown = {name: value - before.get(name, 0) for name, value in now.items()}
    wanted = {
        ("fake_nexmo_requests_total", "/sms/json", "accepted", "200"): 1,
        ("fake_nexmo_requests_total", "/sms/json", "refused", "200"): 1,
        ("fake_nexmo_requests_total", "other", "other", "404"): 1,
        ("fake_nexmo_requests_total", "/oauth/request_token", "refused", "400"): 1,
        ("fake_nexmo_requests_total", "control", "own", "200"): 1,
        ("fake_nexmo_sms_total", "accepted"): 1,
        ("fake_nexmo_sms_total", "refused"): 1,
        ("fake_nexmo_diagnoses_total", "authorization-missing"): 1,
        ("fake_nexmo_webhooks_total", "receipt", "delivered"): 1,
    }
    assert {name: grown.get(name) for name in wanted} == wanted
    assert now["fake_nexmo_request_seconds_count", "/sms/json"] == 2
    assert now["fake_nexmo_request_seconds_bucket", "/sms/json", "+Inf"] == 2
    assert now["fake_nexmo_connections",] >= 1
    assert now["process_open_fds",] > 0
    assert [key for key in now if key[0] == "fake_nexmo_info"] == [
        ("fake_nexmo_info", "documented", "memory", documented.control("GET", "/health")["version"])
    ]


def test_a_token_is_wanted_as_for_other_control_calls() -> None:
    """Where there is one, it is wanted for this call too."""
    with FakeNexmo(control_token="secret").serve() as server:
        assert requests.get(f"{server.url}/_fake/metrics", timeout=9).status_code == 401


def test_connections_are_counted_out_again(documented: Served) -> None:
    """With the last of them gone there are none."""
    documented.control("GET", "/health")

    until(lambda: documented.fake._provider.metrics.snapshot().connections == 0)


@pytest.mark.parametrize(
    ("seconds", "place"),
    [(0.0, 0), (BOUNDS[0], 0), (BOUNDS[0] + 1e-9, 1), (BOUNDS[-1], len(BOUNDS) - 1), (99.0, len(BOUNDS))],
)
def test_buckets(seconds: float, place: int) -> None:
    """A bound belongs to its bucket; what is longer than all is counted last."""
    metrics = Metrics()
    answered(metrics, seconds=seconds)

    assert metrics.snapshot().seconds["/sms/json"].index(1) == place


def test_nothing_is_lost_between_threads() -> None:
    """Each of many that count at once is counted."""
    metrics = Metrics()

    def count() -> None:
        for _ in range(2_000):
            answered(metrics)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert metrics.snapshot().requests["/sms/json", "accepted", "200"] == 8_000
    assert sum(metrics.snapshot().seconds["/sms/json"]) == 8_000


OTHER = """
import sys
from pathlib import Path
from fake_provider.metrics import Metrics
metrics = Metrics(directory=Path(sys.argv[1]))
for _ in range(3):
    metrics.answered("/sms/json", "accepted", 200, 0.001, diagnosis="x", is_sms=True)
metrics.connected(5)
print("ready", flush=True)
sys.stdin.read(1)
"""


def test_processes_are_counted_together(tmp_path: Path) -> None:
    """Soon; what one has counted stays when it is killed, but for its connections."""
    own = Metrics(directory=tmp_path)
    answered(own)
    own.connected(1)
    command = [sys.executable, "-c", OTHER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        until(lambda: own.snapshot().connections == 6)
        both = own.snapshot()
        other.kill()
        other.wait()

    left = own.snapshot()
    own.close()
    assert both.sms["accepted",] == left.sms["accepted",] == 4
    assert left.seconds["/sms/json"][1] == 4
    assert left.diagnoses["x",] == 3
    assert left.connections == 1
    assert (tmp_path / f"{os.getpid()}.json").exists()


def test_what_is_counted_is_written_without_being_asked_for(tmp_path: Path) -> None:
    """Each process writes what has changed, so that the others need not ask it."""
    own = Metrics(directory=tmp_path)
    answered(own)

    until((tmp_path / f"{os.getpid()}.json").exists)
    own.close()
