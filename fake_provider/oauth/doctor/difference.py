"""Where two base strings part, and in which parameter."""

from __future__ import annotations

from urllib.parse import unquote

from ...domain.finding import Difference
from ..alignment import common_length

_AND, _IS = "%26", "%3D"
_LONGEST = 500


def difference(expected: str, client: str) -> Difference:
    """Return where *client* parts from *expected*; they are not equal."""
    at = common_length(expected, client)
    name, own = _value_at(expected, at)
    client_name, theirs = _value_at(client, at)
    if name is not None and name == client_name:
        return Difference(at=at, expected=own[:_LONGEST], client=theirs[:_LONGEST], parameter=name)
    if name is None and client_name is None:
        return Difference(at=at, expected=own[:_LONGEST], client=theirs[:_LONGEST], parameter=None)
    # One has a parameter there that the other lacks: that one is named.
    missing = (
        name if name is not None and f"{_AND}{_encoded(name)}{_IS}" not in f"{_AND}{client}" else client_name
    )
    return Difference(at=at, expected=expected[at : at + 60], client=client[at : at + 60], parameter=missing)


def _encoded(name: str) -> str:
    return name.replace("%", "%25")


def _value_at(base_string: str, at: int) -> tuple[str | None, str]:
    """Return the name and the value of the parameter at a place, or None and the part of the base string."""
    first = base_string.find("&")
    second = base_string.find("&", first + 1)
    if first < 0 or second < 0 or at <= second:
        begin = 0 if at <= first else first + 1
        end = first if at <= first else second
        return None, base_string[begin : end if end >= 0 else None]
    begin = base_string.rfind(_AND, second, at)
    begin = second + 1 if begin < 0 else begin + len(_AND)
    end = base_string.find(_AND, max(begin, at - len(_AND) + 1))
    field = base_string[begin : end if end >= 0 else None]
    name, _, value = field.partition(_IS)
    return unquote(unquote(name)), value
