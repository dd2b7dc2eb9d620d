"""A caller of the account, number and search endpoints: in process, by api_key and api_secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import pytest

from fake_provider import FakeNexmo
from fake_provider.domain.wire import WireRequest
from fake_provider.settings import Settings
from tests.raw import FORM, Answer, Pair

Parameter = str | list[str]


@dataclass(frozen=True)
class Api:
    """One fake, and the credentials of one of its accounts."""

    fake: FakeNexmo
    credentials: dict[str, str] = field(
        default_factory=lambda: {"api_key": "abcd1234", "api_secret": "fake-api-secret"}
    )
    accept: str | None = None

    def of(self, key: str, secret: str) -> Api:
        """Return the same for another account."""
        return replace(self, credentials={"api_key": key, "api_secret": secret})

    def xml(self) -> Api:
        """Return the same, asking for XML."""
        return replace(self, accept="application/xml")

    def get(self, path: str, **parameters: Parameter) -> Answer:
        """Call with everything in the query."""
        query = urlencode({**self.credentials, **parameters}, doseq=True)
        return self.send("GET", f"{path}?{query}" if query else path)

    def post(self, path: str, **parameters: Parameter) -> Answer:
        """Call with everything in a form."""
        body = urlencode({**self.credentials, **parameters}, doseq=True).encode()
        return self.send("POST", path, body=body, headers=[("Content-Type", FORM)])

    def send(
        self, method: str, target: str, *, body: bytes = b"", headers: list[Pair] | None = None
    ) -> Answer:
        """Call as it is given."""
        accept = [("Accept", self.accept)] if self.accept else []
        wire = WireRequest.to(
            method, f"https://rest.nexmo.com{target}", headers=(*(headers or ()), *accept), body=body
        )
        answer = self.fake.application.respond(wire)
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)

    def sms(self, **parameters: str) -> list[str]:
        """Send an SMS, and return the ids of its parts."""
        given = {"from": "Acme", "to": "447700900000", "text": "hello"} | {
            name.removesuffix("_").replace("_", "-"): value for name, value in parameters.items()
        }
        parts = self.post("/sms/json", **given).json["messages"]
        return [part["message-id"] for part in parts if part["status"] == "0"]

    @property
    def reason(self) -> str | None:
        """Why the last call was refused."""
        return self.fake.exchanges[0].reason

    @property
    def findings(self) -> list[tuple[str, str]]:
        """The findings on the last call: code and message."""
        return [(finding.code, finding.message) for finding in self.fake.exchanges[0].findings]


MakeApi = Callable[..., Api]


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    """Start fakes; keyword arguments that a policy has go into it, the others to the fake."""
    fakes: list[FakeNexmo] = []

    def make(*, profile: str = "documented", **policy: object) -> Api:
        settings = Settings()
        settings = replace(settings, policy=replace(settings.policy, **policy))  # type: ignore[arg-type]
        fakes.append(FakeNexmo(profile=profile, settings=settings))
        return Api(fakes[-1])

    yield make
    for fake in fakes:
        fake.close()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """A fake in the documented profile, and its first account."""
    return make_api()


@pytest.fixture
def strict_api(make_api: MakeApi) -> Api:
    """A fake in the strict profile, and its first account."""
    return make_api(profile="strict")
