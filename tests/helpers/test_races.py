"""R22, R39: who owns a declared folder swaps what lies there while root works on it; nothing beside it is touched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import act, declared, made
from stillwatch.helpers.request import HalfDone, RequestRefused

pytestmark = pytest.mark.process
Write = Callable[[str], Path]
SWAPPER = Path(__file__).with_name("swapper.py")
FEWEST = 2
OLD = time.time() - 30 * 86_400
VERBS: dict[str, dict[str, Any]] = {
    "delete_logs": {"name": "logs"},
    "own": {"name": "data"},
    "own_back": {"name": "data"},
    "keep": {"name": "conf"},
    "restore": {"name": "conf", "sha256": ""},
    "put_back": {"name": "conf", "sha256": ""},
    "file": {"name": "conf"},
    "remove_lock": {"name": "lock", "inode": 0},
}
SWAPS = [500, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(0)])]


class Place:
    """ours: what is declared; victims: the same names, all root's, which the verbs would act on if they went astray."""

    def __init__(self, folder: Path, policy: Write) -> None:
        self.ours, self.spare, self.victims = folder / "zone/data", folder / "zone/spare", folder / "victims"
        for place in (self.ours, self.victims):
            (place / "deep").mkdir(parents=True)
            self.fill(place)
        policy(
            f'[[rotated_logs]]\nname="logs"\ndirectory="{self.ours}"\npattern="app.log.*"\nolder_than_days=7\nkeep=1\n'
            f'[[ownership]]\nname="data"\npath="{self.ours}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\nbelow=true\n'
            f'[[files]]\nname="conf"\npath="{self.ours}/app.conf"\nunit="app.service"\ntest=["/usr/bin/true"]\n'
            f'[[locks]]\nname="lock"\npath="{self.ours}/app.pid"\nunit="app.service"\nprogram="no-such-program"\n'
        )

    def fill(self, place: Path) -> None:
        """By open descriptors, since the names lead elsewhere meanwhile; files with two links are the victims' too."""
        try:
            folder = os.open(place, os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            return
        texts = {"app.conf": f"good of {place.name}\n", "app.pid": "4194999\n", "deep/own": "x"}
        for name, text in (texts | {f"app.log.{number}": "old" for number in range(4)}).items():
            with contextlib.suppress(OSError):
                file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644, dir_fd=folder)
                if os.fstat(file).st_nlink == 1:
                    os.ftruncate(file, 0)
                    os.write(file, text.encode())
                    os.fchown(file, 0, 0)
                    os.utime(file, (OLD, OLD))
                os.close(file)
        os.fchown(folder, 0, 0)
        os.close(folder)

    def request(self, verb: str) -> dict[str, Any]:
        """Something to do for the verb, wherever our folder is called just now; and what an honest gate would ask."""
        self.fill(self.ours)
        self.fill(self.spare)
        request = {"do": verb, **VERBS[verb]}
        with contextlib.suppress(RequestRefused, HalfDone, OSError):
            if verb in ("restore", "put_back"):
                request["sha256"] = act.handle({"do": "file", "name": "conf"})[
                    "good" if verb == "restore" else "sha256"
                ]
            if verb == "put_back":
                made.note("restore", "conf", {"sha256": request["sha256"]})
            if verb == "remove_lock":
                request["inode"] = declared.lock("lock")["inode"]
        return request

    def seen(self) -> dict[str, tuple[int, ...] | str]:
        """All that a verb could change of the victims."""
        found: dict[str, Any] = {}
        for path in (self.victims, *sorted(self.victims.rglob("*"))):
            facts = path.lstat()
            content = path.read_text() if path.is_file() else ""
            found[str(path)] = (facts.st_ino, facts.st_uid, facts.st_gid, facts.st_mode, content)
        return found


@pytest.fixture
def place(tmp_path: Path, policy: Write, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(act, "check_failing", lambda unit: None)
    return Place(tmp_path, policy)


def prepared(place: Place, attack: str, verb: str) -> tuple[Path, Path]:
    """The two names that the attacker exchanges."""
    if attack == "folder":
        place.spare.symlink_to(place.victims)
        return place.ours, place.spare
    name = {"delete_logs": "app.log.1", "remove_lock": "app.pid", "own": "deep", "own_back": "deep"}.get(
        verb, "app.conf"
    )
    other = place.ours / "other"
    if attack == "link" or name == "deep":
        other.symlink_to(place.victims / name)
    else:
        os.link(place.victims / name, other)
    return place.ours / name, other


@contextlib.contextmanager
def swapped(names: tuple[Path, Path], count: int) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, str(SWAPPER), *map(str, names), str(count)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as swapper:
        assert swapper.stdout and swapper.stdout.readline() == b"ready\n"
        try:
            yield swapper
        except BaseException:
            swapper.kill()
            raise
        assert swapper.wait() == 0, swapper.stderr and swapper.stderr.read()


def raced(place: Place, attack: str, verb: str, swaps: int) -> tuple[int, int]:
    """How often the verb did it and how often it refused, while the names were swapped; again where it was too rarely
    tried, since a busy machine may let the swapper run alone."""
    did = refused = 0
    names, before = prepared(place, attack, verb), place.seen()
    while did + refused < FEWEST:
        with swapped(names, swaps) as swapper:
            while swapper.poll() is None:
                request = place.request(verb)
                try:
                    act.handle(request)
                    did += 1
                except (RequestRefused, HalfDone, OSError):
                    refused += 1
                assert place.seen() == before, (verb, attack)
    return did, refused


@pytest.mark.parametrize("swaps", SWAPS)
@pytest.mark.parametrize("attack", ["folder", "link", "hard link"])
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_r22_r39_no_verb_leaves_the_declared_place(place: Place, verb: str, attack: str, swaps: int) -> None:
    raced(place, attack, verb, swaps)


def test_r39_the_race_finds_a_verb_that_follows_links(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with an open that follows links, the victims are changed; it ends as soon as they are."""

    def careless(path: str, flags: int, mode: int = 0) -> int:
        return os.open(path, flags, mode)

    monkeypatch.setattr(declared, "open_beneath", careless)
    monkeypatch.setattr(act, "open_beneath", careless)
    with pytest.raises(AssertionError, match="own"):
        raced(place, "folder", "own", 1_000_000)
