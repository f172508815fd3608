"""The process of the API as it really starts."""

from pathlib import Path

from pydantic import SecretStr

from runtime.keyring import new_key
from runtime.settings import Settings
from runtime.wiring import open_services


async def test_inv1_it_starts_and_is_ready_while_temporal_is_down(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=SecretStr(database_url),
        secret_keys=(SecretStr(new_key()),),
        media_dir=tmp_path,
        temporal_address="127.0.0.1:1",
    )
    async with open_services(settings) as services:
        report = await services.readiness.report()
        assert report.is_ready
        assert report.parts == {"database": True, "temporal": False}
        assert services.engine.public_url == settings.public_url
