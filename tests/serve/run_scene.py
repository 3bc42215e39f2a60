"""The scene as a program, for clients that are not Python: prints URL and key as JSON, then serves until killed."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from tests.serve.scene import FAILED, ScriptedGate, script, serving
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

LOOK = {"step": "look", "tool": "unit_status", "arguments": {"unit": "web.service"}}
DONE = {"id": "A-17", "state": "done", "action": "restart_unit", "target": "web.service", "outcome": {"verified": True}}


async def main() -> None:
    gate = ScriptedGate(approve=DONE, propose={**DONE, "state": "waiting", "risk": "low"}, list={"proposals": []})
    with tempfile.TemporaryDirectory() as folder, ScriptedLLM(script()) as upstream:
        async with serving(Path(folder), upstream, incident(**FAILED), gate=gate) as scene:
            print(json.dumps({"url": scene.url, "key": scene.key, "reader": scene.reader}), flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
