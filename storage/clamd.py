"""Asks clamd, the daemon of ClamAV, whether a file is malware. Files are never given to it by name.

The protocol: https://docs.clamav.net/manual/Usage/Scanning.html#clamd and clamd(8), INSTREAM.
"""

import asyncio
import re
import struct
from collections.abc import Iterator
from typing import Final, Protocol

from domain.errors import MediaUnavailable

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 60.0
"""clamd gives up at MaxScanTime, two minutes by default; nobody waits for an upload that long."""
ANSWER_LIMIT: Final = 4096
CHUNK: Final = 64 * 1024
# `stream: Eicar-Signature FOUND`, `stream: OK`; everything else is an error of clamd's.
_ANSWER: Final = re.compile(r"stream: (?:(?P<clean>OK)|(?P<name>\S.*) FOUND)")
_ADDRESS: Final = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:/\s]+)):(?P<port>\d{1,5})")
_TOO_LARGE: Final = "Ask an operator whether clamd's StreamMaxLength is at least our largest file."

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Scanner(Protocol):
    """Whoever looks into files before they are kept."""

    async def found_in(self, content: bytes) -> str | None:
        """The name of the malware, or None. Raise MediaUnavailable when nobody can tell."""


class Clamd:
    """One connection for each question: a daemon that starts anew leaves no dead one behind."""

    def __init__(self, address: str, *, total: float = TOTAL_SECONDS) -> None:
        """`address`: `host:port`, or the path of a unix socket."""
        self._address = address
        self._total = total

    async def found_in(self, content: bytes) -> str | None:
        """The name of the malware, or None. Raise MediaUnavailable when nobody can tell."""
        return _verdict(await self._ask(b"zINSTREAM\0", _framed(content)))

    async def check(self) -> None:
        """Raise MediaUnavailable unless it answers."""
        if await self._ask(b"zPING\0", ()) != "PONG":
            raise MediaUnavailable("clamd does not say that it is well.")

    async def _ask(self, command: bytes, parts: Iterator[bytes] | tuple[()]) -> str:
        try:
            async with asyncio.timeout(self._total):
                return await self._exchange(command, parts)
        except (OSError, TimeoutError, asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
            raise MediaUnavailable("The malware scanner does not answer. Try again.") from error

    async def _exchange(self, command: bytes, parts: Iterator[bytes] | tuple[()]) -> str:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await self._connect()
        try:
            await _write(writer, command, parts)
            answer = await reader.readuntil(b"\0")
        finally:
            writer.transport.abort()  # a daemon that hangs would never let go of it
        return answer[:-1].decode(errors="replace").strip()

    async def _connect(self) -> Connection:
        if match := _ADDRESS.fullmatch(self._address):
            host = match["ipv6"] or match["host"]
            return await asyncio.open_connection(host, int(match["port"]), limit=ANSWER_LIMIT)
        return await asyncio.open_unix_connection(self._address, limit=ANSWER_LIMIT)


async def _write(
    writer: asyncio.StreamWriter, command: bytes, parts: Iterator[bytes] | tuple[()]
) -> None:
    writer.write(command)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
    except ConnectionError as error:
        raise MediaUnavailable(
            f"The malware scanner hung up in the midst of a file. {_TOO_LARGE}"
        ) from error


def _framed(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        yield struct.pack("!I", len(chunk)) + chunk
    yield struct.pack("!I", 0)


def _verdict(answer: str) -> str | None:
    match = _ANSWER.fullmatch(answer)
    if match is None:
        hint = f" {_TOO_LARGE}" if "size limit exceeded" in answer else ""
        raise MediaUnavailable(f"The malware scanner could not scan this file.{hint}")
    return match["name"]
