"""A list on the page that follows a list of values, and touches only what changed."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from nicegui.element import Element

Item = TypeVar("Item")
Shown_contra = TypeVar("Shown_contra", contravariant=True)


class Row(Protocol[Shown_contra]):
    """One item on the page. It keeps its element, and with it focus, while its item changes."""

    element: Element

    def fill(self, item: Shown_contra) -> None:
        """Show this item from now on."""


class Keyed(Generic[Item]):
    """Rows are made inside `container`, which holds nothing else."""

    def __init__(
        self,
        container: Element,
        key: Callable[[Item], Hashable],
        make: Callable[[Item], Row[Item]],
    ) -> None:
        self._container = container
        self._key = key
        self._make = make
        self._rows: dict[Hashable, tuple[Row[Item], Item]] = {}

    def show(self, items: Iterable[Item]) -> None:
        """These items, in this order."""
        wanted = {self._key(item): item for item in items}
        for key in self._rows.keys() - wanted.keys():
            self._rows.pop(key)[0].element.delete()
        for position, (key, item) in enumerate(wanted.items()):
            self._place(self._row(key, item).element, position)

    def _row(self, key: Hashable, item: Item) -> Row[Item]:
        if key not in self._rows:
            with self._container:
                row = self._make(item)
            row.fill(item)
        else:
            row, shown = self._rows[key]
            if shown != item:
                row.fill(item)
        self._rows[key] = (row, item)
        return row

    def _place(self, element: Element, position: int) -> None:
        if self._container.default_slot.children[position] is not element:
            element.move(self._container, position)
