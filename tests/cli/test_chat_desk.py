from __future__ import annotations

from pathlib import Path

from stillwatch.cli.chat_desk import partner
from tests.cli.gate_scene import trial_app


async def test_without_a_daemon_this_host_is_looked_at_before_each_answer(tmp_path: Path) -> None:
    said, looked = list[str](), list[str]()
    async with partner(trial_app(tmp_path), "ada") as other:
        await other.turn("how many cores?", (), True, said.append, looked.append)
        await other.turn("restart nothing-here", (), True, said.append, looked.append)
        await other.turn("undo", (), False, said.append, looked.append)
    text = "".join(said)
    assert "cores" in text and "looking: hardware" in looked and looked[0] == "looking around"
    assert "no unit named nothing-here" in text and "only looks" in text
