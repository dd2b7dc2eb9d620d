"""Fixtures of the project's own tests: fakes in both profiles behind real sockets, and credentials on them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo
from fake_provider.fake import FakeNexmo as Fake
from fake_provider.server import Server
from tests.raw import Pair, Signed

if TYPE_CHECKING:
    from tests.postgres import Postgres

SMS = {
    "api_key": "abcd1234",
    "api_secret": "fake-api-secret",
    "from": "Acme",
    "to": "447700900000",
    "text": "hello",
}


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is there
def pytest_xdist_auto_num_workers() -> int | None:
    """Return two workers for each processor: many tests wait, for a program or a time-out."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each process of pytest-xdist begin with long tests: of one that begins last all others wait for the end."""
    if (shared := getattr(config, "workerinput", None)) is not None:
        items[:] = dealt(items, shared["workercount"])


def dealt(items: Sequence[pytest.Item], shares: int) -> list[pytest.Item]:
    """Return *items* such that each of so many equal shares, as ``--dist worksteal`` makes them, begins with its long ones."""
    long = [item for item in items if item.get_closest_marker("long")]
    others = iter([item for item in items if not item.get_closest_marker("long")])
    ordered: list[pytest.Item] = []
    for number in range(shares):
        size = (len(items) - len(ordered)) // (shares - number)
        first = long[number::shares]
        ordered += [*first, *itertools.islice(others, max(size - len(first), 0))]
    return [*ordered, *others]


class Served:
    """A fake and the server in front of it."""

    def __init__(self, fake: Fake, server: Server) -> None:
        self.fake = fake
        self.server = server
        self.url = server.url

    def signed(self, **parts: object) -> Signed:
        """Return a signed request to this server."""
        return Signed(url=self.url, **parts)  # type: ignore[arg-type]

    def request_token(self, **oauth: str) -> Pair:
        """Go the first leg; without a callback unless one is given."""
        answer = self.signed(target="/oauth/request_token", oauth=oauth).send()
        assert answer.status == 200, answer
        return answer.form["oauth_token"], answer.form["oauth_token_secret"]

    def access_token(self, *, account: str | None = None) -> Pair:
        """Go all three legs."""
        token = self.request_token(oauth_callback="oob")
        verifier = self.fake.authorize(token[0], account=account).verifier
        assert verifier
        answer = self.signed(
            target="/oauth/access_token", token=token, oauth={"oauth_verifier": verifier}
        ).send()
        assert answer.status == 200, answer
        return answer.form["oauth_token"], answer.form["oauth_token_secret"]

    def sms(self, path: str = "/sms/json", /, **changes: str | None) -> requests.Response:
        """Send an SMS by api_key with some parameters changed, or left out (None); ``_`` in a name is ``-``."""
        changed = {name.removesuffix("_").replace("_", "-"): value for name, value in changes.items()}
        for name in ("api-key", "api-secret"):
            if name in changed:
                changed[name.replace("-", "_")] = changed.pop(name)
        data = {name: value for name, value in (SMS | changed).items() if value is not None}
        return requests.post(self.url + path, data=data, timeout=30, allow_redirects=False)

    def part(self, **changes: str | None) -> dict[str, str]:
        """Send an SMS, and return the only object of its answer."""
        (part,) = self.sms(**changes).json()["messages"]
        return dict(part)

    def control(self, method: str, path: str, members: object = None) -> Any:
        """Make a control call that succeeds; return what it answers."""
        answer = requests.request(method, f"{self.url}/_fake{path}", json=members, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    @property
    def findings(self) -> list[str]:
        """The codes of the findings on the newest exchange."""
        return [finding.code for finding in self.fake.exchanges[0].findings]

    @property
    def diagnosis(self) -> str | None:
        """The code of the diagnosis on the newest exchange."""
        diagnosis = self.fake.exchanges[0].diagnosis
        return diagnosis.code if diagnosis else None


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start fakes, each behind its own socket; all are stopped at the end."""
    servers: list[Server] = []

    def start(**options: object) -> Served:
        fake = FakeNexmo(**options)  # type: ignore[arg-type]
        servers.append(fake.serve())
        return Served(fake, servers[-1])

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def documented(serve: Serve) -> Served:
    """A fake in the documented profile."""
    return serve()


@pytest.fixture
def strict(serve: Serve) -> Served:
    """A fake in the strict profile."""
    return serve(profile="strict")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server of somebody who gets webhooks."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when the first test asks for it."""
    from tests.postgres import running  # which knows this module

    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_database(postgres: Postgres) -> str:
    """A database in it that fake-nexmo has made its own."""
    from fake_provider.adapters.database.engine import Database
    from fake_provider.adapters.database.kinds import url_of
    from fake_provider.adapters.database.schema import ensure_newest

    url = postgres.create("fake_nexmo")
    database = Database(url_of(url))
    ensure_newest(database)
    database.close()
    return url


@pytest.fixture
def empty_postgres(_postgres_database: str) -> str:
    """The URL of a PostgreSQL database in which nothing is: emptied, since making one takes a second."""
    import psycopg

    from fake_provider.adapters.database.tables import METADATA

    names = ", ".join(METADATA.tables)
    with psycopg.connect(_postgres_database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {names} RESTART IDENTITY".encode())
    return _postgres_database


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the documentation site."""
    from tests.site import built  # which takes Sphinx some seconds

    # Of pytest-xdist each process has a folder of its own, in one that they share.
    own = tmp_path_factory.getbasetemp()
    return built(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
