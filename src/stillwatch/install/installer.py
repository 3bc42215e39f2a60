"""The steps of `install`: each writes, removes or runs one thing and says so; a dry run only says it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from stillwatch.errors import NotReachable, unusable
from stillwatch.host.command import run

PATIENCE = 90.0


class Installer:
    """say: hears one line for each thing done; root: "/" but in tests."""

    def __init__(self, say: Callable[[str], None], *, dry_run: bool = False, root: Path = Path("/")) -> None:
        self.say, self.dry_run, self.root = say, dry_run, root
        self.changed = False

    def here(self, path: PurePosixPath | str) -> Path:
        return self.root / str(path).lstrip("/")

    def exists(self, path: PurePosixPath | str) -> bool:
        return os.path.lexists(self.here(path))

    def text(self, path: PurePosixPath | str) -> str | None:
        """What a plain file says; None where there is none that may be read."""
        return _reads(self.here(path))

    def write(self, path: PurePosixPath | str, text: str, mode: int = 0o644) -> bool:
        """A whole file or none of it; nothing is said where it already stands so. Returns whether it was new."""
        target = self.here(path)
        if _reads(target) == text:
            if target.stat().st_mode & 0o7777 != mode and not self.dry_run:
                target.chmod(mode)
            return False
        self.say(f"write {path}")
        self.changed = True
        if not self.dry_run:
            self._replace(target, text, mode)
        return True

    def _replace(self, target: Path, text: str, mode: int) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(f".{target.name}.new")
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            fresh.replace(target)
        except OSError as error:
            raise unusable(target, error) from error

    def remove(self, path: PurePosixPath | str) -> None:
        """A file, or a directory with all that is in it. A link is removed, never followed."""
        target = self.here(path)
        if not os.path.lexists(target):
            return
        self.say(f"remove {path}")
        self.changed = True
        if self.dry_run:
            return
        try:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink()
        except OSError as error:
            raise unusable(target, error) from error

    async def run(self, *argv: str, needed: bool = True) -> bool:
        """Run a program of the system. needed: raises NotReachable where it fails; else returns whether it worked."""
        self.say(f"run {' '.join(argv)}")
        if self.dry_run:
            return True
        done = await run(argv, seconds=PATIENCE)
        if needed and not done.ok:
            why = (done.err or done.out).strip().splitlines() or [f"it ended with {done.code}"]
            raise NotReachable(f"{' '.join(argv)}: {why[-1]}", next_step="mend that, then run the same again")
        return done.ok

    async def lines(self, argv: Sequence[str]) -> list[str]:
        """What a program says that only looks; a dry run looks too. Raises NotReachable where it fails."""
        done = await run(argv, seconds=PATIENCE, limit=4_194_304)
        if not done.ok:
            raise NotReachable(f"{' '.join(argv)}: {done.err.strip()[-200:]}")
        return done.out.splitlines()


def _reads(target: Path) -> str | None:
    """The text of a plain file; None for anything else, also for what a dry run of an ordinary user may not see."""
    try:
        return target.read_text() if target.is_file() and not target.is_symlink() else None
    except (OSError, UnicodeDecodeError):
        return None
