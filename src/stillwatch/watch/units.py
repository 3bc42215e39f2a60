"""Unit states as PID 1 tells them: which are faults, and what the result alone says about the cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.unit.facts import is_own
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text
from stillwatch.watch.of_event import of_event

RESTART_LOOP = 3
RESULTS: Final[dict[str, str]] = {
    "oom-kill": "oom",
    "watchdog": "watchdog",
    "timeout": "timeout",
    "signal": "crash",
    "core-dump": "crash",
    "exit-code": "exit-code",
    "exec-condition": "other",
    "protocol": "other",
    "resources": "other",
    "start-limit-hit": "restart-loop",
    "dependency": "dependency-failed",
}
"""systemd's Result= property (systemd.exec(5), org.freedesktop.systemd1(5)) and the cause that it stands for."""
EXIT_STATUSES: Final[dict[str, str]] = {
    "200": "missing-path",  # CHDIR
    "203": "missing-executable",  # EXEC
    "216": "other",  # GROUP
    "217": "other",  # USER
    "226": "missing-path",  # NAMESPACE
    "233": "missing-path",  # RUNTIME_DIRECTORY
    "238": "missing-path",  # STATE_DIRECTORY
}
"""Exit statuses of systemd's own steps before the program starts (systemd.exec(5), "Process Exit Codes")."""
SWITCHED: Final = frozenset({"enabled", "disabled", "masked"})
"""States of a unit file that somebody chose; "static" and "transient" ones run as others want it."""
JUST_DONE: Final = 7 * 86400.0
"""Seconds: a package's timer that was switched off longer ago is taken for wanted so."""


def judge_unit(event: Event, host: str) -> Trigger | None:
    """A failed unit, one that is started again and again, or one whose file is broken; None for all others.

    A disabled timer is no fault by itself; one that ran before and was switched off is. What ends without an error and
    is started again, as Restart=always has it, is at work.
    """
    fields = event.fields
    state, sub = fields.get("active_state", ""), fields.get("sub_state", "")
    restarts = _number(fields.get("restarts", ""))
    if state == "failed":
        cause = unit_cause(fields)
        return _trigger(event, host, "unit-failed", Severity.high, f"{event.subject} has failed", cause)
    failed = fields.get("result", "success") not in ("", "success")
    if sub.startswith("auto-restart") and failed and restarts >= RESTART_LOOP:
        known = unit_cause(fields)
        cause = "restart-loop" if known in ("exit-code", "other") else known
        words = f"{event.subject} keeps failing and was started {restarts} times again"
        return _trigger(event, host, "unit-restart-loop", Severity.high, words, cause)
    if sub.startswith("auto-restart") and failed:
        words = f"{event.subject} has failed and waits to be started again"
        return _trigger(event, host, "unit-restarting", Severity.medium, words, unit_cause(fields))
    if fields.get("load_state", "") in ("bad-setting", "error"):
        return _trigger(
            event, host, "unit-file-broken", Severity.medium, f"{event.subject} cannot be loaded", "bad-config"
        )
    if missed := fields.get("missed_by", ""):
        words = f"{event.subject} is {fields['load_state']}, so {missed}, which requires it, cannot run"
        cause = "masked" if fields["load_state"] == "masked" else "missing-path"
        return _trigger(event, host, "unit-missed", Severity.high, words, cause)
    if event.subject.endswith(".mount"):
        return _judge_mount(event, host)
    return _judge_timer(event, host) if event.subject.endswith(".timer") else None


def _judge_mount(event: Event, host: str) -> Trigger | None:
    """Not mounted, although it was, and is to be mounted at every boot."""
    fields = event.fields
    was = _number(fields.get("active_at", "")) and fields.get("active_state") == "inactive"
    if not was or not fields.get("wanted") or fields.get("enabled") not in ("enabled", "generated"):
        return None
    where = fields.get("where", "") or event.subject
    return _trigger(event, host, "mount-off", Severity.medium, f"{where} was mounted and is not", "mount-missing")


def _judge_timer(event: Event, host: str) -> Trigger | None:
    """Off, although it has been on: of the administrator's own timers always, of a package's only when just done.

    Or on, and of no use: nothing will ever make it start its unit.
    """
    fields = event.fields
    if fields.get("never_elapses"):
        severity = Severity.medium if is_own(fields.get("fragment_path", "")) else Severity.low
        words = f"{event.subject} is active, and none of its times lies ahead"
        return _trigger(event, host, "timer-never-elapses", severity, words, "timer-disabled")
    ran, enabled, state = (
        _number(fields.get("active_at", "")),
        fields.get("enabled", ""),
        fields.get("active_state", ""),
    )
    if not ran or enabled not in SWITCHED or (enabled == "enabled" and state != "inactive"):
        return None
    own = is_own(fields.get("fragment_path", ""))
    if not own and event.at - ran > JUST_DONE:
        return None
    how = (
        "is stopped"
        if enabled == "enabled"
        else f"is {enabled}" + (", so no boot starts it" if state == "active" else "")
    )
    severity = Severity.medium if own and state != "active" else Severity.low
    return _trigger(event, host, "timer-off", severity, f"{event.subject} ran before and {how}", "timer-disabled")


def unit_cause(fields: Mapping[str, str]) -> str:
    """The cause that Result and ExecMainStatus stand for, "other" where they say nothing."""
    result = fields.get("result", "")
    if result in ("exit-code", "start-limit-hit") and fields.get("exit_status", "") in EXIT_STATUSES:
        return EXIT_STATUSES[fields["exit_status"]]
    return RESULTS.get(result, "other")


def _trigger(event: Event, host: str, rule: str, severity: Severity, summary: str, cause: str) -> Trigger:
    shown = {
        name: safe_text(event.fields[name], FIELD_LIMIT)
        for name in ("active_state", "sub_state", "result", "exit_status", "restarts", "load_state")
        if event.fields.get(name)
    }
    if (result := shown.get("result", "")) not in ("", "success"):
        status = shown.get("exit_status", "0")
        summary += f" ({result}, status {status})" if result == "exit-code" else f" ({result})"
    return of_event(event, host, rule=rule, severity=severity, summary=summary, cause=cause, fields=shown)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
