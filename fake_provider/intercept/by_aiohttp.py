"""aiohttp: a connection to the two hosts has a transport in memory, at whose other end this process answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection

from ..server import Conversation
from ..web.answering import Answering
from .hosts import is_ours
from .patching import Active, Patch


def patches() -> Sequence[Patch]:
    """Return what is to be patched."""
    return [Patch(BaseConnector, "connect", _connect)]


def _connect(original: Callable[..., Any], active: Active) -> Callable[..., Any]:
    async def connect(connector: BaseConnector, req: Any, *arguments: Any, **named: Any) -> Connection:
        application = active.current() if is_ours(req.url.host) else None
        if application is None:
            connection: Connection = await original(connector, req, *arguments, **named)
            return connection
        loop = asyncio.get_running_loop()
        protocol = ResponseHandler(loop=loop)
        protocol.connection_made(_Transport(application, protocol, loop, req.url))
        protocol.force_close()  # it is not to be kept beyond the interception
        return Connection(connector, req.connection_key, protocol, loop)

    return connect


class _Transport(asyncio.Transport):
    """What is written is read as HTTP, and answered as soon as it is a request."""

    def __init__(
        self, application: Answering, protocol: ResponseHandler, loop: asyncio.AbstractEventLoop, url: Any
    ) -> None:
        super().__init__()
        self._application = application
        self._protocol = protocol
        self._loop = loop
        self._conversation = Conversation(application, scheme=url.scheme, authority=url.authority)
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_closing:
            return
        if self._application.may_wait:
            self._loop.run_in_executor(None, self._hear, bytes(data), self._loop.call_soon_threadsafe)
        else:
            self._hear(bytes(data), self._loop.call_soon)

    def _hear(self, octets: bytes, soon: Callable[..., Any]) -> None:
        for said in self._conversation.listen(octets):
            soon(self._say, said)
        if self._conversation.has_ended:
            soon(self.close)

    def _say(self, octets: bytes) -> None:
        if not self._is_closing:
            self._protocol.data_received(octets)

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002
        return default

    def is_reading(self) -> bool:
        return not self._is_closing

    def pause_reading(self) -> None:
        """An answer is small enough to be given at once."""

    def resume_reading(self) -> None:
        """See ``pause_reading``."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return False
