from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stillwatch.daemon.loops import Daemon
from stillwatch.records.report import SourceReport, TierReport
from stillwatch.service.live import NOTHING_YET, LiveService
from stillwatch.store.store import Store
from tests.reading.test_gather import Given
from tests.service.test_one_pass import GivenTiers, service
from tests.support.watching import WEB, build
from tests.triage.build import failed, units

READ = {name: SourceReport(name=name, read=True) for name in ("units", "metrics", "journal")}


def live(folder: Path, without: str = "", **more: Any) -> tuple[LiveService, Daemon]:
    """The service of a daemon over one failed unit; both share their memory."""
    tiers = GivenTiers({})

    async def report() -> Any:
        return {"review": TierReport(state="ready")}

    tiers.report = report  # type: ignore[method-assign]
    sources = [Given(name, None) for name in READ if name not in without]
    daemon = build(Store.open(folder / "state"), sources=sources, **more)
    return LiveService(service(folder)._parts, daemon, tiers), daemon  # type: ignore[arg-type]


async def test_until_everything_was_read_the_status_is_unknown(tmp_path: Path) -> None:
    here, daemon = live(tmp_path)
    status = await here.status()
    assert (status.status, {source.problem for source in status.sources}) == ("unknown", {NOTHING_YET})
    daemon.standing.sources |= {"units": READ["units"], "metrics": READ["metrics"]}
    assert (await here.status()).status == "unknown"
    daemon.standing.sources |= READ
    daemon.standing.lines = 12
    status = await here.status()
    assert (status.status, status.lines, status.tiers["review"].state) == ("healthy", 12, "ready")


async def test_without_a_journal_to_watch_none_is_asked_for(tmp_path: Path) -> None:
    here, daemon = live(tmp_path, without="journal")
    daemon.standing.sources |= {"units": READ["units"], "metrics": READ["metrics"]}
    assert (await here.status()).status == "healthy"


async def test_what_the_daemon_found_is_in_the_status_at_once(tmp_path: Path) -> None:
    here, daemon = live(tmp_path)
    daemon.standing.sources |= READ
    daemon.hear([WEB])
    daemon.digest()
    status = await here.status()
    assert status.status == "attention" and [one.id for one in status.incidents] == ["I1"]
    assert here.incident("i1").subject == "web.service"


async def test_what_people_noted_is_read_from_the_open_book(tmp_path: Path) -> None:
    here, daemon = live(tmp_path)
    here.note("web.service may be down at night", by="ada")
    assert [note.text for note in daemon.store.memory.notes()] == ["web.service may be down at night"]
    assert here.noted()[0].endswith("web.service may be down at night") and here.noted()[0].startswith("ada noted")


@pytest.mark.parametrize("name", ["journal", "thinking", "incidents"])
async def test_what_fails_in_the_daemon_is_told_and_never_healthy(tmp_path: Path, name: str) -> None:
    here, daemon = live(tmp_path)
    daemon.standing.sources |= READ | {name: SourceReport(name=name, read=False, problem="disk full")}
    status = await here.status()
    assert status.status == "unknown"
    assert [source.problem for source in status.sources if source.name == name] == ["disk full"]


async def test_a_question_is_answered_from_what_is_known(tmp_path: Path) -> None:
    here, daemon = live(tmp_path)
    daemon.standing.sources |= READ
    daemon.hear([WEB])
    daemon.digest()
    await daemon.thinking.understand("I1")
    daemon.standing.units = units(failed("web.service"))
    reply = await here.ask("why is web down?", use_models=False)
    assert reply.by == "rule" and "web.service" in reply.text and reply.evidence


async def test_closing_reaches_the_daemon(tmp_path: Path) -> None:
    here, daemon = live(tmp_path)
    daemon.hear([WEB])
    daemon.digest()
    here.close("I1", "ada")
    await daemon.thinking.understand("I1")
    assert daemon.store.book.open_incidents() == []
