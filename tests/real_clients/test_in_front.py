"""What docs/real-hosts.md shows besides ``run``: a hosts file, a reverse proxy, a network of containers."""

from __future__ import annotations

import getpass
import os
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import requests
import yaml

from contract_tests.signing import Call, Credentials
from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.cli import _parser
from fake_provider.realhosts.authority import load_or_make
from fake_provider.server import Server
from tests.conftest import Serve
from tests.documents import ROOT, blocks
from tests.fake_provider.test_cli import serving
from tests.ports import free_port
from tests.programs import lacking, need

BLOCKS = {block.language: block.text for block in blocks("docs/real-hosts.md") if block.language != "sh"}
CLIENT = Credentials("fake-consumer-key", "fake-consumer-secret")


@pytest.fixture(autouse=True)
def _own_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def nginx() -> tuple[str, int]:
    """The path of nginx, and a port for it."""
    return need("nginx", package="nginx-light"), free_port()


@pytest.mark.parametrize("by", ["port", "unix-socket"])
def test_nginx_in_front(by: str, nginx: tuple[str, int], serve: Serve, tmp_path: Path) -> None:
    """The configuration that is shown, with other ports, or a Unix socket: what was signed for nginx's address verifies."""
    program, port = nginx
    served = serve(trust_proxy=True)
    beside = Server(served.fake.application, unix_socket=tmp_path / "fake.sock")
    upstream = served.url if by == "port" else f"http://{beside.url}"
    shown = (
        BLOCKS["nginx"]
        .replace("127.0.0.1:8081", f"127.0.0.1:{port}")
        .replace("http://127.0.0.1:8080", upstream)
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        f"user {getpass.getuser()}; daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} "
        f"http {{ access_log off; {temporary}\n{shown}\n}}"
    )
    call = Call(
        method="POST",
        url=f"http://127.0.0.1:{port}/oauth/request_token",
        client=CLIENT,
        oauth={"oauth_callback": "oob"},
    )
    with subprocess.Popen(
        [program, "-p", str(tmp_path), "-e", f"{tmp_path}/error.log", "-c", str(configuration)]
    ) as process:
        try:
            answer = _sent(call)
        finally:
            process.terminate()
            beside.stop()

    assert answer.status_code == 200, answer.text
    assert served.fake.exchanges[0].request.url == f"http://127.0.0.1:{port}/oauth/request_token"
    assert served.fake.exchanges[0].findings == ()


def _sent(call: Call) -> requests.Response:
    """Send a request as soon as somebody listens."""
    deadline = time.monotonic() + 10
    while True:
        try:
            with requests.Session() as session:
                return session.send(call.prepared(), timeout=5)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_hosts_file(tmp_path: Path) -> None:
    """The names in a hosts file, ``serve --tls`` on port 443, and whoever trusts the authority."""
    need("curl", package="curl")
    if os.geteuid() != 0:
        lacking("only root can open port 443 and mount a hosts file")
    entropy = RandomEntropy()
    address = f"127.{1 + entropy.octet() % 60}.{entropy.octet()}.9"
    document = (ROOT / "docs/real-hosts.md").read_text()
    line = next(line for line in document.splitlines() if line.startswith("127.0.0.9 "))
    hosts = tmp_path / "hosts"
    hosts.write_text(line.replace("127.0.0.9", address) + "\n")
    ca = load_or_make().certificate_file
    script = (
        f"mount --bind {hosts} /etc/hosts && curl -sS --noproxy '*' --cacert {ca} "
        "https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret https://dashboard.nexmo.com/_fake/health"
    )
    with serving("--tls", "--host", address, "--port", "443") as (_, url, _printed):
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False
        )

    assert url == f"https://{address}:443"
    assert '{"value":10.0,"autoReload":false}' in done.stdout, done.stderr
    assert '"status": "ok"' in done.stdout


def test_a_compose_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be read; the fake's command serves, and what the client's container trusts is where the volume has it."""
    compose = yaml.safe_load(BLOCKS["yaml"])
    fake, client = compose["services"]["fake-nexmo"], compose["services"]["client"]
    options = _parser().parse_args(fake["command"])
    data = Path(str(fake["environment"]["XDG_DATA_HOME"]))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "volume"))
    words = ["0" if word == "443" else word for word in fake["command"][1:]]
    with serving(*words) as (_, url, _printed):
        trusted = (
            tmp_path / "volume" / Path(client["environment"]["NODE_EXTRA_CA_CERTS"]).relative_to("/authority")
        )
        context = ssl.create_default_context(cafile=str(trusted))
        with urllib.request.urlopen(
            url.replace("127.0.0.1", "localhost") + "/sms/json", context=context
        ) as answer:
            status = answer.status

    assert fake["networks"]["default"]["aliases"] == ["dashboard.nexmo.com", "rest.nexmo.com"]
    assert fake["volumes"] == [f"authority:{data}"]
    assert (options.tls, options.port, options.host) == (True, 443, "0.0.0.0")
    assert status == 200
