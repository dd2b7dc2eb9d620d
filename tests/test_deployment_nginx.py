"""What compose.yaml puts together, without containers: nginx with the shipped nginx.conf, two replicas, one PostgreSQL."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.signing import Call, Credentials
from fake_provider.realhosts.authority import load_or_make
from tests.conftest import SMS
from tests.fake_provider.test_cli import serving
from tests.ports import free_port
from tests.postgres import Postgres
from tests.programs import need, run
from tests.test_deployment import compose, text_of

TOKEN = "known-to-the-team"
CLIENT = Credentials("fake-consumer-key", "fake-consumer-secret")


@dataclass(frozen=True)
class Shared:
    """The fake that a team shares, by HTTP and by HTTPS, and the processes behind it by their addresses."""

    http: str
    https: str
    ca: str
    replicas: dict[str, subprocess.Popen[str]]

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Send a request over a connection of its own."""
        with requests.Session() as session:
            return session.send(request, timeout=20, verify=self.ca)

    def call(self, url: str, method: str = "POST", **parts: Any) -> requests.Response:
        """Make a signed call."""
        return self.send(Call(method=method, url=url, client=CLIENT, **parts).prepared())

    def controlled(self, path: str, **parts: Any) -> requests.Response:
        """Make a control call."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        method = "POST" if parts else "GET"
        return requests.request(method, f"{self.http}/_fake{path}", headers=headers, timeout=20, **parts)

    def control(self, path: str, **parts: Any) -> Any:
        """Make a control call; return the object that it answers."""
        return self.controlled(path, **parts).json()


def replica_of(answer: requests.Response) -> str:
    """Return the address of who has answered."""
    return answer.headers["X-Replica"]


def configuration(folder: Path, ports: tuple[int, int], replicas: list[str], certificate: str) -> str:
    """Write the shipped files with other ports, addresses and paths; returns the path of nginx's."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    changes = {
        "listen 8080": f"listen 127.0.0.1:{ports[0]}",
        "listen 8443": f"listen 127.0.0.1:{ports[1]}",
        "fake-1:8080": replicas[0],
        "fake-2:8080": replicas[1],
        "/etc/nginx/tls/*.conf": f"{folder}/tls.conf",
        "/etc/nginx/certificates/fullchain.pem": certificate,
        "/etc/nginx/certificates/privkey.pem": certificate,
        "/tmp/nginx.pid": f"{folder}/pid",
        "/dev/stderr": f"{folder}/error.log",
        "access_log off;": f"access_log off; add_header X-Replica $upstream_addr always; {paths}",
    }
    for name in ("nginx.conf", "tls.conf"):
        text = text_of(name)
        for shipped, here in changes.items():
            text = text.replace(shipped, here)
        (folder / name).write_text(text)
    return str(folder / "nginx.conf")


@contextmanager
def sharing(database: str, folder: Path) -> Iterator[Shared]:
    """Start all of it, each replica with the command of the compose file."""
    program = need("nginx", package="nginx-light")
    authority = load_or_make(folder)
    authority.server_context()
    environment = {"FAKE_NEXMO_DATABASE": database, "FAKE_NEXMO_CONTROL_TOKEN": TOKEN}
    elsewhere = {"8080": "0", "0.0.0.0": "127.0.0.1", "json": "off"}  # nobody reads its access log
    with ExitStack() as stack:
        replicas = {}
        for name in ("fake-1", "fake-2"):
            words = [elsewhere.get(word, word) for word in compose()["services"][name]["command"][1:]]
            process, url, _ = stack.enter_context(serving(*words, environment=environment))
            replicas[url.removeprefix("http://")] = process
        ports = (free_port(), free_port())
        file = configuration(folder, ports, list(replicas), str(folder / "server.pem"))
        common = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", file]
        judged = run(*common, "-t")
        assert judged.returncode == 0, judged.stderr
        nginx = stack.enter_context(subprocess.Popen([*common, "-g", "daemon off;"]))
        stack.callback(nginx.terminate)
        _await(ports[0])
        yield Shared(
            http=f"http://127.0.0.1:{ports[0]}",
            https=f"https://localhost:{ports[1]}",
            ca=str(authority.certificate_file),
            replicas=replicas,
        )


@pytest.fixture(scope="module")
def _shared(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with sharing(postgres.create("shared"), tmp_path_factory.mktemp("shared")) as shared:
        yield shared


@pytest.fixture
def shared(_shared: Shared) -> Shared:
    """All of it, with nothing of the last test."""
    assert _shared.controlled("/reset", json={}).status_code == 204
    return _shared


def _await(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_leg_verifies_whoever_answers(shared: Shared, scheme: str) -> None:
    """What was signed for nginx's address, over both replicas, an encoded path too; nobody can say it was another."""
    origin = {"http": shared.http, "https": shared.https}[scheme]
    lies = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Port": "1", "X-Forwarded-Proto": "ftp"}
    first = shared.call(f"{origin}/oauth/request_token", oauth={"oauth_callback": "oob"}, headers=lies)
    request_token = Credentials(*re.findall(r"oauth_token(?:_secret)?=(\w+)", first.text))
    decided = shared.control(
        "/authorizations", json={"oauth_token": request_token.key, "decision": "approve"}
    )
    second = shared.call(
        f"{origin}/oauth/access_token",
        token=request_token,
        oauth={"oauth_verifier": decided["oauth_verifier"]},
    )
    token = Credentials(*re.findall(r"oauth_token(?:_secret)?=(\w+)", second.text))
    form = tuple((name, SMS[name]) for name in ("from", "to", "text"))
    third = shared.call(f"{origin}/sms/%6Ason", token=token, form=form, headers=lies)

    answers = (first, second, third)
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert third.json()["messages"][0]["status"] == "0"
    assert {replica_of(answer) for answer in answers} == set(shared.replicas)
    exchanges = shared.control("/exchanges")["exchanges"]
    assert {one["request"]["url"].rpartition("/")[0] for one in exchanges} == {
        f"{origin}/oauth",
        f"{origin}/sms",
    }
    assert [one["findings"] for one in exchanges] == [[], [], []]


def test_a_replay_is_refused_by_the_other_replica(shared: Shared) -> None:
    """A nonce is used once, whoever was asked first."""
    call = Call(
        method="POST",
        url=f"{shared.http}/oauth/request_token",
        client=CLIENT,
        oauth={"oauth_callback": "oob"},
    )
    first, again = (shared.send(call.prepared()) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 401)
    assert replica_of(first) != replica_of(again)
    assert "nonce_used" in again.text


def test_a_dropped_connection_ends_at_nginx(shared: Shared) -> None:
    """A POST gets 502 and is not sent again; a GET is, to the other replica."""
    answers = []
    for method, place in (("POST", "data"), ("GET", "params")):
        shared.control(
            "/faults", json={"match": {"path": "/sms/json"}, "action": {"drop": True, "when": "after"}}
        )
        request = requests.Request(method, f"{shared.http}/sms/json", **{place: SMS}).prepare()
        answers.append(shared.send(request).status_code)

    assert answers == [502, 200]
    assert len(shared.control("/messages")["messages"]) == 1 + 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_one_replica_is_enough(number: signal.Signals, postgres: Postgres, tmp_path: Path) -> None:
    """Requests go on, each is answered, and what the other has accepted is there."""
    with sharing(postgres.create("shared_less"), tmp_path) as shared:
        answers = [_sms(shared) for _ in range(2)]
        leaving, staying = (replica_of(answer) for answer in answers)
        shared.replicas[leaving].send_signal(number)
        shared.replicas[leaving].wait(20)
        answers += [_sms(shared) for _ in range(4)]
        messages = shared.control("/messages")["messages"]

    assert leaving != staying
    assert [answer.json()["messages"][0]["status"] for answer in answers] == ["0"] * 6
    assert replica_of(answers[-1]).endswith(staying)
    assert len(messages) == 6


def _sms(shared: Shared) -> requests.Response:
    request = requests.Request("POST", f"{shared.http}/sms/json", data=SMS).prepare()
    return shared.send(request)
