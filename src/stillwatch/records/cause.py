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
    "login-failed": "a log-in was refused",
    "probing": "somebody tries what the service does not allow",
    "missing-path": "a file, directory or mount that it needs is missing",
    "hardware": "the kernel reports a hardware fault",
    "filesystem-error": "the kernel reports a damaged file system",
    "network": "the network or a remote host does not answer",
    "kernel-bug": "the kernel ran into a fault of its own or of a driver",
    "device-missing": "a device is gone or does not answer",
    "redundancy-lost": "an array, pool or cluster goes on without a spare part: the next fault loses data",
    "quorum-lost": "too few members of the cluster see each other, so it does nothing",
    "mount-missing": "a file system that should be mounted is not",
    "version-mismatch": "data, program or protocol are of versions that do not fit together",
    "access-control": "a security policy forbids it",
    "resource-limit": "a limit that somebody set is reached",
    "process-leak": "it starts more and more processes or threads",
    "cpu-hog": "one unit uses the processor all the time",
    "masked": "the unit is masked, so nothing can start it",
    "wrong-address": "the address that it should use is not on this machine",
    "ordering-cycle": "units wait for each other in a circle, so one of them is left out",
    "certificate-wrong": "a certificate is for another name, not trusted or not valid yet",
    "certificate-not-issued": "the authority does not issue the certificate",
    "missing-setting": "a setting that it needs is not there",
    "licence-expired": "a licence has expired or is not valid",
    "wrong-credentials": "a password, key or token is not accepted",
    "backup-failed": "a backup was not made",
    "update-failed": "a package or the system could not be updated",
    "clock-wrong": "the clock is wrong or nothing sets it",
    "overheating": "a part is too hot, so it is slowed down or switched off",
    "power": "the power supply is too weak or failed",
    "mail-rejected": "mail is refused or cannot be delivered",
    "data-damaged": "a database or a file of data is damaged",
    "intrusion": "somebody got in, or tries with more than passwords",
    "prompt-injection": "a log line carries instructions for a language model",
    "other": "the cause is not in the catalogue",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """id: from CAUSES; object: the culprit (a unit, a path, a process); text: one sentence by fixed code or a model."""

    id: str
    object: str
    text: str
