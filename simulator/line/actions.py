"""What a person can tap on LINE, and what LINE refuses to show.

https://developers.line.biz/en/reference/messaging-api/#action-objects
"""

from typing import Any, Final

import regex

from simulator.line.errors import Mistake
from simulator.records import Action

_QUICK_REPLIES: Final = 13
_LABEL_LIMIT: Final = 20
_DATA_LIMIT: Final = 300
_URI_LIMIT: Final = 1000
_SCHEMES: Final = ("http://", "https://", "line://", "tel:")


def quick_replies(given: dict[str, Any], place: str) -> tuple[Action, ...]:
    """The buttons beneath a message."""
    quick = given.get("quickReply")
    if quick is None:
        return ()
    items, where = quick.get("items") if isinstance(quick, dict) else None, f"{place}.quickReply.items"
    if not isinstance(items, list) or not 1 <= len(items) <= _QUICK_REPLIES:
        raise Mistake(f"Size must be between 1 and {_QUICK_REPLIES}", where)
    return tuple(
        action(item.get("action") if isinstance(item, dict) else None, f"{where}[{number}].action")
        for number, item in enumerate(items)
    )


def action(found: object, place: str) -> Action:
    """One thing to tap."""
    given = found if isinstance(found, dict) else {}
    label, kind = str(given.get("label") or ""), given.get("type")
    if not label or len(regex.findall(r"\X", label)) > _LABEL_LIMIT:
        raise Mistake(f"Length must be between 1 and {_LABEL_LIMIT}", f"{place}.label")
    if kind == "uri":
        uri = str(given.get("uri") or "")
        if not uri.startswith(_SCHEMES) or len(uri) > _URI_LIMIT:
            raise Mistake("Must be a valid URI", f"{place}.uri")
        return Action(kind="phone" if uri.startswith("tel:") else "link", title=label, url=uri)
    data = str(given.get("data") or "")
    if kind == "postback" and not 1 <= len(data.encode("utf-16-le")) // 2 <= _DATA_LIMIT:
        raise Mistake(f"Length must be between 1 and {_DATA_LIMIT}", f"{place}.data")
    return Action(kind="button", title=label, action_id=data)
