"""Below the presence: how much one has to do."""

from console.load import Load
from console.parts.markup import attribute, say, show_if, tag, words
from console.texts import Texts


class OwnLoad:
    """A line, and a bar where there is a limit."""

    def __init__(self, texts: Texts) -> None:
        with tag("div", "load", role="group", aria_label=texts.load, hidden=True) as self._whole:
            self._text = words("span", "")
            self._bar = tag("meter", "", min="0", aria_label=texts.load)

    def show(self, load: Load) -> None:
        """As much as that."""
        show_if(self._whole, condition=True)
        say(self._text, load.text)
        show_if(self._bar, load.most)
        attribute(self._bar, "max", str(load.most or 1))
        attribute(self._bar, "value", str(load.used))
