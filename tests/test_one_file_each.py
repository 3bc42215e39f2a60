"""What is added often is added in one place: a file, or a row of a table, and every face has it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from scripts import docs_pages
from stillwatch.app import App, build
from stillwatch.chat.conversation import Conversation, Desk
from stillwatch.cli import commands, families
from stillwatch.cli.families import Family
from stillwatch.cli.main import run
from stillwatch.config import Config, says
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.unit_verb import UnitVerb
from stillwatch.reading import sources as sources_folder
from stillwatch.records import cause as catalogue
from stillwatch.records.cause import CauseKind
from stillwatch.serve.api import endpoints
from stillwatch.serve.api.endpoints import Api, View
from stillwatch.serve.api.openapi import document
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.http.refusal import as_json
from stillwatch.serve.server import build_http
from stillwatch.service.live import LiveService
from stillwatch.store.store import Store
from stillwatch.think.schemas import review_schema
from stillwatch.tools import look as looks_folder
from stillwatch.tools.tool import HostLooks
from stillwatch.triage.precedence import rank
from stillwatch.views.gate import EXPLAIN
from stillwatch.views.shape import Exact
from stillwatch.watch.check import check_rules
from stillwatch.watch.family import load_rules
from tests.gate.stage import DAEMON, ROOT, bus_of, make_gate, propose, say
from tests.serve.asgi import ask
from tests.serve.scene import known, remember
from tests.service.test_one_pass import GivenTiers
from tests.support.screens import screen
from tests.support.watching import build as build_daemon
from tests.support.watching import soon
from tests.test_app import options
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
SOURCE = '''"""What the porter writes down."""

from __future__ import annotations

from collections.abc import Sequence

from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher

ORDER = 60


def here(wanted: Wanted) -> Sequence[Source]:
    return [PorterSource(wanted)]


class PorterSource:
    name = "porter"
    beside = False

    def __init__(self, wanted: Wanted) -> None:
        self._clock = wanted.clock

    def _lines(self) -> list[Line]:
        return [Line(at=self._clock.now(), subject="web", raw=b"bind() failed (98: Address already in use)")]

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read(sightings=watcher.see(self._lines()), watched="the doors")

    async def follow(self, following: Following) -> None:
        while True:
            following.hear(Read(sightings=await following.see(self._lines()), watched="the doors"))
            await following.sleep(1.0)
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


@pytest.fixture
def porter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A source whose one file lies in another folder, on a host of which nothing else is read."""
    (tmp_path / "porter.py").write_text(SOURCE)
    import_module("stillwatch.service.assembly")  # names sources itself, which lie in the folder that is put aside
    monkeypatch.setattr(sources_folder, "__path__", [str(tmp_path)])
    yield build(options(tmp_path))
    sys.modules.pop(f"{sources_folder.__name__}.porter", None)


async def test_a_source_is_one_file_and_is_read_and_followed(porter: App, tmp_path: Path) -> None:
    report = await porter.service().check(use_models=False)
    assert [(source.name, source.read, source.watched) for source in report.sources] == [("porter", True, "the doors")]
    assert [incident.cause.id for incident in report.incidents if incident.cause] == ["port-in-use"]
    daemon = build_daemon(Store.open(tmp_path / "d"), sources=porter.assembly().host_sources("h", lasting=True))
    daemon.watcher.screen = screen()
    live = LiveService(porter.rooms(), daemon, GivenTiers({}))  # type: ignore[arg-type]
    assert [(source.name, source.read) for source in live._sources()] == [("porter", False)], "not read yet"
    running = asyncio.create_task(daemon.run())
    await soon(daemon.store.book.open_incidents)
    assert [(source.name, source.read) for source in live._sources()] == [("porter", True)]
    running.cancel()
    await asyncio.wait([running])


def test_a_source_is_in_the_command_line_at_once(
    porter: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = options(tmp_path)
    where = [f"--{name.replace('_', '-')}={getattr(given, name)}" for name in ("config", "state_dir", "runtime_dir")]
    assert run(["check", "--no-model", "--json", *where]) == 1
    assert [source["name"] for source in json.loads(capsys.readouterr().out)["sources"]] == ["porter"]


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


class Doors(Exact):
    """How many doors the host has."""

    doors: Annotated[int, says("Their number.")]


async def count_doors(api: Api, request: Request) -> Response:
    return as_json(Doors(7))


async def test_a_view_of_the_api_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = View(path="/api/doors", says="How many doors there are.", shapes=(Doors,), answer=count_doors)
    monkeypatch.setattr(endpoints, "VIEWS", (*endpoints.VIEWS, row))
    keys = KeyRing(tmp_path)
    _, key = keys.create("read", 1.0)
    service, clock = remember(tmp_path), StillClock(1.0)
    desk = Desk(service=service, clock=clock, known=known, looks=None, writer=lambda: "none", small=lambda: None)
    app = build_http(service, Conversation(desk), keys, Config().api, clock)
    answer = await ask(app, "GET", "/api/doors", [("Authorization", f"Bearer {key}")])
    assert (answer.status, answer.body) == (200, b'{"doors":7}')
    assert document("1")["paths"]["/api/doors"]["get"]["summary"] == row.says
    page = docs_pages.api()
    assert "## GET /api/doors" in page and "| `doors` | Their number. |" in page


COMMAND = '''"""`stillwatch doors`: how many there are."""

from __future__ import annotations

from stillwatch.cli.parser import Command, json_option


def doors(*, as_json: bool) -> int:
    """Counts the doors."""
    from stillwatch.cli.terminal import put_json

    put_json({"doors": 7})
    return 0


command = Command(run=doors, arguments=json_option)
'''


def test_a_command_is_one_file_and_its_line_in_the_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "doors.py").write_text(COMMAND)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    line = Family("doors", "How many doors there are.")
    monkeypatch.setitem(families.FAMILIES, "doors", line)
    monkeypatch.setitem(families.SECTIONS["What is known"], "doors", line)
    try:
        assert run(["doors", "--json"]) == 0 and capsys.readouterr().out == '{\n  "doors": 7\n}\n'
        assert "How many doors there are." in docs_pages.stillwatch("--help")
        assert "## doors" in docs_pages.commands() and "Counts the doors." in docs_pages.stillwatch("doors", "--help")
    finally:
        sys.modules.pop(f"{commands.__name__}.doors", None)


class OpenDoor(UnitVerb):
    """Played by starting a unit."""

    name = "open_door"
    risk, undoable = "low", False
    verb = "start"
    does = "open the door that {target} keeps"


async def test_an_action_is_one_file_and_its_row_in_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(CATALOGUE, "open_door", OpenDoor())  # type: ignore[index]
    assert run(["actions", "list", "--json"]) == 0
    assert "open_door" in {one["name"] for one in json.loads(capsys.readouterr().out)}
    gate = make_gate(tmp_path, policy='[[rule]]\nname = "all"\nverdict = "ask"\n', level="suggest", catalogue=CATALOGUE)
    explained = EXPLAIN.read(await say(gate, DAEMON, "explain", action="open_door", target="web.service"))
    assert (explained.verdict, explained.does) == ("ask", "open the door that web.service keeps")
    waits = await propose(gate, "web.service", "open_door")
    done = await say(gate, ROOT, "approve", id=waits["id"], hash=waits["hash"])
    assert done["state"] == "done" and ("start", "web.service") in bus_of(gate).done
