"""Files of customers: looked into before anybody has them, and opened by links that end."""

from collections.abc import AsyncIterator, Hashable
from contextlib import suppress
from uuid import UUID, uuid4

import httpx2
import pytest

from application.chats.limits import Limit
from domain.conversations import MailKind, State
from domain.errors import MediaUnavailable, TooManyRequests
from tests.api.chat_customers import CHATS, Customer, a_customer
from tests.api.conftest import Http
from tests.chat_shop import ChatShop

PDF = b"%PDF-1.4 a letter"
PROGRAM = b"MZ" + b"\x00" * 100


class FakeScanner:
    """Knows one virus, and may be down."""

    is_down = False

    async def found_in(self, content: bytes) -> str | None:
        if self.is_down:
            raise MediaUnavailable("Nobody looks into files at the moment.")
        return "Eicar" if b"EICAR" in content else None


@pytest.fixture
def scanner() -> FakeScanner:
    return FakeScanner()


@pytest.fixture
async def mia(mia: Customer) -> Customer:
    """In a chat."""
    await mia.begin()
    return mia


async def send(
    customer: Customer,
    content: bytes = PDF,
    name: str = "letter.pdf",
    kind: str = "application/pdf",
    client_id: UUID | None = None,
) -> httpx2.Response:
    return await customer.http.post(
        f"{CHATS}/{customer.chat}/files",
        data={"client_id": str(client_id or uuid4()), "caption": "my letter"},
        files={"file": (name, content, kind)},
    )


async def kept(desk: ChatShop) -> int:
    row = await desk.database.one("SELECT count(*) AS number FROM media")
    return row["number"] if row else 0


async def test_a_file_becomes_a_message_that_both_sides_open(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    answer = await send(mia)
    assert answer.status_code == 201, answer.text
    content = answer.json()["content"]
    (item,) = content["items"]
    assert (content["caption"], item["file_name"], item["mime_type"]) == (
        "my letter",
        "letter.pdf",
        "application/pdf",
    )
    assert "source_url" not in item
    assert (await http.anonymous().get(item["url"])).content == PDF
    assert await desk.mail(UUID(mia.chat)) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_WROTE]
    (message,) = await desk.shop.parts.engine.desk._messages.transcript(UUID(mia.chat))
    assert message.content.kind == "media"


async def test_a_link_of_another_file_opens_nothing(mia: Customer, http: Http) -> None:
    first, second = [
        (await send(mia, PDF + text)).json()["content"]["items"][0] for text in (b"1", b"2")
    ]
    forged = first["url"].replace(first["media_id"], second["media_id"])
    assert (await http.anonymous().get(forged)).status_code == 404


async def test_a_file_that_is_sent_again_is_the_same_message(mia: Customer, desk: ChatShop) -> None:
    client_id = uuid4()
    answers = [await send(mia, client_id=client_id) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["message_id"] == answers[1].json()["message_id"]
    assert answers[1].json()["content"]["items"][0]["file_name"] == "letter.pdf"
    assert await kept(desk) == 1


async def test_inv1_a_file_stays_when_only_the_answer_about_its_message_fails(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    client_id = uuid4()
    await desk.database.execute("ALTER VIEW message_views RENAME TO out_of_reach")
    try:
        failed = await send(mia, client_id=client_id)
    finally:
        await desk.database.execute("ALTER VIEW out_of_reach RENAME TO message_views")
    assert failed.status_code == 500
    again = await send(mia, client_id=client_id)
    (item,) = again.json()["content"]["items"]
    assert again.status_code == 200
    assert (await http.anonymous().get(item["url"])).content == PDF


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.txt"),
        (PDF + b"EICAR", "letter.pdf"),
        (PROGRAM, "letter.pdf"),
        (PDF, "letter.pdf.exe"),
        (b"<html><script>x</script>", "page.html"),
        (PDF + b"x" * 2_000, "long.pdf"),
    ],
)
async def test_what_nobody_wants_is_refused_and_not_kept(
    mia: Customer, desk: ChatShop, content: bytes, name: str
) -> None:
    answer = await send(mia, content, name, "text/html")
    assert (answer.status_code, answer.json()["code"]) == (422, "media_refused")
    assert await kept(desk) == 0
    assert (await mia.messages())["messages"] == []


async def test_while_nobody_looks_into_files_none_is_taken(
    mia: Customer, desk: ChatShop, scanner: FakeScanner
) -> None:
    scanner.is_down = True
    assert (await send(mia)).status_code == 503
    assert await kept(desk) == 0


async def test_where_customers_may_not_send_files_they_are_told(mia: Customer, desk: ChatShop) -> None:
    await desk.database.execute("UPDATE endpoints SET customers_may_send_files = false")
    assert (await send(mia)).json()["code"] == "media_refused"


async def test_a_file_that_comes_too_late_is_not_kept(mia: Customer, desk: ChatShop) -> None:
    await desk.project(UUID(mia.chat), State.ACTIVE, 1)
    await desk.project(UUID(mia.chat), State.WRAP_UP, 2, ended_by="agent_ended")
    answer = await send(mia)
    assert (answer.status_code, answer.json()["code"]) == (409, "chat_ended")
    assert await kept(desk) == 0


class Unread:
    """A large body, and whether somebody began to read it."""

    def __init__(self) -> None:
        self.is_read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_read = True
        yield b"--x--\r\n"

    async def send(self, http: httpx2.AsyncClient, chat: str, **headers: str) -> int:
        headers["Content-Type"] = "multipart/form-data; boundary=x"
        answer = await http.post(f"{CHATS}/{chat}/files", content=self, headers=headers)
        return answer.status_code


async def test_a_large_body_is_not_even_read_for_strangers(http: Http, mia: Customer) -> None:
    body = Unread()
    assert await body.send(http.bearing("hfc_nobody"), mia.chat) == 401
    assert not body.is_read


async def test_a_large_body_is_not_even_read_for_who_calls_too_often(
    http: Http, mia: Customer, desk: ChatShop
) -> None:
    session_id = (await desk.known(mia.token)).session_id
    too_often(desk.chat.limits.per_session, session_id)
    body = Unread()
    assert await body.send(mia.http, mia.chat) == 429
    assert not body.is_read

    tom = await a_customer(http, desk)
    too_often(desk.chat.limits.per_address, "10.0.0.7")
    assert await body.send(tom.http, mia.chat) == 429
    assert not body.is_read


def too_often(limit: Limit, caller: Hashable) -> None:
    with suppress(TooManyRequests):
        while True:
            limit.require(caller)


async def test_a_file_counts_as_one_call(
    mia: Customer, desk: ChatShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = list[Hashable]()
    monkeypatch.setattr(desk.chat.limits.per_session, "require", counted.append)
    await send(mia)
    assert len(counted) == 1
