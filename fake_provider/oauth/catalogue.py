"""The vocabulary: every finding and diagnosis code with its words, its source and its answer on the wire.

``{detail}`` is what was seen in this request. ``problem`` is the word of the Problem Reporting extension
(OAuth Core 1.0 extension of 2008, draft 3), the status follows RFC 5849 section 3.2: 400 where a parameter is
absent, repeated, unsupported or malformed, else 401.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.finding import Diagnosis, Finding, Severity
from .protocol import Blemish


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. ``advice`` says what to change; ``tolerated`` how a finding for it is worded."""

    problem: str
    status: int
    message: str
    advice: str
    source: str
    severity: Severity = "warning"
    tolerated: str = ""


CATALOGUE: Mapping[str, Entry] = {
    # The header and the form of the request
    "header-malformed": Entry(
        "parameter_rejected",
        400,
        "The Authorization header is not well formed: {detail}.",
        'Write it as OAuth name="value", name="value", each value percent-encoded and in double quotes.',
        "RFC 5849 §3.5.1",
    ),
    "unparseable": Entry(
        "parameter_rejected",
        400,
        "The parameters cannot be decoded: {detail}.",
        "Percent-encode every octet outside A-Z a-z 0-9 - . _ ~ of the UTF-8 text, as %XX.",
        "RFC 5849 §3.4.1.3.1, RFC 3986 §2.1",
        tolerated="Read as far as it could be: {detail}. Percent-encode the UTF-8 text.",
    ),
    "unescaped-characters": Entry(
        "parameter_rejected",
        400,
        "Raw characters in the parameters: {detail}.",
        "Percent-encode them; a server may refuse the request or sign other characters than the client did.",
        "RFC 3986 §3.4",
        tolerated="Verified as if escaped: {detail}.",
    ),
    "signature-not-encoded": Entry(
        "signature_invalid",
        400,
        "oauth_signature is not percent-encoded {detail}.",
        "Percent-encode the base64 text: + is %2B, / is %2F, = is %3D.",
        "RFC 5849 §3.5.1",
    ),
    "parameters-in-two-places": Entry(
        "parameter_rejected",
        400,
        "oauth_* parameters stand in more than one place: {detail}.",
        "Send all of them in the Authorization header, or all in the form, or all in the query.",
        "RFC 5849 §3.5",
    ),
    "parameter-repeated": Entry(
        "parameter_rejected",
        400,
        "A protocol parameter comes more than once: {detail}.",
        "Send each oauth_* parameter once.",
        "RFC 5849 §3.1",
    ),
    "oauth-outside-header": Entry(
        "parameter_rejected",
        400,
        "The oauth_* parameters came in the {detail}.",
        "Send them in the Authorization header: Nexmo's own Ruby library said that nothing else was supported.",
        "RFC 5849 §3.5, vonage-ruby-sdk README of 2013",
        severity="note",
    ),
    # Protocol parameters
    "authorization-missing": Entry(
        "parameter_absent",
        400,
        "There is no oauth_* parameter anywhere: not in a header, the query or a form.",
        "Sign the request with OAuth 1.0a; a proxy or a redirect may have removed the Authorization header.",
        "RFC 5849 §3.1",
    ),
    "parameter-absent": Entry(
        "parameter_absent",
        400,
        "Missing: {detail}.",
        "Send what is missing, and sign it too.",
        "RFC 5849 §3.1",
    ),
    "token-missing": Entry(
        "parameter_absent",
        400,
        "There is no oauth_token: the call is signed for the app alone, but it acts for a user.",
        "Go through the three legs first, then send oauth_token and sign with its secret.",
        "RFC 5849 §3.1",
    ),
    "version-rejected": Entry(
        "version_rejected",
        400,
        "oauth_version is {detail}; it must be 1.0.",
        'Send oauth_version="1.0", or leave it out.',
        "RFC 5849 §3.1",
    ),
    "signature-method-unsupported": Entry(
        "signature_method_rejected",
        400,
        "{detail}",
        "Sign with HMAC-SHA1, with RSA-SHA1 and a registered public key, or with PLAINTEXT over TLS.",
        "RFC 5849 §3.4",
    ),
    "signature-method-beyond-rfc5849": Entry(
        "signature_method_rejected",
        400,
        "{detail}.",
        "Sign with HMAC-SHA1: there is no evidence that Nexmo knew any other method.",
        "RFC 5849 §3.4",
        severity="note",
    ),
    "body-hash-wrong": Entry(
        "parameter_rejected",
        400,
        "oauth_body_hash {detail}.",
        "Send the base64 of the body's digest, for bodies that are no form; leave it out for forms.",
        "OAuth Request Body Hash extension §3",
    ),
    "nonce-too-long": Entry(
        "parameter_rejected",
        400,
        "oauth_nonce has {detail} characters; at most 255 are accepted.",
        "Send a short random text.",
        "RFC 5849 §3.3",
    ),
    "callback-missing": Entry(
        "parameter_absent",
        400,
        "oauth_callback is missing: RFC 5849 requires it with a request for a token.",
        'Send oauth_callback with the URL to return to, or "oob" where there is none.',
        "RFC 5849 §2.1",
        tolerated="No oauth_callback was sent, as in Nexmo's own samples; RFC 5849 requires one.",
    ),
    "callback-not-allowed": Entry(
        "parameter_rejected",
        400,
        "oauth_callback is not allowed: {detail}.",
        'Send "oob", an absolute http or https URL, or a private scheme such as com.example.app://cb.',
        "RFC 5849 §2.1",
    ),
    # Time
    "timestamp-not-a-number": Entry(
        "timestamp_refused",
        400,
        "oauth_timestamp is not a positive whole number.",
        "Send the seconds since 1970-01-01T00:00:00Z, digits only.",
        "RFC 5849 §3.3",
    ),
    "timestamp-in-milliseconds": Entry(
        "timestamp_refused",
        401,
        "oauth_timestamp has 13 digits: milliseconds.",
        "Divide by 1000: it counts seconds since 1970-01-01T00:00:00Z.",
        "RFC 5849 §3.3",
    ),
    "timestamp-refused": Entry(
        "timestamp_refused",
        401,
        "oauth_timestamp is {detail}.",
        "Set the client's clock, or the fake's back if somebody has moved it, "
        "and make a new timestamp and nonce for every request.",
        "RFC 5849 §3.3",
    ),
    # Whose credentials
    "consumer-unknown": Entry(
        "consumer_key_unknown",
        401,
        "No app has the consumer key {detail}.",
        "Compare oauth_consumer_key with the one in the dashboard or in GET /_fake/apps.",
        "RFC 5849 §3.2",
    ),
    "token-unknown": Entry(
        "token_rejected",
        401,
        "No token {detail} was issued here.",
        "Send the oauth_token as it was received; a restart or a reset of this fake forgets all tokens.",
        "RFC 5849 §3.2",
    ),
    "token-of-another-consumer": Entry(
        "token_rejected",
        401,
        "The token was issued to another app than {detail}.",
        "Keep tokens apart by consumer key.",
        "RFC 5849 §3.2",
    ),
    "nonce-used": Entry(
        "nonce_used",
        401,
        "This nonce was used before with the same timestamp and token, {detail}.",
        "Make a new nonce and timestamp, and a new signature, for every attempt.",
        "RFC 5849 §3.3",
    ),
    # The signature
    "unknown-secret": Entry(
        "signature_invalid",
        401,
        "The signature does not fit: another base string was signed than the request gives, or with another secret.",
        "Compare your base string with the expected one, in GET /_fake/exchanges or on the page of the request; if they are "
        "equal, a secret differs.",
        "RFC 5849 §3.4",
    ),
    "signed-for-real-host": Entry(
        "signature_invalid",
        401,
        "The signature was made for {detail}, not for the URL that arrived here.",
        "Nothing, if a proxy or a host alias stands between.",
        "RFC 5849 §3.4.1.2",
        severity="note",
    ),
    # The state of the token
    "token-not-authorized": Entry(
        "permission_unknown",
        401,
        "The user has not decided yet about this request token.",
        "Send the user to /oauth/authorize first, and exchange the token after the callback.",
        "RFC 5849 §2.2",
    ),
    "token-denied": Entry(
        "permission_denied",
        401,
        "The user denied this request token.",
        "Stop, and tell the user; a new attempt needs a new request token.",
        "RFC 5849 §2.2",
    ),
    "token-expired": Entry(
        "token_expired",
        401,
        "The request token is older than one hour.",
        "Ask for a new request token.",
        "RFC 5849 §2.3",
    ),
    "token-used": Entry(
        "token_used",
        401,
        "The request token was exchanged before.",
        "Keep the access token that it was exchanged for; a new one needs a new request token.",
        "RFC 5849 §2.3",
    ),
    "token-revoked": Entry(
        "token_revoked",
        401,
        "The token was revoked.",
        "Ask the user again, with a new request token.",
        "RFC 5849 §4",
    ),
    "request-token-for-resource": Entry(
        "token_rejected",
        401,
        "The call is signed with a request token{detail}; it needs the access token.",
        "Use the oauth_token and oauth_token_secret of the answer of /oauth/access_token.",
        "RFC 5849 §2.3",
        tolerated="Signed with the request token after its exchange, as Nexmo's published driver does.",
    ),
    "access-token-for-exchange": Entry(
        "token_rejected",
        401,
        "An access token was sent where a request token is exchanged.",
        "Send the request token; an access token needs no exchange, it is permanent.",
        "RFC 5849 §2.3",
    ),
    # The verifier
    "verifier-missing": Entry(
        "parameter_absent",
        400,
        "oauth_verifier is missing.",
        "Send the oauth_verifier that came with the callback, or that the user was shown.",
        "RFC 5849 §2.3",
        tolerated="No oauth_verifier: none was issued, since no oauth_callback was sent (OAuth 1.0, not 1.0a).",
    ),
    "verifier-wrong": Entry(
        "parameter_rejected",
        401,
        "oauth_verifier is not the one that was issued for this token.",
        "Send it exactly as it came with the callback, or as the user was shown it.",
        "RFC 5849 §2.3",
        tolerated="An oauth_verifier came, though none was issued, since no oauth_callback was sent; it was not checked.",
    ),
    # Beside OAuth
    "api-key-ignored": Entry(
        "parameter_rejected",
        400,
        "Both OAuth and {detail} came; OAuth decided.",
        "Send one kind of credentials.",
        "RFC 5849 §3.1",
        severity="note",
    ),
}

REFUSED_AS: Mapping[str, str] = {
    "unescaped-characters": "unparseable",
    "signature-method-beyond-rfc5849": "signature-method-unsupported",
}
"""Where the strict profile refuses a leniency under another code than the finding's."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "token-missing": ("oauth_token",),
    "callback-missing": ("oauth_callback",),
    "callback-not-allowed": ("oauth_callback",),
    "verifier-missing": ("oauth_verifier",),
    "verifier-wrong": ("oauth_verifier",),
    "body-hash-wrong": ("oauth_body_hash",),
    "nonce-too-long": ("oauth_nonce",),
}


def finding(blemish: Blemish) -> Finding:
    """Word *blemish* as a finding on an accepted request."""
    entry = CATALOGUE[blemish.code]
    return Finding(
        code=blemish.code,
        severity=entry.severity,
        message=(entry.tolerated or entry.message).format(detail=blemish.detail),
        source=entry.source,
    )


def refusal_code(blemish: Blemish) -> str:
    """Return the code under which *blemish* is refused."""
    return REFUSED_AS.get(blemish.code, blemish.code)


def diagnosis(blemish: Blemish, *, also: tuple[str, ...] = (), expected: str | None = None) -> Diagnosis:
    """Word *blemish* as the diagnosis of a refused request; *expected* is the base string, where it helps."""
    code = refusal_code(blemish)
    entry = CATALOGUE[code]
    return Diagnosis(
        code=code,
        proof="guess" if code == "unknown-secret" else "seen",
        message=_sentence(entry.message.format(detail=blemish.detail)),
        advice=entry.advice.format(detail=blemish.detail),
        oauth_problem=entry.problem,
        also=also,
        expected_base_string=expected,
    )


def parameters(blemish: Blemish) -> tuple[str, ...]:
    """Return the parameters that a refusal for *blemish* names as absent or rejected."""
    return blemish.names or _NAMES.get(blemish.code, ())


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."
