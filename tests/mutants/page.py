"""The mutants as a page of Markdown: ``python -m tests.mutants.page > docs/mutants.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from .mutant import Mutant
from .table import TOPICS, WITHOUT

_INTRODUCTION = """\
# Wrong providers

<!-- Made from tests/mutants by python -m tests.mutants.page; a test compares. -->

The contract tests are worth what they catch. So they are run against {count} wrong providers, each wrong in one way that a
careless implementer might be, and each of these mutants must be caught: by a test of a clause that is about its mistake,
and by an assertion of that test. A test that ends in a KeyError where something is missing has crashed; it says
nothing about the provider, and counts as a failure of the suite.

`make mutants` runs, for each mutant, the tests of its clauses, and shows a table of what caught it;
`make mutants ARGS="--full"` runs all tests against each, which takes as long as it sounds. Names, patterns of names and
topics narrow it: `make mutants ARGS="webhooks 'nonce*'"`. A run begins with the provider as it is, which has to pass.
`make test` has them all too, each until the first test that catches it.

To see a mutant at work in an ordinary run of pytest:
`pytest -p tests.mutants.plugin --nexmo-mutant nonces-never-remembered contract_tests`.

## To add one

Nothing of the provider is edited. A mutant wraps or replaces something of it, in a process of its own that has been forked
from one that has collected all tests. It is a row in one of the tables `tests/mutants/of_….py`, with a name, a sentence,
the clauses that have to catch it and a seam; `tests/mutants/mutant.py` has the seams. What replaces something gets what
it replaces as its first argument:

```python
from fake_provider.oauth import checks
from tests.mutants.mutant import SMS_JSON, Mutant, both, header, instead, never, store, value

MUTANTS = (
    Mutant(
        "nonces-never-remembered",
        "Accepts a replay.",
        clauses=("OAUTH-NONCE-01",),
        seam=both(store("nonce_used", never), store("use_nonce", never)),
    ),
    Mutant(
        "window-of-a-minute",
        "Leaves a clock no more than a minute.",
        clauses=("OAUTH-NONCE-08",),
        seam=value(checks, "TIMESTAMP_WINDOW_SECONDS", 60),
    ),
    Mutant(
        "timestamps-doubted",
        "Takes every timestamp to be ten minutes older than it is.",
        clauses=("OAUTH-NONCE-08",),
        seam=instead(checks, "timestamp", lambda usual, request, now: usual(request, now + 600)),
    ),
    Mutant(
        "json-as-html",
        "Calls JSON text/html.",
        clauses=("SMS-OK-13",),
        seam=header("Content-Type", "text/html", path=SMS_JSON),
    ),
)
```

A mutant that survives asks for a contract test, or was never wrong by the contract: then it goes. One that makes the fake
itself fail is reported as one that does not work. `python -m tests.mutants.page > docs/mutants.md` writes this page anew.
"""

_NONE = """\
There are none: each clause about a provider is in one of these tables at least; a test sees to it. Some
mutants are caught by more than their clauses: what is wrong with a signed request has a name, too (OAUTH-PROB-12), and
where the token that was issued opens nothing (OAUTH-ACC-04) every test that goes the whole way fails.
"""

_TITLES: Mapping[str, str] = {
    "signatures": "Signatures",
    "requests": "Signed requests",
    "omissions": "What is left out in one place only",
    "tokens": "Tokens",
    "pages": "The user's pages",
    "sms-answers": "Answers to an SMS",
    "sms-refusals": "What is accepted and refused",
    "parts": "Parts, and what they cost",
    "keys": "An account's own credentials",
    "webhooks": "Receipts and inbound SMS",
    "accounts": "Balance, settings, pricing",
    "numbers": "Numbers",
    "searches": "Search",
    "strangers": "Who is let in, and what was changed on its way",
    "strict": "In the profile strict",
    "endpoints": "Endpoints that were never built",
    "details": "Details of all of these",
}


def markdown() -> str:
    """Return the page: a table for each topic."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION.format(count=sum(map(len, TOPICS.values())))
    for topic, mutants in TOPICS.items():
        yield from _table(_TITLES[topic], topic, mutants)
    yield "## Clauses without a mutant\n"
    if not WITHOUT:
        yield _NONE
        return
    yield "| clause | why |\n| --- | --- |"
    yield from (f"| {clause} | {why} |" for clause, why in WITHOUT.items())
    yield ""


def _table(title: str, topic: str, mutants: Sequence[Mutant]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"Topic `{topic}`.\n"
    yield "| mutant | its mistake | caught by |"
    yield "| --- | --- | --- |"
    for mutant in mutants:
        sentence = mutant.mistake.replace("|", "\\|")
        yield f"| `{mutant.name}` | {sentence} | {', '.join(mutant.clauses)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(markdown())
