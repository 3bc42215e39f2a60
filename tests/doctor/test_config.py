"""A configuration is examined for what its text cannot mean, and for what is not on this host."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.doctor.config import Examined, examine_file
from stillwatch.errors import WrongUsage


def examined(folder: Path, text: str, *, has_key: bool = False) -> Examined:
    file = folder / "stillwatch.toml"
    file.write_text(text)
    return examine_file(file, [folder / "models"], has_key=has_key)


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("")
    text = f"""
[watch]
logs = ["{tmp_path}/app.log"]
[llm.meta]
url = "https://models.example.org:8443/v1"
[notify]
urls = ["ntfys://ntfy.example.org/topic"]
"""
    assert examined(tmp_path, text) == Examined()


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[llm.meta]\nurl = "127.0.0.1:8080"', 2, "llm.meta.url"),
        ('[llm.meta]\nurl = "http://"', 2, "llm.meta.url"),
        ('[llm.meta]\nurl = "http://x:99999/v1"', 2, "llm.meta.url"),
        ("[api]\nport = 8080\n[llm.trigger]\nport = 8080", 2, "api.port"),
        ('[notify]\nurls = ["nonsense"]', 2, "notify.urls"),
        ('[watch]\nlogs = ["app.log"]', 2, "watch.logs"),
        ('[watch]\njournal = "journal"', 2, "watch.journal"),
        ("[watch]\njurnal = false", 2, "watch.jurnal"),
    ],
)
def test_what_no_host_could_use_is_an_error(tmp_path: Path, text: str, line: int, key: str) -> None:
    first = examined(tmp_path, text).errors[0]
    assert (first.line, first.key) == (line, key)
    assert first.next_step


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[watch]\nlogs = ["/nowhere/app.log"]', "watch.logs"),
        ('[llm.meta]\nurl = "http://x/v1"\nkey_file = "/nowhere/key"', "llm.meta.key_file"),
        ('[llm.meta]\nmodel = "no-such-model"', "llm.meta.model"),
        ('[api]\nhost = "0.0.0.0"', "api.host"),
    ],
)
def test_what_is_missing_on_this_host_is_a_warning(tmp_path: Path, text: str, key: str) -> None:
    found = examined(tmp_path, text)
    assert not found.errors
    assert [one.key for one in found.warnings] == [key]


def test_with_a_key_the_port_may_be_open(tmp_path: Path) -> None:
    assert examined(tmp_path, '[api]\nhost = "0.0.0.0"', has_key=True) == Examined()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        examine_file(tmp_path / "none.toml", [tmp_path], has_key=False)
