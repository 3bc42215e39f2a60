from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.helpers import foreign_owned as below
from stillwatch.helpers.foreign_owned import strangers
from stillwatch.helpers.request import RequestRefused

ROOT = frozenset({0})


def seen(path: Path) -> set[str]:
    return {Path(f"/proc/self/fd/{descriptor}").readlink().name for descriptor, _ in strangers(str(path), ROOT)}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "top"
    (top / "deep").mkdir(parents=True)
    for name in ("ours", "theirs", "deep/ours", "twice"):
        (top / name).write_text(name)
    os.chown(top / "theirs", 12345, 0)
    (top / "again").hardlink_to(top / "twice")
    (top / "link").symlink_to("/etc/passwd")
    os.mkfifo(top / "pipe")
    return top


def test_r22_directories_and_plain_files_of_root_and_no_link_pipe_or_second_name(tree: Path) -> None:
    found = [Path(f"/proc/self/fd/{descriptor}").readlink() for descriptor, _ in strangers(str(tree), ROOT)]
    assert sorted(found) == sorted([tree / "ours", tree / "deep", tree / "deep/ours"])


def test_a_file_has_nothing_below_it_and_a_link_is_refused(tree: Path) -> None:
    assert seen(tree / "ours") == set()
    with pytest.raises(RequestRefused):
        seen(tree / "link")


def test_too_much_or_too_deep_is_refused_as_a_whole(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(below, "MOST", 3)
    with pytest.raises(RequestRefused, match="more"):
        seen(tree)
    monkeypatch.undo()
    monkeypatch.setattr(below, "DEEPEST", 1)
    with pytest.raises(RequestRefused):
        seen(tree)


def test_r39_another_mount_is_passed_over_whatever_its_device(tree: Path) -> None:
    """A bind mount of the same file system has the same device and another mount."""
    for name in ("elsewhere/deeper", "bound"):
        (tree / name).mkdir(parents=True)
    script = "import sys; from tests.helpers.test_foreign_owned import seen; from pathlib import Path; "
    script += "print(sorted(seen(Path(sys.argv[1]))))"
    bind = 'mount --bind "$1/elsewhere" "$1/bound" && exec "$2" -c "$3" "$1"'
    argv = ["unshare", "--mount", "sh", "-c", bind, "sh", str(tree), sys.executable, script]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    if done.returncode and "unshare" in done.stderr:
        pytest.skip("no mount namespaces here")
    assert "'elsewhere'" in done.stdout and "'bound'" not in done.stdout, done
    assert done.stdout.count("'deeper'") == 1, done
