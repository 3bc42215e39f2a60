from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from stillwatch.host import unitfiles
from stillwatch.host.unitfiles import claims


def test_who_serves_a_port_and_who_only_asks_for_it(tmp_path: Path) -> None:
    settings = tmp_path / "etc"
    settings.mkdir()
    files = {
        "api.service": "[Service]\nExecStart=/opt/api --port 8443\n",
        "door.socket": "[Socket]\nListenStream=127.0.0.1:8443\n",
        "web.service": "[Service]\nExecStart=/opt/web --upstream http://127.0.0.1:8443/\n",
        "other.service": "[Service]\nExecStart=/opt/other 18443\nDescription=8443\n",
        "long.service": "[Service]\nExecStart=/opt/long \\\n  8443\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "off.service").symlink_to("/dev/null")
    found = {row["unit"]: row["how"] for row in claims(8443, [str(tmp_path)])}
    assert found == {"api.service": "names", "door.socket": "listens", "web.service": "asks", "long.service": "names"}


def test_what_cannot_be_read_claims_nothing(tmp_path: Path) -> None:
    assert claims(80, [str(tmp_path / "none")]) == []


def test_a_script_of_the_administrators_speaks_for_its_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(files: Iterable[str]) -> set[int]:
        asked.extend(files)
        return {8443}

    monkeypatch.setattr(unitfiles, "ports_in", read)
    (tmp_path / "desk.service").write_text("[Service]\nExecStart=/usr/local/bin/desk --quiet\n")
    assert [row["unit"] for row in claims(8443, [str(tmp_path)])] == ["desk.service"]
    assert asked == ["/usr/local/bin/desk"]
