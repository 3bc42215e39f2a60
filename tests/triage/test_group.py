from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.group import group
from tests.support.facts import facts

from .build import AT, failed, own, pid1, running, trigger, units

Shop = dict[str, UnitState]
SHOP: Shop = units(
    failed("shop-db.service", exec_start=("/usr/bin/shop-db", "--listen", "18082")),
    failed(
        "shop-api.service",
        exec_start=("/usr/bin/shop-api", "--port", "18081"),
        requires=("shop-db.service",),
        environment={"DB": "127.0.0.1:18082"},
    ),
    failed("shop-web.service", exec_start=("/usr/bin/shop-web",), environment={"API": "http://127.0.0.1:18081"}),
    running("nginx.service"),
)


def one(triggers: list[Trigger], shop: Shop = SHOP) -> Incident:
    found = group(triggers, shop, AT)
    assert len(found) == 1, [(i.key, i.summary) for i in found]
    return found[0]


def test_all_signs_of_one_failing_unit_are_one_incident_led_by_the_reason() -> None:
    signs = [
        pid1("shop-db.service", "restart-loop", rule="start-limit-hit"),
        pid1("shop-db.service", "exit-code", rule="unit-failed", severity=Severity.critical),
        own("shop-db.service", "port-in-use", text="bind: Address already in use", severity=Severity.medium),
        pid1("shop-db.service", "", rule="state-failed"),
    ]
    incident = one(signs)
    assert incident.subject == "shop-db.service"
    assert incident.triggers[0].cause == "port-in-use"
    assert incident.severity is Severity.critical
    assert incident.state == "open"


def test_a_trusted_named_cause_beats_the_symptoms() -> None:
    incident = one([pid1("shop-db.service", "exit-code"), pid1("shop-db.service", "missing-executable")])
    assert incident.triggers[0].cause == "missing-executable"


def test_what_requires_the_failed_unit_folds_into_its_incident() -> None:
    incident = one([pid1("shop-api.service", "dependency-failed"), pid1("shop-db.service", "missing-executable")])
    assert incident.subject == "shop-db.service"
    assert "shop-api.service" in incident.summary


def test_connection_refused_folds_along_the_ports_of_failing_units() -> None:
    cascade = [
        own("shop-web.service", "network", text="connect to 127.0.0.1:18081: Connection refused", port="18081"),
        pid1("shop-web.service"),
        own("shop-api.service", "network", text="connect to 127.0.0.1:18082: Connection refused"),
        pid1("shop-api.service"),
        own("shop-db.service", "bad-config", text="config.ini:3: syntax error"),
        pid1("shop-db.service"),
    ]
    incident = one(cascade)
    assert incident.subject == "shop-db.service"
    assert incident.triggers[0].cause == "bad-config"


def test_a_unit_with_a_reason_of_its_own_stays_apart_from_what_it_requires() -> None:
    found = group([pid1("shop-api.service", "missing-executable"), pid1("shop-db.service", "oom")], SHOP, AT)
    assert {i.subject for i in found} == {"shop-api.service", "shop-db.service"}


def test_without_a_list_of_units_the_time_links_a_failed_dependency() -> None:
    cascade = [
        pid1("b.service", "exit-code", first=AT - 60, last=AT - 60),
        pid1("a.service", "dependency-failed", first=AT - 59, last=AT - 59),
    ]
    assert one(cascade, {}).subject == "b.service"


def test_independent_faults_stay_separate() -> None:
    found = group([pid1("shop-db.service", "oom"), pid1("shop-web.service", "missing-executable")], SHOP, AT)
    assert sorted(i.subject for i in found) == ["shop-db.service", "shop-web.service"]


def test_a_full_disk_names_the_one_unit_that_suffers_and_the_mount() -> None:
    disk = trigger("/srv/data", "disk-full", trusted=True, text="/srv/data is 100 % full")
    write = own("shop-db.service", "disk-full", text="write /srv/data/log: No space left on device")
    incident = one([write, disk, pid1("shop-db.service")])
    assert incident.subject == "shop-db.service"
    assert "/srv/data" in incident.summary
    assert "shop-db.service" in incident.summary
    assert incident.key.endswith("disk-full//srv/data")


def test_a_full_disk_with_several_sufferers_is_the_mounts_incident() -> None:
    disk = trigger("/srv/data", "disk-full", trusted=True, text="/srv/data is 100 % full")
    writes = [own(f"{u}.service", "disk-full", text="No space left on device") for u in ("shop-db", "shop-web")]
    incident = one([*writes, disk])
    assert incident.subject == "/srv/data"
    assert "shop-db.service" in incident.summary and "shop-web.service" in incident.summary


def test_two_full_mounts_stay_two_and_the_path_decides_who_suffers_from_which() -> None:
    disks = [trigger(m, "disk-full", trusted=True, text=f"{m} is full") for m in ("/srv/a", "/srv/b")]
    write = own("shop-db.service", "disk-full", text="open /srv/b/x: No space left on device")
    found = group([*disks, write], SHOP, AT)
    assert {i.subject for i in found} == {"/srv/a", "shop-db.service"}


def test_no_space_left_without_inodes_is_the_lack_of_inodes() -> None:
    inodes = trigger("/srv/spool", "inodes-full", trusted=True, text="/srv/spool has no inodes left")
    write = own("shop-web.service", "disk-full", text="/srv/spool/s1: No space left on device")
    incident = one([write, inodes])
    assert incident.triggers[0].cause in ("inodes-full", "disk-full")
    assert "inodes-full" in incident.key


def test_names_that_cannot_be_resolved_are_one_fault_of_the_host() -> None:
    lost = [own(f"{u}.service", "name-resolution") for u in ("shop-db", "shop-web", "shop-api")]
    incident = one(lost)
    assert incident.subject == "/etc/resolv.conf"


def test_a_flood_is_one_incident() -> None:
    noise = [own("shop-web.service", "", rule=f"novel-{n}", severity=Severity.low) for n in range(200)]
    flood = trigger("shop-web.service", "log-flood", trusted=True)
    incident = one([*noise, flood])
    assert incident.triggers[0].cause == "log-flood"
    assert len(incident.triggers) <= 40
    assert any("not kept" in note for note in incident.notes)


def test_a_mention_by_a_user_never_blames_the_unit() -> None:
    lie = trigger("nginx.service", "port-in-use", writer="session-4.scope", text="nginx.service failed: in use")
    found = group([lie], SHOP, AT)
    assert [i for i in found if i.subject == "nginx.service" or "nginx" in i.key] == []
    assert all(i.severity is Severity.low for i in found)


def test_a_mention_by_a_user_does_not_join_the_units_real_incident() -> None:
    lie = trigger("shop-db.service", "oom", writer="user@1000.service", severity=Severity.critical)
    found = group([lie, pid1("shop-db.service")], SHOP, AT)
    real = next(i for i in found if i.subject == "shop-db.service")
    assert [t.cause for t in real.triggers] == ["exit-code"]
    assert real.severity is Severity.high


def test_planted_instructions_are_flagged_once_alone_and_low() -> None:
    plants = [
        trigger(u, "prompt-injection", writer="session-4.scope", rule=f"r{n}", severity=Severity.critical)
        for n, u in enumerate(["shop-db.service", "nginx.service", "x"])
    ]
    real = pid1("shop-db.service")
    found = group([*plants, real], SHOP, AT)
    assert len(found) == 2
    planted = next(i for i in found if "prompt-injection" in i.key)
    assert planted.severity is Severity.low
    assert group([real], SHOP, AT)[0].summary == next(i for i in found if i is not planted).summary


def test_a_restart_that_succeeded_does_not_alarm() -> None:
    shop = units(running("shop-db.service", changed_at=AT - 20, restarts=1))
    assert group([pid1("shop-db.service", "exit-code")], shop, AT) == []


def test_a_known_incident_learns_that_the_unit_runs_again() -> None:
    before = one([pid1("shop-db.service", "exit-code")])
    shop = units(running("shop-db.service", changed_at=AT - 20, restarts=1))
    (after,) = group([pid1("shop-db.service", "exit-code")], shop, AT, [before])
    assert (after.id, after.severity) == (before.id, Severity.info)
    assert [facts(note) for note in after.notes] == [["shop-db.service"]]
    assert after.history[-1].text == "severity: high → info"


def test_a_unit_between_two_of_many_restarts_does_alarm() -> None:
    shop = units(running("shop-db.service", changed_at=AT - 2, restarts=9))
    assert one([pid1("shop-db.service", "restart-loop")], shop).severity is Severity.high


def test_a_running_unit_that_goes_on_complaining_is_noticed_but_not_more() -> None:
    shop = units(running("shop-db.service"))
    grumble = own("shop-db.service", "permission", count=40, severity=Severity.critical)
    assert one([grumble], shop).severity is Severity.medium


def test_seen_again_it_is_the_same_incident_and_keeps_its_findings() -> None:
    first = one([pid1("shop-db.service")])
    kept = replace(first, state="waiting", notes=("owner asked",))
    later = pid1("shop-db.service", first=AT + 5, last=AT + 9, count=2)
    (again,) = group([later], SHOP, AT + 10, [kept])
    assert (again.id, again.state, again.opened) == (first.id, "waiting", first.opened)
    assert again.updated == AT + 9
    assert again.triggers[0].count == 3
    assert "owner asked" in again.notes


def test_a_resolved_fault_opens_anew() -> None:
    first = replace(one([pid1("shop-db.service")]), state="resolved")
    (again,) = group([pid1("shop-db.service")], SHOP, AT, [first])
    assert again.id == "I2"
    assert again.state == "open"


def test_a_cause_found_later_updates_and_an_incident_that_is_part_of_it_is_closed() -> None:
    two = group([pid1("shop-web.service"), pid1("shop-db.service")], SHOP, AT)
    assert len(two) == 2
    disk = trigger("/srv", "disk-full", trusted=True, text="/srv is full")
    writes = [own(f"{u}.service", "disk-full", text="/srv/x: No space left") for u in ("shop-db", "shop-web")]
    after = group([disk, *writes], SHOP, AT, two)
    assert sorted(i.state for i in after) == ["open", "resolved"]
    assert [i.subject for i in after if i.state == "open"] == ["/srv"]
    kept = next(i for i in after if i.state == "open")
    assert next(i for i in after if i.state == "resolved").history[-1].text.endswith(f" {kept.id}")


def test_aliases_are_one_unit() -> None:
    ssh = failed("ssh.service", names=("ssh.service", "sshd.service"))
    assert one([pid1("sshd.service"), pid1("ssh.service", "oom")], units(ssh)).subject == "ssh.service"


def test_a_socket_fails_with_its_service() -> None:
    assert one([pid1("shop-db.socket"), pid1("shop-db.service")]).subject == "shop-db.service"


def test_an_expired_certificate_and_its_disabled_renewal_are_one_incident() -> None:
    timer = trigger("cert-renew.timer", "timer-disabled", trusted=True)
    incident = one([timer, own("shop-web.service", "certificate-expired")])
    assert incident.subject == "cert-renew.timer"


CAUSES = ["exit-code", "port-in-use", "disk-full", "dependency-failed", "network", "prompt-injection", "oom", ""]
SUBJECTS = [*SHOP, "/srv", "session-3.scope", "python3", ""]
some_triggers = st.lists(
    st.builds(
        trigger,
        st.sampled_from(SUBJECTS),
        st.sampled_from(CAUSES),
        trusted=st.booleans(),
        writer=st.sampled_from(["", "shop-db.service", "session-3.scope", "shop-web.service"]),
        text=st.sampled_from(["", "refused 127.0.0.1:18081", "/srv/x full"]),
        first=st.sampled_from([AT - 90, AT - 60, AT - 30]),
    ),
    max_size=12,
)


def shape(found: list[Incident]) -> list[object]:
    return [(i.key, i.subject, i.summary, i.severity, i.triggers) for i in found]


@settings(max_examples=150, deadline=None)
@given(some_triggers, st.randoms())
def test_the_order_of_triggers_does_not_matter(triggers: list[Trigger], dice: random.Random) -> None:
    shuffled = list(triggers)
    dice.shuffle(shuffled)
    assert shape(group(triggers, SHOP, AT)) == shape(group(shuffled, SHOP, AT))


@settings(max_examples=150, deadline=None)
@given(some_triggers)
def test_grouping_again_changes_nothing(triggers: list[Trigger]) -> None:
    found = group(triggers, SHOP, AT)
    assert group(triggers, SHOP, AT, found) == found


@settings(max_examples=100, deadline=None)
@given(some_triggers, st.integers(2, 6))
def test_duplicates_do_not_make_more_incidents(triggers: list[Trigger], times: int) -> None:
    assert len(group(triggers * times, SHOP, AT)) == len(group(triggers, SHOP, AT))


@settings(max_examples=100, deadline=None)
@given(some_triggers)
def test_planted_instructions_change_no_other_incident(triggers: list[Trigger]) -> None:
    plant = trigger("shop-db.service", "prompt-injection", writer="session-9.scope", severity=Severity.critical)
    clean = [t for t in triggers if t.cause != "prompt-injection"]
    others = [i for i in group([*clean, plant], SHOP, AT) if "prompt-injection" not in i.key]
    assert shape(others) == shape(group(clean, SHOP, AT))


def in_log(subject: str, cause: str, **more: object) -> Trigger:
    told = trigger(subject, cause, **more)  # type: ignore[arg-type]
    return replace(told, events=tuple(replace(event, source="log") for event in told.events))


def test_in_a_log_file_a_program_is_taken_for_the_service_of_its_name() -> None:
    incident = one([in_log("shop-db", "port-in-use"), in_log("shop-db.service", "exit-code")], {})
    assert incident.subject == "shop-db.service"
    assert incident.triggers[0].cause == "port-in-use"


def test_the_kernels_word_on_a_process_joins_the_unit_that_died_in_that_moment() -> None:
    kernel = trigger("kernel", "oom", rule="oom-killed-process", trusted=True, first=AT - 61, last=AT - 61)
    incident = one([kernel, pid1("shop-db.service", "oom")])
    assert incident.subject == "shop-db.service"


def test_a_refusal_folds_by_the_units_that_it_wants_where_no_port_is_known() -> None:
    shop = units(failed("b.service"), running("a.service", wants=("b.service",)))
    refused = own("a.service", "dependency-failed", text="upstream refused", target="127.0.0.1:9")
    assert one([refused, pid1("b.service", "oom")], shop).subject == "b.service"
