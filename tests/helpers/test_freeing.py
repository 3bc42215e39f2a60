from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import freeing
from stillwatch.helpers.child import Ended
from stillwatch.helpers.freeing import clean, journal, packages, vacuum
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]
BLOCK = 4096


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write) -> Path:
    """A journal of 3 MiB, of which 2 are archived, and the policy keeps 1."""
    place = tmp_path / "journal"
    (place / "0123").mkdir(parents=True)
    for name in ("system.journal", "system@00ab-1.journal", "user-1000@00ab-2.journal~"):
        (place / "0123" / name).write_bytes(os.urandom(1_048_576))
    (place / "0123/note.txt").write_bytes(os.urandom(1_048_576))
    (place / "0123/system@00ab-9.journal").symlink_to("/etc/passwd")
    monkeypatch.setattr(freeing, "JOURNALS", (str(place),))
    policy(f'[[journal]]\ndirectory = "{place}"\nkeep_megabytes = 1\n')
    return place


def ends(monkeypatch: pytest.MonkeyPatch, code: int, does: Callable[[], object] = lambda: None) -> list[list[str]]:
    called: list[list[str]] = []

    def run(argv: list[str], **_: object) -> Ended:
        called.append(argv)
        does()
        return Ended(code=code, text="")

    monkeypatch.setattr(freeing, "run", run)
    return called


def test_only_archived_files_above_what_is_kept_count(store: Path, policy: Write) -> None:
    seen = journal(str(store))
    assert 2_000_000 < seen["bytes"] < 2_200_000 and seen["then_percent"] <= seen["used_percent"] <= 100
    policy(f'[[journal]]\ndirectory = "{store}"\nkeep_megabytes = 2\n')
    assert 1_000_000 < journal(str(store))["bytes"] < 1_100_000
    policy(f'[[journal]]\ndirectory = "{store}"\nkeep_megabytes = 99\n')
    assert journal(str(store))["bytes"] == 0


def test_journalctl_does_it_and_what_came_of_it_is_measured(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = ends(monkeypatch, 0, lambda: (store / "0123/system@00ab-1.journal").unlink())
    assert vacuum(str(store))["bytes"] > 900_000
    assert called[0][1:] == ["--quiet", f"--directory={store}", "--vacuum-size=1M"]
    ends(monkeypatch, 1)
    with pytest.raises(HalfDone):
        vacuum(str(store))


def test_r39_a_directory_that_is_declared_nowhere_or_is_none_of_systemds(
    store: Path, monkeypatch: pytest.MonkeyPatch, policy: Write
) -> None:
    called = ends(monkeypatch, 0)
    for directory in ("/etc", "/var/log/journal"):
        with pytest.raises(RequestRefused):
            vacuum(directory)
    monkeypatch.setattr(freeing, "JOURNALS", ())
    with pytest.raises(RequestRefused):
        vacuum(str(store))
    assert called == []


def test_fetched_packages_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write) -> None:
    policy('[[package_caches]]\nprogram = "apt"\n')
    (tmp_path / "partial").mkdir()
    for name in ("a_1_amd64.deb", "partial/b_2_all.deb", "lock", "c.txt"):
        (tmp_path / name).write_bytes(os.urandom(10 * BLOCK))
    monkeypatch.setattr(freeing, "PACKAGES", str(tmp_path))
    assert packages("apt")["bytes"] == 20 * BLOCK
    called = ends(monkeypatch, 0, lambda: (tmp_path / "a_1_amd64.deb").unlink())
    assert clean("apt")["bytes"] == 10 * BLOCK
    assert called[0][1:] == ["clean"]


def test_r39_a_program_that_is_not_declared_or_not_known(monkeypatch: pytest.MonkeyPatch, policy: Write) -> None:
    called = ends(monkeypatch, 0)
    policy('[[package_caches]]\nprogram = "rm"\n')
    for which in ("apt", "rm"):
        with pytest.raises(RequestRefused):
            clean(which)
    assert called == []


def test_r41_what_is_not_there_or_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write) -> None:
    policy('[[package_caches]]\nprogram = "apt"\n')
    monkeypatch.setattr(freeing, "PACKAGES", str(tmp_path / "none"))
    with pytest.raises(RequestRefused):
        packages("apt")
    monkeypatch.setattr(freeing, "PACKAGES", str(tmp_path))
    monkeypatch.setattr(freeing, "MOST", 1)
    for name in ("a.deb", "b.deb"):
        (tmp_path / name).touch()
    with pytest.raises(RequestRefused):
        packages("apt")


def test_what_the_policy_leaves_out_is_what_it_says_by_default(store: Path, policy: Write) -> None:
    policy(f'[[journal]]\ndirectory = "{store}"\n')
    assert journal(str(store))["bytes"] == 0
    policy(f'[[journal]]\ndirectory = "{store}"\nkeep_megabytes = true\n')
    with pytest.raises(RequestRefused):
        journal(str(store))
