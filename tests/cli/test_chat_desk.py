from __future__ import annotations

from pathlib import Path

from stillwatch.cli.chat_desk import partner
from stillwatch.records.saying import Looking, Text
from tests.cli.gate_scene import trial_app


async def test_without_a_daemon_this_host_is_looked_at_before_each_answer(tmp_path: Path) -> None:
    said, looked = list[str](), list[str]()
    async with partner(trial_app(tmp_path), "ada") as other:
        for message, may_order in (("how many cores?", True), ("restart nothing-here", True), ("undo", False)):
            async for event in other.turn(message, (), may_order):
                match event:
                    case Text(piece):
                        said.append(piece)
                    case Looking(line):
                        looked.append(line)
    text = "".join(said)
    assert "cores" in text and "looking: hardware" in looked and looked[0] == "looking around"
    assert "nothing-here" in text and "only looks" in text
