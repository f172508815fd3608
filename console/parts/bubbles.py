"""One line of a transcript."""

from collections.abc import Callable
from typing import Any

from console.lines import DayLine, Line, MessageLine, NoticeLine
from console.parts.contents import show_content
from console.parts.markup import button, icon, tag, words
from console.texts import Texts
from domain.ids import MessageId

Withdrawn = Callable[[MessageId], Any]


class LineRow:
    """Says a line anew when it changed; lines rarely do."""

    def __init__(self, texts: Texts, on_withdraw: Withdrawn) -> None:
        self._texts = texts
        self._on_withdraw = on_withdraw
        self.element = tag("li")

    def fill(self, item: Line) -> None:
        self.element.clear()
        with self.element:
            match item:
                case DayLine():
                    self.element.classes(replace="day")
                    words("span", item.text)
                case NoticeLine():
                    self.element.classes(replace="notice")
                    words("span", item.text)
                    words("time", item.time)
                case MessageLine():
                    self.element.classes(replace=_classes(item))
                    self._message(item)

    def _message(self, line: MessageLine) -> None:
        with tag("div", "bubble"):
            words("span", line.author, "author heard" if line.continues else "author")
            if line.is_forwarded:
                words("span", self._texts.forwarded, "tagged")
            if line.is_for_agents:
                words("span", self._texts.for_agents, "tagged")
            if line.afterthought is not None:
                words("span", line.afterthought, "tagged")
            if line.quoted is not None:
                words("blockquote", line.quoted, dir="auto")
            show_content(line.content, self._texts)
            if line.is_parked:
                self._parked(line)
            self._footer(line)

    def _parked(self, line: MessageLine) -> None:
        with tag("div", "parked-bar"):
            icon("pause")
            words("span", self._texts.parked)
            if line.may_withdraw:
                withdraw = button(self._texts.withdraw, "small")
                withdraw.on("click", lambda: self._on_withdraw(line.message_id), args=[])

    def _footer(self, line: MessageLine) -> None:
        with tag("span", "stamp"):
            words("time", line.time)
            if line.fate is None or line.is_parked:
                return
            if line.fate.is_spelled_out:
                icon(line.fate.mark)
                words("span", line.fate.text, "fate")
            else:
                icon(line.fate.mark, line.fate.text)


def _classes(line: MessageLine) -> str:
    side = "ours" if line.is_ours else "theirs"
    mood = "parked" if line.is_parked else "unsent" if line.never_left else ""
    failed = "failed" if line.fate and line.fate.mark == "alert" else ""
    audience = "private" if line.is_for_agents else ""
    return f"message {side} {mood} {failed} {audience}"
