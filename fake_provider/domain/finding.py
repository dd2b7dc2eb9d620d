"""What is said about a request: findings on an accepted one, a diagnosis on a refused one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["warning", "note"]
Proof = Literal["exact", "seen", "guess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The request was accepted, yet a stricter or the real provider might not have."""

    code: str
    severity: Severity
    message: str
    source: str  # the clause, e.g. "RFC 5849 §2.1"

    def as_json(self) -> dict[str, str]:
        """Return the members that the control API shows."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where two base strings part: ``at`` counts characters from 0."""

    at: int
    expected: str
    client: str
    parameter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a request was refused, in words that say what to change.

    ``proof``: "exact" if recomputing the signature with this one mistake gives the signature that came,
    "seen" if it stands in the request for anyone to see, "guess" if nothing fits. Base strings may be shown,
    keys never.
    """

    code: str
    proof: Proof
    message: str
    advice: str
    oauth_problem: str
    causes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    expected_base_string: str | None = None
    client_base_string: str | None = None
    difference: Difference | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the members that the control API shows; ``also`` only where there is more to say."""
        difference = self.difference
        shown: dict[str, Any] = {
            "code": self.code,
            "causes": list(self.causes or (self.code,)),
            "proof": self.proof,
            "message": self.message,
            "advice": self.advice,
            "oauth_problem": self.oauth_problem,
            "expected_base_string": self.expected_base_string,
            "client_base_string": self.client_base_string,
            "difference": None
            if difference is None
            else {
                "at": difference.at,
                "expected": difference.expected,
                "client": difference.client,
                "parameter": difference.parameter,
            },
        }
        if self.also:
            shown["also"] = list(self.also)
        return shown
