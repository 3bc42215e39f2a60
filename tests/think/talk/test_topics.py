"""Each topic's own code, over a host that shows little and one that shows nothing: none breaks, none invents."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Severity
from stillwatch.think.talk.answer import numbered
from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.named import Named
from stillwatch.think.talk.times import Span
from stillwatch.think.talk.topic import Asking, Known
from stillwatch.think.talk.words import LANGUAGES
from stillwatch.views.gate import Verb
from tests.support.gate_answers import whole
from tests.think.incidents import incident

from .hosts import CLOCK, DATA, NOW, TypedLooks, known, unit

LOUD = {"web": incident(id="I3", subject="nginx.service", summary="nginx.service failed", severity=Severity.high)}


async def told(
    topic: str, language: str, looks: TypedLooks, known: Known, *, question: str = "", **named: object
) -> Asking:
    ask = Asking(
        question=question or topic,
        language=language,
        named=Named(**named),
        known=known,
        looks=looks,
        clock=CLOCK,  # type: ignore[arg-type]
    )
    await catalogue()[topic].answer(ask)
    return ask


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", sorted(catalogue()))
async def test_no_topic_says_nothing_and_none_cites_what_is_not_there(topic: str, language: str) -> None:
    incidents, evidence = numbered(list(LOUD.values()))
    here = known(incidents=incidents, evidence=evidence, recent=lambda most: incidents)
    for looks in (TypedLooks(), TypedLooks(data={})):
        ask = await told(topic, language, looks, here)
        text = ask.text()
        assert text and "{" not in text
        assert set(re.findall(r"\[(E\d+)\]", text)) <= {one.id for one in ask.evidence}
        assert {tool for tool, _ in looks.looked} <= set(catalogue()[topic].looks)


async def test_numbers_are_those_that_the_look_gave() -> None:
    text = (await told("disk_space", "en", TypedLooks(), known(), path="/var/log")).text()
    assert "/var/log lies on /var." in text and "/var is 100% full: 0 B of 1.0 GiB are free." in text
    text = (await told("unit_state", "de", TypedLooks(), known(), units=("nginx.service",))).text()
    assert re.search(r"^nginx\.service .*\(failed\) ", text, re.MULTILINE) and "exit-code (status 1)" in text


async def test_healthy_is_never_said_of_what_was_not_read_or_is_muted() -> None:
    assert "cannot say" in (await told("wrong", "en", TypedLooks(), known(sources=()))).text()
    muted = incident(state="muted", severity=Severity.high)
    text = (await told("wrong", "en", TypedLooks(), known(incidents=[muted]))).text()
    assert "Attention, muted" in text and "no open" not in text


async def test_a_trend_needs_readings() -> None:
    rising = [(NOW - 86_400 * (10 - day), 0.5 + day / 25) for day in range(11)]
    here = known(samples=lambda metric, since, until: rising if metric == "disk-used /var" else [])
    text = (await told("disk_trend", "en", TypedLooks(), here, path="/var")).text()
    assert "50.0%" in text and "90.0%" in text and "10 days" in text and "full in " in text
    now = (await told("disk_trend", "en", TypedLooks(), known(), path="/var")).text()
    assert "/var is 100% full" in now and "cannot see" in now


async def test_the_gate_says_what_was_done_and_what_may_be() -> None:
    answers: dict[str, dict[str, object]] = {
        "explain": {"verdict": "ask", "reason": "autonomy is suggest"},
        "list": {"proposals": [{"id": "A-1", "target": "nginx.service", "state": "done"}]},
        "status": {"level": "suggest"},
    }

    async def gate(verb: Verb[Any], /, **fields: Any) -> Any:
        return whole(verb, answers[verb.name])

    here = known(gate=gate)
    assert "1 change made" in (await told("deeds", "en", TypedLooks(), here)).text()
    text = (await told("policy", "en", TypedLooks(), here, units=("nginx.service",))).text()
    assert "restart_unit nginx.service" in text and "restart nginx" in text


@pytest.mark.parametrize("question", ["¿tenemos instalado php y en qué versión?", "haben wir hier irgendwo php?"])
async def test_the_package_is_the_word_that_is_none_of_the_language(question: str) -> None:
    looks = TypedLooks({"package": {"known": True, "installed": False}})
    ask = await told("package", "es", looks, known(), question=question)
    assert "php" in ask.text() and looks.looked[0][1] == {"name": "php"}


async def test_a_units_own_words_stand_beside_what_systemd_says_of_it() -> None:
    told_by_systemd = {"at": NOW, "text": "db.service: Failed with result 'exit-code'.", "unit": "db.service"}
    errors = {"lines": [told_by_systemd], "count": 1, "most": 100}
    looks = TypedLooks({"journal_errors": errors, "journal_search": {"lines": ["db: FATAL: no such file"]}})
    assert "FATAL: no such file" in (await told("logs", "en", looks, known(), units=("db.service",))).text()


LISTENS = {"protocol": "tcp", "address": "::1", "port": 5432, "pid": 7, "name": "postgres", "unit": "db.service"}


@pytest.mark.parametrize(
    "question", ["which user owns the process on 5432", "qui tient le port 5432 ?", "wer hat :5432"]
)
async def test_a_port_has_its_holder_and_the_holders_user(question: str) -> None:
    looks = TypedLooks({"listening_sockets": {"sockets": [{**LISTENS, "user": "carla"}]}})
    text = (await told("ports", "en", looks, known(), question=question)).text()
    assert looks.looked == [("listening_sockets", {"port": 5432})]
    assert all(word in text for word in ("postgres", "pid 7", "db.service", "carla"))


async def test_of_two_numbers_none_is_taken_for_the_port() -> None:
    looks = TypedLooks({"listening_sockets": {"sockets": []}})
    await told("ports", "en", looks, known(), question="are 80 and 443 open")
    assert looks.looked == [("listening_sockets", {"port": 0})]


async def test_zombies_come_with_whose_children_they_are() -> None:
    of = {"state": "zombie", "parent": 7, "parent_name": "python3", "parent_unit": "left.service"}
    zombies = [{"pid": pid, "name": "sh", **of} for pid in (8, 9)]
    looks = TypedLooks({"process_states": {"count": 90, "zombies": zombies, "stuck": []}})
    text = (await told("processes", "en", looks, known())).text()
    assert all(word in text for word in ("python3 (pid 7, left.service)", "sh (pid 8)", "sh (pid 9)"))


RULE = {"who": "carla", "host": "ALL", "run_as": "root", "password": False, "programs": ["/usr/bin/systemctl"]}


async def test_who_may_sudo_is_told_by_the_rules_or_honestly_not() -> None:
    carla = {"name": "carla", "uid": 1000, "shell": "/bin/sh", "home": "/home/carla", "can_log_in": True}
    accounts = {"accounts": [{**carla, "groups": ["carla"]}], "admins": {}}
    data = {"users": accounts, "sudo_rules": {"rules": [RULE], "unread": 2}}
    text = (await told("users", "en", TypedLooks(data), known(), user="carla")).text()
    assert "/usr/bin/systemctl" in text and "2 lines" in text
    closed = TypedLooks({"users": accounts})
    refused = await told("users", "en", closed, known(), user="carla")
    assert "sudo -l -U carla" in refused.text() and ("sudo_rules", {"user": "carla"}) in closed.looked


async def test_a_persons_crontab_is_told_or_honestly_not() -> None:
    jobs = [{"file": "", "user": "carla", "when": "@daily", "command": "/usr/bin/tidy"}]
    seen: dict[str, Any] = {"jobs": jobs, "unreadable": [], "running": ["cron.service"]}
    ask = await told("timers", "en", TypedLooks({"cron_jobs": seen}), known(), user="carla")
    assert ask.table == [("@daily", "/usr/bin/tidy")]
    ask = await told(
        "timers",
        "en",
        TypedLooks({"cron_jobs": {**seen, "jobs": [], "unreadable": ["/var/spool/cron"]}}),
        known(),
        user="carla",
    )
    assert "sudo crontab -l -u carla" in ask.text() and not ask.table


async def test_mail_that_may_not_be_counted_is_no_zero() -> None:
    queue = {"program": "postfix", "folder": "/var/spool/postfix/deferred", "oldest": 0}
    for count, shown in ((None, "sudo mailq"), (3, "3 messages")):
        looks = TypedLooks({"mail_queue": {"services": {}, "queues": [{**queue, "count": count}]}})
        assert shown in (await told("mail_queue", "en", looks, known())).text()


@pytest.mark.parametrize("topic", sorted(name for name, one in catalogue().items() if one.looks))
async def test_half_an_answer_is_never_told_as_a_whole_one(topic: str) -> None:
    """Whichever look fails, it is said."""
    for failing in catalogue()[topic].looks:
        looks = TypedLooks(data={tool: facts for tool, facts in DATA.items() if tool != failing})
        ask = await told(topic, "en", looks, known(), units=("nginx.service",))
        ask.own_up()
        failed = {tool for tool, _ in looks.looked} - set(looks.data)
        assert not failed or "nobody may see it here" in ask.text()


async def test_a_named_folder_narrows_what_changed() -> None:
    rows = [{"kind": "file", "path": path, "at": NOW, "owner": 0} for path in ("/etc/ssh/sshd_config", "/etc/sshx")]
    looks = TypedLooks(data={"recent_changes": {"changes": rows}, "package_changes": {"runs": []}})
    ask = await told("changes", "en", looks, known(), path="/etc/ssh")
    assert ask.subjects == ["/etc/ssh/sshd_config"] and ask.narrowed


async def test_what_a_stop_would_end_is_told() -> None:
    ends = {"requires": [], "required_by": [], "not_active": [], "ends_with_it": ["shop.service"]}
    ask = await told("needed_by", "en", TypedLooks(data={"unit_dependencies": ends}), known(), units=("ssh.service",))
    assert "shop.service" in ask.text()


async def test_how_often_it_happened_is_counted_for_what_is_meant() -> None:
    both = [incident(id=id, subject=name, updated=NOW) for id, name in (("I3", "nginx.service"), ("I4", "ssh.service"))]
    here = known(incidents=both[:1], recent=lambda most: both)
    for named in ({}, {"units": ("nginx.service",)}, {"incident": "I3"}):
        ask = await told("recurrence", "en", TypedLooks(), here, **named)
        assert ask.subjects == ["nginx.service"]
    assert not (await told("recurrence", "en", TypedLooks(), known(incidents=both, recent=lambda most: both))).subjects


async def test_a_file_is_told_with_package_and_units() -> None:
    seen = {"path": "/srv/x", "exists": True, "mode": "-rw-r--r--", "owner": "ann", "group": "web", "size": 2048}
    looks = TypedLooks({"file_metadata": seen, "package": {"known": True, "holders": ["vim"], "inside": []}})
    text = (await told("file", "en", looks, known(), path="/srv/x")).text()
    assert all(word in text for word in ("/srv/x", "ann:web", "2.0 KiB", "vim"))
    gone = TypedLooks({"file_metadata": {"path": "/srv/x", "exists": False}})
    assert "/srv/x" in (await told("file", "en", gone, known(), path="/srv/x")).text()


CHANGES = {
    "changes": [
        {"path": "/etc/nginx/conf.d/shop.conf", "at": NOW, "owner": "0"},
        {"path": "/etc/hosts", "at": NOW, "owner": "0"},
    ]
}
RUNS = {"runs": [{"at": NOW, "by": "ann", "command": "apt", "packages": {"Upgrade": ["nginx-common", "vim"]}}]}


async def test_changes_of_what_is_named_alone() -> None:
    looks = TypedLooks({"recent_changes": CHANGES, "package_changes": RUNS})
    text = (await told("changes", "en", looks, known(), units=("nginx.service",))).text()
    assert "shop.conf" in text and "nginx-common" in text and "hosts" not in text and "vim" not in text
    text = (await told("changes", "en", looks, known(), question="who changed sshd_config")).text()
    assert "sshd_config" in text and "shop.conf" not in text and "nginx" not in text


async def test_processes_of_a_unit_of_a_name_and_the_newest() -> None:
    row = {"name": "java", "pid": 7, "user": "ann", "started": NOW, "unit": "shop.service"}
    for question, named, asked in (
        ("how many processes has nginx", {"units": ("nginx.service",)}, {"unit": "nginx.service", "sort": "start"}),
        ("is a process called java running", {}, {"name": "java", "sort": "start"}),
    ):
        looks = TypedLooks({"process_list": {"processes": [row]}})
        text = (await told("processes", "en", looks, known(), question=question, **named)).text()
        assert looks.looked[-1] == ("process_list", asked) and "pid 7" in text


async def test_zombies_of_a_unit_are_not_told_as_its_processes() -> None:
    looks = TypedLooks({"process_states": {"count": 90, "zombies": [], "stuck": []}})
    await told("processes", "en", looks, known(), question="how many zombies has nginx", units=("nginx.service",))
    assert [tool for tool, _ in looks.looked] == ["process_states"]


async def test_an_account_of_a_service_is_told_and_a_password_never() -> None:
    account = {
        "name": "web",
        "uid": 33,
        "home": "/var/www",
        "shell": "/usr/sbin/nologin",
        "can_log_in": False,
        "groups": [],
    }
    looks = TypedLooks({"users": {"accounts": [account], "admins": {}}, "sudo_rules": {"rules": []}})
    assert "/var/www" in (await told("users", "en", looks, known(), question="who is the user web")).text()
    looks = TypedLooks()
    text = (await told("users", "en", looks, known(), question="does root have a password", user="root")).text()
    assert "passwd -S root" in text and looks.looked == []


async def test_how_a_unit_is_set_up() -> None:
    unit = {**DATA["unit_status"], "fragment_path": "/lib/x", "restart": "on-failure", "user": "web", "outputs": ["/o"]}
    looks = TypedLooks({"unit_status": unit, "process_list": {"processes": [{"user": "ann"}]}})
    text = (await told("unit_settings", "en", looks, known(), units=("nginx.service",))).text()
    assert all(word in text for word in ("/lib/x", "/usr/sbin/nginx", "Restart=on-failure", "web", "ann", "/o"))


async def test_modules_that_are_loaded_and_those_that_guard() -> None:
    seen = {"loaded": ["nf_tables", "zfs"], "security": ["lockdown", "apparmor"], "apparmor": True, "selinux": "off"}
    looks = TypedLooks({"kernel_modules": seen})
    assert "nf_tables" in (await told("security_modules", "en", looks, known(), question="is nf-tables loaded")).text()
    text = (await told("security_modules", "en", looks, known(), question="is apparmor on")).text()
    assert "lockdown, apparmor" in text and "zfs" not in text


async def test_so_many_lines_as_are_asked_for() -> None:
    looks = TypedLooks({"journal_search": {"lines": ["one", "two"]}})
    text = (await told("logs", "en", looks, known(), question="show me the last 20 lines of syslog")).text()
    assert looks.looked == [("journal_search", {"unit": "", "hours": 24.0, "lines": 20})] and "two" in text


async def test_what_is_plugged_in() -> None:
    card = {"card": "card0", "driver": "amdgpu", "name": "", "used": 2**30, "size": 2**32}
    seen = {"usb": [{"id": "046d:c52b", "name": "Receiver"}], "bluetooth": [], "sound": []}
    looks = TypedLooks({"graphics": {"cards": [card], "holders": []}, "devices": seen})
    text = (await told("devices", "en", looks, known())).text()
    assert all(word in text for word in ("amdgpu", "1.0 GiB of 4.0 GiB", "046d:c52b"))


async def test_tunnels_are_told_and_what_the_other_end_does_is_not() -> None:
    link = {"name": "wg0", "up": True, "addresses": ["10.0.0.2"]}
    here = known(units={"wg-quick@wg0.service": unit("wg-quick@wg0.service")})
    text = (await told("vpn", "en", TypedLooks({"network": {"interfaces": [link]}}), here)).text()
    assert all(word in text for word in ("wg0", "10.0.0.2", "wg-quick@wg0.service", "wg show"))


async def test_what_timers_start_and_failed_is_told() -> None:
    row = {"name": "nightly.timer", "active": "active", "next": NOW + 60, "last": NOW, "triggers": ["nginx.service"]}
    looks = TypedLooks({"timers": {"timers": [row]}})
    assert "nginx.service" in (await told("timers", "en", looks, known())).text()


async def test_a_service_that_was_started_lately() -> None:
    here = known(units={"ssh.service": unit("ssh.service", started_at=NOW - 60)})
    span = Span(since=NOW - 3600, until=NOW, now=NOW)
    looks = TypedLooks({"services": DATA["services"], "journal_search": {"lines": []}})
    ask = await told("services", "en", looks, here, question="which services were restarted", span=span)
    assert ask.table and ask.table[-1][0] == "ssh.service"


async def test_what_is_not_read_is_told() -> None:
    sources = (SourceReport(name="units", read=True), SourceReport(name="journal", read=False, problem="closed"))
    text = (await told("watching", "en", TypedLooks(), known(sources=sources))).text()
    assert "units" in text and "journal (closed)" in text
