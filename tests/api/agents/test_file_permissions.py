"""Whether customers and agents may send files is said per endpoint; a refusal tells why."""

import pytest

from application.uploading import HandedFile
from domain.errors import MediaRefused, StillInUse
from domain.ids import new_id
from domain.messages import Media, MediaItem, MediaState
from storage.endpoints import Endpoints
from storage.messages import Messages
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook, caller_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


async def forbid(shop: Shop, **features: bool) -> None:
    endpoint = shop.endpoint.model_copy(update=features)
    await Endpoints(shop.database).update(endpoint, endpoint.version)


async def hears_a_file(shop: Shop, channel: FakeChannel) -> MediaItem:
    item = MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://example.com/1")
    event = a_message(1, content=Media(items=(item,), caption="look"))
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(event))
    [view] = await shop.running()
    [message] = await Messages(shop.database).transcript(view.conversation_id)
    assert isinstance(message.content, Media)
    assert message.content.caption == "look"
    return message.content.items[0]


async def test_a_customers_file_is_refused_and_the_agent_sees_why(
    shop: Shop, channel: FakeChannel
) -> None:
    await forbid(shop, customers_may_send_files=False)
    item = await hears_a_file(shop, channel)
    assert item.state is MediaState.REFUSED
    assert "may not send files" in (item.reason or "")


async def test_a_customers_file_is_taken_unless_that_is_forbidden(
    shop: Shop, channel: FakeChannel
) -> None:
    await forbid(shop, agents_may_send_files=False)
    assert (await hears_a_file(shop, channel)).state is MediaState.PENDING


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_agents_file_is_refused_where_agents_may_not_send_any(
    shop: Shop, *, allowed: bool
) -> None:
    await forbid(shop, agents_may_send_files=allowed)
    view, caller = await shop.hears(), caller_of(shop.ann)
    file = HandedFile(content=PNG, declared_type="image/png", file_name="a.png")
    upload = shop.parts.engine.attachments.upload(caller, view.conversation_id, file)
    if allowed:
        assert (await upload).mime_type == "image/png"
    else:
        with pytest.raises(MediaRefused, match="may not send files"):
            await upload


async def test_inv12_a_refusal_to_delete_says_how_many_conversations_run(shop: Shop) -> None:
    await shop.hears()
    await shop.hears_from("whatsapp:+4915100000001")
    with pytest.raises(StillInUse, match="2 running conversations") as refused:
        await Endpoints(shop.database).delete(shop.endpoint.endpoint_id)
    assert refused.value.details == {"in_use": {"running conversations": 2}}
    with pytest.raises(StillInUse, match="2 running conversations, 1 endpoints, 1 templates"):
        await shop.accounts.delete(shop.account.account_id)
