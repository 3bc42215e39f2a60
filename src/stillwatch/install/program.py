"""Which interpreter the services run: this one where nobody but root can change it, else a copy that root owns.

Units hide /home and /root (ProtectHome) and have a /tmp of their own, so a program that lies there is copied too.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from stillwatch.errors import NotReachable, StillwatchError, unusable
from stillwatch.helpers.engine import PACKAGE
from stillwatch.install.installer import Installer
from stillwatch.llm.engines import INSTALLED, find_engine
from stillwatch.llm.models import import_file, models
from stillwatch.store.compiled import PREPARED, CompiledShelf
from stillwatch.untrusted.secrets.find import finder_on
from stillwatch.watch.family import load_rules
from stillwatch.watch.prefilter import Prefilter

COPY = Path("/opt/stillwatch")
HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp", "/dev")))  # noqa: S108
LEFT_OUT = shutil.ignore_patterns("__pycache__", "__editable__*", "pip", "pip-*", "*.pth")


def parts() -> list[Path]:
    """The interpreter, its libraries, and our own package."""
    libraries = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")}
    return [Path(sys.executable), Path(sys.executable).resolve(), *sorted(libraries), _package()]


def in_place(paths: list[Path], owners: frozenset[int] = frozenset({0})) -> str:
    """Why the program cannot be run where it lies; "" if it can."""
    for path in paths:
        if any(path.is_relative_to(folder) for folder in HIDDEN):
            return f"{path} is hidden from services"
        for each in (path, *path.parents):
            try:
                facts = each.lstat()
            except OSError as error:
                return f"{each}: {error.strerror}"
            if problem := _changeable(str(each), facts, owners):
                return problem
    for path in paths[2:]:
        try:
            problems = (_changeable(each, facts, owners) for each, facts in _below(str(path)))
            if problem := next(filter(None, problems), ""):
                return problem
        except OSError as error:
            return f"{error.filename}: {error.strerror}"
    return ""


def _below(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """All that lies there but what was compiled of it. Plain strings: it is ten thousand files."""
    with os.scandir(folder) as rows:
        for row in rows:
            if row.name != "__pycache__":
                yield row.path, row.stat(follow_symlinks=False)
                if row.is_dir(follow_symlinks=False):
                    yield from _below(row.path)


def _changeable(path: str, facts: os.stat_result, owners: frozenset[int]) -> str:
    """Who else could change it; "" for what nobody can, a link included (its target is looked at by itself)."""
    shared = facts.st_mode & 0o022 and not stat.S_ISLNK(facts.st_mode)
    sticky = stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX
    return (
        f"{path} could be changed by others than root" if facts.st_uid not in owners or (shared and not sticky) else ""
    )


async def prepare(installer: Installer) -> str:
    """The interpreter for the units; copies the program where it must be copied."""
    why = in_place(parts())
    if not why:
        return sys.executable
    python, mark, source = str(COPY / "bin/python3"), COPY / "copied-from", fingerprint()
    if _is_copy_of(source, mark):
        return python
    installer.say(f"copy the program to {COPY}, because {why}")
    installer.changed = True
    if not installer.dry_run:
        shutil.rmtree(COPY, ignore_errors=True)
    base = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
    await installer.run(base, "-I", "-m", "venv", "--without-pip", "--copies", *_system_packages(), str(COPY))
    if not installer.dry_run:
        copy_into(COPY / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages")
    await installer.run(python, "-I", "-m", "compileall", "-q", str(COPY / "lib"), needed=False)
    if not installer.dry_run:
        mark.write_text(source)
    return python


def _is_copy_of(source: str, mark: Path) -> bool:
    """The mark is written last, so a copy that broke off has none."""
    return mark.is_file() and mark.read_text() == source


def fingerprint() -> str:
    """Of all that a copy holds: the same while no file of it was changed, added or removed."""
    found = hashlib.sha256(sys.version.encode())
    for folder in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(_package())}):
        for path in sorted(Path(folder).rglob("*")):
            if "__pycache__" not in path.parts and path.is_file():
                facts = path.stat()
                found.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return found.hexdigest()


def copy_into(folder: Path) -> None:
    """Our package and the libraries beside it, readable by all and owned by whoever copies: root."""
    for name in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        shutil.copytree(name, folder, ignore=LEFT_OUT, dirs_exist_ok=True, copy_function=shutil.copyfile)
    shutil.copytree(_package(), folder / "stillwatch", ignore=LEFT_OUT, dirs_exist_ok=True, copy_function=_plain_copy)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.suffix == ".so" else 0o644)


def _plain_copy(source: str, target: str) -> str:
    return str(shutil.copyfile(source, target))


def _system_packages() -> tuple[str, ...]:
    """A virtual environment that sees Debian's packages has a copy that does."""
    config = Path(sys.prefix) / "pyvenv.cfg"
    seen = config.is_file() and "include-system-site-packages = true" in config.read_text()
    return ("--system-site-packages",) if seen or sys.prefix == sys.base_prefix else ()


def engines(installer: Installer) -> list[str]:
    """The engines of the units, the best first (helpers/engine.py): a llama-server of this host, the place where root
    may build one later, and the package that came with us. The model program takes the first that runs.

    A llama-server that services cannot see or others could change is copied, and stays as it is where it is the same.
    """
    try:
        best = find_engine()
    except NotReachable as none:
        installer.say(f"the rules work alone until there is an engine: {none}")
        return [str(INSTALLED), PACKAGE]
    if not best.native:
        return [PACKAGE] if best.named else [str(INSTALLED), PACKAGE]
    return list(dict.fromkeys([_where_services_see_it(installer, Path(best.name)), str(INSTALLED), PACKAGE]))


def _where_services_see_it(installer: Installer, found: Path) -> str:
    if not (why := in_place([found, found.resolve()])):
        return str(found)
    if not INSTALLED.is_file() or not filecmp.cmp(found, INSTALLED, shallow=False):
        installer.say(f"copy {found} to {INSTALLED}, because {why}")
        installer.changed = True
        if not installer.dry_run:
            copy_program(found, INSTALLED)
    return str(INSTALLED)


def fill(shelf: CompiledShelf) -> None:
    """With all that a command compiles before it can judge a line and show it."""
    _ = Prefilter(load_rules(shelf=shelf), shelf=shelf).words
    finder_on(shelf)


def prepare_rules(installer: Installer, folder: Path = PREPARED) -> None:
    """Compile the packaged rules once for everybody here, so that the daemon judges lines from its first second on."""
    if installer.dry_run:
        return
    before = set(folder.glob("*"))
    shelf = CompiledShelf(folder, None, shared=True)
    fill(shelf)
    if set(folder.glob("*")) != before:
        for made in (folder.parent, folder):
            made.chmod(0o755)  # whatever the umask of whoever installs
        installer.say(f"compiled rules in {folder}")


def adopt_models(installer: Installer, folders: Sequence[Path], target: Path) -> None:
    """Copy the models that whoever installs has pulled before, so that nobody waits for them twice.

    One that the services have already is left as it is; a full disk is said, and the rest goes on without.
    """
    for model in models(folders):
        if model.path is None or (target / model.path.name).exists():
            continue
        installer.say(f"copy the model {model.name} to {target}")
        installer.changed = True
        if not installer.dry_run:
            try:
                import_file(model.path, target)
            except StillwatchError as error:
                installer.say(f"not copied: {error}")


def copy_program(source: Path, target: Path) -> None:
    """Whole or not at all, beside one that may be running."""
    fresh = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copyfile(source, fresh)
        fresh.chmod(0o755)
        fresh.replace(target)
    except OSError as error:
        raise unusable(target, error) from error


def _package() -> Path:
    return Path(__file__).resolve().parent.parent
