"""Below the brand: how the agent is, and how they want to be."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from application.presences import PresenceOption
from console.parts.markup import attribute, button, say, show_if, tag, words
from console.texts import Texts
from domain.presences import AgentPresence, BasePresence

_NOBODY_CHOOSES: Final = BasePresence.INACTIVE


class PresencePicker:
    """A list to choose from; with a way back for whoever was made inactive."""

    def __init__(
        self, texts: Texts, *, on_choose: Callable[[str], Any], on_reset: Callable[[], Any]
    ) -> None:
        self._texts = texts
        self._options: dict[str, str] = {}
        with tag("div", "presence"):
            self._sign = tag("span", "presence-sign", aria_hidden="true")
            self._select = tag("select", "", aria_label=texts.presence)
            self._select.on(
                "change",
                lambda event: on_choose(str(event.args)),
                js_handler="(event) => emit(event.target.value)",
            )
            self._reset = button(texts.presence_reset)
            self._reset.on("click", on_reset, args=[])
        self._problem = words("p", "", "problem", role="alert", hidden=True)

    def offer(self, options: Sequence[PresenceOption]) -> None:
        """What there is to choose from."""
        with self._select:
            for option in options:
                is_usual = option.presence_id is None
                name = self._texts.presences[option.base] if is_usual else option.name
                words("option", name, value=key_of(option))
                self._options[key_of(option)] = option.name
            self._other = words("option", "", value=_NOBODY_CHOOSES, hidden=True, disabled=True)

    def show(self, presence: AgentPresence) -> None:
        """How they are now."""
        is_inactive = presence.base is _NOBODY_CHOOSES
        self.complain(None)
        attribute(self._sign, "data-presence", presence.base)
        show_if(self._other, is_inactive)
        say(self._other, self._texts.presences[_NOBODY_CHOOSES])
        self._select.props["value"] = self._key_of(presence)
        self._select.update()
        show_if(self._reset, is_inactive)

    def complain(self, problem: str | None) -> None:
        """Say why it could not be chosen."""
        say(self._problem, problem or "")
        show_if(self._problem, problem)

    def _key_of(self, presence: AgentPresence) -> str:
        named = [key for key, name in self._options.items() if name == presence.name]
        usual = presence.base.value
        return usual if usual in named or not named else named[0]


def key_of(option: PresenceOption) -> str:
    """What stands for it in the browser."""
    return option.base.value if option.presence_id is None else str(option.presence_id)
