"""API keys: made of 256 random bits, shown once, kept as SHA-256 (enough for what cannot be guessed), revoked at once.

The file lies in the state directory, 0600, and belongs to the directory's owner, whoever runs the command.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from stillwatch.errors import StillwatchError, WrongUsage, unusable
from stillwatch.tables.secret_file import secret_lines

Scope = Literal["read", "chat"]
FILE_NAME = "api-keys.json"
PREFIX = "sk-sw-"
"""Looks like an API key, so that secret scanners and our own redaction know it."""
MOST_KEYS = 200
LONGEST_KEY = 200
SHORTEST_GIVEN = 32
"""Characters of a key that an administrator made: it is kept as a plain hash, so it must not be a password."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """id: what it is called; hash: SHA-256 of the key, in hex; created: seconds since the epoch."""

    id: str
    scope: Scope
    hash: str
    created: float


class KeyRing:
    """The keys in a state directory; what another process creates or revokes holds from the next request on.

    given: those of the configuration's file, which nobody revokes here.
    """

    def __init__(self, state: Path, given: tuple[Key, ...] = ()) -> None:
        self._given = given
        self._file = state / FILE_NAME
        self._read: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Raises StillwatchError where the file is there and cannot be read: no keys is another thing."""
        return (*self._given, *self._own())

    def _own(self) -> tuple[Key, ...]:
        try:
            now = self._file.stat()
        except FileNotFoundError:
            self._read, self._keys = None, ()
            return ()
        except OSError as error:
            raise _unreadable(self._file, error) from error
        mark = (now.st_mtime_ns, now.st_ino, now.st_size)
        if mark != self._read:
            self._keys, self._read = self._load(), mark
        return self._keys

    def who(self, presented: str) -> Key | None:
        """The key that was presented. Every key is compared, each in constant time."""
        digest = hashlib.sha256(presented[:LONGEST_KEY].encode("utf-8", "surrogatepass")).hexdigest()
        found = None
        for key in self.all():
            if hmac.compare_digest(key.hash, digest):
                found = key
        return found

    def create(self, scope: Scope, now: float) -> tuple[str, str]:
        """A new key: its id, and the key itself, which is nowhere else. now: wall time."""
        key = PREFIX + secrets.token_urlsafe(32)
        digest = hashlib.sha256(key.encode()).hexdigest()
        made = Key(id=f"K-{secrets.token_hex(4)}", scope=scope, hash=digest, created=now)

        def add(keys: tuple[Key, ...]) -> tuple[Key, ...]:
            if len(keys) >= MOST_KEYS:
                raise WrongUsage(f"there are {MOST_KEYS} keys already", next_step="revoke those not in use")
            return (*keys, made)

        self._change(add)
        return made.id, key

    def revoke(self, key_id: str) -> None:
        """Raises WrongUsage where there is none by that id."""

        def drop(keys: tuple[Key, ...]) -> tuple[Key, ...]:
            left = tuple(key for key in keys if key.id.casefold() != key_id.casefold())
            if len(left) == len(keys):
                raise WrongUsage(f"no key {key_id[:40]}", next_step="stillwatch keys list")
            return left

        self._change(drop)

    def _change(self, change: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        try:
            with self._alone():
                self._write(change(self._load() if self._file.exists() else ()))
        except OSError as error:
            raise unusable(self._file, error) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, over processes: the directory itself is locked."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _load(self) -> tuple[Key, ...]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=tuple[Key, ...])
        except (OSError, msgspec.DecodeError, UnicodeError) as error:
            raise _unreadable(self._file, error) from error

    def _write(self, keys: tuple[Key, ...]) -> None:
        """Whole or not at all, and under the directory's owner."""
        new = self._file.with_name(f".{FILE_NAME}.{secrets.token_hex(4)}")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                owner = self._file.parent.stat()
                if owner.st_uid != os.geteuid():
                    os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
                file.write(msgspec.json.encode(keys))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def given_keys(path: Path | None) -> tuple[Key, ...]:
    """The keys of a file: one a line, its scope before it, or `chat`. Raises StillwatchError for what is no key."""
    keys = []
    for number, line in enumerate(secret_lines(path) if path else (), 1):
        scope, _, rest = line.partition(" ")
        named: Scope | None = "read" if scope == "read" else "chat" if scope == "chat" else None
        key = rest.strip() if named else line
        if not SHORTEST_GIVEN <= len(key) <= LONGEST_KEY or " " in key:
            raise StillwatchError(
                f"{path}: entry {number} is no key of {SHORTEST_GIVEN} to {LONGEST_KEY} characters",
                next_step="openssl rand -hex 32 makes one",
            )
        digest = hashlib.sha256(key.encode()).hexdigest()
        keys.append(Key(id=f"file-{number}", scope=named or "chat", hash=digest, created=0.0))
    return tuple(keys)


def _unreadable(file: Path, error: Exception) -> StillwatchError:
    why = error.strerror if isinstance(error, OSError) else f"it is damaged ({error})"
    return StillwatchError(f"cannot read {file}: {why}", next_step="move it away and create new keys")
