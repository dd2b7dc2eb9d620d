"""Mistakes about percent-encoding: RFC 5849 section 3.6."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case
from .recipe import Recipe

# What common functions leave as it is: encodeURIComponent, Java's URLEncoder, Python's quote, encodeURI, and the rest
# of what RFC 3986 reserves.
_LEFT = ("!*'()", "*", "/", "!~*'();/?:@&=+$,#", "!", "'", "()", ",", ":", ":/", "@", "!$&'()*+,;=:@/?", "[]")


def _characters(recipe: Recipe) -> set[str]:
    """Return all characters of the parameters: what is not there cannot have been encoded wrongly."""
    return set().union(*(name + value for name, value in recipe.pairs))


def space_as_plus(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A space became a plus sign."""
    if " " not in _characters(recipe):
        return
    values = recipe.values._replace(space="+")
    yield recipe._replace(values=values)
    yield recipe._replace(values=values, whole=recipe.whole._replace(safe=recipe.whole.safe | {"+"}))


def tilde_encoded(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """~ was encoded."""
    if "~" not in _characters(recipe).union(recipe.uri):
        return
    values = recipe.values._replace(safe=recipe.values.safe - {"~"})
    yield recipe._replace(values=values)
    yield recipe._replace(values=values, whole=recipe.whole._replace(safe=recipe.whole.safe - {"~"}))


def reserved_not_encoded(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Characters that have to be encoded were left as they are."""
    own = _characters(recipe)
    with_uri = own.union(recipe.uri)
    tried: set[tuple[bool, frozenset[str]]] = {(False, frozenset()), (True, frozenset())}
    for left in _LEFT:
        for in_whole, there in ((False, own), (True, with_uri)):
            about = in_whole, frozenset(there.intersection(left))
            if about not in tried:
                tried.add(about)
                whole = (
                    recipe.whole._replace(safe=recipe.whole.safe | set(left)) if in_whole else recipe.whole
                )
                yield recipe._replace(
                    values=recipe.values._replace(safe=recipe.values.safe | set(left)), whole=whole
                )


def encoded_twice(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Values were encoded twice before they were joined."""
    yield recipe._replace(values=recipe.values._replace(times=2))
    yield recipe._replace(whole=recipe.whole._replace(times=2))


def encoded_once(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Values, or the parameters as a whole, were not encoded."""
    yield recipe._replace(values=recipe.values._replace(times=0))
    yield recipe._replace(whole=recipe.whole._replace(times=0))
    yield recipe._replace(values=recipe.values._replace(times=0), whole=recipe.whole._replace(times=0))


def lowercase_hex(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """%3a was written for %3A."""
    values, whole = recipe.values._replace(lower=True), recipe.whole._replace(lower=True)
    yield recipe._replace(values=values, whole=whole)
    yield recipe._replace(values=values)
    yield recipe._replace(whole=whole)


def charset_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Latin-1 or Windows' own was encoded, or UTF-8 twice."""
    if all(name.isascii() and value.isascii() for name, value in recipe.pairs):
        return
    for charset in ("latin-1", "cp1252", "utf-16-be"):
        yield recipe._replace(values=recipe.values._replace(charset=charset))
    yield recipe._replace(values=recipe.values._replace(charset_twice=True))
