from __future__ import annotations

from typing import Any

import pytest

from stillwatch.errors import NotReachable
from stillwatch.reading.source import Wanted
from stillwatch.reading.sources import declared_files as room
from stillwatch.reading.sources.declared_files import EVERY_SECONDS, DeclaredFileSource, here
from stillwatch.tables.declared import Backup, CertificateFile
from stillwatch.watch.probes import judge_probe
from tests.reading.following import followed
from tests.support.watching import Rest
from tests.think.models import StillClock

UNASKED: Any = None
NOW = StillClock().now()
DUMP = Backup(name="dump", path="/srv/dump/*.sql", unit="dump.service")
SHOWN = CertificateFile(name="shop", path="/etc/shop.pem")


@pytest.mark.parametrize(
    ("newest", "ends", "rules"),
    [
        (NOW - 3600, NOW + 20 * 86_400, []),
        (NOW - 27 * 3600, NOW + 5 * 86_400, ["backup-old", "certificate-file"]),
        (None, NOW - 1.0, ["backup-old", "certificate-file"]),
    ],
)
async def test_what_is_too_old_or_ends_soon_is_told(
    monkeypatch: pytest.MonkeyPatch, newest: float | None, ends: float, rules: list[str]
) -> None:
    monkeypatch.setattr(room, "newest", lambda pattern: newest)
    monkeypatch.setattr(room, "certificate_ends", lambda path: ends)
    rest = Rest()
    async with followed(DeclaredFileSource("h", StillClock(), [DUMP, SHOWN]), UNASKED, sleep=rest) as heard:
        read = await heard.next()
        assert read == await heard.next() and read.measured and read.whole
    assert [found.rule for event in read.events if (found := judge_probe(event, "h"))] == rules
    assert [event.subject for event in read.events] == ["dump.service", "shop"]
    assert set(rest.slept) <= {EVERY_SECONDS}


async def test_what_cannot_be_seen_makes_the_rest_no_less_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: str) -> float:
        raise NotReachable(f"{path} cannot be read")

    monkeypatch.setattr(room, "newest", lambda pattern: NOW)
    monkeypatch.setattr(room, "certificate_ends", closed)
    read = await DeclaredFileSource("h", StillClock(), [DUMP, SHOWN]).read(UNASKED, 1e9)
    assert len(read.events) == 1 and not read.whole and SHOWN.path in read.problem


def test_there_is_none_where_none_is_declared() -> None:
    assert not here(Wanted(host="h", clock=StillClock()))
    assert here(Wanted(host="h", clock=StillClock(), backups=[DUMP], certificates=[SHOWN]))
