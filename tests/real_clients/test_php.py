"""PHP's OAuth extension doing the guide's steps: the client for which Nexmo wrote its samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake_provider.conformance import Checkup
from tests.conftest import Served
from tests.programs import approve, converse, environment_of, lacking, need, run

GUIDE = Path(__file__).with_name("guide.php")


@pytest.fixture
def php() -> str:
    """The path of a PHP that has the OAuth extension."""
    path = need("php", package="php-cli, php-oauth")
    if "OAuth" not in run(path, "-m").stdout.split():
        lacking("PHP's OAuth extension is missing (Debian: php-oauth; make system-packages installs it)")
    return path


def guide(php: str, served: Served, pair: str) -> tuple[int, str]:
    """Run the guide's steps, approving between them; return the exit code and what was printed."""
    return converse([php, str(GUIDE), pair], approve(served), environment_of(served))


@pytest.mark.parametrize(
    ("pair", "findings"),
    [("access", []), ("request", ["request-token-for-resource"])],
    ids=["guide", "driver"],
)
def test_the_guide_ends_in_status_0(php: str, pair: str, findings: list[str], documented: Served) -> None:
    """In the documented profile the guide's SMS is accepted, with either pair; findings say what it relied on."""
    code, printed = guide(php, documented, pair)

    assert code == 0
    assert '"status": "0"' in printed
    assert [m.text for m in documented.fake.messages] == ["hello from Nexmo"]
    sms, exchange, request = documented.fake.exchanges
    assert sms.request.target.startswith("/sms/json?&from=NexmoOauth")
    assert [f.code for f in sms.findings] == findings
    assert [f.code for f in exchange.findings] == ["verifier-missing"]
    assert [f.code for f in request.findings] == ["callback-missing"]


def test_the_guide_is_refused_by_the_strict_profile(php: str, strict: Served) -> None:
    """RFC 5849 wants a callback, which the guide does not send."""
    code, printed = guide(php, strict, "access")

    assert code == 1
    assert "oauth_problem=parameter_absent" in printed
    assert "oauth_parameters_absent=oauth_callback" in printed
    assert strict.diagnosis == "callback-missing"


def test_the_guide_is_judged(php: str) -> None:
    """It works in the documented profile only, and looks at nothing that comes back but a refusal of OAuth.

    That the extension waits without end and carries its Authorization header to another host is its own doing.
    """
    report = Checkup(command=[php, str(GUIDE), "access"], timeout_seconds=8).report()

    verdicts: dict[str, list[str]] = {}
    for result in report.results:
        verdicts.setdefault(result.verdict.value, []).append(result.name)
    assert verdicts["WARNING"] == ["rfc5849-flow"]
    assert verdicts["SKIPPED"] == ["callback-not-confirmed"]
    assert verdicts["FAILED"] == [
        "sms-refused",
        "partial-failure",
        "throttled",
        "hanging-answer",
        "malformed-answer",
        "redirect-elsewhere",
    ]
