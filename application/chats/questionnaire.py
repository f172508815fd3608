"""The questions before and after a chat: what customers answer has to fit them."""

from collections.abc import Mapping

from domain.answers import checked
from domain.ids import EndpointId
from storage.widgets import Widgets


class Questionnaire:
    """Asks the widget as it is now. Raises InvalidInput for what does not fit."""

    def __init__(self, widgets: Widgets) -> None:
        self._widgets = widgets

    async def before(self, widget_id: EndpointId, answers: Mapping[str, str]) -> dict[str, str]:
        """What is kept of the answers to the form before a chat."""
        settings = (await self._widgets.get(widget_id)).settings
        return checked(settings.pre_chat, answers, "pre_chat")

    async def after(self, widget_id: EndpointId, answers: Mapping[str, str]) -> dict[str, str]:
        """The same for the survey after it."""
        settings = (await self._widgets.get(widget_id)).settings
        return checked(settings.post_chat, answers, "answers")
