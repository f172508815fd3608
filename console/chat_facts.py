"""What is known of a live chat's customer, in words: who vouches for them, what they said and saw."""

from collections.abc import Iterator, Mapping
from typing import Final

from console.reader import Reader
from console.texts import Texts
from domain.chats import ChatFacts, Page
from domain.values import Value

PAGES_SHOWN: Final = 5


class Fact(Value):
    """A label and what stands behind it."""

    label: str
    value: str


def chat_facts(chat: ChatFacts, reader: Reader) -> list[Fact]:
    """In the order in which an agent wants to know."""
    texts = reader.texts
    known = {
        texts.vouched_for: texts.yes if chat.authenticated else texts.no,
        texts.email: chat.email,
        texts.phone: chat.phone,
        **_labelled(texts.asked_before, chat.pre_chat),
        **_labelled(texts.context, chat.context),
        texts.pages: "\n".join(_pages(chat, texts)),
        **_labelled(texts.asked_after, chat.post_chat),
    }
    return [Fact(label=label, value=value) for label, value in known.items() if value]


def _labelled(label: str, told: Mapping[str, str]) -> dict[str, str]:
    return {label.format(name=name): value for name, value in told.items()}


def _pages(chat: ChatFacts, texts: Texts) -> Iterator[str]:
    """The latest first."""
    for page in reversed(chat.pages[-PAGES_SHOWN:]):
        yield _named(page)
    if len(chat.pages) > PAGES_SHOWN:
        yield texts.pages_before.format(count=len(chat.pages) - PAGES_SHOWN)


def _named(page: Page) -> str:
    return page.title or page.url
