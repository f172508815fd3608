"""Stands in for clamd on a real socket: speaks its protocol, and finds the harmless test virus."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

# The file that every scanner agrees to find, in two parts so that none finds it in here
# (https://www.eicar.org/download-anti-malware-testfile/).
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class ClamdDaemon:
    """What it was asked, and how it misbehaves."""

    address: str = ""
    scanned: list[bytes] = field(default_factory=list)
    longest_stream: int = 1_000_000
    answer: bytes | None = None
    """Said instead of the truth."""
    silent: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            command = await reader.readuntil(b"\0")
            said = b"PONG" if command == b"zPING\0" else await self._scan(reader)
            if self.silent:
                await reader.read()
            writer.write((self.answer or said) + b"\0")
            await writer.drain()
        writer.close()

    async def _scan(self, reader: asyncio.StreamReader) -> bytes:
        content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
            if len(content) > self.longest_stream:
                return b"INSTREAM size limit exceeded. ERROR"
        self.scanned.append(content)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@contextlib.asynccontextmanager
async def a_clamd(socket: Path | None = None) -> AsyncIterator[ClamdDaemon]:
    """On a unix socket, or on a port of this machine."""
    daemon = ClamdDaemon()
    if socket:
        server = await asyncio.start_unix_server(daemon.serve, socket)
        daemon.address = str(socket)
    else:
        server = await asyncio.start_server(daemon.serve, "127.0.0.1", 0)
        daemon.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield daemon
    finally:
        server.close()
