from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.records.unit import UnitState
from stillwatch.tools.look import own_settings

from .played_host import look, reader, rows

SHOP = UnitState(name="shop.service", exec_start=("/usr/bin/shop",))


def written(root: Path, text: str) -> None:
    (root / "etc/shop").mkdir(parents=True)
    (root / "etc/shop/shop.conf").write_text(text)


async def test_where_a_whole_word_stands_and_never_what_stands_there(tmp_path: Path) -> None:
    written(tmp_path, "# queue_max 5\nqueue_max = 7\nqueue_maximum = 8\n")
    seen = await look(
        "own_settings", replace(reader(SHOP), root=tmp_path), unit="shop", words="queue_max queue_m absent"
    )
    assert rows(seen, "found") == [{"word": "queue_max", "path": "/etc/shop/shop.conf", "line": 2}]
    assert [row["path"] for row in rows(seen, "files")] == ["/etc/shop/shop.conf"]
    assert "7" not in seen.text


async def test_r18_a_line_with_a_secret_holds_no_word(tmp_path: Path) -> None:
    written(tmp_path, "password = hunter2hunter2\n")
    here = replace(reader(SHOP), root=tmp_path)
    assert rows(await look("own_settings", here, unit="shop", words="password hunter2hunter2"), "found") == []


async def test_r41_an_everyday_word_is_sought_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "listen 1\n" * 20_000)
    read = list[str]()
    monkeypatch.setattr(own_settings, "redact", lambda line: read.append(line) or line)
    await look("own_settings", replace(reader(SHOP), root=tmp_path), unit="shop", words="listen")
    assert len(read) == own_settings.MOST_LINES + 1


async def test_an_everyday_word_tells_nothing(tmp_path: Path) -> None:
    written(tmp_path, "listen 1\n" * 9)
    assert (
        rows(await look("own_settings", replace(reader(SHOP), root=tmp_path), unit="shop", words="listen"), "found")
        == []
    )
