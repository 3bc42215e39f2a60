"""What is added often is added in one place: a file, or a row of a table, and every face has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scripts import docs_pages
from stillwatch.cli.main import run
from stillwatch.records import cause as catalogue
from stillwatch.records.cause import CauseKind
from stillwatch.think.schemas import review_schema
from stillwatch.tools import look as looks_folder
from stillwatch.tools.tool import HostLooks
from stillwatch.triage.precedence import rank
from stillwatch.watch.check import check_rules
from stillwatch.watch.family import load_rules
from tests.think.models import StillClock

LOOK = '''"""How many doors the host has."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.tools.tool import Look, Tool, World


class Arguments(Tool, frozen=True):
    """How many doors the host has."""

    floor: Annotated[int, Meta(ge=0, description="of this floor")] = 0

    async def look(self, world: World) -> Look:
        return Look(f"{self.floor + 2} doors", {"doors": self.floor + 2})
'''
RULE = """
[[rule]]
id = "door-open"
severity = "medium"
cause = "other"
match = "door [0-9]+ stands open"
summary = "a door stands open"
fires = [{ line = "door 7 stands open" }]
silent = [{ line = "door 7 is closed" }]
"""


@pytest.fixture
def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A look tool whose one file lies in another folder."""
    (tmp_path / "doors.py").write_text(LOOK)
    monkeypatch.setattr(looks_folder, "__path__", [*looks_folder.__path__, str(tmp_path)])
    yield
    sys.modules.pop(f"{looks_folder.__name__}.doors", None)


async def test_a_look_is_one_file(doors: None) -> None:
    looks = HostLooks(world=type("World", (), {"clock": StillClock(0.0)})())
    assert looks.catalogue()["doors"]["arguments"]["properties"]["floor"]["description"] == "of this floor"
    seen = await looks.look("doors", {"floor": 1})
    assert (seen.text, seen.data["doors"], seen.problem) == ("3 doors", 3, "")
    assert (await looks.look("doors", {"floor": -1})).problem


def test_a_look_is_in_the_command_line_and_the_documentation_at_once(
    doors: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["tools", "list", "--state-dir", str(tmp_path / "s"), "--runtime-dir", str(tmp_path / "r")]) == 0
    assert "doors" in capsys.readouterr().out
    assert "doors" in docs_pages.tools()


def test_a_rule_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "doors.toml").write_text(RULE)
    rules = load_rules([tmp_path])
    assert [rule.id for rule in rules] == ["door-open"] and check_rules(rules, ()) == []


def test_a_cause_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.KINDS, "door-open", CauseKind(words="a door stands open", rank=7))
    monkeypatch.setitem(catalogue.CAUSES, "door-open", "a door stands open")
    assert rank("door-open") == 7
    assert "door-open" in msgspec.json.encode(review_schema(("E1",), tuple(catalogue.CAUSES))).decode()
