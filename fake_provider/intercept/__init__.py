"""The in-process door: calls to the two real hosts, by whichever library, land in this process.

hosts        which those are
patching     puts a method in the place of a library's, for as long as it is wanted
libraries    the table of libraries, and what to do about one that is imported later
by_…         one library each
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from contextvars import Token
from types import TracebackType
from typing import Self

from ..web.answering import Answering
from .libraries import Installed, chosen
from .patching import ENTERED


class Interception:
    """While it is entered, the chosen libraries reach the fake under the real names. It can be entered again, and nested.

    Args:
        libraries: names of ``LIBRARIES``; None for all that are installed.

    Raises:
        InvalidValue: a library is not known, or not installed.
    """

    def __init__(self, application: Answering, libraries: Iterable[str] | None = None) -> None:
        self._application = application
        self._libraries = chosen(libraries)
        self._entered: list[tuple[ExitStack, Token[tuple[Answering, ...]]]] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(Installed(self._libraries, self._application))
            token = ENTERED.set((*ENTERED.get(), self._application))
            self._entered.append((stack.pop_all(), token))
        self._application.webhooks_go_out()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        stack, token = self._entered.pop()
        try:
            ENTERED.reset(token)
        except ValueError:  # it was entered in another context: a generator fixture of an async test
            ENTERED.set(tuple(one for one in ENTERED.get() if one is not self._application))
        finally:
            stack.close()
