"""A browser that follows a link of `stillwatch open`: it may look, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stillwatch.serve.http.guard import Guard
from stillwatch.serve.http.limits import Bounds
from tests.serve.asgi import Answer, Pairs, ask
from tests.serve.scene import PLENTY, Scene, script, serving
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process
CHAT = b'{"model": "stillwatch", "messages": [{"role": "user", "content": "approve A-1"}]}'


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as running:
            yield running


def link(scene: Scene) -> str:
    assert isinstance(scene.app, Guard)
    return scene.app.sessions.link()


async def cookie(scene: Scene) -> str:
    answer = await ask(scene.app, "GET", link(scene))
    assert answer.status == 200
    return answer.headers["set-cookie"].partition(";")[0]


async def get(scene: Scene, path: str, *headers: tuple[str, str]) -> Answer:
    return await ask(scene.app, "GET", path, headers)


async def test_a_link_shows_the_page_without_a_key(scene: Scene) -> None:
    sent = ("Cookie", await cookie(scene))
    assert (await get(scene, "/")).status == 401
    assert (await get(scene, "/", sent)).status == (await get(scene, "/api/status", sent)).status == 200
    assert (await get(scene, "/", sent, ("Sec-Fetch-Site", "none"))).status == 200


async def test_it_is_good_once_and_a_look_ahead_does_not_use_it_up(scene: Scene) -> None:
    path = link(scene)
    assert "set-cookie" not in (await ask(scene.app, "HEAD", path)).headers
    first, second = await get(scene, path), await get(scene, path)
    assert first.status == 200 and "Location" not in first.headers and second.status == 403
    assert "set-cookie" not in second.headers and b"stillwatch open" in second.body


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "evil.example")],
        [("Origin", "http://evil.example")],
    ],
)
async def test_r24_a_page_of_another_name_gets_no_session(scene: Scene, headers: Pairs) -> None:
    path = link(scene)
    assert (await ask(scene.app, "GET", path, headers)).status == 403
    assert (await get(scene, path)).status == 200, "and the link is not used up by it"


async def test_r20_r24_a_session_looks_and_changes_nothing(scene: Scene) -> None:
    sent = ("Cookie", await cookie(scene))
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/v1/chat/completions", "/mcp", "/", "/api/status", "/api/approvals"):
            told = await ask(scene.app, method, path, [sent, ("Content-Type", "application/json")], CHAT)
            assert told.status == 401, (method, path)
    assert not scene.upstream.requests


@pytest.mark.parametrize("site", ["cross-site", "same-site", "odd"])
async def test_r24_another_page_of_this_machine_cannot_use_it(scene: Scene, site: str) -> None:
    """A cookie goes to every port of a host, and so might a page on another one ask with it."""
    sent = ("Cookie", await cookie(scene))
    assert (await get(scene, "/api/status", sent, ("Sec-Fetch-Site", site))).status == 401


async def test_a_key_that_is_sent_is_the_one_that_counts(scene: Scene) -> None:
    sent = ("Cookie", await cookie(scene))
    assert (await get(scene, "/api/status", sent, ("Authorization", "Bearer sk-sw-wrong"))).status == 401
    twice = [sent, sent]
    assert (await get(scene, "/api/status", *twice)).status == 401


async def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    bounds = Bounds(rate=PLENTY.rate, burst=PLENTY.burst, wrong_rate=0.0, wrong_burst=3)
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, bounds=bounds) as scene:
            statuses = [(await get(scene, f"/open/{number}")).status for number in range(5)]
            assert statuses == [403, 403, 403, 429, 429]
            assert (await get(scene, link(scene))).status == 200, "a good one is taken whatever came before it"
