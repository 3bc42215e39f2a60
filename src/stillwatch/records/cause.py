"""The catalogue of causes, one row each. A model chooses an id from it; the words come from here and from the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNIT_FAILURE: Final = "unit-failure"


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseKind:
    """One row of the catalogue: all that is known of a cause wherever it turns up.

    words: for people and for the models that choose; rank: the higher the more it says why (every reason outranks every
    symptom); family: causes of one family about one thing are one fault, "" for a family of its own; host_wide: its
    fault lies in the host and strikes whatever unit happens to need it; symptom: it says that something failed, and not
    why; undone: it says which work was not done, and not why; elsewhere: it points at somebody else; lasting: said
    once, it stays so until somebody mends it.
    """

    words: str
    rank: int
    family: str = ""
    host_wide: bool = False
    symptom: bool = False
    undone: bool = False
    elsewhere: bool = False
    lasting: bool = False


KINDS: Final[dict[str, CauseKind]] = {
    "missing-executable": CauseKind(
        words="a program that has to be started does not exist", rank=440, family=UNIT_FAILURE
    ),
    "port-in-use": CauseKind(
        words="another process already listens on the port or socket", rank=410, family=UNIT_FAILURE
    ),
    "bad-config": CauseKind(words="a configuration file does not pass its syntax check", rank=390, family=UNIT_FAILURE),
    "disk-full": CauseKind(words="a file system is full", rank=470, host_wide=True),
    "disk-filling": CauseKind(
        words="a file system grows so that it will soon be full", rank=95, family="disk-full", host_wide=True
    ),
    "inodes-full": CauseKind(words="a file system has no free inodes", rank=460, host_wide=True),
    "oom": CauseKind(
        words="the kernel or a memory limit killed it for using too much memory", rank=250, family=UNIT_FAILURE
    ),
    "memory-pressure": CauseKind(words="the host is short of memory", rank=100, family="memory", host_wide=True),
    "cpu-pressure": CauseKind(words="the host is short of processor time", rank=80),
    "io-pressure": CauseKind(words="the host waits for its disks", rank=90),
    "permission": CauseKind(words="a file or directory has the wrong owner or mode", rank=360, family=UNIT_FAILURE),
    "certificate-expired": CauseKind(
        words="a TLS certificate has expired or is about to", rank=330, family=UNIT_FAILURE
    ),
    "timer-disabled": CauseKind(words="a timer that should run is disabled or never elapses", rank=200),
    "name-resolution": CauseKind(words="host names cannot be resolved", rank=260, host_wide=True),
    "dependency-failed": CauseKind(
        words="a unit or service that it needs is down", rank=70, family=UNIT_FAILURE, elsewhere=True
    ),
    "stale-lock": CauseKind(
        words="a lock is in the way: of a dead process, or held by another", rank=380, family=UNIT_FAILURE
    ),
    "deleted-file-held": CauseKind(
        words="a deleted file is still held open and takes up space", rank=450, family="disk-full", host_wide=True
    ),
    "watchdog": CauseKind(words="it stopped answering its watchdog", rank=210, family=UNIT_FAILURE),
    "timeout": CauseKind(words="something took longer than it may", rank=50, family=UNIT_FAILURE, symptom=True),
    "crash": CauseKind(words="the program crashed", rank=40, family=UNIT_FAILURE, symptom=True),
    "not-answering": CauseKind(
        words="it does not answer as its owner declared", rank=15, family=UNIT_FAILURE, symptom=True
    ),
    "exit-code": CauseKind(words="the program ended with an error", rank=30, family=UNIT_FAILURE, symptom=True),
    "restart-loop": CauseKind(
        words="it keeps failing and is started again and again", rank=20, family=UNIT_FAILURE, symptom=True
    ),
    "log-flood": CauseKind(words="one unit floods the log", rank=120, family=UNIT_FAILURE),
    "brute-force": CauseKind(words="somebody is guessing passwords", rank=170),
    "login-failed": CauseKind(words="a log-in was refused", rank=150, family="brute-force"),
    "probing": CauseKind(words="somebody tries what the service does not allow", rank=160, family="brute-force"),
    "missing-path": CauseKind(
        words="a file, directory, mount or module that it needs is missing", rank=340, family=UNIT_FAILURE
    ),
    "hardware": CauseKind(
        words="a device, or the hardware below it, fails or gives errors",
        rank=560,
        lasting=True,
    ),
    "filesystem-error": CauseKind(
        words="a file system is damaged, or nothing can be written to it",
        rank=510,
        lasting=True,
    ),
    "network": CauseKind(
        words="the network or a remote host does not answer", rank=60, family=UNIT_FAILURE, elsewhere=True
    ),
    "kernel-bug": CauseKind(words="the kernel ran into a fault of its own or of a driver", rank=490),
    "device-missing": CauseKind(
        words="a device is gone or does not answer",
        rank=550,
        lasting=True,
    ),
    "redundancy-lost": CauseKind(
        words="an array, pool or cluster goes on without a spare part: the next fault loses data",
        rank=520,
        lasting=True,
    ),
    "quorum-lost": CauseKind(
        words="too few members of the cluster see each other, so it does nothing", rank=480, lasting=True
    ),
    "mount-missing": CauseKind(words="a file system that should be mounted is not", rank=350, family=UNIT_FAILURE),
    "version-mismatch": CauseKind(
        words="data, program or protocol are of versions that do not fit together", rank=420, family=UNIT_FAILURE
    ),
    "access-control": CauseKind(words="a security policy forbids it", rank=370, family=UNIT_FAILURE),
    "resource-limit": CauseKind(words="a limit that somebody set is reached", rank=240, family=UNIT_FAILURE),
    "process-leak": CauseKind(words="it starts more and more processes or threads", rank=230, family=UNIT_FAILURE),
    "cpu-hog": CauseKind(words="one unit uses the processor all the time", rank=110, family=UNIT_FAILURE),
    "masked": CauseKind(words="the unit is masked, so nothing can start it", rank=430, family=UNIT_FAILURE),
    "wrong-address": CauseKind(
        words="the address that it should use is not on this machine", rank=400, family=UNIT_FAILURE
    ),
    "ordering-cycle": CauseKind(words="units wait for each other in a circle, so one of them is left out", rank=220),
    "certificate-wrong": CauseKind(
        words="a certificate is for another name, not trusted or not valid yet", rank=310, family=UNIT_FAILURE
    ),
    "certificate-not-issued": CauseKind(
        words="the authority does not issue the certificate", rank=320, family=UNIT_FAILURE
    ),
    "missing-setting": CauseKind(words="a setting that it needs is not there", rank=300, family=UNIT_FAILURE),
    "licence-expired": CauseKind(words="a licence has expired or is not valid", rank=290, family=UNIT_FAILURE),
    "wrong-credentials": CauseKind(words="a password, key or token is not accepted", rank=280, family=UNIT_FAILURE),
    "backup-failed": CauseKind(words="a backup was not made", rank=140, family=UNIT_FAILURE, undone=True),
    "update-failed": CauseKind(
        words="a package or the system could not be updated", rank=130, family=UNIT_FAILURE, undone=True
    ),
    "clock-wrong": CauseKind(words="the clock is wrong or nothing sets it", rank=270),
    "overheating": CauseKind(words="a part is too hot, so it is slowed down or switched off", rank=530),
    "power": CauseKind(words="the power supply is too weak or failed", rank=540),
    "mail-rejected": CauseKind(words="mail is refused or cannot be delivered", rank=190),
    "data-damaged": CauseKind(
        words="a database or a file of data is damaged", rank=500, family=UNIT_FAILURE, lasting=True
    ),
    "intrusion": CauseKind(words="somebody got in, or tries with more than passwords", rank=180, family="brute-force"),
    "prompt-injection": CauseKind(words="a log line carries instructions for a language model", rank=0),
    "other": CauseKind(words="the cause is not in the catalogue", rank=10, family=UNIT_FAILURE, symptom=True),
}
CAUSES: Final[dict[str, str]] = {id: kind.words for id, kind in KINDS.items()}


def is_symptom(cause: str) -> bool:
    """Whether it says that something failed, and not why; so does no cause at all."""
    return not cause or (cause in KINDS and KINDS[cause].symptom)


def says_why(cause: str) -> bool:
    """Whether it is a reason, not only what came of one."""
    return not is_symptom(cause) and not (cause in KINDS and KINDS[cause].undone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """id: from CAUSES; object: the culprit (a unit, a path, a process); text: one sentence by fixed code or a model."""

    id: str
    object: str
    text: str


def lasts(cause: str) -> bool:
    """Whether what was said once stays so until somebody mends it, however long nothing more is said."""
    return cause in KINDS and KINDS[cause].lasting
