"""The catalogue of causes. A model chooses an id from it; the words for people come from here and from the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CAUSES: Final[dict[str, str]] = {
    "missing-executable": "the program that the unit should start does not exist",
    "port-in-use": "another process already listens on the port",
    "bad-config": "a configuration file does not pass its syntax check",
    "disk-full": "a file system is full",
    "inodes-full": "a file system has no free inodes",
    "oom": "the kernel or a memory limit killed it for using too much memory",
    "memory-pressure": "the host is short of memory",
    "cpu-pressure": "the host is short of processor time",
    "io-pressure": "the host waits for its disks",
    "permission": "a file or directory has the wrong owner or mode",
    "certificate-expired": "a TLS certificate has expired or is about to",
    "timer-disabled": "a timer that should run is disabled",
    "name-resolution": "host names cannot be resolved",
    "dependency-failed": "a unit or service that it needs is down",
    "stale-lock": "a lock or pid file of a dead process is in the way",
    "deleted-file-held": "a deleted file is still held open and takes up space",
    "watchdog": "it stopped answering its watchdog",
    "timeout": "it did not start or stop in time",
    "crash": "the program crashed",
    "exit-code": "the program ended with an error",
    "restart-loop": "it keeps failing and is started again and again",
    "log-flood": "one unit floods the log",
    "brute-force": "somebody is guessing passwords",
    "missing-path": "a file, directory or mount that it needs is missing",
    "hardware": "the kernel reports a hardware fault",
    "filesystem-error": "the kernel reports a damaged file system",
    "network": "the network or a remote host does not answer",
    "prompt-injection": "a log line carries instructions for a language model",
    "other": "the cause is not in the catalogue",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """id: from CAUSES; object: the culprit (a unit, a path, a process); text: one sentence by fixed code or a model."""

    id: str
    object: str
    text: str
