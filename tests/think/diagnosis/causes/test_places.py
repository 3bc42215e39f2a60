from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event, Untrusted

from .scene import AT, Looks, ask, trigger, unit


@pytest.mark.parametrize(
    ("words", "place", "owner", "culprit"),
    [
        ("fatal: failed to open the database", "/var/cache/hue", "root", "/var/cache/hue"),
        ("fatal: failed to open the database", "/var/cache/hue", "shop", "shop.service"),
        ("fatal: failed to open the database", "/srv/hue", "root", "shop.service"),
        ("fatal: no hue today", "/var/cache/hue", "root", "shop.service"),
    ],
)
async def test_a_place_of_its_settings_that_its_user_may_not_write_to(
    words: str, place: str, owner: str, culprit: str
) -> None:
    def seen(asked: object) -> dict[str, object]:
        path = asked["path"]  # type: ignore[index]
        return {"path": path, "exists": True, "mode": "drwxr-xr-x", "owner": owner if path == place else "root"}

    said = Event(host="h", at=AT, source="journal", subject="shop", text=Untrusted(words))
    ended = replace(trigger("exit-code", trusted=True), words=(said,))
    looks = Looks(file_metadata=seen, own_settings={"files": [], "found": [], "paths": [place]})
    _, told = await ask(ended, looks=looks, units=(unit(exec_start=("/opt/shop/bin/shop",)),))
    assert told.cause and told.cause.object == culprit
