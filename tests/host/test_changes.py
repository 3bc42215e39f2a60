from __future__ import annotations

import os
from pathlib import Path

from stillwatch.host.changes import changes


def test_newest_first_and_old_ones_left_out(tmp_path: Path) -> None:
    unit = tmp_path / "etc/systemd/system/shop.service"
    unit.parent.mkdir(parents=True)
    for name, at in (("old", 100), ("shop.service", 900), ("other", 500)):
        (unit.parent / name).write_text("secret content")
        os.utime(unit.parent / name, (at, at))
    log = tmp_path / "var/log/dpkg.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"\xff\n2026-01-01 10:00:00 upgrade nginx:amd64 1 2\n2026-01-01 10:00:01 status installed nginx\n")
    os.utime(log, (700, 700))
    seen = changes("h", 400, root=tmp_path)
    assert [event.at for event in seen] == [900, 700, 500]
    assert seen[0].subject == "/etc/systemd/system/shop.service"
    assert "upgrade nginx" in seen[1].text
    assert "secret" not in repr(seen)
    assert len(changes("h", 0, root=tmp_path, limit=2)) == 2


def test_what_programs_make_by_themselves_is_no_change(tmp_path: Path) -> None:
    for name in ("opt/shop/app.py", "opt/shop/__pycache__/app.pyc", "opt/cache/CACHEDIR.TAG", "opt/cache/below/item"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [event.subject for event in changes("h", 0, root=tmp_path)] == ["/opt/shop/app.py"]
