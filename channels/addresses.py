"""How an endpoint's number is written at its provider. The home of `phonenumbers`."""

from collections.abc import Mapping
from typing import Final

import phonenumbers

from domain.channels import ChannelName
from domain.errors import InvalidInput

# Twilio names WhatsApp numbers like this: https://www.twilio.com/docs/whatsapp/api#using-phone-numbers-with-whatsapp
_SCHEMES: Final[Mapping[ChannelName, str]] = {ChannelName.WHATSAPP: "whatsapp:"}


def endpoint_address(channel: ChannelName, number: str) -> str:
    """The address of a number that an admin typed. Raise InvalidInput when it cannot be one."""
    scheme = _SCHEMES.get(channel)
    if scheme is None:
        raise InvalidInput(f"Endpoints of {channel} are not numbers.", field="number")
    return scheme + _e164(number)


def number_of(address: str) -> str:
    """The number in an endpoint's address, as an admin typed it."""
    return address.partition(":")[2] or address


def _e164(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number.strip(), None)  # no default country: a leading + is a must
    except phonenumbers.NumberParseException:
        raise _wrong(number) from None
    # Only the length is checked: number ranges are opened faster than lists of them are updated.
    if not number.strip().startswith("+") or not phonenumbers.is_possible_number(parsed):
        raise _wrong(number)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _wrong(number: str) -> InvalidInput:
    return InvalidInput(
        f"{number[:32]!r} is not a phone number with country code. Write it like +14155238886.",
        field="number",
    )
