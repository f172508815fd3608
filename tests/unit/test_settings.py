"""Settings: documented, safe by default in production, silent about secrets."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from domain.errors import ConfigurationError
from runtime.environment import variable
from runtime.keyring import new_key
from runtime.settings import MediaStore, Mode, Settings, load, read

EXAMPLE = Path(__file__).parents[2] / ".env.example"
DOCUMENTED = dict(re.findall(r"^#?(HOLDFAST_[A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))
PASSWORD = "tr0ub4dor-and-3"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Neither the environment nor the `.env` of whoever runs the tests."""
    for name in DOCUMENTED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def fit_for_production(**changes: object) -> Settings:
    values: dict[str, object] = {
        "mode": Mode.PRODUCTION,
        "public_url": "https://chat.example.com",
        "database_url": SecretStr(f"postgresql://app:{PASSWORD}@db.example.com/holdfast"),
        "secret_keys": (SecretStr(new_key()),),
        "build_id": "4f2a9c1",
    }
    return Settings(**{**values, **changes})


def complaint(settings: Settings) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings.check()
    return str(caught.value)


def test_every_setting_is_in_the_example_file_and_nothing_else() -> None:
    assert set(DOCUMENTED) == {variable(field) for field in Settings.model_fields}


def test_the_example_file_shows_the_real_defaults(nothing_set: pytest.MonkeyPatch) -> None:
    defaults = read()
    for name, value in DOCUMENTED.items():
        nothing_set.setenv(name, value)
    assert read() == defaults


def test_good_production_settings_are_accepted() -> None:
    fit_for_production().check()


@pytest.mark.parametrize(
    "url", ["", "https://temporal.example.com/ui", "http://127.0.0.1:8233", "http://localhost:8233"]
)
def test_the_temporal_ui_is_on_https_or_on_this_machine(url: str) -> None:
    fit_for_production(temporal_ui_url=url).check()


def test_a_production_start_with_defaults_lists_everything_that_is_wrong_at_once() -> None:
    text = complaint(Settings(mode=Mode.PRODUCTION))
    for name in ("SECRET_KEYS", "PUBLIC_URL", "DATABASE_URL", "BUILD_ID"):
        assert f"HOLDFAST_{name}" in text


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"public_url": "http://chat.example.com"}, "PUBLIC_URL"),
        ({"public_url": "https://localhost:8080"}, "PUBLIC_URL"),
        ({"twilio_api_url": "https://127.0.0.1:8090"}, "TWILIO_API_URL"),
        ({"line_api_url": "https://[::1]:8090"}, "LINE_API_URL"),
        ({"google_token_url": "http://oauth2.googleapis.com/token"}, "GOOGLE_TOKEN_URL"),
        ({"rcs_api_url": "https://10.0.0.7"}, "RCS_API_URL"),
        ({"database_url": SecretStr("mysql://app:x@db/holdfast")}, "DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://holdfast:holdfast@db/holdfast")}, "DATABASE_URL"),
        ({"temporal_ui_url": "http://temporal.example.com"}, "TEMPORAL_UI_URL"),
        ({"media_s3_endpoint_url": "http://minio.internal:9000"}, "MEDIA_S3_ENDPOINT_URL"),
        ({"media_store": MediaStore.S3}, "MEDIA_S3_BUCKET"),
        ({"allow_private_media_hosts": True}, "ALLOW_PRIVATE_MEDIA_HOSTS"),
        ({"secret_keys": (SecretStr("A" * 43 + "="),)}, "SECRET_KEYS"),
        ({"secret_keys": (SecretStr("dGhpcy1pcy1hLWRlbW8ta2V5LW5vdC1hLXNlY3JldCE="),)}, "SECRET_KEYS"),
        ({"secret_keys": (SecretStr("c2hvcnQ="),)}, "SECRET_KEYS"),
        ({"secret_keys": (SecretStr("not a key"),)}, "SECRET_KEYS"),
    ],
)
def test_production_refuses_what_is_unsafe(change: dict[str, object], named: str) -> None:
    assert f"HOLDFAST_{named}" in complaint(fit_for_production(**change))


def test_the_simulator_may_stand_in_for_providers_in_embedded_mode() -> None:
    fit_for_production(
        mode=Mode.EMBEDDED, twilio_api_url="http://127.0.0.1:8090", allow_private_media_hosts=True
    ).check()


@pytest.mark.parametrize("address", ["", "127.0.0.1:3310", "[::1]:3310", "/run/clamav/clamd.ctl"])
def test_a_scanner_has_a_port_or_a_socket(address: str) -> None:
    Settings(clamd_address=address)


@pytest.mark.parametrize("address", ["clamd", ":3310", "clamd:", "clamd:port", "/", "tcp://clamd:3310"])
def test_an_address_of_no_scanner_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(clamd_address=address)


def test_a_key_that_is_refused_is_not_repeated() -> None:
    assert "letmein" not in complaint(fit_for_production(secret_keys=(SecretStr("letmein"),)))


def test_settings_never_show_a_secret() -> None:
    settings = fit_for_production()
    key = settings.secret_keys[0].get_secret_value()
    for shown in (
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        repr(settings.model_dump()),
    ):
        assert PASSWORD not in shown
        assert key not in shown


def test_a_value_of_the_wrong_kind_is_named_but_not_shown(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("HOLDFAST_API_PORT", "hunter2")
    with pytest.raises(ConfigurationError) as caught:
        read()
    assert "HOLDFAST_API_PORT" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_misspelt_setting_is_refused_with_the_right_name(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("HOLDFAST_DATABSE_URL", "postgresql://db/holdfast")
    with pytest.raises(ConfigurationError, match="Did you mean HOLDFAST_DATABASE_URL"):
        read()


def test_the_env_file_is_read_and_shared_with_others() -> None:
    Path(".env").write_text("HOLDFAST_API_PORT=9999\nPOSTGRES_PASSWORD=of-docker-compose\n")
    assert read().api_port == 9999


def test_a_misspelt_setting_in_the_env_file_is_refused_too() -> None:
    Path(".env").write_text("HOLDFAST_API_PROT=9999\n")
    with pytest.raises(ConfigurationError, match="HOLDFAST_API_PROT"):
        read()


def test_keys_are_a_comma_separated_list(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("HOLDFAST_SECRET_KEYS", "newest, older,")
    assert [key.get_secret_value() for key in read().secret_keys] == ["newest", "older"]


def test_load_checks_what_it_read() -> None:
    with pytest.raises(ConfigurationError, match="HOLDFAST_SECRET_KEYS"):
        load()
