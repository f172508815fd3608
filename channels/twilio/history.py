"""What customers wrote to an endpoint, as Twilio's list has it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from channels.file_types import clean_type
from channels.history import ListedMessage, Slice
from channels.twilio.inbound import MESSAGE_SID, sender_of
from domain.errors import ChannelError
from domain.ids import new_id
from domain.messages import Content, Media, MediaItem, MessageReceived, Text, Unsupported

# One answer of about half a megabyte. The list begins with the newest and cannot be asked from its
# other end, so more than this is asked for in shorter times.
MOST_AT_ONCE: Final = 500
# DateSent is in whole seconds, so nothing shorter can be asked for; within it, pages are followed.
SHORTEST: Final = timedelta(seconds=1)
MOST_IN_THE_SHORTEST: Final = 100_000
# Twilio says for days, but not for times, whether a bound belongs to its range.
EDGE: Final = timedelta(seconds=1)
MOST_FILES: Final = 10
# Of an account, too; but that was found when the list was read. So the message was deleted since.
GONE: Final = "20404"
RECOVERED: Final = "recovered"
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


async def received_between(
    messages: Any,  # noqa: ANN401 - the SDK is untyped
    address: str,
    since: datetime,
    until: datetime,
) -> Slice:
    """The time is halved until one answer holds all that was received in it."""
    listed = await _listed(messages, address, since, until)
    while len(listed) >= MOST_AT_ONCE and until - since > SHORTEST:
        until = since + max((until - since) / 2, SHORTEST)
        listed = await _listed(messages, address, since, until)
    if len(listed) >= MOST_AT_ONCE:
        listed = await _listed(messages, address, since, until, MOST_IN_THE_SHORTEST)
    if len(listed) >= MOST_IN_THE_SHORTEST:
        raise ChannelError(f"{address} received more than {len(listed)} messages within seconds.")
    return Slice(messages=tuple(_inbound(listed)), until=until)


async def _listed(
    messages: Any,  # noqa: ANN401 - the SDK is untyped
    address: str,
    since: datetime,
    until: datetime,
    limit: int = MOST_AT_ONCE,
) -> list[Any]:
    listed: list[Any] = await messages.list_async(
        to=address,
        date_sent_after=since - EDGE,
        date_sent_before=until + 2 * EDGE,  # one of them because the SDK cuts fractions off
        limit=limit,
        page_size=MOST_AT_ONCE,
    )
    return listed


def _inbound(listed: list[Any]) -> list[ListedMessage]:
    """Listed newest first, in whole seconds: turned round, a stable sort keeps the order in one."""
    found = [
        ListedMessage(provider_message_id=each.sid, facts=_facts(each), sent_at=_sent_at(each))
        for each in listed[::-1]
        if each.direction == "inbound" and MESSAGE_SID.fullmatch(each.sid or "")
    ]
    return sorted(found, key=lambda each: each.sent_at or _EARLIEST)


def _facts(listed: Any) -> dict[str, str]:  # noqa: ANN401 - the SDK is untyped
    facts = {
        "to": listed.to,
        "from": listed.from_,
        "body": listed.body,
        "num_media": listed.num_media,
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _sent_at(listed: Any) -> datetime | None:  # noqa: ANN401 - the SDK is untyped
    at = listed.date_sent or listed.date_created
    return at if isinstance(at, datetime) else None


async def recover(messages: Any, listed: ListedMessage, base_url: str) -> MessageReceived:  # noqa: ANN401
    """The list keeps text; files cost one more request; what else a message had is gone."""
    return MessageReceived(
        provider_message_id=listed.provider_message_id,
        endpoint_address=listed.facts["to"],
        sender=sender_of(listed.facts["from"]),
        content=await _content(messages, listed, base_url),
        sent_at=listed.sent_at,
    )


async def _content(messages: Any, listed: ListedMessage, base_url: str) -> Content:  # noqa: ANN401
    body = listed.facts.get("body", "").replace("\x00", "\ufffd")
    if listed.facts.get("num_media", "0") != "0":
        files = await _files(messages(listed.provider_message_id).media)
        if files:
            return Media(items=tuple(_item(file, base_url) for file in files), caption=body)
    return Text(text=body) if body else Unsupported(provider_type=RECOVERED)


async def _files(media: Any) -> list[Any]:  # noqa: ANN401 - the SDK is untyped
    try:
        files: list[Any] = await media.list_async(limit=MOST_FILES, page_size=MOST_FILES)
    except ChannelError as error:
        if error.retryable and error.provider_code != GONE:
            raise
        return []  # without its files the message is better than never
    return files


def _item(file: Any, base_url: str) -> MediaItem:  # noqa: ANN401 - the SDK is untyped
    address = f"{base_url}/{str(file.uri).lstrip('/')}".removesuffix(".json")
    return MediaItem(
        media_id=new_id(), mime_type=clean_type(file.content_type or ""), source_url=address
    )
