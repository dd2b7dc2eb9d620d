"""The libraries whose calls can be intercepted, and what to do about one that is imported only later."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType, TracebackType
from typing import Any, Self

from ..errors import InvalidValue
from ..web.answering import Answering

Enter = Callable[[Answering], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One library: ``module`` is what is imported when it is used, as a whole; ``enter`` begins to intercept it."""

    name: str
    module: str
    enter: Enter


def _patched(module: str, function: str) -> Enter:
    def enter(application: Answering) -> AbstractContextManager[object]:
        patches = getattr(importlib.import_module(f"{__package__}.{module}"), function)()
        with ExitStack() as stack:
            for patch in patches:
                patch.enter(application)
                stack.callback(patch.leave, application)
            return stack.pop_all()

    return enter


LIBRARIES: Mapping[str, Library] = {
    library.name: library
    for library in (
        Library(name="requests", module="requests", enter=_patched("by_requests", "patches")),
        Library(name="httpx", module="httpx", enter=_patched("by_httpx", "patches")),
        Library(name="urllib3", module="urllib3", enter=_patched("by_sockets", "urllib3_patches")),
        Library(
            name="http.client", module="http.client", enter=_patched("by_sockets", "http_client_patches")
        ),
        Library(name="aiohttp", module="aiohttp", enter=_patched("by_aiohttp", "patches")),
    )
}


def chosen(names: Iterable[str] | None) -> Sequence[Library]:
    """Return the libraries of these names, or all that are installed; InvalidValue for one that cannot be had."""
    if names is None:
        return [library for library in LIBRARIES.values() if _is_installed(library)]
    if isinstance(names, str):
        names = [names]
    found = []
    for name in names:
        if name not in LIBRARIES:
            raise InvalidValue("libraries", f"{name!r} is none; there are {', '.join(LIBRARIES)}")
        if not _is_installed(LIBRARIES[name]):
            raise InvalidValue("libraries", f"{name} is not installed")
        found.append(LIBRARIES[name])
    return found


def _is_installed(library: Library) -> bool:
    root = library.module.partition(".")[0]
    return root in sys.modules or find_spec(root) is not None


class Installed:
    """Intercepts libraries while it is entered: those that are imported at once, the others when they are."""

    def __init__(self, libraries: Sequence[Library], application: Answering) -> None:
        self._libraries = libraries
        self._application = application
        self._lock = threading.RLock()  # to enter one may import another
        self._stack = ExitStack()
        self._finder: _Finder | None = None

    def __enter__(self) -> Self:
        later = {}
        with ExitStack() as stack:
            for library in self._libraries:
                if library.module in sys.modules:
                    stack.enter_context(library.enter(self._application))
                else:
                    later[library.module] = library
            self._stack = stack.pop_all()
        if later:
            self._finder = _Finder(later, self._imported)
            sys.meta_path.insert(0, self._finder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._finder is not None:
            sys.meta_path.remove(self._finder)
        with self._lock:
            self._stack.close()

    def _imported(self, library: Library) -> None:
        with self._lock:
            self._stack.enter_context(library.enter(self._application))


class _Finder(MetaPathFinder):
    """Finds nothing itself, but sees that a module is imported, and says so once it has been."""

    def __init__(self, modules: Mapping[str, Library], imported: Callable[[Library], None]) -> None:
        self._modules = dict(modules)
        self._imported = imported

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        library = self._modules.get(name)
        if library is None:
            return None
        # Those that come after it, as the import system itself would: two of its kind would else ask each other without end.
        finders = list(sys.meta_path)
        for finder in finders[finders.index(self) + 1 :] if self in finders else ():
            spec = finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _Loader(spec.loader, lambda: self._imported(library))
                return spec
        return None


class _Loader(Loader):
    """Loads as another does, and then says so."""

    def __init__(self, loader: Loader, loaded: Callable[[], None]) -> None:
        self._loader = loader
        self._loaded = loaded

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._loaded()
