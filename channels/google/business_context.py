"""What Google tells beside a message: where the customer came from, what a bot has said already.

Kept as details, which routing can ask for.
"""

from typing import Final

from channels.fields import Fields

_LIMIT: Final = 2048
_CONTEXT: Final = {
    "entryPoint": "entry_point",
    "placeId": "place_id",
    "nearPlaceId": "near_place_id",
    "resolvedLocale": "resolved_locale",
    "customContext": "custom_context",
}


def context(body: Fields) -> dict[str, str]:
    """Entry point, place, languages, and what the business's own page added; "" where not told."""
    told = body.child("context")
    found = {ours: told.text(theirs, limit=_LIMIT) for theirs, ours in _CONTEXT.items()}
    widget, user = told.child("widget"), told.child("userInfo")
    return found | {
        "widget_url": widget.text("url", limit=_LIMIT),
        "widget_context": widget.text("widgetContext", limit=_LIMIT),
        "user_device_locale": user.text("userDeviceLocale", limit=_LIMIT),
        "custom_agent_id": body.text("customAgentId", limit=_LIMIT),
    }


def dialogflow(body: Fields) -> dict[str, str]:
    """What a Dialogflow agent that Google runs for the business made of the message."""
    response = body.child("dialogflowResponse")
    answers = response.child("faqResponse").children("answers")
    intents = response.children("intentResponses")
    best = answers[0] if answers else Fields({})
    intent = intents[0] if intents else Fields({})
    responded = response.flag("autoResponded")
    return {
        "dialogflow_auto_responded": "" if responded is None else str(responded).lower(),
        "dialogflow_question": best.text("faqQuestion", limit=_LIMIT),
        "dialogflow_answer": best.text("faqAnswer", limit=_LIMIT),
        "dialogflow_confidence": best.text("matchConfidenceLevel", limit=_LIMIT),
        "dialogflow_intent": intent.text("intentDisplayName", limit=_LIMIT)
        or intent.text("intentName", limit=_LIMIT),
    }
