"""Two admins never overwrite each other: `ETag` is the version, `If-Match` must name it."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Response
from starlette.exceptions import HTTPException

from domain.errors import StaleVersion
from domain.versioned import Versioned

VERSION: Final = re.compile(r'"([1-9][0-9]{0,8})"')


def expected_version(
    if_match: Annotated[
        str | None,
        Header(description="The ETag of the version you changed.", examples=['"1"']),
    ] = None,
) -> int:
    """The version that the caller has seen."""
    if if_match is None:
        raise HTTPException(428, "Send the ETag of the version you changed as `If-Match`.")
    match = VERSION.fullmatch(if_match.strip())
    if match is None:
        raise StaleVersion('`If-Match` must be the ETag of one version, like "3".')
    return int(match.group(1))


ExpectedVersion = Annotated[int, Depends(expected_version)]


def tag(response: Response, value: Versioned, *, location: str | None = None) -> None:
    """Say which version this is and, of something new, where it is."""
    response.headers["ETag"] = f'"{value.version}"'
    if location is not None:
        response.headers["Location"] = location
