"""Settings: every value checked, every error named, the key never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import Settings, load_settings, variable_name

KEY = "sk-very-secret-1234"


def test_without_environment_every_setting_has_its_default() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.library == Path("papers.library")
    assert settings.embedding == "minilm"
    assert (settings.papers, settings.sentences, settings.words) == (5, 6, 110)
    assert settings.openai_api_key is None
    assert settings.openai_base_url is None


def test_the_environment_overrides_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_LIBRARY", "/data/shelf")
    monkeypatch.setenv("ASKPAPERS_PAPERS", "9")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    settings = load_settings()
    assert settings.library == Path("/data/shelf")
    assert settings.papers == 9
    assert settings.openai_base_url == "http://localhost:8000/v1"


def test_an_env_file_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ASKPAPERS_WORDS=200\nOPENAI_API_KEY={KEY}\nUNRELATED=1\n", "utf-8")
    assert load_settings().words == 110
    settings = load_settings(tmp_path / ".env")
    assert settings.words == 200
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY


def test_the_environment_counts_more_than_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("ASKPAPERS_WORDS=200\n", "utf-8")
    monkeypatch.setenv("ASKPAPERS_WORDS", "300")
    assert load_settings(tmp_path / ".env").words == 300


def test_an_env_file_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none") == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASKPAPERS_THREADS", "many"),
        ("ASKPAPERS_THREADS", "-1"),
        ("ASKPAPERS_PAPERS", "0"),
        ("ASKPAPERS_PAPERS", "51"),
        ("ASKPAPERS_SENTENCES", "1"),
        ("ASKPAPERS_WORDS", "29"),
        ("ASKPAPERS_TIMEOUT", "0"),
        ("ASKPAPERS_TIMEOUT", "nan"),
        ("ASKPAPERS_EMBEDDING", "bert"),
        ("ASKPAPERS_EMBEDDING", "onnx:"),
    ],
)
def test_a_wrong_value_is_an_error_with_variable_and_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(name)
    assert repr(value) in message
    assert "\n" not in message


@pytest.mark.parametrize("value", ["minilm", "onnx:models/bge", "openai:text-embedding-3-small"])
def test_every_kind_of_embedding_model_is_accepted(value: str) -> None:
    assert Settings(embedding=value).embedding == value


def test_the_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = load_settings()
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert KEY not in shown
    monkeypatch.setenv("ASKPAPERS_THREADS", "many")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert KEY not in str(caught.value)


def test_settings_do_not_change_once_made() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.papers = 9  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "variable"),
    [("threads", "ASKPAPERS_THREADS"), ("openai_api_key", "OPENAI_API_KEY"), ("OPENAI_BASE_URL", "OPENAI_BASE_URL")],
)
def test_a_field_is_called_by_its_variable(field: str, variable: str) -> None:
    assert variable_name(field) == variable


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_THREADS", "")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert load_settings().threads == 0
    assert load_settings().openai_api_key is None
    monkeypatch.setenv("OPENAI_API_KEY", " \n")
    monkeypatch.setenv("OPENAI_BASE_URL", " \n")
    assert (load_settings().openai_api_key, load_settings().openai_base_url) == (None, None)


def test_an_env_file_that_is_no_text_is_an_error_that_names_it(tmp_path: Path) -> None:
    broken = tmp_path / ".env"
    broken.write_bytes(b"ASKPAPERS_LIBRARY=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env can't be read"):
        load_settings(broken)


@pytest.mark.parametrize("address", ["http://host:99999/v1", "http://host:port/v1", "http://host:0/v1", "host/v1"])
def test_an_address_that_no_one_can_have_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    with pytest.raises(SettingsError, match=r"OPENAI_BASE_URL can't be used: .*http://127.0.0.1:8080/v1"):
        load_settings()


@pytest.mark.parametrize("address", ["localhost:11434/v1", "host/v1", "127.0.0.1:8080"])
def test_an_address_without_http_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    with pytest.raises(SettingsError, match="with http:// or https:// in front, got "):
        load_settings()


@pytest.mark.parametrize(
    "address", ["http://ho st/v1", "http://ho\nst/v1", "http://[::1/v1", "https://https://host", "ftp://h"]
)
def test_an_address_that_is_none_is_refused_on_one_line(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    with pytest.raises(SettingsError, match=r"OPENAI_BASE_URL can't be used: .*http://127\.0\.0\.1:8080/v1") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_a_password_in_an_address_is_not_shown_when_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http//me:{KEY}@host/v1")
    monkeypatch.setenv("ASKPAPERS_CHECK_BASE_URL", f"ftp://me:{KEY}@host/v1")
    for _ in range(2):
        with pytest.raises(SettingsError, match="BASE_URL can't be used") as caught:
            load_settings()
        assert KEY not in str(caught.value)
        monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.mark.parametrize("written", [" {} ", '"{}"', "'{}'\n", "\t{}\r\n", "\ufeff{}", "\u201c{}\u201d", '" {}"'])
def test_what_was_copied_along_around_an_address_is_left_out(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", written.format("http://127.0.0.1:8080/v1"))
    monkeypatch.setenv("OPENAI_API_KEY", written.format(KEY))
    settings = load_settings()
    assert settings.openai_base_url == "http://127.0.0.1:8080/v1"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY


def test_white_space_around_a_key_is_left_out_and_within_it_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    key = load_settings().openai_api_key
    assert key is not None
    assert key.get_secret_value() == KEY
    for wrong in (f"{KEY} {KEY}", f"{KEY}é"):
        monkeypatch.setenv("OPENAI_API_KEY", wrong)
        with pytest.raises(SettingsError, match="OPENAI_API_KEY can't be used") as caught:
            load_settings()
        assert KEY not in str(caught.value)


def test_a_key_that_is_refused_is_not_shown_to_who_makes_settings_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY} x")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert KEY not in str(caught.value)


def test_changes_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_LLM", "extractive")
    assert load_settings(llm="openai:tiny").llm == "openai:tiny"
    with pytest.raises(SettingsError, match="ASKPAPERS_LLM"):
        load_settings(llm="gpt")


def test_further_models_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().llms == ()
    monkeypatch.setenv("ASKPAPERS_LLMS", " openai:large, gguf:models/tiny.gguf ,,openai:large")
    assert load_settings().llms == ("openai:large", "gguf:models/tiny.gguf")
    monkeypatch.setenv("ASKPAPERS_LLMS", "openai:large, gpt")
    with pytest.raises(SettingsError, match=r"ASKPAPERS_LLMS can't be used: .*'gpt'"):
        load_settings()
