from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event
from stillwatch.records.trigger import Trigger
from stillwatch.triage.sighting import Units, sight

from .build import failed, own, pid1, trigger, units

KNOWN = Units.of(units(failed("ssh.service", names=("ssh.service", "sshd.service")), failed("nginx.service")))


def test_pid_1_speaks_of_any_unit_by_any_of_its_names() -> None:
    assert sight(pid1("sshd.service"), KNOWN).unit == "ssh.service"


def test_a_unit_speaks_of_itself() -> None:
    seen = sight(own("nginx.service", "port-in-use"), KNOWN)
    assert (seen.unit, seen.hearsay) == ("nginx.service", False)


def test_text_of_one_unit_about_another_is_hearsay_on_its_writer() -> None:
    seen = sight(trigger("nginx.service", "oom", writer="ssh.service"), KNOWN)
    assert (seen.subject, seen.unit, seen.hearsay) == ("ssh.service", "", True)


def test_a_session_is_never_a_unit_to_blame() -> None:
    seen = sight(trigger("session-3.scope", "oom", writer="session-3.scope"), KNOWN)
    assert (seen.unit, seen.hearsay) == ("", True)


def test_root_may_speak_from_a_session_of_whoever_called_it() -> None:
    seen = trigger("sudo", "access-control", writer="session-3.scope")
    said = [replace(seen, vouched=True, events=(_by(seen.events[0], uid),)) for uid in ("0", "1000")]
    assert [sight(one, KNOWN).hearsay for one in said] == [False, True]
    assert sight(said[0], KNOWN).subject == "sudo"


def _by(event: Event, uid: str) -> Event:
    return replace(event, fields={**event.fields, "uid": uid})


def test_a_program_name_in_a_journal_is_not_taken_for_a_unit() -> None:
    assert sight(trigger("nginx", "oom"), KNOWN).unit == ""


def unvouched(subject: str, cause: str, **fields: str) -> Trigger:
    """Journal text of a process in no unit: journald knows its transport and user."""
    seen = trigger(subject, cause)
    event = replace(seen.events[0], fields={"transport": "syslog", **fields})
    return replace(seen, events=(event,))


@pytest.mark.parametrize("claimed", ["nginx", "systemd", "kernel", "logger"])
def test_what_a_process_in_no_unit_calls_itself_blames_nobody(claimed: str) -> None:
    seen = sight(unvouched(claimed, "oom", uid="65534"), KNOWN)
    assert (seen.subject, seen.unit, seen.hearsay) == ("user 65534", "", True)
    assert sight(unvouched(claimed, "oom"), KNOWN).subject == "somebody"


def test_a_vouched_reporter_speaks_of_a_thing_and_blames_no_unit() -> None:
    disk = replace(trigger("sda", "hardware", writer="smartd.service"), vouched=True)
    assert sight(disk, Units.of({})).node == "hardware sda"
    unit = replace(trigger("web.service", "hardware", writer="smartd.service"), vouched=True)
    assert sight(unit, Units.of({})).hearsay
    assert sight(replace(disk, vouched=False), Units.of({})).subject == "smartd.service"


def test_a_vouched_reporter_named_as_its_own_unit_speaks_of_that() -> None:
    told = replace(own("postfix@-.service", "bad-config"), subject="postfix", vouched=True)
    assert sight(told, Units.of({})).unit == "postfix@-.service"


@pytest.mark.parametrize(
    ("subject", "programs", "hearsay"),
    [
        ("photos.service of user@1000.service", ["/usr/lib/systemd/systemd"], False),
        ("photos.service of user@1000.service", ["/usr/lib/systemd/systemd", "/usr/bin/logger"], True),
        ("photos.service of user@1000.service", ["/usr/bin/logger"], True),
        ("photos.service of user@1000.service", [""], False),
        ("photos.service of user@1001.service", ["/usr/lib/systemd/systemd"], True),
        ("nginx.service", ["/usr/lib/systemd/systemd"], True),
    ],
)
def test_r12_a_persons_own_systemd_speaks_of_that_persons_units_alone(
    subject: str, programs: list[str], hearsay: bool
) -> None:
    said = trigger(subject, "exit-code", writer="user@1000.service")
    events = tuple(replace(said.events[0], fields={**said.events[0].fields, "exe": name}) for name in programs)
    seen = sight(replace(said, vouched=True, events=events), KNOWN)
    assert (seen.hearsay, seen.unit) == (hearsay, "")
    assert hearsay or seen.subject == subject
