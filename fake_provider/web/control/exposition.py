"""What was counted, as Prometheus reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ...metrics import BOUNDS, Key, Snapshot
from ...provider import Provider
from ...version import __version__


def exposition(provider: Provider) -> str:
    """Return all metrics; those of the process itself only where there is no more than one."""
    registry = CollectorRegistry()
    registry.register(_Counted(provider))
    if not provider.metrics.is_shared:
        ProcessCollector(registry=registry)
    return generate_latest(registry).decode()


class _Counted(Collector):
    """Makes Prometheus' families of plain numbers, when they are asked for."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def collect(self) -> Iterator[Metric]:
        """Give each family."""
        counted, provider = self._provider.metrics.snapshot(), self._provider
        about = {
            "version": __version__,
            "profile": provider.policy.profile.value,
            "store": provider.ports.store.kind,
        }
        yield InfoMetricFamily("fake_nexmo", "What it is that runs", value=about)
        yield _counter(
            "requests", "Requests that were answered", ["endpoint", "outcome", "status"], counted.requests
        )
        yield _latency(counted)
        yield _counter("sms", "SMS requests that were accepted or refused", ["outcome"], counted.sms)
        yield _counter("diagnoses", "Refusals of OAuth, by what is wrong", ["code"], counted.diagnoses)
        yield _counter("webhooks", "Attempts at a webhook", ["kind", "outcome"], counted.webhooks)
        yield GaugeMetricFamily(
            "fake_nexmo_connections", "Connections that are open", value=counted.connections
        )


def _counter(name: str, text: str, labels: list[str], counts: Counter[Key]) -> Metric:
    family = CounterMetricFamily(f"fake_nexmo_{name}", text, labels=labels)
    for key, count in sorted(counts.items()):
        family.add_metric(key, count)
    return family


def _latency(counted: Snapshot) -> Metric:
    family = HistogramMetricFamily(
        "fake_nexmo_request_seconds",
        "How long answers took to make, a planned delay included",
        labels=["endpoint"],
    )
    bounds = [*map(str, BOUNDS), "+Inf"]
    for endpoint, counts in sorted(counted.seconds.items()):
        buckets = list(zip(bounds, map(float, accumulate(counts)), strict=True))
        family.add_metric([endpoint], buckets, counted.seconds_in_all[endpoint])
    return family
