"""Mistakes in the signature: what is signed, in which form, with which key, and how it is compared (RFC 5849 section 3.4)."""

from __future__ import annotations

import base64
import hmac
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fake_provider.domain.wire import WireRequest
from fake_provider.oauth import checks, doctor, protocol, referee, verify
from fake_provider.oauth.parties import Leg, Parties
from fake_provider.oauth.protocol import Blemish, Pair, ProtocolRequest

from .mutant import Mutant, Replacement, Seam, always, both, instead, never

Verifies = Callable[[ProtocolRequest, Parties, Leg, str], bool]


def _verifying(verifies: Verifies) -> Seam:
    """Ask *verifies* in the place of the referee; nobody looks for the mistake in what it refuses."""
    return both(instead(verify, "_referee", always(verifies)), instead(doctor, "examine", never))


def _verifying_sha1(verifies: Verifies) -> Seam:
    """Ask *verifies* about HMAC-SHA1, and the referee about all other methods."""
    return _verifying(
        lambda request, *rest: (
            verifies if request.oauth["oauth_signature_method"] == "HMAC-SHA1" else referee.verifies
        )(request, *rest)
    )


def _signed(change: Callable[[ProtocolRequest], Iterable[Pair]]) -> Seam:
    """Put other parameters into the base string than the request has."""
    return _verifying(
        lambda request, *rest: referee.verifies(replace(request, signed=list(change(request))), *rest)
    )


def _also_signed(change: Callable[[ProtocolRequest], Iterable[Pair]]) -> Seam:
    """Be content with a signature over other parameters, too."""

    def verifies(request: ProtocolRequest, *rest: Any) -> bool:
        other = replace(request, signed=list(change(request)))
        return referee.verifies(request, *rest) or referee.verifies(other, *rest)

    return _verifying(verifies)


def _of(request: ProtocolRequest, pairs: Sequence[Pair]) -> list[Pair]:
    """Return what is signed but for these *pairs*."""
    return [pair for pair in request.signed if pair not in pairs]


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def _joined(pairs: Iterable[Pair]) -> str:
    return "&".join(f"{name}={text}" for name, text in pairs)


def _key(parties: Parties) -> str:
    return f"{_escape(parties.app.client_secret)}&{_escape(parties.token.secret if parties.token else '')}"


def _hmac(base: str, key: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def base_string(
    request: ProtocolRequest, url: str, parameters: str | None = None, method: str | None = None
) -> str:
    escaped = sorted((_escape(name), _escape(text)) for name, text in request.signed)
    texts = (
        method or request.wire.method,
        referee.base_string_uri(url),
        _joined(escaped) if parameters is None else parameters,
    )
    return "&".join(map(_escape, texts))


def based(base: Callable[[ProtocolRequest, str], str]) -> Seam:
    """Make the base string in a way of one's own, for HMAC-SHA1."""
    return _verifying_sha1(
        lambda request, parties, _, url: (
            _hmac(base(request, url), _key(parties)) == request.oauth["oauth_signature"]
        )
    )


def _normalized(write: Callable[[Sequence[Pair]], str]) -> Seam:
    """Write the signed parameters in a way of one's own."""
    return based(lambda request, url: base_string(request, url, write(request.signed)))


def _escaped_by(escape: Callable[[str], str]) -> Seam:
    """Percent-encode parameters in a way of one's own."""
    return _normalized(lambda pairs: _joined(sorted((escape(name), escape(text)) for name, text in pairs)))


def _compared(alike: Callable[[str, str], bool]) -> Seam:
    """Compare the signature that was sent with the one that is right in a way of one's own."""
    return _verifying_sha1(
        lambda request, parties, _, url: alike(
            request.oauth["oauth_signature"], _hmac(base_string(request, url), _key(parties))
        )
    )


def _keyed(key: Callable[[Parties], str]) -> Seam:
    """Be content with a signature by another key, too."""

    def verifies(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
        other = _hmac(base_string(request, url), key(parties))
        return referee.verifies(request, parties, leg, url) or other == request.oauth["oauth_signature"]

    return _verifying(verifies)


def _also_at(change: Callable[[str], str]) -> Seam:
    """Be content with a signature for another URL, too."""

    def verifies(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
        return any(referee.verifies(request, parties, leg, one) for one in (url, change(url)))

    return _verifying(verifies)


def _form(request: ProtocolRequest) -> list[Pair]:
    return protocol.form_pairs(request.wire) if request.has_form else []


def _members(request: ProtocolRequest) -> list[Pair]:
    if "json" not in request.body_type:
        return []
    return [(name, str(text)) for name, text in json.loads(request.wire.body).items()]


def _slash_turned(url: str) -> str:
    before, question_mark, query = url.partition("?")
    return (before[:-1] if before.endswith("/") else f"{before}/") + question_mark + query


def _any_method(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
    wires = (replace(request.wire, method=method) for method in ("GET", "POST", "PUT", request.wire.method))
    return any(referee.verifies(replace(request, wire=wire), parties, leg, url) for wire in wires)


def _by_any_digest(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
    base, key = base_string(request, url).encode(), _key(parties).encode()
    found = (base64.b64encode(hmac.digest(key, base, name)).decode() for name in ("sha1", "sha256", "sha512"))
    return request.oauth["oauth_signature"] in found


def _unknown_methods_are_sha1(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
    known = request.oauth["oauth_signature_method"] in checks.METHODS
    if known:
        return referee.verifies(request, parties, leg, url)
    return request.oauth["oauth_signature"] == _hmac(base_string(request, url), _key(parties))


def _realm_of(wire: WireRequest) -> list[Pair]:
    found = re.search(r'realm="([^"]*)"', wire.header("authorization") or "")
    return [("realm", found[1])] if found else []


def _sorted_by_name_alone(pairs: Sequence[Pair]) -> str:
    escaped = [(_escape(name), _escape(text)) for name, text in pairs]
    return _joined(sorted(escaped, key=lambda pair: pair[0]))


def _sorted_without_case(pairs: Sequence[Pair]) -> str:
    escaped = [(_escape(name), _escape(text)) for name, text in pairs]
    return _joined(sorted(escaped, key=lambda pair: (pair[0].lower(), pair[1].lower())))


def _sorted_as_lines(pairs: Sequence[Pair]) -> str:
    return "&".join(sorted(f"{_escape(name)}={_escape(text)}" for name, text in pairs))


def _undecoded(usual: Replacement, text: str, decoded: Callable[[str], str]) -> list[Pair]:
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(decoded(name), decoded(given)) for name, _, given in pairs]


def _with_empty_pairs(usual: Replacement, text: str, decoded: Callable[[str], str]) -> list[Pair]:
    return [pair for one in text.split("&") for pair in (usual(one, decoded) or [("", "")])]


def _no_plaintext(usual: Replacement, method: str | None, request: ProtocolRequest) -> Iterable[Blemish]:
    if method == checks.PLAINTEXT:
        return [Blemish("signature-method-unsupported", "PLAINTEXT")]
    return usual(method, request)  # type: ignore[no-any-return]


def _plaintext_anywhere(
    usual: Replacement, method: str | None, request: ProtocolRequest
) -> Iterable[Blemish]:
    return () if method == checks.PLAINTEXT else usual(method, request)


def _apart(request: ProtocolRequest, url: str) -> str:
    query = protocol.query_pairs(request.wire)
    rest = [pair for pair in request.signed if pair not in query]
    escaped = (sorted((_escape(name), _escape(text)) for name, text in pairs) for pairs in (query, rest))
    return base_string(request, url, "&".join(filter(None, map(_joined, escaped))))


def _host_as_written(request: ProtocolRequest, url: str) -> str:
    right = base_string(request, url)
    return right.replace(_escape(request.wire.host.lower()), _escape(request.wire.host), 1)


def _none_is_fine(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
    return not request.oauth.get("oauth_signature") or referee.verifies(request, parties, leg, url)


def _any_rsa(request: ProtocolRequest, *rest: Any) -> bool:
    return request.oauth["oauth_signature_method"].startswith("RSA-") or referee.verifies(request, *rest)


def _present_though_empty(usual: Replacement, oauth: Any, leg: Leg) -> Iterable[Blemish]:
    return usual({**oauth, "oauth_signature": oauth.get("oauth_signature") or "-"}, leg)  # type: ignore[no-any-return]


def _sha1_alone(usual: Replacement, method: str | None, request: ProtocolRequest) -> Iterable[Blemish]:
    return (replace(one, tolerable=False) for one in usual(method, request))


def _other_scheme(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def _bare_key(parties: Parties) -> str:
    return f"{parties.app.client_secret}&{parties.token.secret if parties.token else ''}"


MUTANTS = (
    # What is signed
    Mutant(
        "signature-never-checked",
        "Looks whether a signature is there, and never whether it is right.",
        clauses=(
            "OAUTH-SIG-02",
            "OAUTH-SIG-03",
        ),
        seam=_verifying(always(True)),
    ),
    Mutant(
        "form-left-out",
        "Leaves the form out of the base string.",
        clauses=(
            "SMS-REQ-04",
            "OAUTH-SIG-10",
        ),
        seam=_signed(lambda request: _of(request, _form(request))),
    ),
    Mutant(
        "form-may-be-unsigned",
        "Accepts a signature that leaves the form out, for clients that forget it.",
        clauses=("OAUTH-SIG-10",),
        seam=_also_signed(lambda request: _of(request, _form(request))),
    ),
    Mutant(
        "query-left-out",
        "Leaves the query out of the base string.",
        clauses=("SMS-REQ-02", "OAUTH-SIG-09", "OAUTH-REQ-16"),
        seam=_signed(lambda request: _of(request, protocol.query_pairs(request.wire))),
    ),
    Mutant(
        "query-may-be-unsigned",
        "Accepts a signature that leaves the query out.",
        clauses=("OAUTH-SIG-09",),
        seam=_also_signed(lambda request: _of(request, protocol.query_pairs(request.wire))),
    ),
    Mutant(
        "json-members-signed",
        "Wants the members of a JSON body in the base string, like the fields of a form.",
        clauses=(
            "SMS-REQ-05",
            "OAUTH-SIG-21",
        ),
        seam=_signed(lambda request: [*request.signed, *_members(request)]),
    ),
    Mutant(
        "json-members-may-be-signed",
        "Accepts a signature over the members of a JSON body.",
        clauses=("OAUTH-SIG-21",),
        seam=_also_signed(lambda request: [*request.signed, *_members(request)]),
    ),
    Mutant(
        "empty-values-dropped",
        "Drops parameters with an empty value from the base string.",
        clauses=("OAUTH-SIG-16",),
        seam=_signed(lambda request: [pair for pair in request.signed if pair[1]]),
    ),
    Mutant(
        "repeated-names-collapsed",
        "Keeps parameters in a dictionary: of a repeated name only the last value is signed.",
        clauses=(
            "OAUTH-SIG-15",
            "OAUTH-SIG-17",
        ),
        seam=_signed(lambda request: dict(request.signed).items()),
    ),
    Mutant(
        "unknown-parameters-not-signed",
        "Signs only the oauth_* that it knows.",
        clauses=(
            "OAUTH-MSG-10",
            "OAUTH-SIG-23",
            "OAUTH-REQ-15",
        ),
        seam=_signed(
            lambda request: [
                pair for pair in request.signed if not re.match("oauth_(body_hash|session_hint)", pair[0])
            ]
        ),
    ),
    Mutant(
        "realm-signed",
        "Takes realm for a parameter like any other, and signs it.",
        clauses=("OAUTH-SIG-29",),
        seam=_signed(lambda request: [*request.signed, *_realm_of(request.wire)]),
    ),
    Mutant(
        "empty-pair-signed",
        "Takes the nothing between ?& for a parameter without name and value.",
        clauses=(
            "OAUTH-SIG-30",
            "SMS-REQ-01",
        ),
        seam=instead(protocol, "_pairs", _with_empty_pairs),
    ),
    # In which form
    Mutant(
        "not-sorted",
        "Signs the parameters in the order in which they came.",
        clauses=(
            "OAUTH-SIG-01",
            "OAUTH-SIG-19",
        ),
        seam=_normalized(lambda pairs: _joined((_escape(name), _escape(text)) for name, text in pairs)),
    ),
    Mutant(
        "sorted-by-name-alone",
        "Leaves the values of a repeated name in the order in which they came.",
        clauses=("OAUTH-SIG-15",),
        seam=_normalized(_sorted_by_name_alone),
    ),
    Mutant(
        "sorted-without-case",
        "Sorts parameters like words: a before B.",
        clauses=(
            "OAUTH-SIG-15",
            "OAUTH-SIG-19",
        ),
        seam=_normalized(_sorted_without_case),
    ),
    Mutant(
        "sorted-as-lines",
        "Sorts name=value as one text, where = comes behind a hyphen, a dot and digits.",
        clauses=("OAUTH-SIG-19",),
        seam=_normalized(_sorted_as_lines),
    ),
    Mutant(
        "blank-as-plus",
        "Encodes a blank as + in the base string, as forms do.",
        clauses=(
            "SMS-REQ-02",
            "OAUTH-SIG-18",
        ),
        seam=_escaped_by(lambda text: _escape(text).replace("%20", "+")),
    ),
    Mutant(
        "tilde-escaped",
        "Encodes the tilde, as Java's URLEncoder does.",
        clauses=(
            "OAUTH-SIG-35",
            "SMS-REQ-10",
        ),
        seam=_escaped_by(lambda text: _escape(text).replace("~", "%7E")),
    ),
    Mutant(
        "asterisk-not-escaped",
        "Encodes as JavaScript's encodeURIComponent does, which leaves ! * ' ( and ) alone.",
        clauses=(
            "OAUTH-SIG-35",
            "SMS-REQ-10",
        ),
        seam=_escaped_by(lambda text: quote(text, safe="-._~!*'()")),
    ),
    Mutant(
        "escapes-in-lower-case",
        "Writes percent-encoding in lower case: %c3.",
        clauses=(
            "OAUTH-SIG-35",
            "SMS-REQ-10",
        ),
        seam=_escaped_by(lambda text: re.sub("%..", lambda found: found[0].lower(), _escape(text))),
    ),
    Mutant(
        "latin-1",
        "Encodes the base string as Latin-1, where that can be done.",
        clauses=(
            "OAUTH-SIG-35",
            "SMS-REQ-10",
        ),
        seam=_escaped_by(lambda text: quote(text, safe="-._~", encoding="latin-1", errors="replace")),
    ),
    Mutant(
        "unicode-normalized",
        "Brings texts into Unicode's normal form C before it signs.",
        clauses=("SMS-REQ-11",),
        seam=_escaped_by(lambda text: _escape(unicodedata.normalize("NFC", text))),
    ),
    Mutant(
        "decoded-twice",
        "Decodes parameters once more than they were encoded.",
        clauses=("SMS-REQ-10",),
        seam=_signed(lambda request: [(name, unquote(text)) for name, text in request.signed]),
    ),
    Mutant(
        "plus-stays-a-plus",
        "Decodes %20 to a blank and leaves + as it is.",
        clauses=(
            "OAUTH-SIG-18",
            "SMS-REQ-12",
        ),
        seam=instead(protocol, "_pairs", _undecoded),
    ),
    Mutant(
        "method-in-lower-case",
        "Writes the method in lower case.",
        clauses=("OAUTH-SIG-01",),
        seam=based(lambda request, url: base_string(request, url, method=request.wire.method.lower())),
    ),
    Mutant(
        "any-method-signed",
        "Does not care which HTTP method was signed.",
        clauses=("OAUTH-SIG-06",),
        seam=_verifying(_any_method),
    ),
    Mutant(
        "slash-at-the-end-ignored",
        "Takes a path with and without a slash at its end for the same when it verifies.",
        clauses=("OAUTH-SIG-22",),
        seam=_also_at(_slash_turned),
    ),
    Mutant(
        "path-left-out",
        "Signs scheme and host without the path.",
        clauses=(
            "OAUTH-SIG-01",
            "OAUTH-SIG-07",
        ),
        seam=based(
            lambda request, url: base_string(request, "{0.scheme}://{0.netloc}/".format(urlsplit(url)))
        ),
    ),
    Mutant(
        "query-in-the-uri",
        "Leaves the query in the base string URI.",
        clauses=(
            "OAUTH-SIG-09",
            "SMS-REQ-02",
        ),
        seam=based(
            lambda request, url: "&".join(
                map(_escape, (request.wire.method, url, _sorted_by_name_alone(sorted(request.signed))))
            )
        ),
    ),
    # With which key, and how it is compared
    Mutant(
        "consumer-secret-alone",
        "Accepts a signature without the token's secret.",
        clauses=("OAUTH-SIG-04",),
        seam=_keyed(lambda parties: f"{_escape(parties.app.client_secret)}&"),
    ),
    Mutant(
        "token-secret-alone",
        "Accepts a signature without the app's secret.",
        clauses=("OAUTH-SIG-02",),
        seam=_keyed(lambda parties: f"&{_escape(parties.token.secret if parties.token else '')}"),
    ),
    Mutant(
        "secrets-in-any-order",
        "Accepts the two secrets of the key in either order.",
        clauses=("OAUTH-SIG-05",),
        seam=_keyed(lambda parties: "&".join(reversed(_key(parties).split("&")))),
    ),
    Mutant(
        "ampersand-dropped",
        "Leaves the & at the end of the key out where there is no token.",
        clauses=("OAUTH-SIG-01",),
        seam=_verifying_sha1(
            lambda request, parties, _, url: (
                request.oauth["oauth_signature"]
                == _hmac(base_string(request, url), _key(parties).removesuffix("&"))
            )
        ),
    ),
    Mutant(
        "signature-without-case",
        "Compares signatures without regard to case.",
        clauses=("OAUTH-SIG-14",),
        seam=_compared(lambda sent, right: sent.lower() == right.lower()),
    ),
    Mutant(
        "signature-by-its-beginning",
        "Compares as many characters as were sent.",
        clauses=("OAUTH-SIG-37",),
        seam=_compared(lambda sent, right: right.startswith(sent)),
    ),
    Mutant(
        "signature-with-anything-behind",
        "Compares as many characters as the right signature has.",
        clauses=(
            "OAUTH-SIG-37",
            "OAUTH-SIG-14",
        ),
        seam=_compared(lambda sent, right: sent.startswith(right)),
    ),
    Mutant(
        "signature-without-padding",
        "Does not care for the = at the end of a signature.",
        clauses=(
            "OAUTH-SIG-37",
            "OAUTH-SIG-14",
        ),
        seam=_compared(lambda sent, right: sent.rstrip("=") == right.rstrip("=")),
    ),
    # By which method
    Mutant(
        "any-digest",
        "Accepts a signature by any digest that it knows, whichever was named.",
        clauses=("OAUTH-SIG-12",),
        seam=_verifying_sha1(_by_any_digest),
    ),
    Mutant(
        "unknown-method-is-sha1",
        "Takes every signature method that it does not know for HMAC-SHA1.",
        clauses=(
            "OAUTH-MSG-12",
            "OAUTH-MSG-13",
        ),
        seam=both(instead(checks, "_signature_method", always(())), _verifying(_unknown_methods_are_sha1)),
    ),
    Mutant(
        "plaintext-anywhere",
        "Accepts PLAINTEXT over http.",
        clauses=("OAUTH-SIG-26",),
        seam=instead(checks, "_signature_method", _plaintext_anywhere),
    ),
    Mutant(
        "no-plaintext",
        "Knows no PLAINTEXT.",
        clauses=("OAUTH-SIG-25",),
        seam=instead(checks, "_signature_method", _no_plaintext),
    ),
    Mutant(
        "body-hash-refused",
        "Refuses oauth_body_hash, which no version of RFC 5849 has.",
        clauses=(
            "OAUTH-SIG-23",
            "OAUTH-REQ-15",
        ),
        seam=instead(
            checks,
            "_body_hash",
            lambda usual, *rest: [Blemish("parameter-repeated", "", names=("oauth_body_hash",))],
        ),
    ),
    # Rarer things
    Mutant(
        "query-and-form-apart",
        "Sorts the query and the form each for itself.",
        clauses=("OAUTH-SIG-20",),
        seam=based(_apart),
    ),
    Mutant(
        "path-decoded",
        "Signs the path after it was decoded.",
        clauses=("OAUTH-SIG-31",),
        seam=based(lambda request, url: base_string(request, unquote(url.partition("?")[0]))),
    ),
    Mutant(
        "host-as-written",
        "Signs the host in the case in which it came.",
        clauses=("OAUTH-SIG-32",),
        seam=based(_host_as_written),
    ),
    Mutant(
        "secrets-not-escaped",
        "Joins the secrets as they are.",
        clauses=("OAUTH-SIG-34",),
        seam=_verifying_sha1(
            lambda request, parties, _, url: (
                request.oauth["oauth_signature"] == _hmac(base_string(request, url), _bare_key(parties))
            )
        ),
    ),
    Mutant(
        "either-scheme",
        "Takes a signature for http where https was asked, and the other way round.",
        clauses=("OAUTH-SIG-36",),
        seam=_also_at(_other_scheme),
    ),
    Mutant(
        "empty-signature-passes",
        "Takes an empty signature for none that has to be checked.",
        clauses=("OAUTH-SIG-13",),
        seam=both(instead(checks, "_absent", _present_though_empty), _verifying(_none_is_fine)),
    ),
    Mutant(
        "any-rsa", "Believes every signature by RSA.", clauses=("OAUTH-SIG-33",), seam=_verifying(_any_rsa)
    ),
    Mutant(
        "no-later-methods",
        "Refuses HMAC-SHA256 and HMAC-SHA512.",
        clauses=("OAUTH-SIG-28",),
        seam=instead(checks, "_signature_method", _sha1_alone),
    ),
    Mutant(
        "verifier-may-be-unsigned",
        "Accepts a verifier that was added after signing.",
        clauses=("OAUTH-ACC-13",),
        seam=_also_signed(lambda request: [pair for pair in request.signed if pair[0] != "oauth_verifier"]),
    ),
)
