from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from stillwatch.config import Llm, TierConfig
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.llm import models
from stillwatch.llm.models import GIB, advise, assign, capabilities, enums_only, find, import_file, verify

NAMES = {
    "smollm2-135m": "SmolLM2-135M-Instruct.Q4_1.gguf",
    "qwen2.5-coder-0.5b": "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    "qwen2.5-coder-1.5b": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
}


def here(folder: Path, *names: str) -> Path:
    """A models folder with files that have the catalogue's names and sizes and take no room."""
    folder.mkdir(exist_ok=True)
    for name in names:
        entry = models.catalogue()[name]
        with (folder / entry.file).open("wb") as file:
            file.write(b"GGUF")
            file.truncate(entry.size)
    return folder


def advised(folder: Path, gib: float) -> dict[str, str]:
    return {tier: model.name for tier, model in advise(models.models([folder]), int(gib * GIB)).items()}


def test_each_tier_gets_its_own_model(tmp_path: Path) -> None:
    folder = here(tmp_path / "m", *NAMES)
    assert advised(folder, 24) == dict(zip(["trigger", "review", "meta"], NAMES, strict=True))


def test_one_small_model_carries_all_tiers(tmp_path: Path) -> None:
    folder = here(tmp_path / "m", "smollm2-135m")
    assert advised(folder, 4) == dict.fromkeys(["trigger", "review", "meta"], "smollm2-135m")
    assert enums_only("smollm2-135m")
    assert not capabilities(folder / NAMES["smollm2-135m"]).words
    assert not enums_only("qwen2.5-coder-0.5b")
    assert capabilities("qwen2.5-coder-1.5b").words


def test_small_hosts_get_small_models(tmp_path: Path) -> None:
    folder = here(tmp_path / "m", *NAMES)
    assert advised(folder, 2) == {
        "trigger": "smollm2-135m",
        "review": "qwen2.5-coder-0.5b",
        "meta": "qwen2.5-coder-0.5b",
    }
    assert advised(folder, 0.1) == {}
    assert advised(tmp_path / "none", 8) == {}


def test_a_model_that_the_catalogue_does_not_know(tmp_path: Path) -> None:
    folder = here(tmp_path / "m")
    (folder / "mine.gguf").write_bytes(b"GGUF")
    (folder / "mine.gguf.part").write_bytes(b"GGUF")
    found = [model for model in models.models([folder]) if model.path]
    assert [model.name for model in found] == ["mine"]
    assert advise(found, GIB)["meta"].name == "mine"
    assert find("mine", [folder]) == find("mine.gguf", [folder]) == find(str(folder / "mine.gguf"), [folder])
    assert enums_only(folder / "mine.gguf")


def test_assign_prefers_the_configuration_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = here(tmp_path / "m", "smollm2-135m", "qwen2.5-coder-0.5b")
    llm = Llm(trigger=TierConfig(model="qwen2.5-coder-0.5b"), meta=TierConfig(model="qwen3-14b"))
    assigned = assign(llm, [folder], 8 * GIB)
    assert assigned["trigger"] == folder / NAMES["qwen2.5-coder-0.5b"]
    assert isinstance(assigned["meta"], str)
    assert "models pull qwen3-14b" in assigned["meta"]
    assert isinstance(assign(Llm(), [tmp_path / "none"], GIB)["meta"], str)


@pytest.mark.parametrize("name", ["", "nonsense", "../../etc/passwd", "/etc/passwd"])
def test_find_names_only_models(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage):
        find(name, [tmp_path])


def test_import_copies_whole_and_verify_notices_a_change(tmp_path: Path) -> None:
    source = tmp_path / "given.gguf"
    source.write_bytes(b"GGUF" + b"x" * 5_000_000)
    heard: list[int] = []
    target = import_file(source, tmp_path / "m", lambda done, total: heard.append(done))
    assert target.read_bytes() == source.read_bytes()
    assert heard[-1] == 5_000_004
    assert verify(target) == "whole"
    with target.open("r+b") as file:
        file.seek(1000)
        file.write(b"y")
    assert verify(target) == "broken"
    assert import_file(target, tmp_path / "m") == target


def test_import_refuses_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.gguf").write_bytes(b"")
    for name in ("a.gguf", "empty.gguf", "missing.gguf", "."):
        with pytest.raises(WrongUsage):
            import_file(tmp_path / name, tmp_path / "m")
    assert models.models([tmp_path / "m"]) == models.models([tmp_path / "none"])


def test_import_under_a_known_name_is_held_to_its_sum(tmp_path: Path) -> None:
    source = tmp_path / NAMES["smollm2-135m"]
    source.write_bytes(b"GGUF another")
    with pytest.raises(StillwatchError, match="SHA-256"):
        import_file(source, tmp_path / "m")
    assert list((tmp_path / "m").iterdir()) == []
    assert verify(source) == "broken"


def test_digest(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc" * 3_000_000)
    assert models.digest(tmp_path / "f") == hashlib.sha256(b"abc" * 3_000_000).hexdigest()


def test_no_room(tmp_path: Path) -> None:
    with pytest.raises(StillwatchError, match="room for"):
        models.need_room(tmp_path / "m", 1 << 60)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to be somebody else")
def test_a_file_that_may_not_be_read_is_told_with_the_way_out(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / "m.gguf").write_bytes(b"GGUF")
    os.seteuid(65534)
    try:
        with pytest.raises(WrongUsage, match=str(hidden)) as told:
            find(str(hidden / "m.gguf"), [tmp_path])
        assigned = assign(Llm(meta=TierConfig(model=str(hidden / "m.gguf"))), [hidden], memory=GIB)
    finally:
        os.seteuid(0)
    assert told.value.next_step == f"stillwatch models import {hidden}/m.gguf"
    assert str(told.value) in str(assigned["meta"])
