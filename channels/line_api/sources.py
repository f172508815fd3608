"""Who an event comes from: a person, or a person in a group."""

import re
from typing import Final

from channels.fields import Fields
from channels.line_api.account import USER
from domain.errors import UnreadableWebhook
from domain.messages import Sender
from domain.values import Value

GROUP: Final = re.compile(r"[CR][0-9a-f]{32}")


class Source(Value):
    """Where something was said, and by whom. Empty where LINE does not say."""

    kind: str
    user: str = ""
    group: str = ""

    @property
    def is_group(self) -> bool:
        """Said among several people."""
        return bool(self.group) or self.kind in {"group", "room"}

    @property
    def details(self) -> dict[str, str]:
        """Who of the group spoke."""
        return {"group_id": self.group, "user_id": self.user} if self.is_group else {}

    def sender(self) -> Sender:
        """A group is one customer: all its members read the answers."""
        address = self.group if self.is_group else self.user
        if not address:
            raise UnreadableWebhook("This event names nobody it comes from.")
        return Sender(address=address)


def source_of(fields: Fields) -> Source:
    """Read `source`; `type` may be one we have never heard of."""
    return Source(
        kind=fields.text("type", limit=20),
        user=fields.matching("userId", USER),
        group=fields.matching("groupId", GROUP) or fields.matching("roomId", GROUP),
    )
