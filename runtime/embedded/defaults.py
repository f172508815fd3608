"""What the embedded stack decides for its own processes, unless the operator decided otherwise."""

from pathlib import Path
from typing import Final

from pydantic import SecretStr

from domain.errors import ConfigurationError
from runtime.embedded import data_dir
from runtime.embedded.postgres import PostgresServer
from runtime.environment import variable
from runtime.settings import Settings

# Told to every process of ours by environment variable.
PASSED_ON: Final = (
    "mode",
    "public_url",
    "secret_keys",
    "data_dir",
    "media_dir",
    "database_url",
    "temporal_address",
    "temporal_ui_url",
    "twilio_api_url",
    "twilio_content_url",
    "line_api_url",
    "line_data_api_url",
    "line_sticker_url",
    "gbm_api_url",
    "rcs_api_url",
    "google_token_url",
    "allow_private_media_hosts",
)


def resolve(settings: Settings) -> Settings:
    """The settings that the processes of an embedded stack run with. Draws the keys if need be."""
    for field in ("database_url", "temporal_profile"):
        if getattr(settings, field) != Settings.model_fields[field].default:
            raise ConfigurationError(
                f"The embedded stack brings its own servers. Unset {variable(field)}, or set"
                " HOLDFAST_MODE=production to run on yours."
            )
    base = settings.data_dir.absolute()
    decided = {**_servers(settings, base), **_unless_set(settings, base)}
    return settings.model_copy(update=decided)


def environment(resolved: Settings) -> dict[str, str]:
    """`resolved` as environment variables, so far as it differs from what a process reads by itself."""
    return {variable(field): _text(getattr(resolved, field)) for field in PASSED_ON}


def simulator_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.simulator_port}"


def _servers(settings: Settings, base: Path) -> dict[str, object]:
    return {
        "data_dir": base,
        "database_url": SecretStr(PostgresServer.under(base).conninfo),
        "temporal_address": f"127.0.0.1:{settings.temporal_port}",
        "allow_private_media_hosts": True,
    }


def _unless_set(settings: Settings, base: Path) -> dict[str, object]:
    decided: dict[str, object] = {
        "public_url": f"http://127.0.0.1:{settings.api_port}",
        "temporal_ui_url": f"http://127.0.0.1:{settings.temporal_ui_port}",
        "media_dir": base / "media",
        "twilio_api_url": simulator_url(settings),
        "twilio_content_url": simulator_url(settings),
        "line_api_url": simulator_url(settings),
        "line_data_api_url": simulator_url(settings),
        "line_sticker_url": simulator_url(settings),
        "gbm_api_url": simulator_url(settings),
        "rcs_api_url": simulator_url(settings),
        "google_token_url": f"{simulator_url(settings)}/token",
    }
    if not settings.secret_keys:
        data_dir.prepare(base)
        decided["secret_keys"] = tuple(SecretStr(key) for key in data_dir.secret_keys(base))
    return {field: value for field, value in decided.items() if field not in settings.model_fields_set}


def _text(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(_text(each) for each in value)
        case _:
            return str(value)
