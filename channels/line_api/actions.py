"""Suggestions as LINE's actions, and the taps on them.

https://developers.line.biz/en/reference/messaging-api/#action-objects
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, assert_never

from channels.splitting import measure
from domain.channels import SuggestionRule, TextUnit
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion

Json: TypeAlias = dict[str, Any]
DATA_LIMIT: Final = 300
# Labels are counted as people see them
# (https://developers.line.biz/en/docs/messaging-api/text-character-count/).
SUGGESTIONS: Final = SuggestionRule(
    most=13,
    label_limit=20,
    label_unit=TextUnit.GRAPHEMES,
    payload_limit=DATA_LIMIT,
    url_limit=1000,
)
# A postback brings its data only, so the label travels behind the payload.
_LABEL_MARK: Final = "\N{SYMBOL FOR UNIT SEPARATOR}"


def action(suggestion: Suggestion) -> Json:
    """What LINE does when it is tapped."""
    match suggestion:
        case Reply():
            told = {"data": _data(suggestion), "displayText": suggestion.text}
            return {"type": "postback", "label": suggestion.text, **told}
        case OpenUrl():
            return {"type": "uri", "label": suggestion.text, "uri": suggestion.url}
        case Dial():
            return {"type": "uri", "label": suggestion.text, "uri": f"tel:{suggestion.phone}"}
        case _:
            assert_never(suggestion)


def quick_reply(suggestions: Sequence[Suggestion]) -> Json:
    """Buttons that LINE shows beneath the newest message, until one is tapped."""
    return {"items": [{"type": "action", "action": action(each)} for each in suggestions]}


def tapped(data: str) -> tuple[str, str]:
    """Label and payload of a postback; one that is not ours is its own label."""
    payload, mark, label = data.rpartition(_LABEL_MARK)
    return (label, payload) if mark and payload and label else (data, data)


def _data(reply: Reply) -> str:
    """A long payload travels alone: it matters more than how its button was called."""
    whole = f"{reply.payload}{_LABEL_MARK}{reply.text}"
    return whole if measure(whole, TextUnit.UTF16_UNITS) <= DATA_LIMIT else reply.payload
