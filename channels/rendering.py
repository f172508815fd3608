"""Content cut down to what a channel carries, in this one place. Nothing is dropped on the way."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias, assert_never

from channels.splitting import measure, split_text
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

_WORDS: Final = Capabilities(text_limit=sys.maxsize)


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
