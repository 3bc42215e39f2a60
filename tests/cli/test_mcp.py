from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stillwatch.cli import mcp
from stillwatch.cli.everywhere import door
from stillwatch.cli.main import run
from stillwatch.serve import mcp_stdio
from tests.serve.mcp_entry import desk


@pytest.mark.parametrize("flags", [[], ["--read-only"]])
def test_the_command_serves_the_apps_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]) -> None:
    served = list[Any]()
    made = desk(tmp_path)

    async def serve(given: Any, *, may_propose: bool) -> None:
        served.append((given, may_propose))

    monkeypatch.setattr(mcp_stdio, "serve_stdio", serve)
    monkeypatch.setattr(door, "build", lambda _: SimpleNamespace(desk=lambda: made))
    assert run(["mcp", *flags]) == 0
    assert served == [(made, not flags)] and mcp.command.run is mcp.serve
