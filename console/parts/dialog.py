"""The browser's own dialog: it keeps the focus inside, and Escape closes it."""

from nicegui import ui
from nicegui.element import Element

from console.parts.markup import button, tag


class Dialog:
    """Empty and closed; whoever opens it fills `element` first."""

    def __init__(self, label: str) -> None:
        self.element = tag("dialog", "dialog", aria_label=label)

    def open(self) -> None:
        ui.run_javascript(f"holdfast.showDialog('{self.element.html_id}')")

    def close(self) -> None:
        ui.run_javascript(f"holdfast.closeDialog('{self.element.html_id}')")

    def closing_button(self, label: str) -> Element:
        """A way out without the server."""
        handler = f"() => holdfast.closeDialog('{self.element.html_id}')"
        return button(label, "quiet").on("click", js_handler=handler)
