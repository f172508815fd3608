"""Sending the same draft again is the same request, so a doubtful answer costs nothing to repeat."""

from collections.abc import Hashable
from uuid import UUID

from domain.ids import new_id


class Attempts:
    """Gives each draft the id of its request, until it went out."""

    def __init__(self) -> None:
        self._draft: Hashable = None
        self._request_id = new_id()

    def request_id(self, draft: Hashable) -> UUID:
        """The id to send this draft with."""
        if draft != self._draft:
            self._draft, self._request_id = draft, new_id()
        return self._request_id

    def succeeded(self) -> None:
        """What is written next is something else, even if it says the same."""
        self._draft, self._request_id = None, new_id()
