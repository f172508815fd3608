"""What a text may consist of, wherever an admin types one."""

from typing import Annotated, Final, TypeAlias

from pydantic import StringConstraints

PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"
LONGEST_NAME: Final = 100
Name: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=PRINTABLE),
]
Language: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)
]
