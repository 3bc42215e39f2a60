"""A program that speaks MCP on stdio over a desk made for tests."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from stillwatch.chat.conversation import Desk
from stillwatch.serve.mcp.over_stdio import serve_stdio
from tests.serve.scene import Now, ScriptedGate, known, remember
from tests.think.incidents import incident
from tests.think.looks import ScriptedLooks

WAITS = {"id": "A-18", "state": "waiting", "risk": "low", "decision": {}, "outcome": None}


def desk(folder: Path) -> Desk:
    return Desk(
        service=remember(folder, incident()),
        clock=Now(),
        known=known,
        looks=ScriptedLooks(unit_status="failed"),
        writer=lambda: "none",
        small=lambda: None,
        gate=ScriptedGate(propose=WAITS, list={"proposals": []}),
    )


if __name__ == "__main__":
    asyncio.run(serve_stdio(desk(Path(sys.argv[1])), may_propose="--read-only" not in sys.argv))
