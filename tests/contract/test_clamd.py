"""What we say to clamd and what we make of its answers, over real sockets."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import MediaUnavailable
from storage.clamd import CHUNK, Clamd
from tests.contract.clamd_daemon import EICAR, ClamdDaemon, a_clamd


@pytest.fixture
async def daemon() -> AsyncIterator[ClamdDaemon]:
    async with a_clamd() as daemon:
        yield daemon


@pytest.fixture
def clamd(daemon: ClamdDaemon) -> Clamd:
    return Clamd(daemon.address)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
async def test_a_file_arrives_as_it_is(clamd: Clamd, daemon: ClamdDaemon, size: int) -> None:
    content = bytes(number % 251 for number in range(size))

    assert await clamd.found_in(content) is None
    assert daemon.scanned == [content]


async def test_malware_is_found_by_its_name(clamd: Clamd) -> None:
    assert await clamd.found_in(EICAR) == "Eicar-Test-Signature"
    assert await clamd.found_in(b"x" * 2 * CHUNK + EICAR) == "Eicar-Test-Signature"


async def test_it_listens_on_a_unix_socket_too() -> None:
    with tempfile.TemporaryDirectory() as directory:  # a path of pytest's would be too long for one
        async with a_clamd(Path(directory) / "clamd.ctl") as daemon:
            await Clamd(daemon.address).check()
            assert await Clamd(daemon.address).found_in(EICAR) == "Eicar-Test-Signature"


async def test_a_daemon_that_is_well_says_so(clamd: Clamd, daemon: ClamdDaemon) -> None:
    await clamd.check()
    daemon.answer = b"UNKNOWN COMMAND"
    with pytest.raises(MediaUnavailable):
        await clamd.check()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"OK",
        b"stream: OK FOUND it",
        b"nonsense",
        b"stream: Can't allocate memory ERROR",
        b"stream: \xff\xfe",
        b"stream: OK\nstream: Eicar FOUND",
        b"x" * 10_000,
    ],
)
async def test_an_answer_that_is_not_clear_lets_nothing_pass(
    clamd: Clamd, daemon: ClamdDaemon, answer: bytes
) -> None:
    daemon.answer = answer or b" "
    with pytest.raises(MediaUnavailable):
        await clamd.found_in(b"harmless")


async def test_a_file_that_is_too_large_for_it_does_not_pass(clamd: Clamd, daemon: ClamdDaemon) -> None:
    daemon.longest_stream = 10
    for size in (11, 20_000_000):
        with pytest.raises(MediaUnavailable, match="StreamMaxLength"):
            await clamd.found_in(b"x" * size)


async def test_a_daemon_that_hangs_is_left(daemon: ClamdDaemon) -> None:
    daemon.silent = True
    with pytest.raises(MediaUnavailable):
        await Clamd(daemon.address, total=0.1).found_in(b"harmless")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nowhere.invalid:3310"])
async def test_nobody_there_lets_nothing_pass(address: str) -> None:
    with pytest.raises(MediaUnavailable):
        await Clamd(address).found_in(b"harmless")
