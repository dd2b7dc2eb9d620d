"""One test for each scenario. What is judged over all runs comes last, and is about the runs that there were."""

from __future__ import annotations

import pytest

from contract_tests.client.checked import Client

SCENARIOS = {
    "documented-flow": "CLIENT-01",
    "rfc5849-flow": "CLIENT-02",
    "awkward-text": "CLIENT-03",
    "awkward-secrets": "CLIENT-04",
    "extra-parameters": "CLIENT-05",
    "callback-not-confirmed": "CLIENT-06",
    "user-denies": "CLIENT-07",
    "request-token-refused": "CLIENT-08",
    "access-token-refused": "CLIENT-09",
    "token-revoked": "CLIENT-10",
    "sms-refused": "CLIENT-11",
    "partial-failure": "CLIENT-12",
    "throttled": "CLIENT-13",
    "server-error": "CLIENT-14",
    "connection-dropped": "CLIENT-15",
    "hanging-answer": "CLIENT-16",
    "malformed-answer": "CLIENT-17",
    "redirect-elsewhere": "CLIENT-18",
    "fresh-nonces": "CLIENT-19",
    "secrets-stay-home": "CLIENT-20",
    "everything-signed": "CLIENT-21",
}
"""Each scenario, and the clause that it is about."""


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(name, id=name, marks=pytest.mark.clause(clause)) for name, clause in SCENARIOS.items()],
)
def test_the_client_conforms(client: Client, scenario: str) -> None:
    """The client does what the rule of the scenario says."""
    client.conforms_in(scenario)
