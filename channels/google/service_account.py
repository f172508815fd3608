"""The service account whose key file an admin uploads; Google's API knows us by it.

https://developers.google.com/identity/protocols/oauth2/service-account
"""

import json
from collections.abc import Mapping
from typing import Final

from google.auth import jwt
from google.auth.crypt import RSASigner
from pydantic import Field

from domain.configuration import Credentials
from domain.errors import AccountRejected, InvalidInput
from domain.values import Value

SERVICE_ACCOUNT: Final = "service_account"
_LARGEST_FILE: Final = 16 * 1024
_WRONG: Final = (
    "This is not the key file of a service account. Create a JSON key in Google's Cloud console "
    "under IAM, Service accounts, Keys, and upload the file as it is."
)


class ServiceAccount(Value):
    """What we need of a key file."""

    type: str = Field(pattern=r"^service_account$")
    client_email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.gserviceaccount\.com$", max_length=320)
    private_key_id: str = Field(min_length=1, max_length=128)
    private_key: str = Field(repr=False, min_length=1, max_length=_LARGEST_FILE)

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JWT in the name of this account. Raise InvalidInput when the key is none.

        Takes some 60 ms, because the key is checked: not for the event loop.
        """
        try:
            signer = RSASigner.from_string(  # type: ignore[no-untyped-call]
                self.private_key, self.private_key_id
            )
        except (ValueError, TypeError):  # TypeError: a key with a pass phrase
            raise _wrong() from None
        signed: bytes = jwt.encode(signer, dict(claims))  # type: ignore[no-untyped-call]
        return signed.decode()


def read(text: str) -> ServiceAccount:
    """The account of a key file. Raise InvalidInput when the file is something else."""
    try:
        return ServiceAccount.model_validate(json.loads(text[: _LARGEST_FILE + 1]))
    except (ValueError, RecursionError):
        # Not `from error`: pydantic's message would show the key.
        raise _wrong() from None


def minified(text: str) -> str:
    """A key file as it is kept: on one line, with only what is needed. Raise InvalidInput."""
    account = read(text)
    account.sign({})  # a key that cannot sign should be refused now, and not with the first message
    return account.model_dump_json()


def signed_by(credentials: Credentials, claims: Mapping[str, object]) -> str:
    """Claims of the account's own service account. Raise AccountRejected while there is none."""
    text = credentials.secret(SERVICE_ACCOUNT)
    if text is None:
        raise AccountRejected("Upload the key file of the account's service account before sending.")
    try:
        account = read(text)
        return account.sign({"iss": account.client_email, **claims})
    except InvalidInput as error:
        raise AccountRejected(str(error)) from None


def _wrong() -> InvalidInput:
    return InvalidInput(_WRONG, field=SERVICE_ACCOUNT)
