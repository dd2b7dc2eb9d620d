"""A fake under load: what it is asked is signed for it, and what it has accepted is compared with what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import requests

from bench import signing, wrk
from bench.errors import CannotMeasure
from bench.fakes import RICH
from bench.running import Running
from bench.servers import SMS
from bench.windows import CONNECTIONS, Target, Window

_PRICE = 0.0333  # euros for one SMS to the number that all are sent to


def signed(
    server: Running, signer: signing.Signer, folder: Path, *, beside: int | None = None
) -> tuple[Target, signing.Access]:
    """Return the fake as a target, and the access token that its requests are signed with.

    *beside* is the session of the server of its database.
    """
    access = signing.access(server.url)
    script, lines = folder / f"{server.port}.lua", folder / f"{server.port}.txt"

    def make(most: int) -> Path:
        signer.write(lines, access, SMS, most)
        return wrk.script(script, SMS, lines, once=True)

    return Target(server=server, script=make, beside=beside), access


class Ledger:
    """Sees, by what the account has paid, that all that wrk counted was accepted and kept."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._before = _balance(server)
        self._counted = self._uncounted = 0

    def check(self, seen: Window) -> None:
        """Raise CannotMeasure where it is not so; what was under way at the end of a window wrk has not counted."""
        self._counted += seen.seen.requests
        self._uncounted += CONNECTIONS
        accepted = round((self._before - _balance(self._server)) / _PRICE)
        if not 0 <= accepted - self._counted <= self._uncounted or seen.seen.refused:
            name = self._server.name
            raise CannotMeasure(
                f"{name} accepted {accepted:,} of {self._counted:,} requests, and refused {seen.seen.refused:,}"
            )


def _balance(server: Running) -> float:
    answer = requests.get(f"{server.url}/_fake/accounts", timeout=30).json()
    accounts: list[Mapping[str, object]] = answer["accounts"]
    return float(str(next(one["balance"] for one in accounts if one["api_key"] == RICH.api_key)))
