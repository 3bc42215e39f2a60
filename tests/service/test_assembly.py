from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.app import build
from tests.test_app import NO_MODELS, options

WHOLE_HOST = ["units", "metrics", "processes", "crontabs", "journal", "log"]


@pytest.fixture(autouse=True)
def no_known_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever servers the machine of the tests has."""
    monkeypatch.setattr("stillwatch.reading.sources.logs.error_logs", lambda since: [])


@pytest.mark.parametrize(
    ("journal", "log", "names"),
    [(None, None, WHOLE_HOST), (None, "x", ["log"]), ("x", None, ["journal"])],
)
def test_what_is_read(tmp_path: Path, journal: str | None, log: str | None, names: list[str]) -> None:
    (tmp_path / "x").write_text("a line\n")
    given = f'[watch]\nlogs = ["{tmp_path}/x"]\n{NO_MODELS}'
    app = build(options(tmp_path, given))
    named = str(tmp_path / "x") if log else None
    assert [source.name.split()[0] for source in app.assembly().sources("h", journal, named, 0.0)] == names
    assert (app.assembly().looks(journal, named) is None) == (names != WHOLE_HOST)


def test_a_journal_that_is_switched_off_is_not_read(tmp_path: Path) -> None:
    app = build(options(tmp_path, f"[watch]\njournal = false\n{NO_MODELS}"))
    assert [source.name for source in app.assembly().sources("h", None, None, 0.0)] == WHOLE_HOST[:4]


@pytest.mark.parametrize(
    ("journal", "elsewhere"), [('"/var/log/journal"', None), ('"/srv/j"', "/srv/j"), ("false", None)]
)
def test_another_journal_is_watched_where_one_is_named(tmp_path: Path, journal: str, elsewhere: str | None) -> None:
    app = build(options(tmp_path, f"[watch]\njournal = {journal}\n{NO_MODELS}"))
    assert app.assembly().journal_elsewhere == (Path(elsewhere) if elsewhere else None)
