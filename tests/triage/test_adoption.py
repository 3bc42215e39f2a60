from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.adoption import JOB, adopter
from stillwatch.triage.group import group
from stillwatch.triage.sighting import Units

from .build import AT, trigger

KNOWN = Units.of({})


def logged(subject: str, cause: str = "exit-code", **more: object) -> Trigger:
    """The same out of a log file, where nobody vouches for the writer."""
    told = trigger(subject, cause, **more)  # type: ignore[arg-type]
    return replace(told, events=tuple(replace(event, source="log") for event in told.events))


@pytest.mark.parametrize(
    ("program", "unit"),
    [
        ("nginx", "nginx.service"),
        ("acme-wiki.example.lan-start", "acme-wiki.example.lan.service"),
        ("shop-pre-start", "shop.service"),
        ("mariadbd", "mariadb.service"),
        ("dhcpd", "isc-dhcp-server.service"),
        ("apachectl", "apache2.service"),
        ("postgres", "postgresql.service"),
        ("postgres", "postgresql@15-main.service"),
        ("php-fpm8.2", "php8.2-fpm.service"),
    ],
)
def test_a_program_is_its_unit_by_name(program: str, unit: str) -> None:
    said = logged(program, "bad-config", first=AT - 4000, last=AT - 4000)
    assert adopter([said, logged(unit)], KNOWN)(said) == unit


def test_the_last_words_before_a_failure_are_the_units() -> None:
    said = logged("backup-all.sh", "stale-lock", first=AT - 70, last=AT - 65)
    (incident,) = group([said, logged("nightly.service", first=AT - 60)], {}, AT)
    assert (incident.subject, incident.triggers[0].cause) == ("nightly.service", "stale-lock")


@pytest.mark.parametrize(
    "said",
    [
        logged("backup-all.sh", "stale-lock", first=AT - 600, last=AT - 500),
        logged("nginx", "dependency-failed"),
        logged("sshd", "bad-config"),
        logged("cron", "other"),
        logged("other.service", "bad-config"),
    ],
)
def test_what_is_too_early_or_of_others_is_nobodys(said: Trigger) -> None:
    assert adopter([said, logged("nightly.service")], KNOWN)(said) == ""


def test_of_two_that_fail_none_is_guessed() -> None:
    said = logged("backup-all.sh", "stale-lock")
    assert adopter([said, logged("nightly.service"), logged("daily.service")], KNOWN)(said) == ""


def test_a_unit_whose_reason_is_known_adopts_nothing_more() -> None:
    said = logged("backup-all.sh", "stale-lock")
    assert adopter([said, logged("nightly.service"), logged("nightly.service", "oom")], KNOWN)(said) == ""


def test_in_a_journal_nothing_is_guessed() -> None:
    said = trigger("nginx", "bad-config")
    assert adopter([said, logged("nginx.service")], KNOWN)(said) == ""


def ran(unit: str, about: str = "", **more: float) -> Trigger:
    return logged(unit, "", rule=JOB, about=about, **more)


@pytest.mark.parametrize(
    ("program", "jobs", "unit"),
    [
        ("backup-all.sh", [ran("restic-all.service")], "restic-all.service"),
        ("all", [ran("restic-all.service"), ran("fwupd-refresh.service")], "restic-all.service"),
        ("dump", [ran("nightly.service", "Dump of all databases")], "nightly.service"),
        ("dump", [ran("dump-a.service"), ran("dump-b.service")], ""),
        ("dump", [ran("nightly.service")], ""),
        ("dump", [ran("dump.timer.service", first=AT - 9000, last=AT - 8000)], ""),
    ],
)
def test_a_script_is_of_the_job_that_ran_and_shares_a_word(program: str, jobs: list[Trigger], unit: str) -> None:
    said = logged(program, "stale-lock")
    assert adopter([said, *jobs], KNOWN)(said) == unit


def test_a_servers_log_file_speaks_for_the_service_that_runs_or_better_fails() -> None:
    said = logged("postgres", "resource-limit")
    running = UnitState(name="postgresql@15-main.service", active_state="active", main_pid=7)
    umbrella = UnitState(name="postgresql.service", active_state="active", sub_state="exited")
    known = Units.of({u.name: u for u in (running, umbrella)})
    assert adopter([said], known)(said) == running.name
    twin = replace(running, name="postgresql@16-main.service")
    assert adopter([said], Units.of({u.name: u for u in (running, twin)}))(said) == ""
    down = replace(twin, active_state="failed", main_pid=0)
    assert adopter([said], Units.of({u.name: u for u in (running, down)}))(said) == down.name


ENDED = "nightly.service: Main process exited, code=exited, status=1/FAILURE"


@pytest.mark.parametrize(
    ("program", "earlier", "unit"),
    [
        ("backup-all.sh", 12.0, "nightly.service"),
        ("python3", 12.0, "nightly.service"),
        ("archiver", 1.0, "nightly.service"),
        ("archiver", 4.0, ""),
        ("cupsd", 1.0, ""),
        ("dovecot/imap", 1.0, ""),
    ],
)
def test_a_stranger_is_heard_at_the_very_end_alone_and_a_known_server_for_its_own_service(
    program: str, earlier: float, unit: str
) -> None:
    said = logged(program, "disk-full", first=AT - 60 - earlier, last=AT - 60 - earlier)
    assert adopter([said, logged("nightly.service", text=ENDED)], KNOWN)(said) == unit


@pytest.mark.parametrize(("program", "unit"), [("named", "bind9.service"), ("clamd", "clamav-daemon.service")])
def test_a_known_server_whose_service_has_another_name(program: str, unit: str) -> None:
    said = logged(program, "bad-config", first=AT - 60, last=AT - 60)
    assert adopter([said, logged(unit)], KNOWN)(said) == unit


def of_kernel(program: str, cause: str) -> Trigger:
    said = logged(program, cause, first=AT - 61, last=AT - 61)
    return replace(said, events=tuple(replace(event, subject="kernel") for event in said.events))


@pytest.mark.parametrize(
    ("cause", "end", "unit"),
    [
        ("oom", ENDED, ""),
        ("crash", ENDED, ""),
        ("crash", ENDED.replace("status=1/FAILURE", "status=139/n/a"), "nightly.service"),
        ("oom", "nightly.service: Main process exited, code=killed, status=9/KILL", "nightly.service"),
    ],
)
def test_what_the_kernel_killed_did_not_end_by_itself(cause: str, end: str, unit: str) -> None:
    said = of_kernel("worker", cause)
    assert adopter([said, logged("nightly.service", text=end)], KNOWN)(said) == unit


def test_a_loop_of_an_hour_is_not_ended_by_what_is_said_in_between() -> None:
    loop = logged("nightly.service", first=AT - 3600, last=AT, count=60)
    said = logged("archiver", "port-in-use", first=AT - 1800, last=AT - 1800)
    assert adopter([said, loop], KNOWN)(said) == ""


def test_one_that_only_could_not_be_started_with_it_does_not_make_it_doubtful() -> None:
    said = logged("archiver", "missing-path", first=AT - 60, last=AT - 60)
    others = [logged("nightly.service"), logged("report.service", "dependency-failed")]
    assert adopter([said, *others], KNOWN)(said) == "nightly.service"


@pytest.mark.parametrize(("cause", "unit"), [("bad-config", "ssh.service"), ("login-failed", "")])
def test_a_server_at_whose_door_others_stand_speaks_of_itself_alone_for_its_unit(cause: str, unit: str) -> None:
    said = logged("sshd", cause)
    assert adopter([said, logged("ssh.service")], KNOWN)(said) == unit
