"""`config check`: problems on paper and as JSON, and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from stillwatch.cli.global_options import door
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import trial_app


@pytest.mark.parametrize(
    ("text", "code", "errors", "warnings"),
    [("", 0, 0, 0), ("[api]\nprot = 1\nport = 0", 2, 2, 0), ('[watch]\nlogs = ["/nowhere"]', 0, 0, 1)],
)
def test_exit_code_and_shape(
    trial: Stillwatch, tmp_path: Path, text: str, code: int, errors: int, warnings: int
) -> None:
    file = tmp_path / "stillwatch.toml"
    file.write_text(text)
    assert trial("config", "check", str(file)).code == code
    said = trial("config", "check", str(file), "--json")
    value = json.loads(said.out)
    assert (said.code, value["ok"], value["file"]) == (code, code == 0, str(file))
    assert (len(value["errors"]), len(value["warnings"])) == (errors, warnings)


def test_no_file_is_good(trial: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = trial_app(tmp_path)
    bare = replace(app, paths=msgspec.structs.replace(app.paths, config_file=None))
    monkeypatch.setattr(door, "build", lambda _: bare)
    assert trial("config").code == 0


def test_a_file_that_is_not_there_is_one_line(trial: Stillwatch, tmp_path: Path) -> None:
    said = trial("config", "check", str(tmp_path / "none.toml"))
    assert said.code == 2 and said.err.count("\n") == 1
