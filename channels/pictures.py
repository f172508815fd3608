"""Where a provider fetches the files of a message."""

from domain.errors import ContentRejected
from domain.ids import MediaId
from domain.messages import OutboundMessage, files_of


def addresses(message: OutboundMessage) -> dict[MediaId, str]:
    """The address of each file. Raise ContentRejected when one has none."""
    return _by_file(message, message.media_urls)


def small_addresses(message: OutboundMessage) -> dict[MediaId, str]:
    """The same, of the small picture where there is one."""
    previews = message.preview_urls or message.media_urls
    small = zip(previews, message.media_urls, strict=False)
    return _by_file(message, tuple(preview or url for preview, url in small))


def _by_file(message: OutboundMessage, urls: tuple[str, ...]) -> dict[MediaId, str]:
    files = files_of(message.content)
    if len(files) != len(urls):
        raise ContentRejected("A file of this message has no address. Send it again.")
    return {file.media_id: url for file, url in zip(files, urls, strict=True)}
