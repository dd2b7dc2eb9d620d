"""All mutants, by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import of_accounts, of_pages, of_requests, of_signatures, of_sms, of_tokens, of_webhooks
from .mutant import Mutant

TOPICS: Mapping[str, Sequence[Mutant]] = {
    "Signatures": of_signatures.MUTANTS,
    "Signed requests": of_requests.MUTANTS,
    "Tokens": of_tokens.MUTANTS,
    "The user's pages": of_pages.MUTANTS,
    "SMS": of_sms.MUTANTS,
    "Webhooks": of_webhooks.MUTANTS,
    "Accounts, numbers, search": of_accounts.MUTANTS,
}

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for topic in TOPICS.values() for mutant in topic}
"""By name; ``tests/mutants/test_mutants.py`` sees that no two have the same."""
