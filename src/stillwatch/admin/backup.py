"""The state of daemon and gate in one file: what is remembered, keys, approvals, the audit record.

Models, compiled rules, locks and sockets are left out: they can be fetched or made again.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import msgspec

from stillwatch.config import Paths
from stillwatch.errors import NotReachable, WrongUsage, unusable
from stillwatch.helpers.as_owner import as_owner

MANIFEST = "manifest.json"
FORMAT = 1
LEFT_OUT = frozenset({"models", "compiled", "gate", "lock", "daemon.lock"})
LEFT_OUT_ENDINGS = ("-wal", "-shm", ".sock", ".new", ".part")
GOOD_COPIES = Path("/var/lib/stillwatch-act")


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: its part of the state, its name below that, and what it must be."""

    part: str
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    version: str
    host: str
    at: float
    files: tuple[Kept, ...]


def parts(paths: Paths) -> dict[str, Path]:
    """The directories that make up the state."""
    found = {"daemon": paths.state, "gate": paths.gate_state}
    return found if paths.trial else {**found, "good-copies": GOOD_COPIES}


def back_up(paths: Paths, target: Path, *, host: str, now: float) -> Manifest:
    """Write a new archive that only its owner may read; each database as it was at one moment.

    Raises WrongUsage where the file is there already, NotReachable where something cannot be read or written.
    """
    with tempfile.TemporaryDirectory(prefix="stillwatch-backup-") as folder:
        found = [kept for part, root in parts(paths).items() for kept in _copied(part, root, Path(folder))]
        if not found:
            raise NotReachable(f"there is no state in {paths.state}", next_step="name the right --state-dir")
        manifest = Manifest(format=FORMAT, version=version("stillwatch"), host=host, at=now, files=tuple(found))
        _write_archive(target, Path(folder), manifest)
    return manifest


def _copied(part: str, root: Path, folder: Path) -> Iterator[Kept]:
    with as_owner(root):
        files = list(_files(root))
    for path in files:
        name = path.relative_to(root).as_posix()
        copy = folder / part / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            _snapshot(root, path, copy) if path.suffix == ".db" else _plain(root, path, copy)
        except (OSError, sqlite3.Error) as error:
            raise unusable(path, error) from error
        yield Kept(part=part, name=name, size=copy.stat().st_size, sha256=digest(copy))


def _plain(root: Path, path: Path, copy: Path) -> None:
    with as_owner(root):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)


def _files(root: Path) -> Iterator[Path]:
    """Plain files, links left out. Raises NotReachable for a directory that may not be read."""

    def fail(error: OSError) -> None:
        raise unusable(error.filename or root, error) from error

    if not os.path.lexists(root):
        return
    for folder, folders, names in os.walk(root, onerror=fail):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not (here == root and name in LEFT_OUT))
        for name in sorted(names):
            path = here / name
            skipped = (here == root and name in LEFT_OUT) or name.endswith(LEFT_OUT_ENDINGS)
            if not skipped and path.is_file() and not path.is_symlink():
                yield path


def _snapshot(root: Path, database: Path, copy: Path) -> None:
    """By SQLite itself, whoever writes meanwhile (sqlite.org/backup.html)."""
    with as_owner(root):
        source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens what lies beside it, too
    with closing(source), closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_archive(target: Path, folder: Path, manifest: Manifest) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise WrongUsage(f"{target} is there already", next_step="name a new file") from error
    except OSError as error:
        raise unusable(target, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                _add(archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
                for kept in manifest.files:
                    archive.add(folder / kept.part / kept.name, f"{kept.part}/{kept.name}", recursive=False)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unusable(target, error) from error
        raise


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
