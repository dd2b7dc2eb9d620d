"""A fake with its doors, for one command: where the two names lead, by a namespace or by a proxy."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..adapters.entropy import RandomEntropy
from ..errors import InvalidValue
from ..fake import FakeNexmo
from ..server import Server
from . import authority, namespace, stores, variables
from .namespace import Manner, NoNamespace
from .proxy import Proxy

Via = Literal["auto", "namespace", "proxy"]

_HTTPS, _HTTP = 443, 80
_LEAD = "dashboard.nexmo.com and rest.nexmo.com lead to a fake"
_ATTEMPTS = 20  # addresses of loopback, of which somebody may have taken one


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the names are to lead to the fake.

    Attributes:
        offline: COMMAND reaches nothing but the fake.
        allowed: hosts to which the proxy passes on.
    """

    via: Via = "auto"
    offline: bool = False
    allowed: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Stage:
    """The doors of *fake*; a context manager, after which nothing of it is left.

    Attributes:
        said: in one line, how the names lead to the fake.
        proxy: where they do by a proxy.
    """

    fake: FakeNexmo
    wishes: Wishes
    said: str = ""
    proxy: Proxy | None = None
    _stack: ExitStack = field(default_factory=ExitStack, init=False, repr=False)
    _authority: authority.Authority = field(init=False, repr=False)
    _stores: stores.Stores = field(init=False, repr=False)

    def __enter__(self) -> Stage:
        self._authority = authority.load_or_make()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], manner: Manner
    ) -> namespace.Entered:
        """Start the command, which waits until ``go``. Raises InvalidValue where it cannot be done as wished."""
        named = [Path(path) for name in variables.OWN_AUTHORITIES if (path := environment.get(name))]
        self._stores = stores.prepared(self._authority, named)
        if self.wishes.via == "proxy":
            return self._by_proxy(command, environment, manner, "")
        try:
            return self._in_namespace(command, environment, manner)
        except NoNamespace as error:
            if self.wishes.via == "namespace" or self.wishes.offline:
                wish = "offline" if self.wishes.offline else "via"
                raise InvalidValue(wish, f"no namespace can be had here: {error}") from None
            return self._by_proxy(command, environment, manner, str(error))

    def _in_namespace(
        self, command: Sequence[str], environment: Mapping[str, str], manner: Manner
    ) -> namespace.Entered:
        namespace.ensure_possible()
        listeners = None if self.wishes.offline else _listeners()
        if listeners is None and not (self.wishes.offline or self.wishes.via == "namespace"):
            raise NoNamespace("port 443 is taken, or not open to you; --offline has one of its own")
        alone = listeners is None
        plan = namespace.Plan(
            address=listeners[0].getsockname()[0] if listeners else "127.0.0.1",
            offline=alone,
            authority=self._authority,
            stores=self._stores,
        )
        environment = {
            **(variables.without_proxies(environment) if alone else environment),
            **variables.trusting(namespace.inside(self._stores), environment),
            **({} if alone else variables.past_proxies(environment)),
        }
        try:
            entered = namespace.start(command, environment, manner, plan)
        except NoNamespace:
            for listener in listeners or ():
                listener.close()
            raise
        https, http = listeners or entered.listeners
        context = self._authority.server_context()
        self._stack.enter_context(Server(self.fake.application, tls=context, listener=https))
        self._stack.enter_context(Server(self.fake.application, listener=http))
        self.said = f"{_LEAD}, in a namespace{' with no network but the fake' if alone else ''}"
        return entered

    def _by_proxy(
        self, command: Sequence[str], environment: Mapping[str, str], manner: Manner, why: str
    ) -> namespace.Entered:
        doors = {
            _HTTPS: self._stack.enter_context(self.fake.serve(tls=self._authority.server_context())),
            _HTTP: self._stack.enter_context(self.fake.serve()),
        }
        self.proxy = self._stack.enter_context(Proxy(doors, allowed=self.wishes.allowed))
        trusting = variables.trusting(self._stores, environment)
        environment = {**environment, **trusting, **variables.by_proxy(self.proxy.url, trusting)}
        self.said = f"{_LEAD}, by a proxy{f' ({why})' if why else ''}"
        return namespace.start(command, environment, manner, None)


def _listeners() -> tuple[socket.socket, socket.socket] | None:
    """Return sockets for the ports 443 and 80 of an address of loopback that nobody else uses; None without the right.

    Many commands may run side by side, and other programs may have these ports of 127.0.0.1.
    """
    entropy = RandomEntropy()
    for _ in range(_ATTEMPTS):
        address = f"127.{64 + entropy.octet() % 64}.{entropy.octet()}.{1 + entropy.octet() % 254}"
        try:
            https = _listen(address, _HTTPS)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            return None
        try:
            return https, _listen(address, _HTTP)
        except OSError:
            https.close()
    return None


def _listen(address: str, port: int) -> socket.socket:
    return socket.create_server((address, port), backlog=1024)
