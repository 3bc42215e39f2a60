"""Real machines to test on: Debian booted by its own systemd in a container, a fresh one in about a second.

The root file system is built once and kept; each machine is an overlay over it that is gone afterwards. A machine has
no network but its own loopback, its own journal, bus, users and process limits; only the kernel is the host's.
"""

from __future__ import annotations

import atexit
import compileall
import contextlib
import ctypes
import fcntl
import functools
import hashlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

from stillwatch.errors import NotReachable
from stillwatch.install.program import fill
from stillwatch.llm.engines import find_native
from stillwatch.store.compiled import PREPARED, CompiledShelf
from tests.support.groups import remove_groups

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
PACKAGES = HERE / "rig/packages.txt"
SUITE = "bookworm"
PREFIX = "sw-test-"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSIDE = Path("/opt/under-test")
"""Where a machine sees what is tested, the same wherever it lies here."""
CODE, ENVIRONMENT, MODELS_INSIDE, SERVER_INSIDE = (INSIDE / name for name in ("code", "venv", "models", "llama"))
PYTHON = str(ENVIRONMENT / "bin/python")
PREPARE = (
    "import asyncio; from stillwatch.install.installer import Installer;"
    "from stillwatch.install.program import prepare; print(asyncio.run(prepare(Installer(lambda said: None))))"
)
T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.3
CLONE_NEWNET = 0x40000000
TOOLS = ("systemd-nspawn", "mmdebstrap", "nsenter", "setpriv", "unshare")


class RigProblem(Exception):
    """The rig cannot work here, or a machine did not do what it was told."""


def cache() -> Path:
    """Where what is costly to make is kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stillwatch"


def missing() -> str:
    """What this host lacks to boot machines, in one sentence with the way out; "" if nothing."""
    if os.geteuid() != 0:
        return "booting test machines needs root"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"{', '.join(absent)} not installed: run scripts/setup --tests" if absent else ""


def packages() -> list[str]:
    return PACKAGES.read_text().split()


def rootfs() -> Path:
    """The root file system all machines share, built if there is none for this list of packages (about a minute)."""
    mark = hashlib.sha256(f"{SUITE} {' '.join(packages())}".encode()).hexdigest()[:12]
    target = cache() / f"rootfs-{mark}"
    if target.is_dir():
        return target
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "rootfs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            _build(target)
    return target


def _build(target: Path) -> None:
    half = target.with_suffix(".part")
    shutil.rmtree(half, ignore_errors=True)
    command = [
        "mmdebstrap",
        "--variant=minbase",
        '--aptopt=Apt::Install-Recommends "false"',
        f"--include={','.join(packages())}",
        '--customize-hook=mkdir -p "$1/var/log/journal"',
        SUITE,
        str(half),
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    if done.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise RigProblem(f"mmdebstrap failed:\n{done.stderr[-3000:]}")
    half.rename(target)


def model_dir() -> Path:
    return Path(os.environ.get("STILLWATCH_MODEL_DIR") or cache() / "models")


def llama_server() -> Path | None:
    """The native llama-server that Stillwatch would use here, if any; xllamacpp comes with the virtual environment."""
    try:
        return find_native()
    except NotReachable:
        return None


def engine_inside(name: str) -> str:
    """What an engine's name or path here is in a machine."""
    return str(SERVER_INSIDE / Path(name).name) if "/" in name else name


@functools.cache
def _code() -> Path:
    """A copy of this tree that every user may read, wherever the clone lies and whatever its modes; gone with us."""
    place = tempfile.TemporaryDirectory(prefix="sw-code-")
    atexit.register(place.cleanup)
    code = Path(place.name) / "code"
    for part in ("src", "tests", "evals", "scripts"):
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(REPOSITORY / part, code / part, ignore=left_out, copy_function=shutil.copyfile)
    for path in (code, *code.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    compileall.compile_dir(code / "src", quiet=2)  # once, not by each process of each machine
    (code / "editable.pth").write_text(f"{CODE}/src\n")
    _compile_rules(code / "compiled")
    return code


def _compile_rules(folder: Path) -> None:
    """As root would for everybody: else each machine needs seconds before it can judge a line."""
    kept = CompiledShelf(cache() / "compiled")
    fill(kept)
    folder.mkdir()
    for file in (cache() / "compiled").glob("*.rules"):
        shutil.copyfile(file, folder / file.name)
        (folder / file.name).chmod(0o644)


def _mounts() -> dict[Path, Path]:
    """What the command under test is made of: place here → place in the machine, which sees it read-only."""
    server, environment = llama_server(), Path(sys.prefix)
    mounts = {_code(): CODE, _code() / "compiled": PREPARED, environment: ENVIRONMENT, model_dir(): MODELS_INSIDE}
    for link in environment.glob("lib/python*/site-packages/__editable__*.pth"):  # it leads to the code's place here
        mounts[_code() / "editable.pth"] = ENVIRONMENT / link.relative_to(environment)
    if server:
        mounts[server.parent] = SERVER_INSIDE
    if not Path(sys.base_prefix).is_relative_to("/usr"):
        mounts[Path(sys.base_prefix)] = Path(sys.base_prefix)
    return {here: there for here, there in mounts.items() if here.exists()}


def _binds() -> list[str]:
    return [f"--bind-ro={_escaped(here)}:{there}" for here, there in _mounts().items()]


def _escaped(path: Path) -> str:
    """systemd-nspawn takes a colon for the end of a path."""
    return str(path.resolve()).replace("\\", "\\\\").replace(":", "\\:")


class Machine:
    """One booted machine. Use it as a context manager: leaving it ends everything that runs in it."""

    def __init__(self, *, kernel_log: bool = False, arguments: Sequence[str] = (), root: Path | None = None) -> None:
        """kernel_log: let it read the kernel's log. That is the whole host's, other machines' kills included, so only
        a test of kernel messages asks for it, and one machine after the other has it. arguments: more for
        systemd-nspawn (`--bind=…`). root: another root file system than that of all machines, and then nothing of ours
        is seen in it."""
        self.name = PREFIX + secrets.token_hex(4)
        self.leader = 0
        self._log = tempfile.TemporaryFile("a+b")  # noqa: SIM115 – it lives as long as the machine
        self._root = root or rootfs()
        self._arguments = [*arguments, *([] if root else _binds())]
        self._kernel_log: IO[str] | None = None
        if kernel_log:
            self._arguments += ["--capability=CAP_SYSLOG", "--bind=/dev/kmsg"]
            self._kernel_log = (cache() / "kernel-log.lock").open("w")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Machine:
        if problem := missing():
            raise RigProblem(problem)
        if self._kernel_log is not None:
            fcntl.flock(self._kernel_log, fcntl.LOCK_EX)
        # In a process namespace of its own, which the kernel empties when we die, however we die.
        leash = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self._process = subprocess.Popen(
            [*leash, "bash", str(HERE / "rig/boot"), self.name, str(self._root), *self._arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            self.leader = self.wait(self._find_leader, "its init to start", seconds=30)
            self.wait(self._booted, "the boot to end", seconds=60)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the machine and leave no process, mount or control group of it behind."""
        if self._process is not None:
            if self.leader:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.leader, 9)  # PID 1 of the machine: the kernel ends all the others with it
            try:
                self._process.wait(5 if self.leader else 0.1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
            self._process = None
        for opened in filter(None, (self._log, self._kernel_log)):
            opened.close()
        remove_groups(self.name)

    def console(self) -> str:
        """What its init wrote so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _find_leader(self) -> int:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RigProblem(f"systemd-nspawn ended with {self._process.returncode}:\n{self.console()[-3000:]}")
        for pid in _children(self._process.pid):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                if "Name:\tsystemd\n" in status and any(
                    line.startswith("NSpid:") and line.split()[-1] == "1" for line in status.splitlines()
                ):
                    return pid
        return 0

    def _booted(self) -> bool:
        state = self.run(["systemctl", "is-system-running"], check=False).stdout.strip()
        return state in ("running", "degraded")

    def wait(self, probe: Callable[[], T], what: str, *, seconds: float = 20.0) -> T:
        """Ask until the answer is true, and return it. Raises RigProblem after `seconds`.

        Less and less often: whoever asks all the time keeps the machine from getting there.
        """
        end, pause = time.monotonic() + seconds, FIRST_PAUSE
        while True:
            if answer := probe():
                return answer
            if time.monotonic() > end:
                raise RigProblem(f"{self.name}: waited {seconds:g} s in vain for {what}\n{self.console()[-1500:]}")
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE)

    def inside(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, user: str | None = None
    ) -> list[str]:
        """The command line that runs `argv` in the machine, in none of its units."""
        entered = ["nsenter", "-t", str(self.leader), "-a", "env", "-i", "-C", "/"]
        entered += [f"{name}={value}" for name, value in {"PATH": PATH, "LANG": "C.UTF-8", **(env or {})}.items()]
        if user:
            group = self.run(["id", "-g", user]).stdout.strip()
            entered += ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--"]
        return [*entered, *argv]

    def run(
        self,
        argv: Sequence[str],
        *,
        check: bool = True,
        input: str | None = None,
        timeout: float = 60.0,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the machine, in none of its units. Raises RigProblem on failure unless check=False."""
        feed: dict[str, Any] = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
        done = subprocess.run(
            self.inside(argv, env=env, user=user), capture_output=True, text=True, timeout=timeout, **feed
        )
        if check and done.returncode:
            raise RigProblem(
                f"{self.name}: {shlex.join(argv)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def stillwatch(self, *arguments: str, check: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run our command inside, from a copy of the working tree and its virtual environment."""
        env = {**self.stillwatch_environment(), **options.pop("env", {})}
        return self.run([PYTHON, "-m", "stillwatch", *arguments], check=check, env=env, **options)

    def service_python(self) -> str:
        """The interpreter for services inside: a copy where others than root could change this tree's."""
        return self.run([PYTHON, "-I", "-c", PREPARE], timeout=120).stdout.strip()

    def stillwatch_environment(self) -> dict[str, str]:
        """What our command needs to find its models and llama-server inside."""
        server = llama_server()
        environment = {"HOME": "/root", "STILLWATCH_MODEL_DIR": str(MODELS_INSIDE), "PYTHONDONTWRITEBYTECODE": "1"}
        return environment | ({"STILLWATCH_LLAMA_SERVER": engine_inside(str(server))} if server else {})

    def write(self, path: str, text: str, mode: int = 0o644, owner: str = "root:root") -> None:
        """Write a file in the machine; its directories are made."""
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1" && chown "$3" "$1"'
        self.run(["sh", "-c", script, "sh", path, f"{mode:o}", owner], input=text)

    def read(self, path: str) -> str:
        return self.run(["cat", path]).stdout

    def unit(self, name: str, text: str, *, enable: bool = False, start: bool = False) -> None:
        """Write a unit file, reload, and enable or start it if asked to."""
        self.write(f"/etc/systemd/system/{name}", text)
        self.run(["systemctl", "daemon-reload"])
        if enable:
            self.run(["systemctl", "--quiet", "enable", name])
        if start:
            self.run(["systemctl", "start", name])

    def properties(self, unit: str) -> dict[str, str]:
        """All of `systemctl show UNIT`."""
        shown = self.run(["systemctl", "show", unit]).stdout
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def wait_failed(self, unit: str) -> None:
        """Wait until systemd has given a unit up."""
        self.wait(lambda: self.properties(unit)["ActiveState"] == "failed", f"{unit} to be failed", seconds=30)

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """The calling thread, and what is started by it meanwhile, is on the machine's loopback instead of ours."""
        with Path("/proc/thread-self/ns/net").open() as ours, Path(f"/proc/{self.leader}/ns/net").open() as its:
            _enter_network(its.fileno())
            try:
                yield
            finally:
                _enter_network(ours.fileno())

    def get(self, url: str) -> int:
        """HTTP status of a URL as its network has it; 0 where nothing answers. A name in it is looked up outside."""
        with self.network():
            try:
                return int(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).status)
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                return 0

    @property
    def root(self) -> Path:
        """Its root directory as seen from outside."""
        return Path(f"/proc/{self.leader}/root")

    @property
    def journal_dir(self) -> Path:
        return self.root / "var/log/journal"

    @property
    def bus_address(self) -> str:
        """For DBUS_SYSTEM_BUS_ADDRESS outside."""
        return f"unix:path={self.root}/run/dbus/system_bus_socket"


@contextlib.contextmanager
def named(host: str) -> Iterator[list[str]]:
    """What makes a machine call itself so from its first line of the journal on."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(f"{host}\n")
        file.flush()
        yield [f"--bind-ro={file.name}:/etc/hostname"]


def _enter_network(namespace: int) -> None:
    """os.setns came with Python 3.12."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(child)
            yield from _children(int(child))
