from __future__ import annotations

import asyncio
from pathlib import Path

from stillwatch.service.through_daemon import ThroughDaemon
from tests.serve.local.test_server import known_service, listening
from tests.service.test_one_pass import service


def through(folder: Path, path: Path) -> ThroughDaemon:
    return ThroughDaemon(service(folder / "other")._parts, path)


async def test_an_answer_is_heard_as_it_comes(tmp_path: Path) -> None:
    async with listening(await known_service(tmp_path / "own"), tmp_path) as path:
        client = through(tmp_path, path)
        said, progress = list[str](), list[str]()
        reply = await client.ask("why is /srv full?", say=said.append, progress=progress.append)
        assert reply.text.endswith(" full [E1].") and reply.by == "meta"
        assert "".join(said).endswith(" full [E1].") and progress


def test_looking_is_done_here_and_not_by_the_daemon(tmp_path: Path) -> None:
    client = through(tmp_path, tmp_path / "none")
    report = asyncio.run(client.check(log="some.log", use_models=False))
    assert report.lines == 3
