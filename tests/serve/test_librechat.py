"""The guide for LibreChat against the schema that LibreChat reads its file with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stillwatch.config import load_config
from stillwatch.serve.openai.chat_request import MODELS
from tests.serve.client_programs import js_folder
from tests.support.guides import blocks

YAML = [block.text for block in blocks("librechat.md") if block.language == "yaml"]


def read_by_librechat(text: str) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "librechat.mjs"], input=text, cwd=js_folder(), capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def left_out(given: Any, taken: Any, where: str = "") -> list[str]:
    """What of a file the schema did not take: a mapping loses keys that it does not know."""
    if isinstance(given, dict):
        return [one for key in given for one in left_out(given[key], (taken or {}).get(key), f"{where}.{key}")]
    if isinstance(given, list) and isinstance(taken, list) and len(given) == len(taken):
        pairs = enumerate(zip(given, taken, strict=True))
        return [one for number, pair in pairs for one in left_out(*pair, f"{where}[{number}]")]
    return [] if given == taken else [where]


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_librechat_takes_the_file_whole() -> None:
    found = read_by_librechat("".join(YAML))
    assert "problems" not in found, found["problems"]
    assert left_out(found["given"], found["taken"]) == []
    (endpoint,) = found["taken"]["endpoints"]["custom"]
    assert {*endpoint["models"]["default"], endpoint["titleModel"]} == set(MODELS)
    assert endpoint["baseURL"].endswith(":8083/v1")
    assert found["taken"]["mcpServers"]["stillwatch"]["url"].endswith(":8083/mcp")


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
@pytest.mark.parametrize(
    ("right", "wrong"), [("baseURL", "baseUrl"), ("mcpServers", "mcp_servers"), ("streamable-http", "streaming")]
)
def test_a_mistake_in_the_file_would_show(right: str, wrong: str) -> None:
    found = read_by_librechat("".join(YAML).replace(right, wrong))
    assert "problems" in found or left_out(found["given"], found["taken"])


def test_stillwatch_takes_its_part(tmp_path: Path) -> None:
    (text,) = [block.text for block in blocks("librechat.md") if block.language == "toml"]
    (tmp_path / "stillwatch.toml").write_text(text)
    api = load_config(tmp_path / "stillwatch.toml").api
    assert (api.host, list(api.allowed_hosts)) == ("172.17.0.1", ["host.docker.internal"])
