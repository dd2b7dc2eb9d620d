"""Mistakes about which parameters are signed, and in what order: RFC 5849 section 3.4.1.3."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import unquote

from ..protocol import FORM
from .case import Case
from .recipe import Pair, Pairs, Recipe

_REALM = re.compile(r'(?:^|[\s,])realm="([^"]*)"', re.IGNORECASE)
_MULTIPART_FIELD = re.compile(rb'name="([^"]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--', re.DOTALL)
_MAX_FIELDS = 1_000


def _without(pairs: Pairs, dropped: Iterable[Pair]) -> Pairs:
    left = list(pairs)
    for pair in dropped:
        if pair in left:
            left.remove(pair)
    return tuple(left)


def _unnamed(recipe: Recipe, name: str) -> Recipe:
    return recipe._replace(pairs=tuple(pair for pair in recipe.pairs if pair[0] != name))


def _with(recipe: Recipe, *more: Pair) -> Recipe:
    return recipe._replace(pairs=(*recipe.pairs, *more))


def _has(recipe: Recipe, name: str) -> bool:
    return any(pair[0] == name for pair in recipe.pairs)


def body_not_signed(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The form was left out."""
    if case.request.has_form:
        yield recipe._replace(pairs=_without(recipe.pairs, case.form))


def query_not_signed(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The query was left out."""
    yield recipe._replace(pairs=_without(recipe.pairs, case.query))


def body_signed_though_not_form(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The fields of a body that is no form were signed as parameters."""
    wire = case.request.wire
    if case.request.body_type == FORM or not wire.body:
        return
    if case.form:
        yield _with(recipe, *case.form)
    yield _with(recipe, (wire.body.decode("utf-8", "replace"), ""))
    try:
        members = json.loads(wire.body)
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, dict) and len(members) <= _MAX_FIELDS:
        yield _with(recipe, *((name, _as_text(value)) for name, value in members.items()))
        yield _with(recipe, *((name, str(value)) for name, value in members.items()))
    if case.request.body_type.startswith("multipart/"):
        found = _MULTIPART_FIELD.findall(wire.body)[:_MAX_FIELDS]
        yield _with(
            recipe,
            *((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in found),
        )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def duplicates_dropped(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A name that comes several times was signed once."""
    yield recipe._replace(pairs=tuple(dict(recipe.pairs).items()))
    yield recipe._replace(pairs=tuple(dict(reversed(recipe.pairs)).items()))


def empty_value_dropped(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Parameters without a value were left out."""
    yield recipe._replace(pairs=tuple(p for p in recipe.pairs if p[1] or p[0].startswith("oauth_")))


def _toggled(recipe: Recipe, name: str) -> Iterator[Recipe]:
    if not _has(recipe, name):
        yield _with(recipe, (name, ""))
    elif (name, "") in recipe.pairs:
        yield recipe._replace(pairs=_without(recipe.pairs, [(name, "")]))


def empty_token(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """An empty oauth_token was signed and not sent, or sent and not signed."""
    yield from _toggled(recipe, "oauth_token")


def empty_callback_or_verifier(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """The same with oauth_callback or oauth_verifier."""
    yield from _toggled(recipe, "oauth_callback")
    yield from _toggled(recipe, "oauth_verifier")


def realm_signed(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The realm of the header, which is no parameter, was signed."""
    found = _REALM.search(case.request.wire.header("authorization") or "")
    if found:
        yield _with(recipe, ("realm", unquote(found[1])))
        yield _with(recipe, ("realm", found[1]))


def signature_signed(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """oauth_signature, still empty, was signed."""
    yield _with(recipe, ("oauth_signature", ""))


def callback_not_signed(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """oauth_callback was added after signing."""
    if ("oauth_callback", "") not in recipe.pairs:  # that is a mistake of its own
        yield _unnamed(recipe, "oauth_callback")


def verifier_not_signed(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """oauth_verifier was added after signing."""
    if ("oauth_verifier", "") not in recipe.pairs:
        yield _unnamed(recipe, "oauth_verifier")


def version_not_signed(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """oauth_version was added, or removed, after signing."""
    if _has(recipe, "oauth_version"):
        yield _unnamed(recipe, "oauth_version")
    else:
        yield _with(recipe, ("oauth_version", "1.0"))


_HAVE_A_CODE_OF_THEIR_OWN = frozenset({"oauth_callback", "oauth_verifier", "oauth_version"})
_MAX_LEFT_OUT = 20


def parameter_not_signed(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """One parameter was left out, or added after signing."""
    alone = {pairs[0][0] for pairs in (case.form, case.query) if len(pairs) == 1}  # the whole form, or query
    for name in dict.fromkeys(name for name, value in recipe.pairs[:_MAX_LEFT_OUT] if value):
        if name not in alone and name not in _HAVE_A_CODE_OF_THEIR_OWN:
            yield _unnamed(recipe, name)


_MAX_CLOCK_STEPS = 2


def timestamp_made_anew(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The clock was asked twice, once for signing and once for sending."""
    sent = case.request.oauth.get("oauth_timestamp", "")
    if sent.isascii() and sent.isdigit():
        for seconds in range(1, _MAX_CLOCK_STEPS + 1):
            for signed in (int(sent) - seconds, int(sent) + seconds):
                yield _with(_unnamed(recipe, "oauth_timestamp"), ("oauth_timestamp", str(signed)))


def value_altered(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A value was trimmed, its line ends changed, or it was escaped for HTML, before or after signing."""
    for alter in _ALTERATIONS:
        yield recipe._replace(pairs=tuple((name, alter(value)) for name, value in recipe.pairs))


_ALTERATIONS: Sequence[Callable[[str], str]] = (
    str.strip,
    lambda text: text.replace("\r\n", "\n"),
    lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    html.escape,
    html.unescape,
    lambda text: f"+{text[1:]}" if text.startswith(" ") and text[1:].isdigit() else text,
    lambda text: text[1:] if text[:1] in (" ", "+") and text[1:].isdigit() else text,
)


def parameters_not_joined(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Something else stands between the parameters, or between name and value."""
    for ampersand in ("", ",", ", ", ";", "\n", " ", "&amp;"):
        yield recipe._replace(ampersand=ampersand)
    for equals in ("", ":", '="'):
        yield recipe._replace(equals=equals)


# Order


def _as_they_came(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    return encoded


def _oauth_last(pairs: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    own = [one for pair, one in zip(pairs, encoded, strict=True) if pair[0].startswith("oauth_")]
    return [
        *(one for pair, one in zip(pairs, encoded, strict=True) if not pair[0].startswith("oauth_")),
        *own,
    ]


def _oauth_sorted_last(pairs: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    arranged = _oauth_last(pairs, encoded)
    own = sum(pair[0].startswith("oauth_") for pair in pairs)
    cut = len(arranged) - own
    return [*sorted(arranged[:cut]), *sorted(arranged[cut:])]


def _oauth_sorted_first(pairs: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    arranged = _oauth_sorted_last(pairs, encoded)
    own = sum(pair[0].startswith("oauth_") for pair in pairs)
    return [*arranged[len(arranged) - own :], *arranged[: len(arranged) - own]]


def _by_decoded(pairs: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    return [one for _, one in sorted(zip(pairs, encoded, strict=True), key=lambda both: both[0])]


def _by_name_alone(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    return sorted(encoded, key=lambda pair: pair[0])


def _by_text(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    return sorted(encoded, key="=".join)


def _ignoring_case(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    return sorted(encoded, key=lambda pair: (pair[0].lower(), pair[1].lower()))


def _naturally(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    """As people sort: p2 before p10."""
    return sorted(encoded, key=lambda pair: (_chunks(pair[0]), _chunks(pair[1])))


def _chunks(text: str) -> list[tuple[int, int, str]]:
    """Digits as numbers, ahead of letters; a number of any length, since Python refuses to read some."""
    return [
        (0, len(digits.lstrip("0")), digits.lstrip("0")) if digits else (1, 0, other.lower())
        for digits, other in re.findall(r"([0-9]+)|([^0-9]+)", text)
    ]


ARRANGEMENTS = (
    _as_they_came,
    _oauth_last,
    _by_decoded,
    _by_name_alone,
    _by_text,
    _ignoring_case,
    _naturally,
    _oauth_sorted_first,
    _oauth_sorted_last,
)


def parameters_not_sorted(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """They are in another order than that of their encoded octets."""
    for arrange in ARRANGEMENTS:
        yield recipe._replace(arrange=arrange)
