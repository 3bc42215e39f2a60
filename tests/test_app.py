from __future__ import annotations

import socket
from pathlib import Path

import pytest

from stillwatch.app import Options, build
from stillwatch.errors import WrongUsage
from stillwatch.service.one_pass import Service

NO_MODELS = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review", "meta"))


def options(folder: Path, text: str = NO_MODELS) -> Options:
    file = folder / "stillwatch.toml"
    file.write_text(text)
    return Options(config=str(file), state_dir=str(folder / "state"), runtime_dir=str(folder / "run"))


def test_a_configuration_that_is_wrong_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="autonomie"):
        build(options(tmp_path, 'autonomie = "observe"\n'))
    with pytest.raises(WrongUsage, match="no configuration file"):
        build(Options(config=str(tmp_path / "none.toml")))


def test_without_a_daemon_the_service_looks_itself(tmp_path: Path) -> None:
    app = build(options(tmp_path))
    assert type(app.service()) is Service


def test_a_socket_that_nobody_serves_is_passed_over(tmp_path: Path) -> None:
    app = build(options(tmp_path))
    app.socket.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(app.socket))
    assert type(app.service()) is Service


@pytest.fixture(autouse=True)
def no_known_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever servers the machine of the tests has."""
    monkeypatch.setattr("stillwatch.app.error_logs", lambda since: [])


@pytest.mark.parametrize(
    ("journal", "log", "names"),
    [(None, None, ["units", "metrics", "journal", "log"]), (None, "x", ["log"]), ("x", None, ["journal"])],
)
def test_what_is_read(tmp_path: Path, journal: str | None, log: str | None, names: list[str]) -> None:
    (tmp_path / "x").write_text("a line\n")
    given = f'[watch]\nlogs = ["{tmp_path}/x"]\n{NO_MODELS}'
    app = build(options(tmp_path, given))
    named = str(tmp_path / "x") if log else None
    assert [source.name.split()[0] for source in app.assembly().sources("h", journal, named, 0.0)] == names
    assert (app.assembly().looks(journal, named) is None) == (names != ["units", "metrics", "journal", "log"])


def test_a_journal_that_is_switched_off_is_not_read(tmp_path: Path) -> None:
    app = build(options(tmp_path, f"[watch]\njournal = false\n{NO_MODELS}"))
    assert [source.name for source in app.assembly().sources("h", None, None, 0.0)] == ["units", "metrics"]


@pytest.mark.parametrize(
    ("journal", "elsewhere"), [('"/var/log/journal"', None), ('"/srv/j"', "/srv/j"), ("false", None)]
)
def test_another_journal_is_watched_where_one_is_named(tmp_path: Path, journal: str, elsewhere: str | None) -> None:
    app = build(options(tmp_path, f"[watch]\njournal = {journal}\n{NO_MODELS}"))
    assert app.assembly().journal_elsewhere == (Path(elsewhere) if elsewhere else None)
