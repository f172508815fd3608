"""Files are looked into before they are kept, have small pictures, and are of kinds that are wanted."""

from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from prometheus_client import REGISTRY

from application.safekeeping import Safekeeping
from domain.configuration import Organization, Scope
from domain.errors import MediaUnavailable, Unavailable
from domain.ids import MediaId, MessageId, new_id
from domain.messages import DownloadedMedia, Media, MediaItem, MediaState, OutboundMessage
from domain.ports import Claim
from domain.views import ConversationView
from storage.blobs import FileBlobs
from storage.clamd import Clamd
from storage.media import MediaFiles, MediaRow
from storage.messages import Messages
from storage.organization import Organizations
from storage.outbox import Outbox
from tests.api.agents.uploads import upload
from tests.api.conftest import Http
from tests.contract.clamd_daemon import EICAR, ClamdDaemon, a_clamd
from tests.fakes import FakeChannel
from tests.shop import PUBLIC_URL, Shop


def a_photo(kind: str = "PNG", size: tuple[int, int] = (64, 32)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


PHOTO = a_photo()


@pytest.fixture
async def daemon() -> AsyncIterator[ClamdDaemon]:
    async with a_clamd() as daemon:
        yield daemon


@pytest.fixture
def scanner(daemon: ClamdDaemon) -> Clamd:
    return Clamd(daemon.address, total=1)


async def uploaded(client: httpx2.AsyncClient, conversation: ConversationView) -> str:
    answer = await upload(client, conversation, PHOTO)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["media_id"])


async def copied(shop: Shop, channel: FakeChannel, *files: DownloadedMedia) -> Sequence[MediaItem]:
    """What becomes of files that a customer sent."""
    message_id = await sent_by_customer(shop, channel, *files)
    await shop.parts.media_copier.copy(message_id)
    return await items_of(shop, message_id)


async def sent_by_customer(shop: Shop, channel: FakeChannel, *files: DownloadedMedia) -> MessageId:
    items = tuple(
        MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://x/1") for _ in files
    )
    channel.files = dict(zip((item.media_id for item in items), files, strict=True))
    view = await shop.hears(content=Media(items=items))
    assert view.last_message is not None
    return view.last_message.message_id


async def items_of(shop: Shop, message_id: MessageId) -> Sequence[MediaItem]:
    content = (await Messages(shop.database).get(message_id)).content
    assert isinstance(content, Media)
    return content.items


def a_file(
    content: bytes = PHOTO, mime_type: str = "image/png", name: str | None = None
) -> DownloadedMedia:
    return DownloadedMedia(content=content, mime_type=mime_type, file_name=name)


def kept_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


class Unwilling(MediaFiles):
    """It can note no upload."""

    async def add_upload(self, upload: MediaRow, sha256: bytes) -> None:
        raise Unavailable("The database does not answer. Nothing was changed; try again.")


class Undeletable(FileBlobs):
    """From a broken disk nothing can be deleted."""

    async def delete(self, media_id: MediaId) -> None:
        raise OSError


async def test_bytes_that_no_row_knows_of_do_not_stay(
    ann: httpx2.AsyncClient, conversation: ConversationView, shop: Shop, tmp_path: Path
) -> None:
    shop.parts.engine.attachments._uploading._media = Unwilling(shop.database)
    answer = await upload(ann, conversation, PHOTO)
    assert (answer.status_code, kept_in(tmp_path)) == (503, [])


async def test_an_upload_that_failed_says_what_failed_first(
    ann: httpx2.AsyncClient, conversation: ConversationView, shop: Shop, tmp_path: Path
) -> None:
    shop.parts.engine.attachments._uploading._media = Unwilling(shop.database)
    shop.parts.engine.attachments._uploading._safekeeping = Safekeeping(Undeletable(tmp_path))
    answer = await upload(ann, conversation, PHOTO)
    assert (answer.status_code, answer.json()["code"]) == (503, Unavailable.code)


# -- malware -------------------------------------------------------------------------------------


async def test_malware_of_a_customer_is_never_kept_and_the_agent_sees_why(
    shop: Shop, channel: FakeChannel, tmp_path: Path
) -> None:
    before = counted("holdfast_refused_files_total", reason="infected")
    infected, clean = await copied(shop, channel, a_file(EICAR, "text/plain"), a_file())

    assert (infected.state, clean.state) == (MediaState.REFUSED, MediaState.STORED)
    assert "malware (Eicar-Test-Signature)" in (infected.reason or "")
    assert [path for path in kept_in(tmp_path) if infected.media_id.hex in path.name] == []
    assert counted("holdfast_refused_files_total", reason="infected") == before + 1


async def test_a_scanner_that_is_down_holds_customers_files_up_and_loses_none(
    shop: Shop, channel: FakeChannel, daemon: ClamdDaemon, tmp_path: Path
) -> None:
    before = counted("holdfast_scan_failures_total")
    daemon.answer = b"stream: Can't allocate memory ERROR"
    message_id = await sent_by_customer(shop, channel, a_file())
    with pytest.raises(MediaUnavailable):
        await shop.parts.media_copier.copy(message_id)
    [waiting] = await items_of(shop, message_id)
    assert (waiting.state, kept_in(tmp_path)) == (MediaState.PENDING, [])
    assert counted("holdfast_scan_failures_total") == before + 1

    daemon.answer = None
    await shop.parts.media_copier.copy(message_id)

    [stored] = await items_of(shop, message_id)
    assert stored.state is MediaState.STORED


async def test_malware_of_an_agent_is_refused(
    ann: httpx2.AsyncClient, conversation: ConversationView, tmp_path: Path
) -> None:
    answer = await upload(ann, conversation, b"%PDF-1.7 " + EICAR, "notes.pdf")

    assert (answer.status_code, answer.json()["code"]) == (422, "media_refused")
    assert "malware" in answer.json()["detail"]
    assert kept_in(tmp_path) == []


async def test_an_agent_is_told_that_the_scanner_is_down(
    ann: httpx2.AsyncClient, conversation: ConversationView, daemon: ClamdDaemon, tmp_path: Path
) -> None:
    daemon.silent = True
    answer = await upload(ann, conversation, PHOTO)

    assert (answer.status_code, answer.json()["code"]) == (503, "media_unavailable")
    assert "scanner does not answer" in answer.json()["detail"]
    assert "retry-after" in answer.headers
    assert kept_in(tmp_path) == []


async def test_what_is_refused_anyway_is_not_scanned(
    ann: httpx2.AsyncClient, conversation: ConversationView, daemon: ClamdDaemon
) -> None:
    await upload(ann, conversation, b"MZ" + b"\x00" * 100, "photo.png")

    assert daemon.scanned == []


# -- small pictures ------------------------------------------------------------------------------


async def test_a_customers_picture_has_a_small_one(
    shop: Shop, channel: FakeChannel, ann: httpx2.AsyncClient
) -> None:
    large = a_photo("PNG", (800, 400))
    [item] = await copied(shop, channel, a_file(large, "image/png", "cat.png"))
    assert item.thumbnail is not None
    assert (item.thumbnail.width, item.thumbnail.height) == (320, 160)
    assert item.size == len(large)

    answer = await ann.get(f"/agent/v1/media/{item.media_id}/thumbnail")

    assert answer.headers["content-type"] == "image/jpeg"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert Image.open(BytesIO(answer.content)).size == (320, 160)


async def test_a_picture_that_nobody_can_open_is_kept_without_one(
    shop: Shop, channel: FakeChannel, ann: httpx2.AsyncClient
) -> None:
    [item] = await copied(shop, channel, a_file(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100))

    assert (item.state, item.thumbnail) == (MediaState.STORED, None)
    assert (await ann.get(f"/agent/v1/media/{item.media_id}/thumbnail")).status_code == 404


async def test_a_channel_is_given_the_small_picture_beside_the_file(
    shop: Shop,
    ann: httpx2.AsyncClient,
    http: Http,
    channel: FakeChannel,
    conversation: ConversationView,
) -> None:
    attachment = (await upload(ann, conversation, PHOTO)).json()
    assert attachment["thumbnail"] == {"width": 64, "height": 32}
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    sent = (await ann.post(path, json={"attachments": [attachment["media_id"]]})).json()
    assert sent["content"]["items"][0]["thumbnail"] == {"width": 64, "height": 32}
    claim = await Outbox(shop.database).claim(MessageId(sent["message_id"]))
    assert isinstance(claim, Claim)
    await shop.parts.provider.send(claim.account_id, claim.message)
    [outgoing] = channel.sent

    [preview] = outgoing.preview_urls

    assert preview.startswith(f"{PUBLIC_URL}/media/{attachment['media_id']}/thumbnail?")
    answer = await http.anonymous().get(preview)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


async def test_a_file_without_a_small_picture_has_an_empty_preview(
    shop: Shop, channel: FakeChannel
) -> None:
    [item] = await copied(shop, channel, a_file(b"%PDF-1.7", "application/pdf"))
    assert item.thumbnail is None
    message = OutboundMessage(
        message_id=new_id(), endpoint_address="x", recipient="y", content=Media(items=(item,))
    )
    await shop.parts.provider.send(shop.account.account_id, message)

    assert [each.preview_urls for each in channel.sent] == [("",)]


async def test_a_small_picture_goes_with_its_file(
    shop: Shop, channel: FakeChannel, tmp_path: Path
) -> None:
    [item] = await copied(shop, channel, a_file())
    assert len(kept_in(tmp_path)) == 2

    await FileBlobs(tmp_path).delete(item.media_id)

    assert kept_in(tmp_path) == []


# -- links ---------------------------------------------------------------------------------------


async def links_of(client: httpx2.AsyncClient, media_id: MediaId | str) -> dict[str, Any]:
    answer = await client.get(f"/agent/v1/media/{media_id}/links")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_agents_browser_gets_links_that_need_no_token(
    ann: httpx2.AsyncClient, http: Http, conversation: ConversationView
) -> None:
    media_id = await uploaded(ann, conversation)
    links = await links_of(ann, media_id)

    large = await http.anonymous().get(links["url"])
    small = await http.anonymous().get(links["thumbnail_url"])

    assert (large.content, small.headers["content-type"]) == (PHOTO, "image/jpeg")


async def test_inv10_a_link_opens_one_part_and_only_members_get_one(
    ann: httpx2.AsyncClient, http: Http, shop: Shop, conversation: ConversationView
) -> None:
    media_id = await uploaded(ann, conversation)
    links = await links_of(ann, media_id)
    query = links["url"].partition("?")[2]
    small_query = links["thumbnail_url"].partition("?")[2]
    eve, nobody = await http.keyed(Scope.AGENT, agent=shop.eve), http.anonymous()

    assert (await nobody.get(f"/media/{media_id}/thumbnail?{query}")).status_code == 404
    assert (await nobody.get(f"/media/{media_id}?{small_query}")).status_code == 404
    assert (await eve.get(f"/agent/v1/media/{media_id}/links")).status_code == 404
    assert (await eve.get(f"/agent/v1/media/{media_id}/thumbnail")).status_code == 404
    assert (await nobody.get(f"/agent/v1/media/{media_id}/thumbnail")).status_code == 401


async def test_a_file_without_a_small_picture_has_no_link_to_one(
    shop: Shop, channel: FakeChannel, ann: httpx2.AsyncClient
) -> None:
    [item] = await copied(shop, channel, a_file(b"%PDF-1.7", "application/pdf"))

    assert (await links_of(ann, item.media_id))["thumbnail_url"] is None


# -- what is wanted ------------------------------------------------------------------------------


async def test_programs_are_blocked_by_name_and_by_bytes(shop: Shop, channel: FakeChannel) -> None:
    program = b"MZ" + b"\x00" * 100
    items = await copied(
        shop,
        channel,
        a_file(b"harmless", "text/plain", "invoice.pdf.EXE"),
        a_file(program, "application/x-msdownload", "invoice.pdf"),
        a_file(program, "application/x-msdownload"),
        a_file(b"harmless", "text/plain", "exe.txt"),
    )

    assert [item.state for item in items] == [MediaState.REFUSED] * 3 + [MediaState.STORED]
    assert all(".exe are blocked" in (item.reason or "") for item in items[:3])


async def test_an_agent_cannot_send_what_is_blocked(
    ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    answer = await upload(ann, conversation, PHOTO, "photo.scr")

    assert answer.status_code == 422
    assert ".scr are blocked" in answer.json()["detail"]


async def test_what_became_blocked_after_its_upload_is_not_sent(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    media_id = await uploaded(ann, conversation)
    await blocking(shop, "png")
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"

    assert (await ann.post(path, json={"attachments": [media_id]})).status_code == 422


async def blocking(shop: Shop, *extensions: str) -> None:
    organizations = Organizations(shop.database)
    strict = (await organizations.get()).model_copy(update={"blocked_extensions": extensions})
    await organizations.update(strict, strict.version)


async def test_an_organisation_begins_with_programs_blocked(shop: Shop) -> None:
    """The database's default is that of the model."""
    found = (await Organizations(shop.database).get()).blocked_extensions

    assert found == Organization.model_fields["blocked_extensions"].default


async def test_an_admin_says_what_is_blocked(admin: httpx2.AsyncClient) -> None:
    path = "/config/v1/organization"
    before = await admin.get(path)
    tag = {"If-Match": before.headers["etag"]}
    changed = await admin.patch(path, json={"blocked_extensions": ["exe", "docm"]}, headers=tag)
    assert changed.json()["blocked_extensions"] == ["exe", "docm"]
    tag = {"If-Match": changed.headers["etag"]}

    for wrong in ([".exe"], ["EXE"], ["a/b"], [""]):
        answer = await admin.patch(path, json={"blocked_extensions": wrong}, headers=tag)
        assert answer.status_code == 422
    opened = await admin.patch(path, json={"blocked_extensions": []}, headers=tag)
    assert opened.json()["blocked_extensions"] == []


# -- kept as long as the others ------------------------------------------------------------------


async def test_what_goes_after_some_days_goes_with_its_small_picture(
    shop: Shop, channel: FakeChannel, tmp_path: Path
) -> None:
    await copied(shop, channel, a_file())
    await shop.database.execute("UPDATE organizations SET media_days = 1")
    await shop.database.execute("UPDATE media SET created_at = now() - interval '3 days'")
    await shop.database.execute(
        "UPDATE conversations SET state = 'closed', closed_at = now() - interval '2 days'"
    )
    assert await shop.parts.retention.expire_some() == 1

    row = await shop.database.one("SELECT state, thumbnail_width, thumbnail_height FROM media")

    assert row == {"state": "erased", "thumbnail_width": None, "thumbnail_height": None}
    assert kept_in(tmp_path) == []
