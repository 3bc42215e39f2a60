from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.records.report import Report
from stillwatch.serve.local import server as local
from stillwatch.serve.local.server import NOT_ONE_LINE, Answerer, LocalServer
from stillwatch.service.one_pass import OnePass
from tests.service.test_one_pass import METRICS, QUIET, service
from tests.think.incidents import incident
from tests.think.models import in_turn

NOBODY = 65534
FOUND: list[Report] = []


class Slow:
    """A service of which only `ask` is asked: it says a word, then takes for ever."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()

    async def ask(self, question: str, *, say: Any, **_: Any) -> Any:
        say("thinking")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@asynccontextmanager
async def listening(service: Any, folder: Path, more: Mapping[str, Answerer] | None = None) -> AsyncIterator[Path]:
    path = folder / "run" / "service.sock"
    serving = asyncio.create_task(LocalServer(service, path, more).serve())
    while not path.exists():
        await asyncio.sleep(0.001)
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def say(path: Path, raw: bytes, *, seconds: float = 10.0) -> list[dict[str, Any]]:
    """What comes back for these bytes, line by line, until the daemon closes."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(raw)
    async with asyncio.timeout(seconds):
        lines = (await reader.read(-1)).splitlines()
    writer.close()
    return [json.loads(line) for line in lines]


async def result(path: Path, **request: Any) -> Any:
    (said,) = await say(path, json.dumps(request).encode() + b"\n")
    return said["result"]


async def refusal(path: Path, raw: bytes) -> dict[str, Any]:
    (said,) = await say(path, raw)
    error: dict[str, Any] = said["error"]
    return error


async def known_service(folder: Path) -> OnePass:
    """It knows of one incident, I1."""
    built = service(folder, QUIET, METRICS, meta=in_turn("It is 99% full [E1]."))
    built._parts.memory.keep(await checked())
    return built


async def checked() -> Report:
    """What a pass finds; it takes a second, so it is done once for all tests."""
    if not FOUND:
        with tempfile.TemporaryDirectory() as folder:
            FOUND.append(await service(Path(folder), QUIET, METRICS).check(use_models=False))
    return FOUND[0]


@pytest.fixture
async def known(tmp_path: Path) -> AsyncIterator[Path]:
    """The socket of a daemon that knows of one incident, I1."""
    async with listening(await known_service(tmp_path), tmp_path) as path:
        yield path


async def test_status_and_incidents(known: Path) -> None:
    status = await result(known, verb="status")
    assert (status["status"], [one["id"] for one in status["incidents"]]) == ("critical", ["I1"])
    assert [one["id"] for one in await result(known, verb="incidents")] == ["I1"]
    assert (await result(known, verb="incident", id="i1"))["subject"] == "/srv"


async def test_closing_is_done_by_whom_the_kernel_names(known: Path) -> None:
    closed = await result(known, verb="close", id="I1", by="somebody else")
    assert (closed["state"], closed["history"][-1]["by"]) == ("resolved", "root")
    assert await result(known, verb="incidents") == []


async def test_muting_and_a_note(known: Path, tmp_path: Path) -> None:
    assert "muted" in await result(known, verb="mute", id="I1", rule=None, until=2e9)
    assert await result(known, verb="note", text="the disk is replaced on Monday") is None
    (note,) = await result(known, verb="notes")
    assert (note["text"], note["by"]) == ("the disk is replaced on Monday", "root")
    assert await result(known, verb="forget", number=note["id"]) is None
    assert await result(known, verb="notes") == []
    assert len(await result(known, verb="mutes")) == 1
    assert "told again" in await result(known, verb="unmute", pattern="I1")
    assert await result(known, verb="mutes") == []


async def test_an_answer_comes_in_pieces_and_then_whole(known: Path) -> None:
    said = await say(known, b'{"verb": "ask", "question": "why is /srv full?"}\n')
    pieces = [line["say"] for line in said if "say" in line]
    assert len(pieces) > 1 and "".join(pieces).endswith("It is 99% full [E1].")
    assert said[-1]["result"]["text"].endswith("It is 99% full [E1].") and said[-1]["result"]["by"] == "meta"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"not json\n", "not one line of JSON"),
        (b"\xff\xfe\x00\n", "not one line of JSON"),
        (b"[" * 50_000 + b"\n", NOT_ONE_LINE),
        (b'{"verb": "status"' + b" " * 70_000 + b"}\n", "not one line of JSON"),
        (b"{}\n", "no such verb"),
        (b"[1]\n", "no such verb"),
        (b"null\n", "no such verb"),
        (b'{"verb": "reboot"}\n', "no such verb"),
        (b'{"verb": ["status"]}\n', "no such verb"),
        (b'{"verb": "incident"}\n', "id is missing"),
        (b'{"verb": "incident", "id": 7}\n', "id is missing"),
        (b'{"verb": "incident", "id": "I99"}\n', "no incident I99"),
        (b'{"verb": "mute", "id": "I1"}\n', "until when?"),
        (b'{"verb": "mute", "id": "I1", "until": true}\n', "until when?"),
        (b'{"verb": "mute", "id": "I1", "until": NaN}\n', "until when?"),
        (b'{"verb": "mute", "until": 5}\n', "mute what?"),
        (b'{"verb": "forget", "number": true}\n', "number is missing"),
        (b'{"verb": "unmute"}\n', "pattern is missing"),
        (b'{"verb": "note", "text": null}\n', "text is missing"),
        (b'{"verb":' * 8_000 + b"\n", NOT_ONE_LINE),
        (b'{"verb": "ask", "question": "  "}\n', "there is no question"),
    ],
)
async def test_odd_requests_get_one_clear_error(known: Path, raw: bytes, message: str) -> None:
    error = await refusal(known, raw)
    assert message in error["message"] and error["exit_code"] in (2, 5)
    assert (await result(known, verb="status"))["host"] == "h", "and the next one is served"


async def test_a_silent_client_is_sent_away(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "REQUEST_SECONDS", 0.05)
    for begun in (b"", b'{"verb": "sta'):
        assert NOT_ONE_LINE in (await refusal(known, begun))["message"]


async def test_a_flood_without_an_end_is_cut_off(known: Path) -> None:
    _, writer = await asyncio.open_unix_connection(str(known))
    with pytest.raises((ConnectionError, BrokenPipeError)):
        async with asyncio.timeout(10):
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
    writer.close()


async def test_many_at_once_are_all_served(known: Path) -> None:
    answers = await asyncio.gather(*(result(known, verb="incidents") for _ in range(50)))
    assert all([one["id"] for one in answer] == ["I1"] for answer in answers)


async def test_a_client_that_leaves_stops_the_work_for_it(tmp_path: Path) -> None:
    slow = Slow()
    async with listening(slow, tmp_path) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b'{"verb": "ask", "question": "why?"}\n')
        assert b"thinking" in await reader.readline()
        writer.close()
        async with asyncio.timeout(5):
            await slow.cancelled.wait()


async def test_what_is_unexpected_is_told_without_its_details(tmp_path: Path) -> None:
    class Broken:
        async def status(self) -> Any:
            raise RuntimeError("secret path /root/x")

    async with listening(Broken(), tmp_path) as path:
        error = await refusal(path, b'{"verb": "status"}\n')
    assert error == {"message": "unexpected RuntimeError", "next_step": "", "exit_code": 5}


async def test_the_next_step_and_the_exit_code_travel(tmp_path: Path) -> None:
    class Refusing:
        async def status(self) -> Any:
            raise WrongUsage("not so", next_step="do this")

    async with listening(Refusing(), tmp_path) as path:
        error = await refusal(path, b'{"verb": "status"}\n')
    assert error == {"message": "not so", "next_step": "do this", "exit_code": 2}


async def test_hostile_text_in_an_incident_stays_one_line(tmp_path: Path) -> None:
    class One:
        def incidents(self) -> Any:
            return [incident(summary='a\n{"result": []}\x00')]

    async with listening(One(), tmp_path) as path:
        (only,) = await result(path, verb="incidents")
    assert only["summary"] == 'a\n{"result": []}\x00'


CLIENT = """
import json, os, socket, sys
os.setgroups([int(word) for word in sys.argv[3].split()]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
link = socket.socket(socket.AF_UNIX); link.connect(sys.argv[4])
link.sendall(b'{"verb": "incidents"}\\n'); print(link.makefile().readline())
"""


async def as_user(path: Path, uid: int, gid: int, groups: str = "") -> dict[str, Any]:
    """What another user of this host is told."""
    argv = [sys.executable, "-I", "-c", CLIENT, str(uid), str(gid), groups, str(path)]
    done = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def test_r41_strangers_hold_few_connections_and_are_not_listened_to(
    known: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = local._caller

    def nobody(link: Any) -> Any:
        raise WrongUsage("not you")

    monkeypatch.setattr(local, "_caller", nobody)
    waiting = [await asyncio.open_unix_connection(str(known)) for _ in range(local.MOST_STRANGERS)]
    async with asyncio.timeout(20):
        for _ in range(3):  # more than there is room for: closed without a word
            reader, writer = await asyncio.open_unix_connection(str(known))
            assert await reader.read(-1) == b""
            writer.close()
        for reader, writer in waiting:
            writer.write(b"[" * 60_000 + b"\n")
            assert b"not you" in await reader.read(-1)
            writer.close()
    assert "not you" in (await refusal(known, b"\n"))["message"], "there is room again"
    monkeypatch.setattr(local, "_caller", real)
    assert (await result(known, verb="status"))["host"] == "h" and not caplog.records


@pytest.fixture
def reachable(tmp_path: Path) -> None:
    """Open every folder on the way, so that only the daemon's own judgement is tested."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    for folder in [tmp_path, *tmp_path.parents][:4]:
        if folder != Path("/tmp"):
            folder.chmod(0o755)


async def test_another_user_is_refused_and_a_member_of_the_admins_is_not(
    known: Path, reachable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.parent.chmod(0o755)
    known.chmod(0o666)
    refused = await as_user(known, NOBODY, NOBODY)
    assert refused["error"]["exit_code"] == 2
    admins = type("Group", (), {"gr_gid": 4242})
    monkeypatch.setattr(local.grp, "getgrnam", lambda name: admins)
    assert "error" in await as_user(known, NOBODY, NOBODY, "4241 4243")
    assert "result" in await as_user(known, NOBODY, 4242)
    assert "result" in await as_user(known, NOBODY, NOBODY, "4241 4242 4243")
    many = " ".join(str(group) for group in range(5000, 5300))
    assert "error" in await as_user(known, NOBODY, NOBODY, f"{many} 4242"), "more groups than can be told"
    assert "result" in await as_user(known, 0, 0, many), "root is root all the same"


async def test_the_socket_is_closed_to_others_where_root_listens(known: Path) -> None:
    if os.geteuid() == 0:
        assert known.stat().st_mode & 0o777 == 0o600
    assert known.parent.stat().st_mode & 0o007 == 0


async def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    async with listening(service(tmp_path), tmp_path):
        pass
    assert (tmp_path / "run/service.sock").exists()
    async with asyncio.timeout(10):
        serving = asyncio.create_task(LocalServer(service(tmp_path), tmp_path / "run/service.sock").serve())
        while True:
            try:
                assert (await result(tmp_path / "run/service.sock", verb="incidents")) == []
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.005)
    serving.cancel()
