"""Whether one request verifies with given secrets, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..domain.credentials import ClientCredentials, TokenCredentials
from ..domain.finding import Diagnosis
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..errors import InvalidValue
from ..oauth import catalogue, checks, doctor, rsa
from ..oauth.parties import Leg, Parties
from ..oauth.protocol import Blemish, ProtocolRequest, parse
from ..oauth.referee import base_string, base_string_uri, verifies


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What there is to say about one request. No secret is in it."""

    verifies: bool
    base_string: str | None  # that should be signed; None for PLAINTEXT, and where there is nothing to sign
    diagnosis: Diagnosis | None  # None where it verifies
    notes: tuple[str, ...] = ()  # what a stricter provider might refuse although the signature is right

    def as_json(self) -> dict[str, Any]:
        """Return it as ``fake-nexmo explain --json`` prints it."""
        return {
            "verifies": self.verifies,
            "base_string": self.base_string,
            "diagnosis": self.diagnosis.as_json() if self.diagnosis else None,
            "notes": list(self.notes),
        }


def explain(
    wire: WireRequest,
    *,
    consumer_secret: str,
    token_secret: str = "",
    rsa_public_key: str | None = None,
    other_secrets: Sequence[str] = (),
) -> Explanation:
    """Say whether *wire* verifies, and if it does not, why.

    Args:
        wire: the request as it was sent.
        consumer_secret: of the app that signed it.
        token_secret: of its token; "" where it has none.
        rsa_public_key: PEM, for a signature by RSA.
        other_secrets: that may have been used by mistake: of other tokens, or of other apps.
    """
    request = parse(wire)
    blemishes = [*request.blemishes, *checks.protocol_parameters(request, _leg(request), Policy())]
    refusing = [one for one in blemishes if not one.tolerable and one.code not in _NO_MATTER_HERE]
    if refusing:
        return Explanation(verifies=False, base_string=None, diagnosis=catalogue.diagnosis(refusing[0]))
    _ensure_key(request, rsa_public_key)
    if not request.oauth.get("oauth_token"):
        # Nothing is signed with it, but for the mistake of those who do it all the same.
        token_secret, other_secrets = "", (*other_secrets, *filter(None, (token_secret,)))
    parties = _parties(request, consumer_secret, token_secret, rsa_public_key)
    expected = None
    if request.oauth["oauth_signature_method"] != checks.PLAINTEXT:
        expected = base_string(request, wire.url)
    if verifies(request, parties, _leg(request), wire.url):
        notes = tuple(catalogue.finding(one).message for one in blemishes)
        return Explanation(verifies=True, base_string=expected, diagnosis=None, notes=notes)
    unknown = catalogue.diagnosis(Blemish("unknown-secret", ""), expected=expected)
    found = doctor.examine(
        doctor.Case(
            request=request,
            uris=(base_string_uri(wire.url),),
            consumer_secret=consumer_secret,
            token_secret=token_secret,
            rsa_public_key=rsa_public_key,
            other_token_secrets=other_secrets,
            other_consumer_secrets=other_secrets,
        )
    )
    diagnosis = found.worded(unknown) if found else _unexplained(unknown)
    return Explanation(verifies=False, base_string=expected, diagnosis=diagnosis)


# What depends on the provider, and says nothing about the signature.
_NO_MATTER_HERE = frozenset({"callback-missing", "callback-not-allowed", "verifier-missing", "token-missing"})


def _unexplained(unknown: Diagnosis) -> Diagnosis:
    """Say what is left to do without a server that could be looked at."""
    if unknown.expected_base_string is None:
        message = "The PLAINTEXT signature is not consumer_secret&token_secret, percent-encoded."
        return replace(
            unknown, message=message, advice="Compare the two secrets with those that were given here."
        )
    advice = "Let your library log the base string that it signs: if it is the one here, a secret differs."
    return replace(unknown, advice=advice)


def _ensure_key(request: ProtocolRequest, rsa_public_key: str | None) -> None:
    if not request.oauth["oauth_signature_method"].startswith("RSA-"):
        return
    if rsa_public_key is None:
        raise InvalidValue("rsa-public-key", "the request is signed by RSA: its public key is wanted, in PEM")
    try:
        rsa.public_key(rsa_public_key)
    except ValueError as error:
        raise InvalidValue("rsa-public-key", str(error)) from None


def _leg(request: ProtocolRequest) -> Leg:
    return Leg.RESOURCE if request.oauth.get("oauth_token") else Leg.REQUEST_TOKEN


def _parties(
    request: ProtocolRequest, consumer_secret: str, token_secret: str, rsa_public_key: str | None
) -> Parties:
    key, token = request.oauth["oauth_consumer_key"], request.oauth.get("oauth_token")
    app = ClientCredentials(
        client_key=key, client_secret=consumer_secret, name="", owner="", rsa_public_key=rsa_public_key
    )
    if not token:
        return Parties(app=app, token=None)
    held = TokenCredentials(token=token, secret=token_secret, client_key=key, account="", created_at=0.0)
    return Parties(app=app, token=held)
