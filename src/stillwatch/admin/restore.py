"""A backup put in the place of today's state, after everything in it was checked."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from stillwatch.admin.backup import FORMAT, LEFT_OUT, LEFT_OUT_ENDINGS, MANIFEST, Kept, Manifest, digest, parts
from stillwatch.config import Paths
from stillwatch.errors import NotReachable, WrongUsage, unusable
from stillwatch.host.auditlog import check, read_records
from stillwatch.store.database import migrations

MOST_BYTES = 4 << 30
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """aside: where the state that was there before lies now, by part; records: of the audit log that came back."""

    files: int
    records: int
    aside: Mapping[str, Path]


def restore(paths: Paths, source: Path, *, now: float) -> Restored:
    """Put the archive's state in the place of today's, which is moved aside. Daemon and gate must not run.

    Everything is checked first: names, sums, databases, the chain of the audit log; nothing is changed where one of
    them is wrong. Raises WrongUsage for a bad archive, NotReachable where something runs or cannot be written.
    """
    roots = parts(paths)
    with ExitStack() as stack:
        for who, lock in (("the daemon", paths.state / "daemon.lock"), ("the gate", paths.gate_state / "lock")):
            stack.enter_context(_idle(who, lock))
        return _restored(roots, source, now)


@contextmanager
def _idle(who: str, lock: Path) -> Iterator[None]:
    """Held while the state is changed, so that neither starts over half of it."""
    if not lock.exists():
        yield
        return
    try:  # it lies in another user's folder, who may have put a pipe there that nobody ever writes
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise unusable(lock, error) from error
    with os.fdopen(descriptor, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            step = "systemctl stop stillwatch stillwatch-gate, or end `stillwatch up`"
            raise NotReachable(f"{who} runs over this state", next_step=step) from error
        yield


def _restored(roots: Mapping[str, Path], source: Path, now: float) -> Restored:
    with tempfile.TemporaryDirectory(prefix="stillwatch-restore-") as folder:
        manifest = _unpacked(source, Path(folder), roots)
        records = _checked(Path(folder), manifest, source)
        aside = {part: _swapped(Path(folder) / part, roots[part], now) for part in _present(manifest)}
    moved = {part: path for part, path in aside.items() if path is not None}
    return Restored(files=len(manifest.files), records=records, aside=moved)


def _present(manifest: Manifest) -> list[str]:
    return sorted({kept.part for kept in manifest.files})


def _unpacked(source: Path, folder: Path, roots: Mapping[str, Path]) -> Manifest:
    """Only the files that the manifest names, each by its own bytes: no member decides where it goes."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            manifest = _manifest(archive, source)
            _check_names(manifest.files, roots, source)
            for kept in manifest.files:
                member = archive.extractfile(f"{kept.part}/{kept.name}")
                if member is None:
                    raise _bad(source, f"{kept.name} is no plain file")
                target = folder / kept.part / kept.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    _copy(member, file, kept.size)
    except (tarfile.TarError, EOFError, KeyError, msgspec.MsgspecError) as error:
        raise _bad(source, str(error)) from error
    except OSError as error:
        raise (_bad(source, str(error)) if error.errno is None else unusable(source, error)) from error
    return manifest


def _copy(member: IO[bytes], file: IO[bytes], most: int) -> None:
    """What is longer than it says is cut, and found by its sum: no archive fills the disk."""
    while piece := member.read(min(PIECE, most)):
        file.write(piece)
        most -= len(piece)


def _manifest(archive: tarfile.TarFile, source: Path) -> Manifest:
    member = archive.extractfile(MANIFEST)
    if member is None:
        raise _bad(source, "it has no manifest")
    manifest = msgspec.json.decode(member.read(16 << 20), type=Manifest)
    if manifest.format != FORMAT:
        raise _bad(source, f"its format {manifest.format} is not known here")
    return manifest


def _check_names(files: Sequence[Kept], roots: Mapping[str, Path], source: Path) -> None:
    if sum(kept.size for kept in files) > MOST_BYTES or any(kept.size < 0 for kept in files):
        raise _bad(source, "it is larger than any state of ours")
    for kept in files:
        name = PurePosixPath(kept.name)
        odd = name.is_absolute() or ".." in name.parts or not name.name or "\0" in kept.name
        if odd or kept.part not in roots or name.parts[0] in LEFT_OUT or name.name.endswith(LEFT_OUT_ENDINGS):
            raise _bad(source, f"it names {kept.part}/{kept.name}")


def _checked(folder: Path, manifest: Manifest, source: Path) -> int:
    """Sums, databases and the audit chain; returns how many audit records came back."""
    for kept in manifest.files:
        path = folder / kept.part / kept.name
        if path.stat().st_size != kept.size or digest(path) != kept.sha256:
            raise _bad(source, f"{kept.name} is not what was saved")
        if path.suffix == ".db":
            _check_database(path, source)
    if not (folder / "gate/gate.db").exists():
        return 0
    found = check(read_records(folder / "gate"), {})
    if not found.whole:
        raise _bad(source, f"its audit record is broken: {found.problem}")
    return found.records


def _check_database(path: Path, source: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            problems = [row[0] for row in database.execute("PRAGMA quick_check(3)")]
            schema = database.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise _bad(source, f"{path.name} is damaged: {error}") from error
    if problems != ["ok"]:
        raise _bad(source, f"{path.name} is damaged: {problems[0]}")
    if path.name == "stillwatch.db" and schema > len(migrations()):
        raise _bad(source, "it was written by a newer Stillwatch")


def _swapped(fresh: Path, root: Path, now: float) -> Path | None:
    """The fresh files under the directory's own owner; what lay there goes beside it. What can be made again stays.

    They are made ready beside the directory: within it its owner could put a link in the place of any of them, and have
    what that leads to written over, or given to him.
    """
    aside = root.with_name(f"{root.name}.before-restore-{now:.0f}")
    ready = root.with_name(f"{root.name}.restoring-{now:.0f}")
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner, old = root.stat(), list(_old(root))
        ready.mkdir(mode=0o700)
        shutil.copytree(fresh, ready, dirs_exist_ok=True)
        ready.chmod(0o700)
        for path in ready.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid)
            path.chmod(0o700 if path.is_dir() else 0o600)
        if old:
            aside.mkdir(mode=0o700)
            for path in old:
                path.rename(aside / path.name)
        for path in ready.iterdir():
            path.rename(root / path.name)
        ready.rmdir()
    except OSError as error:
        shutil.rmtree(ready, ignore_errors=True)
        raise unusable(root, error) from error
    return aside if old else None


def _old(root: Path) -> Iterator[Path]:
    return (path for path in root.iterdir() if path.name not in LEFT_OUT and not path.name.endswith(".sock"))


def _bad(source: Path, why: str) -> WrongUsage:
    return WrongUsage(f"{source} cannot be restored: {why}", next_step="nothing was changed; try another backup")
