"""The JSON objects that Google sends and answers with."""

import json

from channels.exchange import Answer
from channels.fields import Fields
from domain.errors import UnreadableWebhook


def read(body: bytes) -> Fields:
    """The object in a body. Raise UnreadableWebhook when there is none."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("Google sends JSON; this is something else.") from error
    if not isinstance(values, dict) or not values:
        raise UnreadableWebhook("Google sends a JSON object; this is something else.")
    return Fields(values)


def of(answer: Answer) -> Fields:
    """The object in one of Google's answers; an empty one when it is something else."""
    return Fields(answer.fields)
