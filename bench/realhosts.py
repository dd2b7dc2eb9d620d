"""What the real names cost: a command by ``run`` beside the same command, and interception beside each library's own stub."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time

import httpx
import respx

from bench.measure import Pair, paired, seconds
from fake_provider import FakeNexmo

_URL = "https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret"
_BODY = '{"value":10.0,"autoReload":false}'
_RUN = [sys.executable, "-m", "fake_provider", "run", "--summary", "off", "--"]


def run_seconds() -> float:
    """Return how much longer ``run -- true`` takes than ``true``; the authority was made before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_DATA_HOME": folder}

        def once(*command: str) -> float:
            began = time.perf_counter()
            subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
            return time.perf_counter() - began

        once(*_RUN, "true")
        differences = sorted(once(*_RUN, "true") - once("true") for _ in range(9))
        return differences[len(differences) // 2]


def httpx_pair(rounds: int) -> Pair:
    """Return a call by httpx, intercepted, beside respx."""
    client = httpx.Client()

    def get() -> None:
        assert client.get(_URL).status_code == 200

    def faked(calls: int) -> float:
        with FakeNexmo().intercept(libraries=["httpx"]):
            return seconds(get, calls)

    def stubbed(calls: int) -> float:
        with respx.mock:
            respx.get(_URL).respond(200, text=_BODY, headers={"Content-Type": "application/json"})
            return seconds(get, calls)

    return paired(faked, stubbed, rounds=rounds, calls=60)


def async_httpx_pair(rounds: int) -> Pair:
    """Return the same, asynchronously."""

    async def gets(calls: int) -> float:
        async with httpx.AsyncClient() as client:
            began = time.perf_counter()
            for _ in range(calls):
                assert (await client.get(_URL)).status_code == 200
            return (time.perf_counter() - began) / calls

    def faked(calls: int) -> float:
        with FakeNexmo().intercept(libraries=["httpx"]):
            return asyncio.run(gets(calls))

    def stubbed(calls: int) -> float:
        with respx.mock:
            respx.get(_URL).respond(200, text=_BODY, headers={"Content-Type": "application/json"})
            return asyncio.run(gets(calls))

    return paired(faked, stubbed, rounds=rounds, calls=60)
