"""One test for each scenario. What is judged over all runs comes last, and is about the runs that there were."""

from __future__ import annotations

import pytest

from contract_tests.client.checked import Client

SCENARIOS = (
    "documented-flow",
    "rfc5849-flow",
    "awkward-text",
    "awkward-secrets",
    "extra-parameters",
    "callback-not-confirmed",
    "user-denies",
    "request-token-refused",
    "access-token-refused",
    "token-revoked",
    "sms-refused",
    "partial-failure",
    "throttled",
    "server-error",
    "connection-dropped",
    "hanging-answer",
    "malformed-answer",
    "redirect-elsewhere",
    "fresh-nonces",
    "secrets-stay-home",
    "everything-signed",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_client_conforms(client: Client, scenario: str) -> None:
    """The client does what the rule of the scenario says."""
    client.conforms_in(scenario)
