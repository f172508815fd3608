"""The title of the page: people see it in their tabs while they look elsewhere."""

from console.texts import Texts


def title_of(texts: Texts, *, unread: int, offered: int) -> str:
    """What is offered comes first: it does not wait."""
    offers = texts.offers_in_title.format(count=offered) if offered else ""
    mark = f"({unread}) " if unread else ""
    return f"{offers}{mark}{texts.product} · {texts.console}"
