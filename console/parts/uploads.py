"""Files on their way into the next message. The browser uploads them straight to our own route."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from pydantic import TypeAdapter, ValidationError

from console.parts.markup import attribute, icon, show_if, tag, words
from console.parts.markup import button as make_button
from console.texts import Texts
from domain.ids import MediaId
from domain.values import Value

_UPLOAD: Final = "async (event) => emit(await holdfast.upload(event))"
MAX_FILES: Final = 10


class Attached(Value):
    """A file that was uploaded, ready to be sent."""

    media_id: MediaId
    name: str


class Refused(Value):
    """A file that was not taken, and why."""

    problem: str = ""


_ANSWERS: Final = TypeAdapter(list[Attached | Refused])


class Uploads:
    """A paperclip, and the files that hang on it."""

    def __init__(self, texts: Texts, on_problem: Callable[[str | None], Any]) -> None:
        self._texts = texts
        self._on_problem = on_problem
        self._attached: dict[UUID, Attached] = {}
        self._list = tag("ul", "attached", aria_label=texts.attached, hidden=True)

    @property
    def attached(self) -> tuple[Attached, ...]:
        return tuple(self._attached.values())

    def button(self) -> Element:
        """The paperclip; it opens the browser's own file dialog."""
        self._input = tag("input", type="file", multiple=True, hidden=True, id="files")
        self._input.on("change", self._uploaded, js_handler=_UPLOAD)
        clip = make_button(self._texts.attach, "quiet round", sign="clip")
        clip.on("click", js_handler="() => document.getElementById('files').click()")
        return clip

    def begin(self, address: str) -> None:
        """Upload to this address from now on."""
        attribute(self._input, "data-address", address)
        attribute(self._input, "data-problem", self._texts.upload_failed)
        self.clear()

    def clear(self) -> None:
        """Nothing is attached."""
        self._attached.clear()
        self._show()

    def _uploaded(self, event: GenericEventArguments) -> None:
        try:
            answers = _ANSWERS.validate_python(event.args)
        except ValidationError:
            answers = [Refused(problem=self._texts.upload_failed)]
        problems = [answer.problem for answer in answers if isinstance(answer, Refused)]
        self._on_problem(" ".join(problems) or None)
        for answer in answers:
            if isinstance(answer, Attached) and len(self._attached) < MAX_FILES:
                self._attached[answer.media_id] = answer
        self._show()

    def _show(self) -> None:
        show_if(self._list, self._attached)
        self._list.clear()
        with self._list:
            for file in self._attached.values():
                self._file(file)

    def _file(self, file: Attached) -> None:
        with tag("li"):
            icon("file")
            words("span", file.name)
            remove = make_button(self._texts.remove.format(name=file.name), "quiet", sign="cross")
            remove.on("click", lambda: self._remove(file.media_id), args=[])

    def _remove(self, media_id: MediaId) -> None:
        self._attached.pop(media_id, None)
        self._show()
