from pathlib import Path

import jsonschema
import pytest

from stillwatch import config
from stillwatch.config import Config, config_schema, find_config, find_paths, load_config
from stillwatch.errors import WrongUsage


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "stillwatch.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_no_file_gives_the_defaults() -> None:
    config = load_config(None)
    assert (config.autonomy, config.api.host, config.api.port) == ("suggest", "127.0.0.1", 8083)
    assert config.llm.tier("meta").enabled


def test_the_minimal_file_of_a_trial(tmp_path: Path) -> None:
    text = "".join(f'[llm.{tier}]\nurl = "http://127.0.0.1:9/v1"\n' for tier in ("trigger", "review", "meta"))
    config = load_config(written(tmp_path, f"{text}[api]\nport = 9083\n"))
    assert config.llm.review.url == "http://127.0.0.1:9/v1" and config.api.port == 9083


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("autonomie = 'suggest'", "autonomie"),
        ("autonomy = 'yolo'", "autonomy"),
        ("[api]\nport = 70000", "port"),
        ("[api]\nport = '8083'", "port"),
        ("[llm.trigger]\ncontext = 1", "context"),
        ("[llm.boss]\n", "boss"),
        ("[watch]\njournal = true", "journal"),
        ("[[watch.probes]]\nname = 'a'\nurl = 'https://me:secret@h/'", "url"),
        ("[[watch.probes]]\nname = 'a'\nurl = 'ftp://h/'", "url"),
        ("[[watch.probes]]\nname = 'a'\nurl = 'tcp://h'", "url"),
        ("[[watch.probes]]\nname = 'a'\nurl = 'http://h'\n" * 2, "called a"),
        ("autonomy = ", "Invalid value"),
        (b"\xff\xfe\x00binary", "UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(tmp_path: Path, text: str | bytes, named: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        load_config(written(tmp_path, text))
    assert named in str(caught.value) and "stillwatch.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_explicit_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        find_config(str(tmp_path / "no.toml"))
    assert find_config(str(written(tmp_path, ""))) == tmp_path / "stillwatch.toml"


def test_a_person_s_file_is_found_by_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "stillwatch").mkdir()
    file = written(tmp_path / "stillwatch", "")
    expected = (
        file if not Path("/etc/stillwatch/stillwatch.toml").is_file() else Path("/etc/stillwatch/stillwatch.toml")
    )
    assert find_config(None) == expected


def test_a_trial_lies_below_the_given_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STILLWATCH_MODEL_DIR", raising=False)
    paths = find_paths(None, str(tmp_path / "state"), str(tmp_path / "run"))
    lies_in = {paths.state, paths.runtime, paths.gate_state, paths.gate_runtime, paths.models}
    assert all(tmp_path in place.parents for place in lies_in)
    assert paths.trial and paths.policy_file == Path("/etc/stillwatch/policy.toml")


@pytest.mark.parametrize("installed", [False, True])
def test_a_gate_is_where_whoever_starts_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    """`stillwatch up` hands the gate both directories; what asks it without them must find the same door."""
    monkeypatch.setattr(config, "SERVICE_STATE", tmp_path if installed else tmp_path / "none")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    paths = find_paths(None, None, None)
    told = find_paths(None, str(paths.state), str(paths.runtime))
    assert (paths.gate_runtime == told.gate_runtime) is not installed


def test_the_policy_lies_beside_the_configuration(tmp_path: Path) -> None:
    file = written(tmp_path, "")
    assert find_paths(file, None, None).policy_file == tmp_path / "policy.toml"


def test_models_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_MODEL_DIR", str(tmp_path))
    assert find_paths(None, None, None).models == tmp_path


def test_the_schema_describes_the_defaults() -> None:
    schema = config_schema()
    jsonschema.validate({"autonomy": "observe", "api": {"port": 1}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"autonomy": "yolo"}, schema)
    assert Config() == load_config(None)


@pytest.mark.parametrize(("mode", "closed"), [(0o755, False), (0o000, True)])
def test_a_service_whose_state_is_closed_is_known_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, closed: bool
) -> None:
    monkeypatch.setattr(config, "SERVICE_STATE", tmp_path)
    monkeypatch.setattr(config.os, "access", lambda path, wanted: bool(mode))
    assert find_paths(None, None, None).closed_service is closed
    assert not find_paths(None, str(tmp_path / "mine"), None).closed_service
