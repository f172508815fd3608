"""One keep-alive connection for POST requests: an HTTP client that costs the load generator little."""

import asyncio
from typing import Self

PATIENCE = 30.0


class HttpLine:
    """One request at a time. Understands answers with a Content-Length, or without a body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        return cls(*await asyncio.open_connection(host, port))

    async def post(self, request: bytes) -> int:
        """Send these bytes; return the status of the answer."""
        async with asyncio.timeout(PATIENCE):
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            if length := _content_length(head):
                await self._reader.readexactly(length)
        return int(head[9:12])

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
