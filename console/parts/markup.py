"""Plain HTML elements with NiceGUI behind them. Texts and attributes are values, never markup."""

from typing import TypeAlias

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

Attribute: TypeAlias = str | bool | None


def tag(kind: str, classes: str = "", **attributes: Attribute) -> Element:
    """An element that holds others."""
    return _dressed(Element(tag=kind), classes, attributes)


def words(kind: str, text: str, classes: str = "", **attributes: Attribute) -> TextElement:
    """An element that says something."""
    element = TextElement(tag=kind, text=text)
    _dressed(element, classes, attributes)
    return element


def icon(name: str, label: str | None = None) -> Element:
    """A sign from the style sheet; without a label it is decoration."""
    if label is None:
        return tag("span", f"icon icon-{name}", aria_hidden="true")
    return tag("span", f"icon icon-{name}", role="img", aria_label=label, title=label)


def button(label: str, classes: str = "", *, sign: str | None = None, hint: str = "") -> Element:
    """A button; with a sign it shows that, and keeps its words for those who cannot see it."""
    if sign is None:
        return words("button", label, f"button {classes}", type="button", title=hint or None)
    element = tag("button", f"button sign {classes}", type="button", title=label, aria_label=label)
    with element:
        icon(sign)
    return element


def attribute(element: Element, name: str, value: Attribute) -> None:
    """Set, change or (None, False) remove one attribute; nothing is sent when it is the same."""
    if value is None or value is False:
        if name in element.props:
            del element.props[name]
    elif element.props.get(name) != value:
        element.props[name] = value


def say(element: TextElement, text: str) -> None:
    """Show this text."""
    if element.text != text:
        element.text = text


def show_if(element: Element, condition: object) -> None:
    """Hidden elements are hidden from everybody, screen readers included."""
    attribute(element, "hidden", not condition)


def _dressed(element: Element, classes: str, attributes: dict[str, Attribute]) -> Element:
    element.classes(classes)
    for name, value in attributes.items():
        attribute(element, name.replace("_", "-"), value)
    return element
