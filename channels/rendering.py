"""Content cut down to what a channel carries, in this one place. Nothing is dropped on the way."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import Final, TypeAlias, assert_never

import regex

from domain.channels import Capabilities, CardRule, SuggestionRule, TextUnit
from domain.messages import (
    Card,
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    MediaItem,
    TemplateUse,
    Text,
    Unsupported,
)
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion

LinkTo: TypeAlias = Callable[[MediaItem], str]

_MEASURES: Final[dict[TextUnit, Callable[[str], int]]] = {
    TextUnit.GRAPHEMES: lambda text: len(_clusters(text)),
    TextUnit.CHARACTERS: len,
    TextUnit.UTF16_UNITS: lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    TextUnit.UTF8_BYTES: lambda text: len(text.encode("utf-8", "surrogatepass")),
}
# Those of Chinese and Japanese, which put no white space between sentences.
_WIDE_ENDS: Final = frozenset("\u3002\uff01\uff1f")
_SENTENCE_ENDS: Final = frozenset(".!?…") | _WIDE_ENDS
_LINE_ENDS: Final = frozenset({"\n", "\r\n"})
_WORDS: Final = Capabilities(text_limit=sys.maxsize)
# A border earlier than this share of a piece would leave it needlessly short.
_EARLIEST_BORDER: Final = 0.5


def render(content: Content, capabilities: Capabilities, link_to: LinkTo) -> tuple[Content, ...]:
    """The messages this content takes on a channel, in order."""
    match content:
        case Text():
            return _said(content.text, content.suggestions, capabilities)
        case Media():
            return tuple(_media(content, capabilities, link_to))
        case Cards():
            return tuple(_cards(content, capabilities, link_to))
        case TemplateUse() | Choice():
            is_taken = isinstance(content, TemplateUse) and capabilities.templates
            return (content,) if is_taken else _texts(content.text, capabilities)
        case Unsupported():
            return _texts(content.text or f"[{content.provider_type}]", capabilities)
        case Location() | Erased():  # what is erased, no channel takes
            return (content,)
        case _:
            assert_never(content)


def words_alone(content: Content, link_to: LinkTo) -> str:
    """All of it as one text of any length, for who can be shown nothing else."""
    parts = render(content, _WORDS, link_to)
    return "\n\n".join(part.text for part in parts if isinstance(part, Text))


def carries(item: MediaItem, capabilities: Capabilities) -> bool:
    """Say whether a file may travel as a file."""
    return any(
        item.mime_type in rule.types and (item.size or 0) <= rule.max_bytes
        for rule in capabilities.outbound_media
    )


def _texts(text: str, capabilities: Capabilities) -> tuple[Text, ...]:
    return tuple(Text(text=part) for part in split_text(text, capabilities))


def _media(media: Media, capabilities: Capabilities, link_to: LinkTo) -> Iterator[Content]:
    """Files in groups, then links to those that cannot travel; a long caption goes ahead."""
    files = [item for item in media.items if carries(item, capabilities)]
    links = [_link(item, link_to) for item in media.items if item not in files]
    parts = split_text(media.caption, capabilities)
    captioned = bool(files) and len(parts) == 1
    if not captioned:
        yield from (Text(text=part) for part in parts)
    step = max(capabilities.media_per_message, 1)
    for start in range(0, len(files), step):
        caption = media.caption if captioned and start == 0 else ""
        yield media.model_copy(update={"items": tuple(files[start : start + step]), "caption": caption})
    if links:
        yield from _texts("\n".join(links), capabilities)


def _link(item: MediaItem, link_to: LinkTo) -> str:
    return f"{item.file_name}: {link_to(item)}" if item.file_name else link_to(item)


# -- what may be tapped ---------------------------------------------------------------------------


def _said(
    text: str, suggestions: Sequence[Suggestion], capabilities: Capabilities, *, counted: int = 0
) -> tuple[Text, ...]:
    """A text, and what may be tapped beneath its last piece: the customer reads that one last."""
    rule = capabilities.suggestions if text.strip() else None
    carried, lines = _divided(suggestions, rule, counted=counted)
    pieces = split_text(_block(text, lines), capabilities)
    return tuple(
        Text(text=piece, suggestions=carried if number == len(pieces) else ())
        for number, piece in enumerate(pieces, 1)
    )


def _divided(
    suggestions: Iterable[Suggestion],
    rule: SuggestionRule | None,
    *,
    most: int | None = None,
    counted: int = 0,
) -> tuple[tuple[Suggestion, ...], list[str]]:
    """Those that can be tapped, and the others as lines to be read. Replies count up."""
    carried: list[Suggestion] = []
    lines: list[str] = []
    replies = counted
    for each in suggestions:
        replies += isinstance(each, Reply)
        has_room = rule is not None and len(carried) < (rule.most if most is None else most)
        if rule is not None and has_room and _is_carried(each, rule):
            carried.append(each)
        else:
            lines.append(_line(each, replies))
    return tuple(carried), lines


def _is_carried(suggestion: Suggestion, rule: SuggestionRule) -> bool:
    if suggestion.kind not in rule.kinds:
        return False
    if measure(suggestion.text, rule.label_unit) > rule.label_limit:
        return False
    match suggestion:
        case Reply():
            return measure(suggestion.payload, TextUnit.UTF16_UNITS) <= rule.payload_limit
        case OpenUrl():
            return len(suggestion.url) <= rule.url_limit
        case Dial():
            return True
        case _:
            assert_never(suggestion)


def _line(suggestion: Suggestion, number: int) -> str:
    match suggestion:
        case Reply():
            return f"{number}. {suggestion.text}"
        case OpenUrl():
            return f"{suggestion.text}: {suggestion.url}"
        case Dial():
            return f"{suggestion.text}: {suggestion.phone}"
        case _:
            assert_never(suggestion)


def _block(words: str, lines: Sequence[str]) -> str:
    return "\n\n".join(part for part in (words, "\n".join(lines)) if part)


# -- cards ----------------------------------------------------------------------------------------


def _cards(content: Cards, capabilities: Capabilities, link_to: LinkTo) -> Iterator[Content]:
    """Cards as they are, as many side by side as may be; all as text when one cannot be a card."""
    rule = capabilities.cards
    found = [_fitted(card, rule, capabilities, link_to) for card in content.cards] if rule else []
    fitted = [card for card in found if card is not None]
    if rule is None or len(fitted) < len(content.cards):
        yield from _cards_as_texts(content, capabilities, link_to)
        return
    carried, lines = _divided(content.suggestions, capabilities.suggestions)
    for start in range(0, len(fitted), rule.most_side_by_side):
        end = start + rule.most_side_by_side
        is_last = end >= len(fitted) and not lines
        yield Cards(cards=tuple(fitted[start:end]), suggestions=carried if is_last else ())
    if lines:
        *texts, last_text = _texts("\n".join(lines), capabilities)
        yield from texts
        yield last_text.model_copy(update={"suggestions": carried})


def _fitted(card: Card, rule: CardRule, capabilities: Capabilities, link_to: LinkTo) -> Card | None:
    """A card within the limits; None where even that would leave something out."""
    carried, lines = _divided(card.suggestions, capabilities.suggestions, most=rule.most_suggestions)
    image = card.image
    if image is not None and not carries(image, capabilities):
        lines = [_link(image, link_to), *lines]
        image = None
    text, unit = _block(card.text, lines), capabilities.text_unit
    if measure(card.title, unit) > rule.title_limit or measure(text, unit) > rule.text_limit:
        return None
    return Card(title=card.title, text=text, image=image, suggestions=carried)


def _cards_as_texts(content: Cards, capabilities: Capabilities, link_to: LinkTo) -> Iterator[Content]:
    """Replies count up through all cards: one number is one answer."""
    counted = 0
    for place, card in enumerate(content.cards, 1):
        beneath = content.suggestions if place == len(content.cards) else ()
        offered = (*card.suggestions, *beneath)
        whole = card.model_copy(update={"suggestions": offered})
        yield from _card_as_text(whole, capabilities, link_to, counted=counted)
        counted += sum(isinstance(each, Reply) for each in offered)


def _card_as_text(
    card: Card, capabilities: Capabilities, link_to: LinkTo, *, counted: int
) -> Iterator[Content]:
    """The picture with the words as its caption; words of their own where something is tapped."""
    words = "\n".join(part for part in (card.title, card.text) if part)
    said = _said(words, card.suggestions, capabilities, counted=counted)
    if card.image is None:
        yield from said
    elif any(text.suggestions for text in said):
        yield from _media(Media(items=(card.image,)), capabilities, link_to)
        yield from said
    else:
        caption = _block(words, _divided(card.suggestions, None, counted=counted)[1])
        yield from _media(Media(items=(card.image,), caption=caption), capabilities, link_to)


# -- text ----------------------------------------------------------------------------------------


def measure(text: str, unit: TextUnit) -> int:
    """How long a provider thinks a text is."""
    return _MEASURES[unit](text)


def split_text(text: str, capabilities: Capabilities) -> tuple[str, ...]:
    """Cut a text into pieces within the limit; only white space at a cut is left out.

    Cuts between paragraphs, else lines, sentences or words, else between characters as people
    see them; never inside one, such as a flag or a family, unless it alone exceeds the limit.
    """
    limit, unit = capabilities.text_limit, capabilities.text_unit
    if measure(text, unit) <= limit:
        return (text,) if text.strip() else ()
    pieces: list[str] = []
    rest = [part for cluster in _clusters(text) for part in _fitting(cluster, limit, unit)]
    while rest:
        end = _end_of_piece(rest, limit, unit)
        pieces.append("".join(rest[:end]).strip())
        rest = list(dropwhile(str.isspace, rest[end:]))
    return tuple(piece for piece in pieces if piece)


def _clusters(text: str) -> list[str]:
    """What people see as characters (https://www.unicode.org/reports/tr29)."""
    clusters: list[str] = regex.findall(r"\X", text)
    return clusters


def _fitting(cluster: str, limit: int, unit: TextUnit) -> Sequence[str]:
    """A cluster, or its code points when it alone is too long: some people stack 2,000 accents."""
    return cluster if measure(cluster, unit) > limit else (cluster,)


def _end_of_piece(clusters: Sequence[str], limit: int, unit: TextUnit) -> int:
    """How many clusters the next piece takes."""
    full = _as_many_as_fit(clusters, limit, unit)
    if full == len(clusters):
        return full
    earliest = int(full * _EARLIEST_BORDER)
    for is_border in (_ends_paragraph, _ends_line, _ends_sentence, _ends_word):
        for end in range(full, earliest, -1):
            if is_border(clusters, end):
                return end
    return full


def _as_many_as_fit(clusters: Sequence[str], limit: int, unit: TextUnit) -> int:
    room = limit
    for count, cluster in enumerate(clusters):
        room -= measure(cluster, unit)
        if room < 0:
            return max(count, 1)
    return len(clusters)


def _ends_paragraph(clusters: Sequence[str], end: int) -> bool:
    return _ends_line(clusters, end) and clusters[end - 2] in _LINE_ENDS


def _ends_line(clusters: Sequence[str], end: int) -> bool:
    return clusters[end - 1] in _LINE_ENDS


def _ends_sentence(clusters: Sequence[str], end: int) -> bool:
    last, following = clusters[end - 1], clusters[end]
    return last in _WIDE_ENDS or (last in _SENTENCE_ENDS and following.isspace())


def _ends_word(clusters: Sequence[str], end: int) -> bool:
    return clusters[end - 1].isspace() or clusters[end].isspace()
