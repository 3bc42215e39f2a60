"""Every form of what is no key: refused on every path, and no way round the header."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from stillwatch.serve.http.limits import Bounds
from tests.serve.asgi import Answer, ask
from tests.serve.scene import Scene, script, serving
from tests.support.facts import facts
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process

PATHS = [
    *("/v1/models", "/v1/models/stillwatch", "/api/status", "/api/incidents", "/api/incidents/I1", "/api/approvals"),
    *(
        "/api/metrics",
        "/metrics",
        "/api/events",
        "/openapi.json",
        "/mcp",
        "/nothing",
        "/",
        "//",
        "/health/",
        "/health/../v1/models",
    ),
    *("//health", "/Health", "/health;x", "/health%00", "/health%2f..%2fv1%2fmodels", "/style.css/..", "/%2e/health"),
]
BULLETS = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0"
"""What Python takes for white space and HTTP does not."""


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as running:
            yield running


async def with_header(scene: Scene, path: str, *values: str, name: str = "Authorization") -> Answer:
    return await ask(scene.app, "GET", path, [(name, value) for value in values])


def wrong_words(scene: Scene) -> list[str]:
    """What is near to the key and is not it."""
    key, found = scene.key, scene.keys.who(scene.key)
    assert found is not None
    flipped = chr(ord(key[-1]) ^ 1)
    return [
        *(key[:length] for length in range(1, len(key))),
        *(key[length:] for length in range(1, len(key), 7)),
        *(key.upper(), key.lower(), key.swapcase(), key[::-1], key[:-1] + flipped, key + "x", key + key, key * 5),
        *(found.id, found.hash, found.hash.upper(), hashlib.sha256(found.hash.encode()).hexdigest()),
        *(f'"{key}"', f"'{key}'", f"<{key}>", f"{key},", f"{key};", f"{key}, {key}", f"{key} {key}", f"{key}\x00"),
        *(f"{key}{mark}" for mark in BULLETS),
        *(f"{mark}{key}" for mark in BULLETS),
        *(
            f"{key}\x80",
            f"{key[:-1]}\xb2",
            quote(key, safe="").replace("-", "%2D"),
            base64.b64encode(key.encode()).decode(),
        ),
        *("null", "undefined", "None", "true", "*", "%", "' OR 1=1 --", "sk-sw-", "{}", "$KEY", "a" * 8_000),
    ]


async def test_no_word_but_the_key_opens(scene: Scene) -> None:
    for word in wrong_words(scene):
        for path in ("/v1/models", "/api/status", "/"):
            answer = await with_header(scene, path, f"Bearer {word}")
            assert answer.status == 401 and answer.json()["error"]["code"] == "invalid_api_key", (word, path)


async def test_no_other_way_of_sending_it_opens(scene: Scene) -> None:
    key = scene.key
    basic = base64.b64encode(f"any:{key}".encode()).decode()
    forms = [
        *(
            "",
            "Bearer",
            "Bearer ",
            f"bearer{key}",
            f"Bearer\t{key}",
            f"Bearer:{key}",
            f"Bearer={key}",
            f"Bearer, {key}",
        ),
        *(
            f"Bearer token={key}",
            f"Token {key}",
            f"Key {key}",
            f"ApiKey {key}",
            f"Digest {key}",
            f"Negotiate {key}",
            key,
        ),
        *(f"Bearer Bearer {key}", f"Basic {key}", f"Bearer {basic}"),
        *(f"Bearer {key}, Basic {basic}", f"Bear er {key}"),
        *(
            f"Basic {basic}, Bearer {key}",
            f"\xa0Bearer {key}",
            f"Bearer\xa0{key}",
            f"\xdfBearer {key}",
            f"xBearer {key}",
        ),
    ]
    for path in PATHS:
        for form in forms:
            assert (await with_header(scene, path, form)).status == 401, (form, path)
        for name in ("X-Api-Key", "Api-Key", "Proxy-Authorization", "X-Authorization", "Authorization_", "Key"):
            assert (await with_header(scene, path, f"Bearer {key}", name=name)).status == 401, (name, path)
        for cookie in (f"authorization=Bearer {key}", f"key={key}", f"api_key={key}", f"session={key}"):
            assert (await with_header(scene, path, cookie, name="Cookie")).status == 401, (cookie, path)
        for query in ("key", "api_key", "apikey", "access_token", "token", "authorization", "Authorization"):
            assert (await ask(scene.app, "GET", f"{path}?{query}={quote(f'Bearer {key}')}")).status == 401
            assert (await ask(scene.app, "GET", f"{path}?{query}={key}")).status == 401
        assert (await ask(scene.app, "GET", path)).status == 401
        for twice in (f"Bearer {key}", "Bearer wrong", ""):
            assert (await with_header(scene, path, f"Bearer {key}", twice)).status == 401
            assert (await with_header(scene, path, twice, f"Bearer {key}")).status == 401


async def test_the_login_of_a_browser_is_for_the_page_alone(scene: Scene) -> None:
    basic = f"Basic {base64.b64encode(f'any:{scene.key}'.encode()).decode()}"
    assert (await with_header(scene, "/", basic)).status == 200
    for path in set(PATHS) - {"/"}:
        assert (await with_header(scene, path, basic)).status == 401, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await ask(scene.app, method, "/", [("Authorization", basic)])).status == 401, method
    for login in (f"{scene.key}:", scene.key, f":{scene.key}x", ":", "", f"any:{scene.key}\n", "\xff:\xff"):
        encoded = base64.b64encode(login.encode("latin-1")).decode()
        assert (await with_header(scene, "/", f"Basic {encoded}")).status == 401, login
    for odd in ("Basic", "Basic =", "Basic a", f"Basic {basic[6:-1]}", "Basic YW55Og=="):
        assert (await with_header(scene, "/", odd)).status == 401, odd


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer  {}"])
async def test_what_opens(scene: Scene, form: str) -> None:
    assert (await with_header(scene, "/v1/models", form.format(scene.key))).status == 200


async def test_a_page_that_asks_for_the_login_says_how(scene: Scene) -> None:
    asked = await ask(scene.app, "GET", "/")
    assert asked.headers["www-authenticate"].startswith("Basic")
    assert (await ask(scene.app, "GET", "/api/status")).headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_key_is_worthless_at_once(scene: Scene) -> None:
    found = scene.keys.who(scene.key)
    assert found is not None and (await with_header(scene, "/v1/models", f"Bearer {scene.key}")).status == 200
    scene.keys.revoke(found.id)
    for path in PATHS:
        assert (await with_header(scene, path, f"Bearer {scene.key}")).status == 401


async def test_keys_that_cannot_be_read_open_nothing(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "api-keys.json").write_bytes(b"[{")
    answer = await with_header(scene, "/v1/models", f"Bearer {scene.key}")
    assert answer.status == 503 and answer.json()["error"]["code"] == "keys_unreadable"


async def test_health_needs_no_key_and_tells_no_secret(scene: Scene) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{scene.root}/health")).json() == {"status": "ok"}


async def test_guessing_is_slowed_down_and_a_valid_key_is_never_kept_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    few = Bounds(rate=1e6, burst=10**6, wrong_rate=0.001, wrong_burst=5)
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, bounds=few) as scene:
            with caplog.at_level(logging.WARNING):
                statuses = [(await with_header(scene, "/api/status", f"Bearer x{n}")).status for n in range(9)]
            assert statuses == [401] * 5 + [429] * 4
            told = [record.getMessage() for record in caplog.records if "127.0.0.1" in record.getMessage()]
            assert [facts(one) for one in told] == [["127.0.0.1"]]
            slowed = await with_header(scene, "/", "Bearer x")
            assert int(slowed.headers["retry-after"]) > 0
            for key in (scene.key, scene.reader):
                assert (await with_header(scene, "/api/status", f"Bearer {key}")).status == 200
            assert (await ask(scene.app, "GET", "/")).status == 401, "a browser without a key is asked for one"
