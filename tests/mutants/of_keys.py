"""Mistakes about an account's own credentials: api_key and api_secret, and ``sig`` in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fake_provider.operations import caller, sms
from fake_provider.sms import signing
from fake_provider.sms.status import Problem

from .mutant import (
    Mutant,
    Replacement,
    Seam,
    instead,
    member,
)


def _key_checked(is_right: Callable[[str, str], bool]) -> Seam:
    def by_secret(usual: Replacement, request: Any, given: Mapping[str, str], ports: Any) -> Any:
        account = ports.store.account_by_key(given.get("api_key", ""))
        if account is not None and is_right(given.get("api_secret", ""), account.api_secret):
            return account
        return usual(request, given, ports)

    return instead(caller, "_by_secret", by_secret)


def _no_old_names(usual: Replacement, request: Any, given: Mapping[str, str], ports: Any) -> Any:
    return usual(
        request, {name: text for name, text in given.items() if name not in ("username", "password")}, ports
    )


def _key_goes_first(usual: Replacement, request: Any, given: Mapping[str, str], *rest: Any) -> Any:
    return usual(replace(request, attempted=False) if "api_key" in given else request, given, *rest)


def _oauth_needs_parameters(usual: Replacement, request: Any, *rest: Any) -> Any:
    return usual(replace(request, attempted=bool(request.oauth)), *rest)


def _signature_any_time(usual: Replacement, given: Mapping[str, str], ports: Any) -> Any:
    account = ports.store.account_by_key(given.get("api_key", ""))
    secret = account.signature_secret if account and not given.get("api_secret") else None
    if secret and signing.verifies(given, secret, account.signature_method):
        return account
    return usual(given, ports)


def _secret_beside_is_fine(usual: Replacement, given: Mapping[str, str], ports: Any) -> Any:
    return usual({name: text for name, text in given.items() if name != "api_secret"}, ports)


def _not_underscored(usual: Replacement, parameters: Any, secret: str, method: str) -> str:
    pairs = sorted(pair for pair in parameters if pair[0] != "sig")
    text = "".join(f"&{name}={given}" for name, given in pairs)
    return signing.METHODS[method](text.encode(), secret.encode())


MUTANTS = (
    # Credentials of an account
    Mutant(
        "secret-by-its-beginning",
        "Compares as many characters of api_secret as were sent.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: right.startswith(sent)),
    ),
    Mutant(
        "secret-with-anything-behind",
        "Compares as many characters of api_secret as are right.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: sent.startswith(right)),
    ),
    Mutant(
        "secret-not-checked",
        "Looks whether there is such an api_key, and no further.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: True),
    ),
    Mutant(
        "no-old-names",
        "Does not know username and password any more.",
        clauses=("SMS-REQ-21",),
        seam=instead(caller, "_by_secret", _no_old_names),
    ),
    Mutant(
        "missing-key-is-4",
        "Answers missing credentials like wrong ones.",
        clauses=("SMS-ERR-16",),
        seam=member(sms._KEY_PROBLEMS, caller.KeyProblem.MISSING, Problem(status=4, text="Bad Credentials")),
    ),
    Mutant(
        "key-goes-before-oauth",
        "Asks nobody about OAuth where an api_key came, too.",
        clauses=("SMS-ERR-19",),
        seam=instead(sms, "identify", _key_goes_first),
    ),
    Mutant(
        "empty-oauth-is-none",
        "Takes an empty Authorization: OAuth for no credentials.",
        clauses=("SMS-ERR-20",),
        seam=instead(sms, "identify", _oauth_needs_parameters),
    ),
    Mutant(
        "sig-never-checked",
        "Looks whether a sig is there.",
        clauses=("SMS-SIG-04",),
        seam=instead(signing, "verifies", lambda usual, *rest: True),
    ),
    Mutant(
        "sig-of-any-age",
        "Does not look at the timestamp beside sig.",
        clauses=("SMS-SIG-05",),
        seam=instead(caller, "_by_signature", _signature_any_time),
    ),
    Mutant(
        "sig-beside-a-secret",
        "Takes sig and api_secret together.",
        clauses=("SMS-SIG-06",),
        seam=instead(caller, "_by_signature", _secret_beside_is_fine),
    ),
    Mutant(
        "sig-of-md5-alone",
        "Verifies sig by MD5 alone.",
        clauses=("SMS-SIG-02",),
        seam=instead(signing, "verifies", lambda usual, given, secret, _: usual(given, secret, "md5")),
    ),
    Mutant(
        "sig-without-underscores",
        "Signs & and = in values as they are.",
        clauses=("SMS-SIG-03",),
        seam=instead(signing, "signature", _not_underscored),
    ),
    # Rarer things
    Mutant(
        "oauth-alone",
        "Knows no api_key.",
        clauses=("SMS-REQ-20", "KEY-01"),
        seam=instead(caller, "_by_secret", lambda usual, *rest: caller.KeyProblem.WRONG),
    ),
    Mutant(
        "sig-not-by-md5",
        "Verifies sig by HMAC alone.",
        clauses=("SMS-SIG-01",),
        seam=instead(
            signing,
            "verifies",
            lambda usual, given, secret, method: usual(
                given, secret, "hmac-sha1" if method in (None, "md5") else method
            ),
        ),
    ),
    Mutant(
        "sig-without-timestamp",
        "Does without a timestamp beside sig.",
        clauses=("SMS-SIG-07",),
        seam=instead(caller, "_by_signature", _signature_any_time),
    ),
)
