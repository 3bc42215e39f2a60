from __future__ import annotations

import re
from pathlib import Path

from stillwatch.chat.conversation import Conversation, Desk
from stillwatch.config import Config
from stillwatch.records.chat import TierState
from stillwatch.records.report import Report, SourceReport, TierReport
from stillwatch.serve.api.endpoints import MOST_EXPOSED, MOST_READINGS
from stillwatch.serve.api.exposition import MEDIA, exposition
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.server import build_http
from tests.serve.asgi import ask
from tests.serve.scene import known, remember
from tests.think.incidents import incident
from tests.think.models import StillClock

VALUE = r'"(?:[^"\\\n]|\\[\\"n])*"'
LINE = re.compile(rf"(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{{(?:\w+={VALUE},?)+\}})? (?:NaN|[-+]?[\d.e+-]+))\Z")
"""A line of the format: https://prometheus.io/docs/instrumenting/exposition_formats/"""


def report() -> Report:
    ready: TierState = "ready"
    sources = (SourceReport(name='log /a"b\\c', read=True), SourceReport(name="units", read=False))
    tiers = {"review": TierReport(state=ready)}
    return Report(
        host="h",
        at=1.0,
        status="attention",
        incidents=(incident(),),
        sources=sources,
        tiers=tiers,
        lines=7,  # type: ignore[arg-type]
    )


def test_each_line_is_one_of_the_format() -> None:
    readings = {"disk-used /srv": 0.97, "load": 1e-9, 'disk-used /a"\n} 1\\': float("nan"), "swap": float("inf")}
    told = exposition(report(), readings | {"swap": 0.0}).splitlines()
    assert not [line for line in told if not LINE.match(line)]
    assert 'stillwatch_reading{metric="disk-used",subject="/srv"} 0.97' in told
    assert {'stillwatch_status{status="attention"} 1', 'stillwatch_status{status="healthy"} 0'} <= set(told)
    assert 'stillwatch_source_read{source="log /a\\"b\\\\c"} 1' in told and "stillwatch_log_lines_total 7" in told
    assert [line for line in told if line.startswith("stillwatch_incidents{")], "the open one is counted"


def test_each_family_is_described_once_and_before_its_points() -> None:
    seen: list[str] = []
    for line in exposition(report(), {"load": 1.0}).splitlines():
        name = line.split()[2] if line.startswith("#") else re.split("[{ ]", line)[0]
        if line.startswith("# HELP"):
            assert name not in seen
            seen.append(name)
        assert seen[-1] == name


def desk_of(tmp_path: Path, clock: StillClock, metrics: list[str], readings: list[tuple[float, float]]) -> Desk:
    return Desk(
        service=remember(tmp_path),
        clock=clock,
        known=known,
        looks=None,
        writer=lambda: "none",
        small=lambda: None,
        metrics=lambda: metrics,
        samples=lambda metric, since, until: readings if metric == "load" else [],
    )


async def test_r25_a_key_that_asks_for_much_asks_seldom(tmp_path: Path) -> None:
    keys, clock = KeyRing(tmp_path), StillClock(1.0)
    _, key = keys.create("read", 1.0)
    for path, names, readings in (("/api/metrics?metric=load", 1, MOST_READINGS), ("/metrics", MOST_EXPOSED, 0)):
        desk = desk_of(tmp_path, clock, ["load"] * names, [(0.5, 2.0)] * readings)
        app = build_http(desk.service, Conversation(desk), keys, Config().api, clock)
        got = [(await ask(app, "GET", path, [("Authorization", f"Bearer {key}")])).status for _ in range(4)]
        assert got[0] == 200 and got[-1] == 429


async def test_it_is_served_to_a_key_that_reads(tmp_path: Path) -> None:
    keys, clock = KeyRing(tmp_path), StillClock(1.0)
    _, key = keys.create("read", 1.0)
    desk = desk_of(tmp_path, clock, ["load", "gone"], [(0.5, 2.0), (0.9, 3.5)])
    app = build_http(desk.service, Conversation(desk), keys, Config().api, clock)
    answer = await ask(app, "GET", "/metrics", [("Authorization", f"Bearer {key}")])
    assert answer.status == 200 and answer.headers["content-type"] == MEDIA
    assert b'stillwatch_reading{metric="load",subject=""} 3.5\n' in answer.body and b"gone" not in answer.body
    assert (await ask(app, "GET", "/metrics", [])).status == 401
