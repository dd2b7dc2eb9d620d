"""Reads the protocol parameters and the signed parameters out of a request: RFC 5849 sections 3.4.1.3 and 3.5.

oauthlib's own reader stays unused, for reasons that were measured: it decodes ``oauth_*`` values twice when
they come in the query or the form, raises ValueError for characters that real clients send (``[``, ``{``,
``|``), and drops a whole form that holds one of them. What is odd about a request is kept as a ``Blemish``;
whether that is tolerated is for the profile to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, unquote_to_bytes

from ..domain.transient import transient
from ..domain.wire import WireRequest, media_type

Transport = Literal["header", "query", "form"]
Pair = tuple[str, str]

FORM = "application/x-www-form-urlencoded"

# RFC 3986 section 3.4: what may stand in a query without being escaped, and "%" itself.
_LEGAL = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 5849 section 3.6: all that a percent-encoded value of the header consists of.
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})*")
_SCHEME = re.compile(r"\s*OAuth(?=$|[\s,])[ \t]*", re.IGNORECASE)
# One name="value" with the comma (or the end) behind it; the value may lack its quotes.
_HEADER_PAIR = re.compile(r'[\s]*([^\s=",]+)\s*=\s*(?:"([^"]*)"|([^\s",]*))\s*(,|$)')
# A header as it should be, and as nearly all are: one look instead of one for every parameter.
# Escapes are looked at afterwards: one value in seven has any.
_FLAWLESS = re.compile(r'(?:\s*[A-Za-z0-9_.\-]+="[A-Za-z0-9\-._~%]*"\s*(?:,|$))+')
_FLAWLESS_PAIR = re.compile(r'([A-Za-z0-9_.\-]+)="([^"]*)"')
_EMPTY_ELEMENT = re.compile(r"\s*(,|$)")


@dataclass(frozen=True, slots=True)
class Blemish:
    """Something that anybody can see is wrong with a request.

    ``tolerable`` marks what the documented profile lets pass; ``names`` the parameters it is about.
    """

    code: str
    detail: str
    tolerable: bool = False
    names: tuple[str, ...] = ()


@transient
class ProtocolRequest:
    """A request with its parameters decoded, each once.

    ``signed`` holds all that goes into the base string: every parameter but ``realm`` and
    ``oauth_signature``. ``message`` holds those of the query and the form that are the API's own.
    """

    wire: WireRequest
    transport: Transport | None
    attempted: bool  # an OAuth Authorization header, or oauth_* anywhere
    oauth: Mapping[str, str] = field(repr=False)
    signed: Sequence[Pair] = field(repr=False)
    message: Sequence[Pair] = field(repr=False)
    body_type: str  # of its content, without parameters
    has_form: bool
    blemishes: tuple[Blemish, ...]


def parse(wire: WireRequest) -> ProtocolRequest:
    """Read *wire*; never fails: what cannot be read is a blemish that nobody tolerates."""
    blemishes: list[Blemish] = []
    header, has_header, body_type = _headers(wire, blemishes)
    query = _form_decoded(wire.query, "the query", blemishes)
    has_form = bool(wire.body) and body_type == FORM
    form = _form_decoded(wire.body.decode("latin-1"), "the form", blemishes) if has_form else []

    oauth: dict[str, str] = {}
    signed: list[Pair] = []
    message: list[Pair] = []
    places: list[Transport] = []
    repeated: list[str] = []
    sources: tuple[tuple[Transport, list[Pair]], ...] = (("header", header), ("query", query), ("form", form))
    for place, pairs in sources:
        of_oauth = [pair for pair in pairs if pair[0].startswith("oauth_")]
        if not of_oauth:
            signed += pairs
            message += pairs
            continue
        places.append(place)
        signed += [pair for pair in pairs if pair[0] != "oauth_signature"]
        if len(of_oauth) < len(pairs):
            message += [pair for pair in pairs if not pair[0].startswith("oauth_")]
        for name, value in of_oauth:
            if name in oauth:
                repeated.append(name)
            else:
                oauth[name] = value

    if len(places) > 1:
        blemishes.append(Blemish("parameters-in-two-places", " and ".join(places)))
    elif repeated:
        names = tuple(dict.fromkeys(repeated))
        blemishes.append(Blemish("parameter-repeated", " and ".join(names), names=names))
    return ProtocolRequest(
        wire=wire,
        transport=places[0] if places else None,
        attempted=has_header or bool(places),
        oauth=oauth,
        signed=signed,
        message=message,
        body_type=body_type,
        has_form=has_form,
        blemishes=tuple(blemishes),
    )


def header_pairs(wire: WireRequest) -> list[Pair]:
    """Return the parameters of the Authorization header, as far as they can be read; realm is none."""
    return _headers(wire, [])[0]


def query_pairs(wire: WireRequest) -> list[Pair]:
    """Return the parameters of the query, as far as they can be read."""
    return _pairs(wire.query, _leniently_decoded)


def form_pairs(wire: WireRequest) -> list[Pair]:
    """Return the parameters of the body as if it were a form, whatever its type, as far as they can be read."""
    return _pairs(wire.body.decode("latin-1"), _leniently_decoded)


def _headers(wire: WireRequest, blemishes: list[Blemish]) -> tuple[list[Pair], bool, str]:
    """Return the parameters of the OAuth headers, whether there is one, and the type of the body."""
    pairs: list[Pair] = []
    found = False
    body_type = ""
    for name, value in wire.headers:
        lowered = name.lower()
        if lowered == "content-type":
            body_type = body_type or media_type(value)
        elif lowered == "authorization" and (scheme := _SCHEME.match(value)):
            found = True
            pairs += _one_header(value, scheme.end(), blemishes)
    return pairs, found, body_type


def _one_header(value: str, position: int, blemishes: list[Blemish]) -> list[Pair]:
    if not _FLAWLESS.fullmatch(value, position) or _BROKEN_ESCAPE.search(value, position):
        return _by_element(value, position, blemishes)
    try:
        return [
            (name, unquote_to_bytes(raw).decode() if "%" in raw else raw)
            for name, raw in _FLAWLESS_PAIR.findall(value, position)
            if name.lower() != "realm"
        ]
    except UnicodeError:
        return _by_element(value, position, blemishes)


def _by_element(value: str, position: int, blemishes: list[Blemish]) -> list[Pair]:
    """Read a header that is odd in some way, and say in which."""
    if value.startswith(",", position):
        blemishes.append(Blemish("header-malformed", "a comma follows the scheme OAuth"))
        position += 1
    elements = [
        element for element in _elements(value, position, blemishes) if element.name.lower() != "realm"
    ]
    blemishes += _style(elements)
    return [pair for element in elements if (pair := element.decoded(blemishes)) is not None]


@dataclass(frozen=True, slots=True)
class _Element:
    """One ``name="value"`` of a header, as it stands there."""

    name: str
    raw: str
    quoted: bool

    @property
    def encoded(self) -> bool:
        """Whether the value is percent-encoded, as RFC 5849 section 3.5.1 wants it."""
        return _ENCODED.fullmatch(self.raw) is not None

    def decoded(self, blemishes: list[Blemish]) -> Pair | None:
        """Return name and value; None where they cannot be read."""
        if _BROKEN_ESCAPE.search(self.raw):
            blemishes.append(Blemish("unparseable", f"{self.name} holds a % that no two hex digits follow"))
            return None
        try:
            return _decoded(self.name), _decoded(self.raw)
        except UnicodeError:
            blemishes.append(Blemish("unparseable", f"{self.name} is not UTF-8"))
            return None


def _elements(value: str, position: int, blemishes: list[Blemish]) -> Iterator[_Element]:
    while position < len(value):
        if found := _HEADER_PAIR.match(value, position):
            name, quoted, bare, _ = found.groups()
            yield _Element(name, quoted if bare is None else bare, bare is None)
            position = found.end()
        elif empty := _EMPTY_ELEMENT.match(value, position):
            # RFC 7230 section 7: a recipient ignores empty elements of a list, such as a comma at the end.
            position = max(empty.end(), position + 1)
        else:
            blemishes.append(Blemish("header-malformed", _where(value, position)))
            return


def _style(elements: Sequence[_Element]) -> Iterator[Blemish]:
    """What the documented profile lets pass: values without quotes, or not percent-encoded."""
    if unquoted := [element.name for element in elements if not element.quoted]:
        yield Blemish("header-malformed", f"{_listed(unquoted)} without quotes", tolerable=True)
    unencoded = [e.name for e in elements if not e.encoded and not _BROKEN_ESCAPE.search(e.raw)]
    if "oauth_signature" in unencoded:
        yield Blemish("signature-not-encoded", "in the header", tolerable=True)
    if others := [name for name in unencoded if name != "oauth_signature"]:
        yield Blemish("header-malformed", f"{_listed(others)} not percent-encoded", tolerable=True)


def _form_decoded(text: str, place: str, blemishes: list[Blemish]) -> list[Pair]:
    """Decode ``name=value&…``; *text* holds one character per octet.

    What cannot be decoded is a blemish that refuses every signed request. Its pairs are returned all the same, as
    far as they can be read: a caller with an api_key has signed nothing, and his text is no reason to lose ``from``.
    """
    if not text:
        return []
    if not _LEGAL.fullmatch(text):
        if not text.isascii():
            blemishes.append(Blemish("unparseable", f"{place} holds characters outside ASCII, not escaped"))
            return _pairs(text, _leniently_decoded)
        odd = "".join(dict.fromkeys(c for c in text if not _LEGAL.fullmatch(c)))
        detail = f"{place} holds {' '.join(odd.encode('unicode_escape').decode())}, not escaped"
        blemishes.append(Blemish("unescaped-characters", detail, tolerable=True))
    if "%" in text and _BROKEN_ESCAPE.search(text):
        blemishes.append(Blemish("unparseable", f"{place} holds a % that no two hex digits follow"))
        return _pairs(text, _leniently_decoded)
    try:
        return _pairs(text, _decoded_ascii)
    except UnicodeError:
        blemishes.append(Blemish("unparseable", f"{place} is not UTF-8 once it is unescaped"))
        return _pairs(text, _leniently_decoded)


def _pairs(text: str, decoded: Callable[[str], str]) -> list[Pair]:
    pairs: list[Pair] = []
    for pair in text.split("&"):
        # PHP sends "?&from=…" when its URL ends in "?": an empty field is no parameter.
        if pair:
            name, _, value = pair.replace("+", " ").partition("=")
            pairs.append((decoded(name), decoded(value)))
    return pairs


def _decoded(text: str) -> str:
    if "%" in text:
        return unquote(text, errors="strict")
    if text.isascii():
        return text
    return text.encode("latin-1").decode("utf-8")


def _decoded_ascii(text: str) -> str:
    return unquote_to_bytes(text).decode() if "%" in text else text


def _leniently_decoded(text: str) -> str:
    return unquote_to_bytes(text.encode("latin-1")).decode("utf-8", "replace")


def _where(value: str, position: int) -> str:
    """Say where a header stopped being one, without repeating what may be somebody's token."""
    name = re.match(r"oauth_[a-z_]+", value[position:].lstrip())
    return f'no comma, or no name="value", {"at " + name.group() if name else "where one was wanted"}'


def _listed(names: Sequence[str]) -> str:
    known = [name if name.startswith("oauth_") else "another parameter" for name in names]
    return " and ".join(dict.fromkeys(known))
