"""Own rules take effect without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from stillwatch.daemon.rule_reload import RuleReload
from stillwatch.daemon.standing import Standing
from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.own_rules import load_own_rules
from stillwatch.watch.prefilter import Prefilter
from tests.watch.test_own_rules import GOOD

FIRE = Line(1.0, b"frobnicator is on fire", "app")


class Turns:
    """Instead of sleeping: something happens to the folder at each turn; after the last one it is over."""

    def __init__(self, *steps: tuple[str, str]) -> None:
        self.steps = list(steps)
        self.folder = Path()

    async def __call__(self, _: float) -> None:
        if not self.steps:
            raise asyncio.CancelledError
        name, text = self.steps.pop(0)
        (self.folder / name).write_text(text)


async def followed(folder: Path, watcher: Watcher, *steps: tuple[str, str]) -> Standing:
    def load() -> tuple[Prefilter, Sequence[str]]:
        own = load_own_rules(folder)
        return Prefilter(own.rules), own.problems

    turns, standing = Turns(*steps), Standing()
    turns.folder = folder
    with pytest.raises(asyncio.CancelledError):
        await RuleReload(folder=folder, load=load, problems=()).follow([watcher], standing, turns)
    return standing


async def test_a_rule_that_is_written_fires_at_once(tmp_path: Path) -> None:
    watcher = Watcher((), host="h")
    assert watcher.see([FIRE]).triggers == ()
    standing = await followed(tmp_path, watcher, ("a.toml", GOOD.format(id="shop-fire")))
    assert [trigger.rule for trigger in watcher.see([FIRE]).triggers] == ["shop-fire"]
    assert "rules" not in standing.sources


async def test_a_broken_one_is_told_and_mended(tmp_path: Path) -> None:
    watcher = Watcher((), host="h")
    broken = ("b.toml", "[[rule]]\nid = 3\n")
    standing = await followed(tmp_path, watcher, ("a.toml", GOOD.format(id="shop-fire")), broken)
    assert "b.toml:1" in standing.sources["rules"].problem
    assert standing.sources["rules"].read
    assert [trigger.rule for trigger in watcher.see([FIRE]).triggers] == ["shop-fire"]
    standing = await followed(tmp_path, watcher, ("b.toml", ""))
    assert "rules" not in standing.sources
