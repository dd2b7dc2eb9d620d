"""Requests that are signed before they are sent: oauthlib signs them, in as many processes as there are cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import requests
from oauthlib.oauth1 import Client
from requests_oauthlib import OAuth1Session

from bench.running import Request
from fake_provider.settings import DEMO_APP

HOST = "127.0.0.1:8080"
"""The Host header of every request, whatever the port: so the same signature is right for every server."""

_CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An access token of the demo app, and its secret."""

    token: str
    secret: str


def access(url: str) -> Access:
    """Go through the flow with the fake at *url*, as an application does."""
    key, secret = DEMO_APP.client_key, DEMO_APP.client_secret
    temporary = OAuth1Session(key, secret, callback_uri="oob").fetch_request_token(
        f"{url}/oauth/request_token"
    )
    decision = {"oauth_token": temporary["oauth_token"], "decision": "approve"}
    answer = requests.post(f"{url}/_fake/authorizations", json=decision, timeout=30)
    session = OAuth1Session(
        key,
        secret,
        temporary["oauth_token"],
        temporary["oauth_token_secret"],
        verifier=answer.json()["oauth_verifier"],
    )
    held = session.fetch_access_token(f"{url}/oauth/access_token")
    return Access(token=held["oauth_token"], secret=held["oauth_token_secret"])


class Signer:
    """Signs requests, none with a nonce that it used before."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool = pool
        self._processes = processes
        self._batches = count()

    def lines(self, access: Access, request: Request, wanted: int) -> list[str]:
        """Return *wanted* Authorization headers, each for one sending of *request*."""
        batch = next(self._batches)
        firsts = range(0, wanted, _CHUNK)
        chunks = [
            (access, request, f"bench{os.getpid()}x{batch}x", first, min(_CHUNK, wanted - first))
            for first in firsts
        ]
        return [line for lines in self._pool.map(_signed, chunks) for line in lines]

    def write(self, path: Path, access: Access, request: Request, wanted: int) -> Path:
        """Write them to a file, a line each."""
        path.write_text("\n".join(self.lines(access, request, wanted)) + "\n", encoding="ascii")
        return path


@contextmanager
def signer() -> Iterator[Signer]:
    """Give a signer; its processes end with the context."""
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield Signer(pool, processes)


def _signed(chunk: tuple[Access, Request, str, int, int]) -> list[str]:
    access, request, prefix, first, wanted = chunk
    client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, access.token, access.secret)
    url, lines = f"http://{HOST}{request.path}", []
    for number in range(first, first + wanted):
        client.nonce = f"{prefix}{number}"
        _, headers, _ = client.sign(url, request.method, body=request.body, headers=dict(request.headers))
        lines.append(headers["Authorization"])
    return lines
