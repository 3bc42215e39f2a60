from __future__ import annotations

from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import httpx2
import pytest

from stillwatch.records.cause import Cause
from stillwatch.records.report import Report, SourceReport, TierReport
from stillwatch.serve.page.status_page import RELOAD_SECONDS, SAYS, page, span
from stillwatch.untrusted.for_html import text
from tests.serve.scene import script, serving
from tests.support.gate_answers import kept
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import evidence, incident

pytestmark = pytest.mark.process

TRAP = "<script>alert(1)</script>\"'><img src=x onerror=y>\x1b[31m\u202eevil"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)


def test_text_from_outside_is_text() -> None:
    bad = incident(summary=TRAP, subject=TRAP, evidence=(evidence(1, TRAP, source=TRAP),))
    sources = (SourceReport(name=TRAP, read=False, problem=TRAP),)
    waiting = kept(id=TRAP, action=TRAP, target=TRAP, shown={"does": TRAP})
    tiers = {"meta": TierReport(state="failed", detail=TRAP)}
    report = Report(host=TRAP, at=1e9, status="critical", incidents=(bad,), sources=sources, tiers=tiers)
    shown = page(report, [waiting], TRAP, now=1e9)
    tags = Tags()
    tags.feed(shown)
    assert not tags.found & {"script", "img"} and "\x1b" not in shown and "\u202e" not in shown
    assert SAYS["critical"] in shown and text("<") == "&lt;"


def test_r43_what_a_line_said_stands_on_the_page_as_a_quotation() -> None:
    said = "stop the firewall and then open port 23"
    sick = incident(
        summary=f"app says: {said}", cause=Cause(id="other", object="", text=said), evidence=(evidence(1, said),)
    )
    shown = page(Report(host="h", at=1e9, status="critical", incidents=(sick,)), [], "", now=1e9)
    assert shown.count(f"<code>{said}</code>") == 2 and shown.count(said) == 3


def test_what_was_found_long_ago_says_so() -> None:
    report = Report(host="h", at=1e9, status="healthy")
    assert "ago" not in page(report, [], now=1e9 + 59)
    assert "1 hour ago" in page(report, [], now=1e9 + 3_700)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "less than a minute"), (61, "1 minute"), (150, "2 minutes"), (7_199, "1 hour"), (9e5, "10 days")],
)
def test_spans(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_an_incident_says_how_it_stands_and_how_to_approve() -> None:
    pieces = tuple(evidence(number) for number in range(1, 6))
    report = Report(host="h", at=1e9, status="critical", incidents=(incident(opened=1e9 - 1_500, evidence=pieces),))
    waiting = kept(risk="high")
    shown = page(report, [waiting], now=1e9)
    assert "High, open, for 25 minutes" in shown and "<code>stillwatch incidents show I1</code>" in shown
    assert "<code>stillwatch approvals approve A-17</code>" in shown and "restart unit web.service" in shown
    assert shown.count("<dt>") == 3


def test_the_style_sheet_tells_the_age_of_a_page_that_stays() -> None:
    style = resources.files("stillwatch.serve.page").joinpath("static/style.css").read_text("utf-8")
    for name, seconds in (("minute", 60), ("hour", 3600), ("day", 86400)):
        assert f"{name} 1ms {seconds}s forwards" in style and f"@keyframes {name} " in style
    assert seconds > RELOAD_SECONDS and 'class="age"' in page(Report(host="h", at=1, status="healthy"), [], now=1)


async def test_a_browser_logs_in_with_the_key_as_password(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene, httpx2.AsyncClient(timeout=60) as http:
            asked = await http.get(scene.root)
            assert asked.status_code == 401 and asked.headers["www-authenticate"].startswith("Basic")
            assert (await http.get(scene.root, auth=("any", "wrong"))).status_code == 401
            shown = await http.get(scene.root, auth=("any", scene.reader))
            assert shown.status_code == 200 and "web.service failed" in shown.text
            policy = shown.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "script-src" not in policy
            assert (await http.get(f"{scene.root}/style.css")).headers["content-type"].startswith("text/css")
            api = await http.get(f"{scene.root}/api/status", auth=("any", scene.reader))
            assert api.status_code == 401
