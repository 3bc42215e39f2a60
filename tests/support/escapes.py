"""Ways out of a confined service, each tried for real: run in a unit, it prints what became of each, a line of JSON.

On a test machine alone: what is not prevented happens. Standard library alone, since units see little else.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import pwd
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {"pivot_root": 155, "kexec_load": 246, "init_module": 175, "finit_module": 313, "delete_module": 176}
    | {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "add_key": 248, "keyctl": 250, "request_key": 249}
    | {"pidfd_getfd": 438, "open_tree": 428, "fsopen": 430, "mount_setattr": 442, "kcmp": 312, "migrate_pages": 256}
    | {"set_mempolicy": 238, "swapon": 167, "swapoff": 168, "quotactl": 179, "ptrace": 101, "capset": 126}
    | {"move_pages": 279, "fanotify_init": 300, "open_by_handle_at": 304, "lookup_dcookie": 212, "ioprio_set": 251},
    "aarch64": {"pivot_root": 41, "kexec_load": 104, "init_module": 105, "finit_module": 273, "delete_module": 106}
    | {"bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "add_key": 217, "keyctl": 219, "request_key": 218}
    | {"pidfd_getfd": 438, "open_tree": 428, "fsopen": 430, "mount_setattr": 442, "kcmp": 272, "migrate_pages": 238}
    | {"set_mempolicy": 237, "swapon": 224, "swapoff": 225, "quotactl": 60, "ptrace": 117, "capset": 91}
    | {"move_pages": 239, "fanotify_init": 262, "open_by_handle_at": 265, "lookup_dcookie": 18, "ioprio_set": 30},
}[platform.machine()]
BLOCKED = frozenset(
    [
        "EPERM",
        "EACCES",
        "EROFS",
        "EAFNOSUPPORT",
        "ENOENT",
        "ENETUNREACH",
        "EADDRNOTAVAIL",
        "ENOSYS",
        "EAGAIN",
        "ENXIO",
        "ECONNREFUSED",
        "SIGKILL",
        "SIGSYS",
    ]
)
AGREED = "--on-a-test-machine"
FORKS, MEMORY, SECONDS = 600, 2 << 30, 20
FAMILIES = {
    "packet": (17, 3),
    "netlink": (16, 3),
    "vsock": (40, 1),
    "alg": (38, 5),
    "inet": (2, 1),
    "inet6": (10, 1),
} | {
    "key": (15, 3, 2),
    "xdp": (44, 3),
}
NAMESPACES = {"user": 0x10000000, "net": 0x40000000, "mount": 0x20000, "pid": 0x20000000, "ipc": 0x8000000} | {
    "uts": 0x4000000,
    "cgroup": 0x2000000,
}
WRITES = [
    "/etc",
    "/etc/cron.d",
    "/etc/systemd/system",
    "/etc/stillwatch",
    "/usr",
    "/usr/local/bin",
    "/root",
    "/home/ann",
    "/var/lib",
    "/var/log",
    "/opt",
    "/srv",
    "/run",
    "/run/systemd/system",
    "/var/lib/stillwatch-gate",
    "/var/spool",
    "/dev",
    "/sys/fs/cgroup",
]
APPENDS = ("/etc/passwd", "/etc/shadow", "/etc/stillwatch/policy.toml", "/proc/sys/net/ipv4/ip_forward")
READS = ["/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/root/key", "/home/ann/key", "/proc/1/environ", "/proc/1/mem"]
DOORS = ["gate/admin", "gate/propose", "helpers/act", "helpers/test", "helpers/peek", "helpers/llama"]
PID_1 = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager")
LOGIND = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
CALLS = {
    "StartTransientUnit": (*PID_1, "StartTransientUnit", "ssa(sv)a(sa(sv))", "escaped.slice", "fail", "0", "0"),
    "StopUnit": (*PID_1, "StopUnit", "ss", "victim.service", "fail"),
    "KillUnit": (*PID_1, "KillUnit", "ssi", "victim.service", "all", "18"),
    "EnableUnitFiles": (*PID_1, "EnableUnitFiles", "asbb", "1", "victim.service", "true", "false"),
    "SetEnvironment": (*PID_1, "SetEnvironment", "as", "1", "ESCAPED=1"),
    "Reload": (*PID_1, "Reload"),
    "Inhibit": (*LOGIND, "Inhibit", "ssss", "shutdown", "x", "x", "block"),
    "ScheduleShutdown": (*LOGIND, "ScheduleShutdown", "st", "dry-poweroff", "18446744073709551614"),
}


def native(name: str, *arguments: Any) -> int:
    """A function of the C library, or a system call by its number. Raises OSError."""
    call = [ctypes.c_long(NUMBERS[name])] if name in NUMBERS else []
    function = LIBC.syscall if call else getattr(LIBC, name)
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = int(function(*call, *given))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def wall_clock() -> None:
    import time

    time.clock_settime(time.CLOCK_REALTIME, time.time())


def executable_memory() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def made_executable() -> None:
    room = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(room))
    native("mprotect", ctypes.c_void_p(address), 4096, 7)


def setuid_file() -> None:
    path = Path("/tmp/setuid")
    path.touch()
    path.chmod(0o4755)


def other_memory(name: str) -> None:
    """Of PID 1, at an address that is none: whoever is let in hears EFAULT."""
    room = ctypes.create_string_buffer(8)
    mine = (ctypes.c_void_p * 2)(ctypes.addressof(room), 8)
    native(name, 1, ctypes.byref(mine), 1, ctypes.byref((ctypes.c_void_p * 2)(8, 8)), 1, 0)


def more_files() -> None:
    """Python has an error of its own for what the kernel refuses here."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard + 1))
    except ValueError as error:
        raise PermissionError(errno.EPERM, str(error)) from error


def become_root() -> None:
    """By a program that is root's and setuid."""
    said = subprocess.run(["/usr/local/bin/rootly", "-u"], capture_output=True, text=True, check=False).stdout
    if said.strip() != "0" or os.getuid() == 0:
        raise PermissionError(errno.EPERM, "not root")


def write(folder: str) -> None:
    place = Path(folder) / "escaped"
    place.mkdir()
    place.rmdir()


def append(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND))


def read(path: str) -> None:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        if path.endswith("mem"):
            file.seek(4096)
        if not file.read(1):  # a mask that systemd put over it
            raise PermissionError(errno.EACCES, path)


def listed(folder: str) -> None:
    if not os.listdir(folder):  # noqa: PTH208  a mask, as above
        raise PermissionError(errno.EACCES, folder)


def connect(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(path)


def connect_out() -> None:
    with socket.socket() as link:
        link.settimeout(2)
        link.connect(("198.51.100.1", 80))  # the machine gives itself this address


def bus(*words: str) -> None:
    done = subprocess.run(["/usr/bin/busctl", "call", "--timeout=5", *words], capture_output=True, check=False)
    if done.returncode:
        raise PermissionError(errno.EPERM, done.stderr.decode())


def fork_bomb() -> None:
    """The children end with the pipe: some units may not even kill their own."""
    reading, writing = os.pipe()
    children = []
    try:
        for _ in range(FORKS):
            if (child := os.fork()) == 0:
                os.close(writing)
                os.read(reading, 1)
                os._exit(0)
            children.append(child)
    finally:
        os.close(writing)
        for child in children:
            os.waitpid(child, 0)


def memory() -> None:
    held = [b"x" * (32 << 20) for _ in range(MEMORY >> 25)]
    assert held


def victim() -> int:
    """A process of another user; PID 1 where it is hidden, so that the attempt is made."""
    for pid in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208
        try:
            if Path(f"/proc/{pid}/comm").read_text().strip() == "victim":
                return int(pid)
        except OSError:
            continue
    return 1


PROBES: dict[str, Callable[[], object]] = {
    "mount": lambda: native("mount", b"x", b"/mnt", b"tmpfs", 0, None),
    "bind": lambda: native("mount", b"/root", b"/mnt", None, 4096, None),
    "remount": lambda: native("mount", None, b"/media", None, 32 | 4096, None),
    "umount": lambda: native("umount2", b"/media", 0),
    "pivot_root": lambda: native("pivot_root", b"/", b"/"),
    "open_tree": lambda: native("open_tree", -100, b"/", 1),
    "fsopen": lambda: native("fsopen", b"tmpfs", 0),
    "mount_setattr": lambda: native("mount_setattr", -100, b"/", 0, None, 0),
    "chroot": lambda: os.chroot("/"),
    **{f"unshare {name}": (lambda flag=flag: native("unshare", flag)) for name, flag in NAMESPACES.items()},
    "setns": lambda: native("setns", os.open("/proc/self/ns/net", os.O_RDONLY), 0),
    "reboot": lambda: native("reboot", 0),
    "kexec_load": lambda: native("kexec_load", 0, 0, None, 0),
    "init_module": lambda: native("init_module", None, 0, b""),
    "finit_module": lambda: native("finit_module", -1, b"", 0),
    "delete_module": lambda: native("delete_module", b"none", 0),
    "clock": wall_clock,
    "hostname": lambda: socket.sethostname("escaped"),
    "domain": lambda: native("setdomainname", b"escaped", 7),
    "swapon": lambda: native("swapon", b"/none", 0),
    "swapoff": lambda: native("swapoff", b"/none"),
    "bpf": lambda: native("bpf", 0, None, 0),
    "perf_event_open": lambda: native("perf_event_open", None, 0, -1, -1, 0),
    "userfaultfd": lambda: native("userfaultfd", 0),
    "add_key": lambda: native("add_key", b"user", b"escaped", b"x", 1, -3),
    "keyctl": lambda: native("keyctl", 0, -3, 1),
    "request_key": lambda: native("request_key", b"user", b"escaped", None, 0),
    "ptrace attach": lambda: native("ptrace", 16, victim(), None, None),
    "ptrace me": lambda: native("ptrace", 0, 0, None, None),
    "pidfd_getfd": lambda: native("pidfd_getfd", os.pidfd_open(victim()), 0, 0),
    "kcmp": lambda: native("kcmp", victim(), os.getpid(), 0, 0, 0),
    "process_vm_readv": lambda: other_memory("process_vm_readv"),
    "process_vm_writev": lambda: other_memory("process_vm_writev"),
    "personality": lambda: native("personality", 0x0040000),
    "executable memory": executable_memory,
    "made executable": made_executable,
    "setuid file": setuid_file,
    "setgid folder": lambda: os.mkdir("/tmp/setgid") or os.chmod("/tmp/setgid", 0o2755),  # noqa: PTH101, PTH102
    "device": lambda: os.mknod("/tmp/device", 0o20600, os.makedev(1, 3)),
    "kernel log": lambda: native("klogctl", 3, ctypes.create_string_buffer(64), 64),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "affinity": lambda: os.sched_setaffinity(0, {0}),
    "limits": more_files,
    "ioprio_set": lambda: native("ioprio_set", 1, 0, 1 << 13),
    "migrate_pages": lambda: native("migrate_pages", 0, 0, None, None),
    "move_pages": lambda: native("move_pages", 0, 0, None, None, None, 0),
    "set_mempolicy": lambda: native("set_mempolicy", 0, None, 0),
    "quotactl": lambda: native("quotactl", 0x80000100, None, 0, None),
    "accounting": lambda: native("acct", None),
    "fanotify_init": lambda: native("fanotify_init", 0, 0),
    "open_by_handle_at": lambda: native("open_by_handle_at", -100, b"\0" * 16, 0),
    "lookup_dcookie": lambda: native("lookup_dcookie", 0, None, 0),
    "uid 0": lambda: os.setresuid(*[pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else 0] * 3),
    "gid 0": lambda: os.setresgid(*[65_534 if os.getgid() == 0 else 0] * 3),
    "groups": lambda: os.setgroups([0, 42]),
    "ambient": lambda: native("prctl", 47, 2, 21, 0, 0),
    "setuid program": become_root,
    "signal PID 1": lambda: os.kill(1, 0),
    "signal another": lambda: os.kill(victim(), 0),
    **{f"socket {name}": (lambda kind=kind: socket.socket(*kind).close()) for name, kind in FAMILIES.items()},
    "raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "low port": lambda: socket.create_server(("127.0.0.1", 26)).close(),
    "connect out": connect_out,
    **{f"write {folder}": (lambda folder=folder: write(folder)) for folder in WRITES},
    **{f"append {path}": (lambda path=path: append(path)) for path in APPENDS},
    **{f"read {path}": (lambda path=path: read(path)) for path in READS},
    "read a victim": lambda: read(f"/proc/{victim()}/environ"),
    "list the gate's state": lambda: listed("/var/lib/stillwatch-gate"),
    "remove a file": lambda: os.unlink("/srv/removable"),  # noqa: PTH108
    "own a file": lambda: os.chown("/srv/ownable", os.getuid(), -1),
    "spare from the killer": lambda: Path("/proc/self/oom_score_adj").write_text("-1000"),
    **{f"door {door}": (lambda door=door: connect(f"/run/stillwatch-{door}.sock")) for door in DOORS},
    "door docker": lambda: connect("/run/docker.sock"),
    "door systemd": lambda: connect("/run/systemd/private"),
    **{f"bus {name}": (lambda words=words: bus(*words)) for name, words in CALLS.items()},
    "fork bomb": fork_bomb,
    "memory": memory,
}  # fmt: skip


def outcome(probe: Callable[[], object]) -> str:
    """What the kernel said, "" where it let the probe; in a process of its own, whatever that does to it."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        said = b""
        signal.alarm(SECONDS)
        try:
            probe()
        except OSError as error:
            said = errno.errorcode.get(error.errno or 0, type(error).__name__).encode()
        except MemoryError:
            said = b"SIGKILL"
        except Exception as error:  # not what was meant: seen as not blocked
            said = type(error).__name__.encode()
        finally:
            os.write(writing, said)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return said.decode() if code == 0 else signal.Signals(-code).name


if __name__ == "__main__":
    if sys.argv[1:] != [AGREED]:
        sys.exit(f"what is not prevented happens: only on a test machine, with {AGREED}")
    for name, probe in PROBES.items():
        print(json.dumps([name, outcome(probe)]), flush=True)
