"""The envelope around every webhook of RCS for Business, and the part of it that is signed.

`{"message": {"data": base64 JSON, "attributes": {…}, "messageId": …}, "subscription": …}`. Whatever
is beside `data` anybody could have changed, so that nothing of it is read.
https://developers.google.com/business-communications/rcs-business-messaging/guides/integrate/webhooks
"""

import base64
import binascii

from channels.fields import Fields
from channels.google import bodies
from domain.errors import UnreadableWebhook


def data(body: bytes) -> bytes:
    """What Google signed. Raise UnreadableWebhook when there is no such thing."""
    encoded = bodies.read(body).child("message").text("data")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableWebhook("The data of this webhook is no base64.") from error
    if not decoded:
        raise UnreadableWebhook("This webhook carries no data.")
    return decoded


def contents(body: bytes) -> Fields:
    """The event in an envelope. Raise UnreadableWebhook when there is none."""
    return bodies.read(data(body))
