"""All mutants, by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import (
    of_accounts,
    of_details,
    of_endpoints,
    of_keys,
    of_numbers,
    of_omissions,
    of_pages,
    of_parts,
    of_requests,
    of_searches,
    of_signatures,
    of_sms_answers,
    of_sms_refusals,
    of_strangers,
    of_strict,
    of_tokens,
    of_webhooks,
)
from .mutant import Mutant

TOPICS: Mapping[str, Sequence[Mutant]] = {
    "signatures": of_signatures.MUTANTS,
    "requests": of_requests.MUTANTS,
    "omissions": of_omissions.MUTANTS,
    "tokens": of_tokens.MUTANTS,
    "pages": of_pages.MUTANTS,
    "sms-answers": of_sms_answers.MUTANTS,
    "sms-refusals": of_sms_refusals.MUTANTS,
    "parts": of_parts.MUTANTS,
    "keys": of_keys.MUTANTS,
    "webhooks": of_webhooks.MUTANTS,
    "accounts": of_accounts.MUTANTS,
    "numbers": of_numbers.MUTANTS,
    "searches": of_searches.MUTANTS,
    "strangers": of_strangers.MUTANTS,
    "strict": of_strict.MUTANTS,
    "endpoints": of_endpoints.MUTANTS,
    "details": of_details.MUTANTS,
}

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for topic in TOPICS.values() for mutant in topic}
"""By name; ``test_mutants.py`` sees that no two have the same."""

WITHOUT: Mapping[str, str] = {}
"""Clauses about a provider that no mutant proves, with the reason; ``test_mutants.py`` sees that none is forgotten."""
