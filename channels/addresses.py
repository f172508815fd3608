"""Phone numbers in the one spelling that providers share (E.164). The home of `phonenumbers`."""

import phonenumbers

from domain.errors import InvalidInput


def number_of(address: str) -> str:
    """The number in an endpoint's address, as an admin typed it."""
    return address.partition(":")[2] or address


def e164(number: str) -> str:
    """A number that a person typed, as +14155238886. Raise InvalidInput when it cannot be one."""
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
        field="address",
    )
