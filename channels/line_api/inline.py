"""LINE's own emojis and mentions inside a text. Positions count UTF-16 code units, not characters.

https://developers.line.biz/en/docs/messaging-api/text-character-count/
"""

from typing import Final

from channels.fields import Fields

MOST: Final = 20
_UTF16: Final = "utf-16-le"
# What a placeholder looks like that says something to a person: `(love)`.
_READABLE: Final = ("(", ")")
_UNNAMED: Final = "(emoji)"


def readable(message: Fields) -> str:
    """The text, with a word in the place of each LINE emoji whose placeholder is not one."""
    units = message.text("text").encode(_UTF16, "replace")
    last = len(units)
    # From the end, so that the earlier positions stay right.
    ranges = sorted(map(_range_of, message.children("emojis", limit=MOST)), reverse=True)
    for start, end in ranges:
        if not 0 <= start < end <= last:
            continue
        if not _is_readable(_decoded(units[start:end])):
            units = units[:start] + _UNNAMED.encode(_UTF16) + units[end:]
        last = start
    return _decoded(units)


def mentions(message: Fields) -> dict[str, str]:
    """Who was called by name, as details."""
    units = message.text("text").encode(_UTF16, "replace")
    found = message.child("mention").children("mentionees", limit=MOST)
    names = [_decoded(units[start:end]) for start, end in map(_range_of, found)]
    return {
        "mentions": " ".join(name for name in names if name),
        "mentions_us": "true" if any(each.flag("isSelf") for each in found) else "",
    }


def emojis(message: Fields) -> dict[str, str]:
    """Which emojis they were, as details: product and emoji."""
    found = message.children("emojis", limit=MOST)
    named = [f"{each.text('productId', limit=40)}/{each.text('emojiId', limit=40)}" for each in found]
    return {"emojis": " ".join(named)}


def _range_of(fields: Fields) -> tuple[int, int]:
    """In bytes: two for each code unit. An empty range where LINE names none."""
    index, length = fields.whole("index"), fields.whole("length")
    if index is None or length is None:
        return 0, 0
    return 2 * index, 2 * (index + length)


def _decoded(units: bytes) -> str:
    return units.decode(_UTF16, "replace")


def _is_readable(placeholder: str) -> bool:
    start, end = _READABLE
    return len(placeholder) > len(_READABLE) and placeholder[0] == start and placeholder[-1] == end
