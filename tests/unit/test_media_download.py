"""The guard around downloads: which hosts, which addresses, how much, and what a file really is."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from channels.media_fetch import MediaFetcher, MediaSource
from channels.network_guard import is_public, public_address
from domain.errors import MediaRefused, MediaUnavailable
from domain.ids import new_id
from domain.messages import DownloadedMedia, MediaItem
from tests.contract.scripted_server import Answer, Received, ScriptedServer, scripted_server

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
SECRET = "Basic c2VjcmV0"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as running:
        running.script = lambda _: Answer(200, PNG, {"Content-Type": "image/png"})
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[MediaFetcher]:
    fetcher = MediaFetcher(allow_private_hosts=True, max_bytes=1000, total=1)
    yield fetcher
    await fetcher.close()


def an_item(url: str | None, mime_type: str = "image/png", name: str | None = None) -> MediaItem:
    return MediaItem(media_id=new_id(), mime_type=mime_type, source_url=url, file_name=name)


async def fetch(fetcher: MediaFetcher, server: ScriptedServer, item: MediaItem) -> DownloadedMedia:
    source = MediaSource(home=server.url, headers={"Authorization": SECRET}, hosts=(".cdn.example",))
    return await fetcher.fetch(item, source)


async def test_a_file_comes_from_home_with_credentials(
    server: ScriptedServer, fetcher: MediaFetcher
) -> None:
    found = await fetch(fetcher, server, an_item(f"{server.url}/a%2Fb?x=1", name="photo.png"))
    assert found == DownloadedMedia(content=PNG, mime_type="image/png", file_name="photo.png")
    (request,) = server.requests
    assert (request.target, request.headers["authorization"]) == ("/a%2Fb?x=1", SECRET)
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["host"] == server.url.removeprefix("http://")


def _redirect(to: str) -> Callable[[Received], Answer]:
    def script(request: Received) -> Answer:
        if request.path == "/first":
            return Answer(307, headers={"Location": to, "Set-Cookie": "a=b"})
        return Answer(200, PNG)

    return script


async def test_a_redirect_within_home_is_followed(
    server: ScriptedServer, fetcher: MediaFetcher
) -> None:
    server.script = _redirect("/second")
    found = await fetch(fetcher, server, an_item(f"{server.url}/first"))
    assert found.content == PNG
    assert [request.path for request in server.requests] == ["/first", "/second"]
    assert "cookie" not in server.requests[1].headers
    assert "authorization" not in server.requests[1].headers


async def test_credentials_do_not_follow_to_another_host(
    server: ScriptedServer, fetcher: MediaFetcher
) -> None:
    async with scripted_server() as elsewhere:
        elsewhere.script = lambda _: Answer(200, PNG)
        source = MediaSource(home=server.url, headers={"Authorization": SECRET})
        # The same machine under another port is another origin: refused, and it learns nothing.
        server.script = _redirect(f"{elsewhere.url}/second")
        with pytest.raises(MediaRefused):
            await fetcher.fetch(an_item(f"{server.url}/first"), source)
        assert elsewhere.requests == []


async def test_a_listed_host_never_gets_credentials(
    server: ScriptedServer, fetcher: MediaFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx2.Request] = []

    async def record(request: httpx2.Request, **_: object) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(410, request=request)

    monkeypatch.setattr(fetcher._client._client, "send", record)
    with pytest.raises(MediaRefused):
        await fetch(fetcher, server, an_item("https://media.cdn.example/file"))
    assert sent[0].url.host == "media.cdn.example"
    assert "authorization" not in sent[0].headers


async def test_the_checked_address_is_called_in_the_name_of_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise the name could lead somewhere else between the check and the call."""
    fetcher = MediaFetcher()
    sent: list[httpx2.Request] = []

    async def record(request: httpx2.Request, **_: object) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(410, request=request)

    async def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("93.184.216.34", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve, raising=False)
    monkeypatch.setattr(fetcher._client._client, "send", record)
    with pytest.raises(MediaRefused):
        await fetcher.fetch(
            an_item("https://media.cdn.example/file"),
            MediaSource(home="https://api.example", hosts=("media.cdn.example",)),
        )
    assert sent[0].url.host == "93.184.216.34"
    assert sent[0].headers["host"] == "media.cdn.example"
    assert sent[0].extensions["sni_hostname"] == "media.cdn.example"
    await fetcher.close()


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "ftp://media.cdn.example/a",
        "file:///etc/passwd",
        "http://media.cdn.example/a",
        "https://media.cdn.example:8443/a",
        "https://evilcdn.example/a",
        "https://cdn.example.evil.example/a",
        "https://user:pass@media.cdn.example/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a",
        "https://media.cdn.example\\@evil.example/a",
        "https://\x00/a",
        "https://" + "a" * 300 + "/a",
    ],
)
async def test_other_addresses_are_refused_without_asking_anybody(
    server: ScriptedServer, fetcher: MediaFetcher, url: str | None
) -> None:
    with pytest.raises(MediaRefused):
        await fetch(fetcher, server, an_item(url))
    assert server.requests == []


async def test_a_private_address_is_refused_even_behind_a_listed_name(server: ScriptedServer) -> None:
    """DNS may say anything; what counts is where the name leads."""
    fetcher = MediaFetcher()
    with pytest.raises(MediaRefused, match="public internet"):
        await fetch(fetcher, server, an_item(f"{server.url}/a"))
    source = MediaSource(home="https://api.example", hosts=("localhost",))
    with pytest.raises(MediaRefused, match="public internet"):
        await fetcher.fetch(an_item("https://localhost/a"), source)
    assert server.requests == []
    await fetcher.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to be refused
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("not an address", False),
    ],
)
def test_only_addresses_of_the_public_internet_count(address: str, *, public: bool) -> None:
    assert is_public(address) is public


async def test_a_name_nobody_knows_may_be_known_later() -> None:
    with pytest.raises(MediaUnavailable):
        await public_address("media.cdn.invalid", 443)


async def test_redirects_end(server: ScriptedServer, fetcher: MediaFetcher) -> None:
    server.script = lambda _: Answer(302, headers={"Location": "/again"})
    with pytest.raises(MediaRefused, match="redirects"):
        await fetch(fetcher, server, an_item(f"{server.url}/again"))
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"x", promised=2000),
        Answer(200, b"x" * 1001),
    ],
)
async def test_a_file_beyond_the_limit_is_refused(
    server: ScriptedServer, fetcher: MediaFetcher, answer: Answer
) -> None:
    server.script = lambda _: answer
    with pytest.raises(MediaRefused, match="larger"):
        await fetch(fetcher, server, an_item(f"{server.url}/big"))


async def test_a_file_of_unannounced_size_is_counted_while_it_comes(
    server: ScriptedServer, fetcher: MediaFetcher
) -> None:
    chunks = b"".join(b"64\r\n" + b"x" * 100 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
    server.script = lambda _: Answer(200, chunks, {"Transfer-Encoding": "chunked"}, promised=-1)
    with pytest.raises(MediaRefused, match="larger"):
        await fetch(fetcher, server, an_item(f"{server.url}/big"))


async def test_a_compressed_answer_is_refused(server: ScriptedServer, fetcher: MediaFetcher) -> None:
    server.script = lambda _: Answer(200, b"x", {"Content-Encoding": "gzip"})
    with pytest.raises(MediaRefused, match="compressed"):
        await fetch(fetcher, server, an_item(f"{server.url}/bomb"))


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_a_file_that_is_not_there_now_may_be_there_later(
    server: ScriptedServer, fetcher: MediaFetcher, status: int
) -> None:
    server.script = lambda _: Answer(status)
    with pytest.raises(MediaUnavailable, match=str(status)):
        await fetch(fetcher, server, an_item(f"{server.url}/a"))


async def test_a_deleted_file_is_given_up(server: ScriptedServer, fetcher: MediaFetcher) -> None:
    server.script = lambda _: Answer(410)
    with pytest.raises(MediaRefused, match="no longer"):
        await fetch(fetcher, server, an_item(f"{server.url}/a"))


@pytest.mark.parametrize(
    "answer", [Answer(hang_up=True), Answer(delay=3), Answer(200, b"x", promised=9)]
)
async def test_a_broken_or_endless_transfer_may_work_later(
    server: ScriptedServer, fetcher: MediaFetcher, answer: Answer
) -> None:
    server.script = lambda _: answer
    with pytest.raises(MediaUnavailable):
        await fetch(fetcher, server, an_item(f"{server.url}/a"))


async def test_the_name_in_the_answer_wins_and_is_made_safe(
    server: ScriptedServer, fetcher: MediaFetcher
) -> None:
    header = 'attachment; filename="../../\u202efdp.exe"'.encode().decode("latin-1")
    server.script = lambda _: Answer(200, PNG, {"Content-Disposition": header})
    found = await fetch(fetcher, server, an_item(f"{server.url}/a", name="other.png"))
    assert "/" not in (found.file_name or "")
    server.script = lambda _: Answer(200, PNG, {"Content-Disposition": 'inline; filename="a b.png"'})
    found = await fetch(fetcher, server, an_item(f"{server.url}/a"))
    assert found.file_name == "a b.png"
