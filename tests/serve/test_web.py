from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import httpx2

from stillwatch.records.report import Report, SourceReport
from stillwatch.serve.web import page, text
from tests.scripted_llm import ScriptedLLM
from tests.serve.scene import script, serving
from tests.think.incidents import evidence, incident

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
    waiting = {"id": TRAP, "action": TRAP, "target": TRAP, "risk": TRAP, "shown": {"does": TRAP}}
    shown = page(Report(host=TRAP, at=1e9, status="critical", incidents=(bad,), sources=sources), [waiting], TRAP)
    tags = Tags()
    tags.feed(shown)
    assert not tags.found & {"script", "img"} and "\x1b" not in shown and "\u202e" not in shown
    assert "Something is broken" in shown and text("<") == "&lt;"


async def test_a_browser_logs_in_with_the_key_as_password(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene, httpx2.AsyncClient() as http:
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
