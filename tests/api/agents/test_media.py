"""Files: copied from providers, taken from agents, and handed only to those who may have them."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from application import media_links
from application.media_links import MediaLinks
from domain.channels import MediaRule
from domain.configuration import Scope
from domain.errors import MediaRefused, MediaUnavailable, NotFound
from domain.ids import MessageId, new_id
from domain.messages import DownloadedMedia, Media, MediaItem, MediaState
from domain.ports import Claim
from domain.views import ConversationView
from storage.blobs import FileBlobs
from storage.messages import Messages
from storage.organization import Organizations
from storage.outbox import Outbox
from tests.api.agents.uploads import upload
from tests.api.conftest import Http
from tests.fakes import FakeChannel
from tests.shop import PUBLIC_URL, Shop

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
HTML = b"<html><script>alert(1)</script></html>"


async def sends_file(shop: Shop, *files: DownloadedMedia | Exception) -> MessageId:
    """A customer sends files that wait at the provider."""
    items = tuple(
        MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://x/1") for _ in files
    )
    channel = shop.parts.engine.channels["whatsapp"]  # type: ignore[index]
    assert isinstance(channel, FakeChannel)
    channel.files = dict(zip((item.media_id for item in items), files, strict=True))
    view = await shop.hears(content=Media(items=items))
    assert view.last_message is not None
    return view.last_message.message_id


async def states(shop: Shop, message_id: MessageId) -> Sequence[MediaItem]:
    content = (await Messages(shop.database).get(message_id)).content
    assert isinstance(content, Media)
    return content.items


# -- copied from the provider --------------------------------------------------------------------


async def test_a_customers_file_is_copied_into_our_store(shop: Shop, ann: httpx2.AsyncClient) -> None:
    found = DownloadedMedia(content=PNG, mime_type="image/png", file_name="cat.png")
    message_id = await sends_file(shop, found)
    await shop.parts.media_copier.copy(message_id)
    [item] = await states(shop, message_id)
    assert (item.state, item.size, item.file_name) == (MediaState.STORED, len(PNG), "cat.png")
    answer = await ann.get(f"/agent/v1/media/{item.media_id}")
    assert answer.content == PNG


async def test_what_cannot_be_fetched_now_is_tried_again_and_the_rest_only_once(shop: Shop) -> None:
    found = DownloadedMedia(content=PNG, mime_type="image/png")
    message_id = await sends_file(shop, found, MediaUnavailable("Not now."))
    with pytest.raises(MediaUnavailable):
        await shop.parts.media_copier.copy(message_id)
    first, second = await states(shop, message_id)
    assert (first.state, second.state) == (MediaState.STORED, MediaState.PENDING)
    await shop.parts.media_copier.give_up(message_id, "The provider has lost it.")
    first, second = await states(shop, message_id)
    assert (first.state, second.state) == (MediaState.STORED, MediaState.FAILED)
    assert second.reason == "The provider has lost it."


async def test_what_we_will_not_keep_is_refused_with_a_reason(shop: Shop) -> None:
    large = DownloadedMedia(content=PNG * 100, mime_type="image/png")
    message_id = await sends_file(shop, large, MediaRefused("From a forbidden address."))
    await shop.parts.media_copier.copy(message_id)
    too_large, forbidden = await states(shop, message_id)
    assert too_large.state is forbidden.state is MediaState.REFUSED
    assert "limit" in (too_large.reason or "")
    assert forbidden.reason == "From a forbidden address."


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (MediaRule(types=("application/*",), max_bytes=1_000), "carries no image/png files"),
        (MediaRule(types=("image/*",), max_bytes=len(PNG) - 1), "limit"),
        (MediaRule(types=("image/*",), max_bytes=len(PNG)), None),
    ],
)
async def test_only_what_the_channel_lets_customers_send_is_kept(
    shop: Shop, channel: FakeChannel, rule: MediaRule, why: str | None
) -> None:
    channel.capabilities = channel.capabilities.model_copy(update={"inbound_media": (rule,)})
    message_id = await sends_file(shop, DownloadedMedia(content=PNG, mime_type="image/png"))
    await shop.parts.media_copier.copy(message_id)
    [item] = await states(shop, message_id)
    assert item.state is (MediaState.REFUSED if why else MediaState.STORED)
    assert (why or "") in (item.reason or "")


async def test_the_organisation_may_forbid_types(shop: Shop) -> None:
    organizations = Organizations(shop.database)
    strict = (await organizations.get()).model_copy(update={"attachment_types": ("image/*",)})
    await organizations.update(strict, strict.version)
    message_id = await sends_file(shop, DownloadedMedia(content=b"%PDF-", mime_type="application/pdf"))
    await shop.parts.media_copier.copy(message_id)
    [item] = await states(shop, message_id)
    assert item.state is MediaState.REFUSED


# -- attached by agents --------------------------------------------------------------------------


async def test_an_attachment_is_uploaded_sent_and_offered_to_the_provider(
    shop: Shop,
    ann: httpx2.AsyncClient,
    channel: FakeChannel,
    conversation: ConversationView,
    http: Http,
) -> None:
    attachment = (await upload(ann, conversation, PNG)).json()
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    body = {"text": "Look!", "attachments": [attachment["media_id"]]}
    sent = (await ann.post(path, json=body)).json()
    assert sent["content"]["caption"] == "Look!"
    claim = await Outbox(shop.database).claim(MessageId(sent["message_id"]))
    assert isinstance(claim, Claim)
    await shop.parts.provider.send(claim.account_id, claim.message)
    [outgoing] = channel.sent
    assert outgoing.status_callback_url == (
        f"{PUBLIC_URL}/webhooks/twilio/{shop.account.account_id}/status?message_id={sent['message_id']}"
    )
    [link] = outgoing.media_urls
    assert link.startswith(f"{PUBLIC_URL}/media/")
    answer = await http.anonymous().get(link)
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"


async def test_the_same_attachment_is_not_sent_twice(
    shop: Shop, ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    attachment = (await upload(ann, conversation, PNG)).json()
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    body = {"attachments": [attachment["media_id"]]}
    assert (await ann.post(path, json=body)).status_code == 202
    assert (await ann.post(path, json=body)).status_code == 409


async def test_several_files_become_several_messages(
    shop: Shop, ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    files = [(await upload(ann, conversation, PNG)).json()["media_id"] for _ in range(3)]
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    sent = (await ann.post(path, json={"attachments": files, "text": "Three"})).json()
    assert [len(each["content"]["items"]) for each in [sent, *sent["continued"]]] == [1, 1, 1]
    assert [each["content"]["caption"] for each in sent["continued"]] == ["", ""]


@pytest.mark.parametrize(
    ("content", "name", "mime_type"),
    [
        (HTML, "page.html", "text/html"),
        (HTML, "photo.png", "image/png"),
        (b"", "photo.png", "image/png"),
        (PNG * 20, "large.png", "image/png"),
        (b"MZ" + b"\x00" * 100, "photo.png", "image/png"),
    ],
)
async def test_what_the_channel_does_not_carry_is_refused(
    ann: httpx2.AsyncClient,
    conversation: ConversationView,
    content: bytes,
    name: str,
    mime_type: str,
) -> None:
    answer = await upload(ann, conversation, content, name, mime_type)
    assert (answer.status_code, answer.json()["code"]) == (422, "media_refused")


async def test_only_members_upload_to_and_read_from_a_conversation(
    http: Http, shop: Shop, ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    eve = await http.keyed(Scope.AGENT, agent=shop.eve)
    assert (await upload(eve, conversation, PNG)).status_code == 404
    media_id = (await upload(ann, conversation, PNG)).json()["media_id"]
    assert (await eve.get(f"/agent/v1/media/{media_id}")).status_code == 404
    assert (await ann.get(f"/agent/v1/media/{media_id}")).status_code == 200


async def test_strangers_cannot_make_us_read_a_large_body(
    http: Http, conversation: ConversationView
) -> None:
    assert (await upload(http.anonymous(), conversation, PNG * 1000)).status_code == 401


async def test_an_attachment_of_another_conversation_is_refused(
    shop: Shop, ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    other = await shop.hears_from("whatsapp:+4915199999999")
    media_id = (await upload(ann, other, PNG)).json()["media_id"]
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    assert (await ann.post(path, json={"attachments": [media_id]})).status_code == 422


# -- served --------------------------------------------------------------------------------------


async def test_a_file_stays_a_file_in_every_browser(shop: Shop, ann: httpx2.AsyncClient) -> None:
    found = DownloadedMedia(content=HTML, mime_type="text/html", file_name='x".html')
    message_id = await sends_file(shop, found)
    await shop.parts.media_copier.copy(message_id)
    [item] = await states(shop, message_id)
    headers = (await ann.get(f"/agent/v1/media/{item.media_id}")).headers
    assert headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_provider_may_ask_for_the_headers_first(
    shop: Shop, ann: httpx2.AsyncClient, http: Http, conversation: ConversationView
) -> None:
    media_id = (await upload(ann, conversation, PNG)).json()["media_id"]
    link = shop.parts.provider._links.link(media_id)
    answer = await http.anonymous().head(link)
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(PNG)))


async def test_inv10_a_link_that_is_not_ours_opens_nothing(
    shop: Shop, ann: httpx2.AsyncClient, http: Http, conversation: ConversationView
) -> None:
    mine = (await upload(ann, conversation, PNG)).json()["media_id"]
    other = (await upload(ann, conversation, PNG)).json()["media_id"]
    query = {
        name: values[0]
        for name, values in parse_qs(urlsplit(shop.parts.provider._links.link(mine)).query).items()
    }
    client = http.anonymous()
    later = {**query, "expires": str(int(query["expires"]) + 1)}
    for path, params in (
        (f"/media/{other}", query),
        (f"/media/{mine}", later),
        (f"/media/{mine}", {**query, "signature": "ä"}),
        (f"/media/{mine}", {**query, "signature": ""}),
    ):
        assert (await client.get(path, params=params)).status_code == 404
    assert (await client.get(f"/media/{mine}", params=query)).status_code == 200


def test_inv10_a_link_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    links, media_id = MediaLinks(PUBLIC_URL, ["a key"]), new_id()
    monkeypatch.setattr(media_links, "LIFETIME", -media_links.LIFETIME)
    query = parse_qs(urlsplit(links.link(media_id)).query)
    with pytest.raises(NotFound):
        links.check(media_id, int(query["expires"][0]), query["signature"][0])


def test_a_link_survives_the_rotation_of_its_key() -> None:
    media_id = new_id()
    query = parse_qs(urlsplit(MediaLinks(PUBLIC_URL, ["old"]).link(media_id)).query)
    rotated = MediaLinks(PUBLIC_URL, ["new", "old"])
    rotated.check(media_id, int(query["expires"][0]), query["signature"][0])


async def test_bytes_that_are_gone_are_not_found(
    shop: Shop, ann: httpx2.AsyncClient, conversation: ConversationView, tmp_path: Path
) -> None:
    media_id = (await upload(ann, conversation, PNG)).json()["media_id"]
    await FileBlobs(tmp_path).delete(MessageId(media_id))
    assert (await ann.get(f"/agent/v1/media/{media_id}")).status_code == 404
