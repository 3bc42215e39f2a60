"""`models`: the list, importing and verifying real files in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stillwatch.cli.global_options import door
from stillwatch.cli.show.models import NO_WORDS
from stillwatch.config import Config, find_paths
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService, app_of


@pytest.fixture
def folder(stillwatch: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, which the commands use."""
    monkeypatch.setenv("STILLWATCH_MODEL_DIR", str(tmp_path / "models"))
    paths = find_paths(None, str(tmp_path), str(tmp_path))
    app: Any = SimpleNamespace(**{**vars(app_of(FakeService())), "paths": paths, "config": Config()})
    monkeypatch.setattr(door, "build", lambda _: app)
    return paths.models


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF" + bytes(5000))
    return file


def test_an_empty_folder_lists_the_catalogue(folder: Path, stillwatch: Stillwatch) -> None:
    said = stillwatch("models")
    assert said.code == 0
    assert "  smollm2-135m " in said.out
    assert NO_WORDS in said.out
    assert "stillwatch models pull smollm2-135m" in said.out
    assert str(folder) in said.out
    value = json.loads(stillwatch("models", "list", "--json").out)
    assert {model["path"] for model in value["models"]} == {None}
    assert value["tiers"]["meta"]["model"] is None
    assert not folder.exists()


def test_an_imported_file_is_listed_and_whole_until_it_is_not(folder: Path, gguf: Path, stillwatch: Stillwatch) -> None:
    assert stillwatch("models", "import", str(gguf)).code == 0
    assert "✓ mine " in stillwatch("models").out
    assert json.loads(stillwatch("models", "--json").out)["tiers"]["meta"]["model"] == str(folder / "mine.gguf")
    said = stillwatch("models", "verify")
    assert (said.code, said.out) == (0, "✓ mine                 whole\n")
    (folder / "mine.gguf").write_bytes(b"GGUF" + bytes(4999) + b"x")
    said = stillwatch("models", "verify")
    assert (said.code, said.out) == (1, "✗ mine                 broken\n")
    assert json.loads(stillwatch("models", "verify", "--json").out) == {"ok": False, "models": {"mine": "broken"}}


def test_what_is_no_model_is_not_imported(folder: Path, tmp_path: Path, stillwatch: Stillwatch) -> None:
    (tmp_path / "text").write_text("no model")
    for file in (tmp_path / "text", tmp_path / "none", tmp_path):
        said = stillwatch("models", "import", str(file))
        assert (said.code, said.out) == (2, "")
        assert said.err.count("\n") == 1


def test_an_unknown_name_is_not_pulled(folder: Path, stillwatch: Stillwatch) -> None:
    said = stillwatch("models", "pull", "no-such-model")
    assert said.code == 2
    assert "smollm2-135m" in said.err


def test_nothing_here_is_nothing_broken(folder: Path, stillwatch: Stillwatch) -> None:
    said = stillwatch("models", "verify")
    assert said.code == 0
    assert "'stillwatch models pull smollm2-135m'" in said.out
