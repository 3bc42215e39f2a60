"""What is added often is added in one place: a file, or a row of a table, and every face has it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
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
from stillwatch.cli import commands, families
from stillwatch.cli.families import Family
from stillwatch.cli.main import run
from stillwatch.cli.show.incident import incident_page
from stillwatch.config import says
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.unit_verb import UnitVerb
from stillwatch.reading import sources as sources_folder
from stillwatch.records import cause as catalogue
from stillwatch.records.cause import CauseKind
from stillwatch.serve.api import endpoints
from stillwatch.serve.api.endpoints import Api, View
from stillwatch.serve.api.openapi import document
from stillwatch.serve.http.refusal import as_json
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
from tests.serve.scene import remember
from tests.service.test_one_pass import GivenTiers
from tests.support.faces import Faces
from tests.support.prefilters import prefilter
from tests.support.watching import build as build_daemon
from tests.support.watching import soon
from tests.test_app import options
from tests.think.diagnosis.test_meta import closer
from tests.think.incidents import incident
from tests.think.models import StillClock, in_turn

REPOSITORY = Path(__file__).resolve().parent.parent
LOOK = '''"""How many doors the host has."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """How many doors the host has."""

    diagnosis: ClassVar[bool] = True
    floor: Annotated[int, Meta(ge=0, description="of this floor")] = 0

    async def look(self, reader: HostReader) -> Look:
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
    daemon.watcher.prefilter = prefilter()
    live = LiveService(porter.parts(), daemon, GivenTiers({}))  # type: ignore[arg-type]
    assert [(source.name, source.read) for source in live._sources()] == [("porter", False)], "not read yet"
    running = asyncio.create_task(daemon.run())
    await soon(daemon.store.book.open_incidents)
    assert [(source.name, source.read) for source in live._sources()] == [("porter", True)]
    running.cancel()
    await asyncio.wait([running])


async def test_a_source_is_in_every_face_at_once(porter: App, tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    await porter.service().check(use_models=False)
    faces = Faces(tmp_path / "faces", porter.service())
    for status in (await faces.api("/api/status"), await faces.resource("status")):
        assert [source["name"] for source in status["sources"]] == ["porter"]
    told = (await faces.page(), await faces.chat("what is wrong?"), str(await faces.resource("incidents")))
    assert all("port" in words and "web" in words for words in told), told


def test_a_source_is_in_the_command_line_at_once(
    porter: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = options(tmp_path)
    where = [f"--{name.replace('_', '-')}={getattr(given, name)}" for name in ("config", "state_dir", "runtime_dir")]
    for command, code in ((["check", "--no-model"], 1), (["status"], 1)):
        assert run([*command, "--json", *where]) == code
        assert [source["name"] for source in json.loads(capsys.readouterr().out)["sources"]] == ["porter"]
        assert run([*command, *where]) == code and "porter" in capsys.readouterr().out


async def test_a_look_is_one_file(doors: None) -> None:
    looks = HostLooks(reader=type("Reader", (), {"clock": StillClock(0.0)})())
    assert looks.catalogue()["doors"]["arguments"]["properties"]["floor"]["description"] == "of this floor"
    seen = await looks.look("doors", {"floor": 1})
    assert (seen.text, seen.data["doors"], seen.problem) == ("3 doors", 3, "")
    assert (await looks.look("doors", {"floor": -1})).problem


def test_a_look_is_in_the_command_line_and_the_documentation_at_once(
    doors: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    where = ["--state-dir", str(tmp_path / "s"), "--runtime-dir", str(tmp_path / "r")]
    assert run(["tools", "list", *where]) == 0 and "doors" in capsys.readouterr().out
    assert run(["look", "doors", "floor=1", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["data"] == {"doors": 3}
    assert "doors" in docs_pages.tools()


async def test_a_look_can_be_asked_for_by_clients_and_by_models(doors: None, tmp_path: Path) -> None:
    looks = HostLooks(reader=type("Reader", (), {"clock": StillClock(0.0)})())
    async with Faces(tmp_path, remember(tmp_path), looks=looks).mcp() as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "doors"]
        assert tool.description and "floor" in tool.input_schema["properties"]
        assert (await client.call_tool("doors", {"floor": 1})).content[0].text == "3 doors"
    model = in_turn({"step": "look", "tool": "doors", "arguments": {"floor": 1}}, {})
    seen, _ = await closer(model, looks)
    assert "doors" in model.asked[0][0].content and seen.evidence[-1].text == "3 doors"


def test_a_rule_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "doors.toml").write_text(RULE)
    rules = load_rules([tmp_path])
    assert [rule.id for rule in rules] == ["door-open"] and check_rules(rules, ()) == []


def test_a_cause_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.KINDS, "door-open", CauseKind(words="a door stands open", rank=7))
    monkeypatch.setitem(catalogue.CAUSES, "door-open", "a door stands open")
    assert rank("door-open") == 7
    assert "door-open" in msgspec.json.encode(review_schema(("E1",), tuple(catalogue.CAUSES))).decode()


async def test_a_cause_is_in_every_face_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(catalogue.KINDS, "door-open", CauseKind(words="a door stands open", rank=7))
    monkeypatch.setitem(catalogue.CAUSES, "door-open", "a door stands open")
    (tmp_path / "doors.toml").write_text(RULE.replace('"other"', '"door-open"'))
    assert check_rules(load_rules([tmp_path]), ()) == [], "a rule may name it"
    found = incident(cause=catalogue.Cause(id="door-open", object="door-7", text=""))
    assert "a door stands open" in "\n".join(each.text for each in incident_page(found, now=1.0))
    faces = Faces(tmp_path, remember(tmp_path, found))
    for told in (await faces.api("/api/incidents/I1"), await faces.resource("incidents/I1")):
        assert (told["cause"]["id"], told["cause"]["object"]) == ("door-open", "door-7")
    for words in (await faces.page(), await faces.chat("what is wrong?")):
        assert "web.service" in words and "door-open" not in words, "people are told words"


class Doors(Exact):
    """How many doors the host has."""

    doors: Annotated[int, says("Their number.")]


async def count_doors(api: Api, request: Request) -> Response:
    return as_json(Doors(7))


async def test_a_view_of_the_api_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = View(path="/api/doors", says="How many doors there are.", shapes=(Doors,), answer=count_doors)
    monkeypatch.setattr(endpoints, "VIEWS", (*endpoints.VIEWS, row))
    assert await Faces(tmp_path, remember(tmp_path)).page("/api/doors") == '{"doors":7}'
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


ACTION = '''"""Open a door."""

from __future__ import annotations

from stillwatch.gate.change.unit_verb import UnitVerb


class OpenDoor(UnitVerb):
    """Open the door that a unit keeps."""

    name, verb = "open_door", "start"
    risk, undoable = "low", False
    does = "open the door that {target} keeps"
    success = "it stands open"
'''
FACES = """
import asyncio, json, sys
from pathlib import Path
import stillwatch
from mcp import Client
from stillwatch.cli.main import run
from stillwatch.gate.policy import load_policy
from stillwatch.serve.mcp.server import McpFace
from tests.serve.mcp_entry import desk

async def proposed():
    async with Client(McpFace(desk=desk(folder), may_propose=lambda: True).server()) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "propose"]
        said = await client.call_tool("propose", {"action": "open_door", "target": "web.service"})
        return tool.input_schema["properties"]["action"]["enum"][-1], said.structured_content["id"]

folder = Path(sys.argv[1])
policy = folder / "policy.toml"
policy.write_text('[[rule]]\\nname = "doors"\\nactions = ["open_door"]\\nverdict = "ask"\\n')
rule = load_policy(policy, frozenset((policy.stat().st_uid, 0))).rule[0]
where = ["--state-dir", str(folder / "s"), "--runtime-dir", str(folder / "r")]
codes = [run(["actions", "list", *where]), run(["explain", "action", "open_door", "web.service", *where])]
seen = [str(Path(stillwatch.__file__).parent), rule.actions, asyncio.run(proposed()), codes]
print(json.dumps(seen), file=sys.stderr)
"""


def grown(folder: Path) -> Path:
    """The program with an action more: its file, its row in the catalogue, its name where the other faces read it."""
    package = folder / "code/stillwatch"
    package.mkdir(parents=True)
    changed = {"gate/change/catalogue.py", "records/action.py"}
    for path in REPOSITORY.joinpath("src/stillwatch").rglob("*"):
        inside = path.relative_to(REPOSITORY / "src/stillwatch")
        if path.is_dir() and path.name != "__pycache__":
            (package / inside).mkdir(exist_ok=True, parents=True)
        elif path.is_file() and path.suffix != ".pyc":
            (package / inside).parent.mkdir(exist_ok=True, parents=True)
            copy = package / inside
            copy.write_bytes(path.read_bytes()) if str(inside) in changed else copy.symlink_to(path)
    (package / "gate/change/open_door.py").write_text(ACTION)
    rows = package / "gate/change/catalogue.py"
    row = "from stillwatch.gate.change.open_door import OpenDoor\n\nACTIONS: Final"
    rows.write_text(rows.read_text().replace("ACTIONS: Final", row, 1).replace("Undo,\n)", "Undo, OpenDoor,\n)"))
    names = package / "records/action.py"
    names.write_text(names.read_text().replace('    "undo",\n', '    "undo",\n    "open_door",\n'))
    return package.parent


@pytest.mark.process
def test_an_action_is_in_every_face_at_once(tmp_path: Path) -> None:
    path = f"{grown(tmp_path)}:{REPOSITORY}"
    program = [sys.executable, "-c", FACES, str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    home, allowed, proposed, codes = json.loads(done.stderr.splitlines()[-1])
    assert home == str(tmp_path / "code/stillwatch")
    assert (allowed, proposed) == (["open_door"], ["open_door", "A-18"])
    assert codes == [0, 4], "listed; and refused until a rule of the policy names it"
    assert "open_door" in done.stdout and "open the door that web.service keeps" in done.stdout
