"""The connection to Temporal: one data converter for client, worker, tests and replay."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime

from domain.errors import Unavailable
from runtime.codec import EncryptionCodec
from runtime.settings import Settings

DATA_CONVERTER: Final = replace(
    pydantic_data_converter, failure_converter_class=DefaultFailureConverterWithEncodedAttributes
)
"""How values and errors become payloads. Errors too: their texts would stay readable otherwise."""

_ANSWER_WITHIN: Final = timedelta(seconds=2)


def data_converter(keys: Sequence[str]) -> DataConverter:
    """The same with encryption, as every process of ours has it."""
    return replace(DATA_CONVERTER, payload_codec=EncryptionCodec(keys))


async def connect(
    settings: Settings,
    *,
    lazy: bool = False,
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client; `lazy` puts the first connection off, so the API starts while Temporal is down.

    A named profile (TLS, API key, Temporal Cloud) is read by Temporal's own configuration,
    https://docs.temporal.io/develop/environment-configuration; without one the address and the
    namespace of our settings count. Raises Unavailable when nobody answers there.
    """
    converter = data_converter([key.get_secret_value() for key in settings.secret_keys])
    try:
        if settings.temporal_profile:
            profile = ClientConfig.load_client_connect_config(profile=settings.temporal_profile)
            return await Client.connect(
                **profile,
                data_converter=converter,
                lazy=lazy,
                runtime=runtime,
                interceptors=interceptors,
            )
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            data_converter=converter,
            lazy=lazy,
            runtime=runtime,
            interceptors=interceptors,
        )
    except RuntimeError as error:  # what the SDK says when it cannot connect at all
        where = settings.temporal_profile or settings.temporal_address
        raise Unavailable(f"Temporal does not answer at {where}.") from error


async def check(client: Client) -> None:
    """Raise unless the server answers that it serves."""
    if not await client.service_client.check_health(timeout=_ANSWER_WITHIN):
        raise Unavailable("Temporal does not serve.")
