"""Values that live no longer than the request they are made for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def transient(of: type[T]) -> type[T]:
    """Make *of* a dataclass with slots that the type checker holds to be frozen, and that is not so at run time.

    A frozen dataclass has to go round its own lock for each field it is made with, at ten times the cost. One signed
    SMS makes fifty such fields in values that nobody sees once it is answered: a fifth of all that the fake takes
    beside oauthlib. What is kept, or what users of the fake get hold of, is frozen at run time too.
    """
    return dataclass(slots=True, kw_only=True)(of)
