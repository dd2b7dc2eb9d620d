"""Mistakes about the method and the base string URI: RFC 5849 sections 3.4.1.1 and 3.4.1.2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from .case import Case
from .recipe import Recipe

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_REAL_HOSTS = ("rest.nexmo.com", "dashboard.nexmo.com", "api.nexmo.com")
_FORWARDED = ("x-forwarded-host", "x-original-host", "x-forwarded-server")


def method_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """Another method was signed than was sent."""
    for method in _METHODS:
        yield recipe._replace(method=method)


def method_lowercase(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """The method was signed in small letters, or as it was typed."""
    yield recipe._replace(method=recipe.method.lower())
    yield recipe._replace(method=recipe.method.capitalize())


def _parts(uri: str) -> tuple[str, str, str]:
    """Return scheme, authority and path."""
    scheme, _, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme, authority, slash + path


def _with(recipe: Recipe, scheme: str, authority: str, path: str) -> Recipe:
    return recipe._replace(uri=f"{scheme}://{authority}{path}")


def scheme_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """http was signed for https, or the reverse; a proxy may have ended TLS."""
    scheme, authority, path = _parts(recipe.uri)
    yield _with(recipe, "http" if scheme == "https" else "https", authority, path)


def host_differs(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The client knows the server by another name."""
    scheme, authority, path = _parts(recipe.uri)
    port = re.search(r":\d+$", authority)
    names = [f"{name}{port.group() if port else ''}" for name in _LOOPBACK]
    for header in _FORWARDED:
        if value := case.request.wire.header(header):
            names += [name.strip().lower() for name in value.split(",")[:3]]
    names += [_host_of(case, header) for header in ("origin", "referer")]
    for name in dict.fromkeys([*names, *_REAL_HOSTS]):
        if name and name != authority:
            yield _with(recipe, scheme, name, path)
            other = "http" if scheme == "https" else "https"
            if name in names[len(_LOOPBACK) :] or name in _REAL_HOSTS:
                yield _with(recipe, other, name, path)


def _host_of(case: Case, header: str) -> str:
    try:
        return urlsplit(case.request.wire.header(header) or "").netloc.lower()
    except ValueError:
        return ""


def default_port_included(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """:80 or :443 was left in."""
    scheme, authority, path = _parts(recipe.uri)
    if not re.search(r":\d+$", authority):
        yield _with(recipe, scheme, authority + _DEFAULT_PORTS.get(scheme, ""), path)


def port_missing(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A port that is not the default one was left out."""
    scheme, authority, path = _parts(recipe.uri)
    yield _with(recipe, scheme, re.sub(r":\d+$", "", authority), path)


def host_not_lowercase(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The host was signed in the case in which it was written."""
    scheme, authority, path = _parts(recipe.uri)
    port = re.search(r":\d+$", authority)
    written = re.sub(r":\d+$", "", case.request.wire.host)
    for name in (written, written.upper(), written.title()):
        yield _with(recipe, scheme, f"{name}{port.group() if port else ''}", path)


def path_lowercased(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """The path was made lower-case together with the host."""
    scheme, authority, path = _parts(recipe.uri)
    yield _with(recipe, scheme, authority, path.lower())


def path_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """The path of the endpoint's sibling was signed, or none at all."""
    scheme, authority, path = _parts(recipe.uri)
    for one, other in (("json", "xml"), ("request_token", "access_token")):
        if path.endswith(one):
            yield _with(recipe, scheme, authority, path.removesuffix(one) + other)
        if path.endswith(other):
            yield _with(recipe, scheme, authority, path.removesuffix(other) + one)
    yield _with(recipe, scheme, authority, "/")
    yield recipe._replace(uri=path)


def query_in_uri(recipe: Recipe, case: Case) -> Iterator[Recipe]:
    """The query was left in the URI, signed as parameters too or not."""
    wire = case.request.wire
    if "?" not in wire.target:
        return
    with_query = recipe._replace(uri=f"{recipe.uri}?{wire.query}")
    yield with_query
    left = list(recipe.pairs)
    for pair in case.query:
        if pair in left:
            left.remove(pair)
    yield with_query._replace(pairs=tuple(left))


def trailing_slash_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A slash at the end was added or dropped."""
    if recipe.uri.endswith("/"):
        yield recipe._replace(uri=recipe.uri.rstrip("/"))
        yield recipe._replace(uri=recipe.uri[:-1])
    else:
        yield recipe._replace(uri=f"{recipe.uri}/")


def double_slash_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A double slash was made one, or made."""
    scheme, authority, path = _parts(recipe.uri)
    yield _with(recipe, scheme, authority, re.sub("/+", "/", path))
    slashes = [match.start() for match in re.finditer("/", path)][:8]
    for at in slashes:
        yield _with(recipe, scheme, authority, f"{path[:at]}/{path[at:]}")


def path_encoding_differs(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """The path was decoded before it was signed, or encoded once more."""
    scheme, authority, path = _parts(recipe.uri)
    yield _with(recipe, scheme, authority, unquote(path))
    yield _with(recipe, scheme, authority, quote(unquote(path)))
    yield _with(recipe, scheme, authority, quote(path))
    yield _with(
        recipe, scheme, authority, re.sub("%[0-9A-Fa-f]{2}", lambda found: found.group().lower(), path)
    )


def fragment_in_uri(recipe: Recipe, _: Case) -> Iterator[Recipe]:
    """A bare #, ? or a blank at the end of the URL was signed."""
    for end in ("#", " ", "%20", "?"):
        yield recipe._replace(uri=recipe.uri + end)
