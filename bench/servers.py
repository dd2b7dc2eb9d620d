"""Who is measured: the fake, its limit, and the peers, each with the command that starts it and what it is asked."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.errors import CannotMeasure
from bench.fakes import RICH
from bench.running import Request, Running, folder_with, running
from bench.signing import HOST
from bench.stubs import BODY
from bench.workshop import PYTHON, ROOT, npm_file

SMS = Request(headers={"Content-Type": "application/x-www-form-urlencoded", "Host": HOST})
"""What all are asked but moto; the fake gets it with a signature that is right."""

_FIRST = replace(SMS, body=f"{SMS.body}&api_key={RICH.api_key}&api_secret={RICH.api_secret}")
"""What the fake is asked until it answers: an SMS that needs no token."""

_STATIC = ROOT / "bench" / "stubs" / "static.py"

Command = Callable[[int, Path], Sequence[str]]
"""Makes the command line, of the port and of a folder for what it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One server.

    ``warm_cpu_seconds`` is what its compiler needs until it is as fast as it will be.
    """

    name: str
    command: Command
    expects: str  # stands in its answer
    request: Request = SMS
    first: Request = SMS  # what is asked until it answers
    warm_cpu_seconds: float = 0.0
    is_ours: bool = False
    package: str = ""  # whose version stands in the report
    does: str = ""  # for each request
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def started(contestant: Contestant, port: int, folder: Path) -> Iterator[Running]:
    """Run it while the context lasts, from its first right answer; CannotMeasure where it is not installed."""
    with running(
        contestant.name,
        contestant.command(port, folder / contestant.name),
        port,
        contestant.first,
        contestant.expects,
        contestant.environment,
    ) as server:
        yield server


# The fake


def serve_command(port: int, folder: Path, *options: str) -> Sequence[str]:
    """Return the command of the fake as users start it, but for an account that never runs dry and a quiet log."""
    config = f'[[accounts]]\nemail = "{RICH.email}"\npassword = "{RICH.password}"\nbalance = "1000000"\n'
    config += f'api_key = "{RICH.api_key}"\napi_secret = "{RICH.api_secret}"\n'
    path = folder_with(folder, "fake.toml", config)
    command = [sys.executable, "-m", "fake_provider", "serve", "--port", str(port), "--config", str(path)]
    return [*command, "--log-level", "warning", *options]


FAKE = Contestant(
    name="fake-nexmo",
    command=serve_command,
    expects='"status": "0"',
    first=_FIRST,
    is_ours=True,
    does="verifies the signature and the nonce, charges, stores and traces the SMS",
)


def limit(token_secret: str | None) -> Contestant:
    """Return the fake's server with a constant behind it, and with oauthlib's verification if there is a secret."""

    def command(port: int, _: Path) -> Sequence[str]:
        return [
            sys.executable,
            "-m",
            "bench.stubs.limit",
            str(port),
            *([token_secret] if token_secret else []),
        ]

    return Contestant(
        name="limit: the same server, oauthlib" if token_secret else "limit: the same server",
        command=command,
        expects='"seen"',
        first=Request(method="GET", path="/seen", headers={}, body=""),
        does="verifies the signature by oauthlib, and answers a constant"
        if token_secret
        else "answers a constant",
    )


# The peers


def _installed(package: str, pattern: str) -> str:
    found = npm_file(package, pattern)
    if found is None:
        raise CannotMeasure(f"{package} is not installed in .bench/")
    return str(found)


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotMeasure(f"{name} is missing (Debian: {package}; make system-packages installs it)")
    return found


def _python() -> str:
    if not PYTHON.exists():
        raise CannotMeasure("the peers from PyPI are not installed in .bench/")
    return str(PYTHON)


def _prism(port: int, folder: Path) -> Sequence[str]:
    example = {"description": "accepted", "content": {"application/json": {"example": json.loads(BODY)}}}
    form = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "SMS", "version": "1"},
        "paths": {SMS.path: {"post": {"requestBody": form, "responses": {"200": example}}}},
    }
    path = folder_with(folder, "openapi.json", json.dumps(document))
    script = _installed("@stoplight/prism-cli", "dist/index.js")
    return [_program("node", "nodejs"), script, "mock", "-p", str(port), "-v", "silent", str(path)]


def _wiremock(port: int, folder: Path) -> Sequence[str]:
    answer = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": BODY}
    mapping = {"request": {"method": "POST", "urlPath": SMS.path}, "response": answer}
    folder_with(folder, "mappings/sms.json", json.dumps(mapping))
    jar = _installed("wiremock", "build/*.jar")
    options = ["--root-dir", str(folder), "--bind-address", "127.0.0.1", "--disable-banner"]
    options += ["--no-request-journal", "--disable-request-logging"]
    return [_program("java", "default-jre-headless"), "-jar", jar, "--port", str(port), *options]


def _mountebank(port: int, folder: Path) -> Sequence[str]:
    answer = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": BODY}
    stub = {
        "predicates": [{"equals": {"method": "POST", "path": SMS.path}}],
        "responses": [{"is": answer}],
    }
    imposter = {"port": port, "protocol": "http", "stubs": [stub]}
    path = folder_with(folder, "imposters.json", json.dumps({"imposters": [imposter]}))
    script = _installed("mountebank", "bin/mb")
    options = ["--port", str(_free_beside(port)), "--configfile", str(path), "--localOnly"]
    options += ["--nologfile", "--loglevel", "error", "--pidfile", str(folder / "mb.pid")]
    return [_program("node", "nodejs"), script, *options]


def _free_beside(port: int) -> int:
    """Return a port for its own API: the bench never calls it."""
    from bench.running import free_port

    return next(found for found in iter(free_port, -1) if found != port)


def _moto(port: int, _: Path) -> Sequence[str]:
    return [_python(), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]


def static(server: str) -> Command:
    """Return the command of a constant behind a server of PyPI."""

    def command(port: int, _: Path) -> Sequence[str]:
        return [_python(), str(_STATIC), server, str(port), BODY]

    return command


AWS_AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=fake/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
_LIST_TABLES = Request(
    path="/",
    headers={
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Authorization": AWS_AUTHORIZATION,
        "Host": HOST,
    },
    body="{}",
)

PEERS: Sequence[Contestant] = (
    Contestant(
        name="Prism",
        command=_prism,
        expects='"message-count"',
        package="@stoplight/prism-cli",
        does="answers the example of an OpenAPI document",
    ),
    Contestant(
        name="WireMock",
        command=_wiremock,
        expects='"message-count"',
        warm_cpu_seconds=18.0,
        package="wiremock",
        does="answers a mapping of method and path, without its journal",
    ),
    Contestant(
        name="mountebank",
        command=_mountebank,
        expects='"message-count"',
        package="mountebank",
        does="answers a stub for method and path",
    ),
    Contestant(
        name="moto_server",
        command=_moto,
        expects='"TableNames"',
        request=_LIST_TABLES,
        first=_LIST_TABLES,
        package="moto[server]",
        does="answers DynamoDB's ListTables, with no table: its SMS (SNS) takes it longer",
    ),
    Contestant(
        name="pytest-httpserver",
        command=static("pytest-httpserver"),
        expects='"message-count"',
        package="pytest-httpserver",
        does="answers a handler for method and path",
    ),
)
