"""Time zones by the names of the IANA database."""

from typing import Annotated, TypeAlias
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field


def _known(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write the name of a time zone such as Europe/Bucharest or Asia/Seoul")
    return name


TimeZone: TypeAlias = Annotated[
    str,
    AfterValidator(_known),
    Field(max_length=100, examples=["Europe/Bucharest", "Asia/Seoul"]),
]
"""A name of the IANA database."""
