"""Files of messages: fetched from the business, or uploaded by a customer."""

from email.message import Message as Headers
from typing import Final

import httpx2

from simulator.records import Media, Message
from simulator.simulation import Simulation
from simulator.twilio.rules import MEDIA_LIMIT, media_refusal
from simulator.twilio.sids import new_sid
from simulator.utterance import Upload

_DOWNLOAD_FAILED: Final = 63019
_KINDS: Final = ("image", "video", "audio")


class Attachments:
    """Puts files on the shelf under Twilio's media ids."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    async def fetch(self, message: Message) -> int | None:
        """Download what the message points at. Returns the error code if WhatsApp would not take it."""
        for url in message.media_urls[len(message.media) :]:
            try:
                content, answer = await self._sim.courier.fetch(url, max_bytes=MEDIA_LIMIT)
            except httpx2.HTTPError:
                return _DOWNLOAD_FAILED
            content_type = answer.headers.get("content-type", "").partition(";")[0].strip()
            if (refusal := media_refusal(content_type, len(content))) is not None:
                return refusal
            self._attach(message, content, content_type, _file_name_in(answer))
        return None

    def put(self, message: Message, upload: Upload) -> Media:
        media = self._record_of(message, upload.content, upload.content_type, upload.file_name)
        self._sim.world.shelf.put(media, upload.content)
        return media

    def _attach(self, message: Message, content: bytes, content_type: str, name: str | None) -> None:
        media = self._record_of(message, content, content_type, name)
        self._sim.world.shelf.put(media, content)
        kind = message.kind
        if kind != "template":
            kind = next((kind for kind in _KINDS if content_type.startswith(kind)), "document")
        ids = (*message.media, media.media_id)
        self._sim.world.amend_message(message.message_id, media=ids, kind=kind)

    def _record_of(
        self, message: Message, content: bytes, content_type: str, name: str | None
    ) -> Media:
        return Media(
            media_id=new_sid("ME"),
            message_id=message.message_id,
            account_id=message.account_id,
            content_type=content_type,
            size=len(content),
            file_name=name,
            created_at=self._sim.clock.now(),
        )


def _file_name_in(answer: httpx2.Response) -> str | None:
    headers = Headers()
    headers["Content-Disposition"] = answer.headers.get("content-disposition", "")
    return headers.get_filename()
