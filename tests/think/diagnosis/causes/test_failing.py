from __future__ import annotations

from dataclasses import replace

from .scene import Looks, ask, trigger, unit


async def test_its_own_memory_limit_killed_it() -> None:
    looks = Looks(unit_status={"memory_max": 64 << 20})
    _, said = await ask(trigger("oom", trusted=True), looks=looks)
    assert said.cause is not None and "64 MiB" in said.cause.text
    assert said.confidence >= 0.9
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.arguments) == ("restart_unit", {"once": True})


async def test_a_text_about_memory_restarts_nothing() -> None:
    _, said = await ask(trigger("oom", "out of memory"))
    assert said.confidence <= 0.6
    assert said.proposal is None


async def test_who_finds_no_memory_by_itself_was_not_killed_for_it() -> None:
    _, own = await ask(trigger("oom", "fatal: out of memory"))
    _, killed = await ask(trigger("oom", "Memory cgroup out of memory: Killed process 7 (shop)"))
    assert own.cause is not None and killed.cause is not None
    assert len(own.cause.text) < len(killed.cause.text)


async def test_a_line_that_names_nobody_is_not_the_host_s() -> None:
    _, said = await ask(trigger("version-mismatch", "too old", subject=""), subject="", key="h/unit-failure/-")
    assert said.cause is not None and said.cause.object != "h"


async def test_the_watchdog() -> None:
    _, said = await ask(trigger("watchdog", trusted=True))
    assert said.cause is not None and said.cause.id == "watchdog"
    assert said.proposal is not None and said.proposal.target == "shop.service"


async def test_what_it_requires_has_failed() -> None:
    shop = (unit(requires=("db.service",), exec_start=()), unit("db.service", exec_start=()))
    _, said = await ask(trigger("dependency-failed", trusted=True), units=shop)
    assert said.cause is not None and said.cause.object == "db.service"
    assert said.confidence >= 0.9


async def test_where_a_unit_that_said_nothing_sends_its_words() -> None:
    looks = Looks(unit_status={"outputs": ["/var/log/shop/shop.err"]})
    _, said = await ask(trigger("exit-code", trusted=True), looks=looks)
    assert said.cause is not None and "/var/log/shop/shop.err" in said.cause.text


async def test_a_symptom_is_certain_and_its_reason_is_not() -> None:
    looks = Looks(journal_search={"lines": ["boom"]})
    found, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(unit(exec_start=()),))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("exit-code", "shop.service")
    assert 0.6 < said.confidence < 0.9
    assert said.next == "escalate"
    assert found.evidence[-1].kind == "look"


async def test_short_of_memory() -> None:
    pressure = trigger("memory-pressure", trusted=True, subject="memory")
    _, said = await ask(pressure, subject="memory", key="h/memory/memory")
    assert said.cause is not None and said.cause.id == "memory-pressure"


async def test_a_fault_of_the_host_itself_names_the_host() -> None:
    busy = trigger("cpu-pressure", trusted=True, subject="")
    _, said = await ask(busy, subject="", key="h/cpu-pressure/-")
    assert said.cause is not None and said.cause.object == "h"


async def test_the_hosts_own_shortage_is_not_the_units_limit() -> None:
    looks = Looks(unit_status={"memory_max": 64 << 20})
    _, said = await ask(trigger("oom", trusted=True, constraint="CONSTRAINT_NONE"), looks=looks)
    assert said.cause is not None and "host" in said.cause.text and "MiB" not in said.cause.text
    _, said = await ask(trigger("oom", trusted=True, constraint="CONSTRAINT_MEMCG"), looks=Looks(unit_status={"x": 1}))
    assert said.cause is not None and "own" in said.cause.text and "limit" in said.cause.text


async def test_what_suffers_from_it_does_not_make_it_suffer() -> None:
    others = trigger("dependency-failed", trusted=True, subject="web.service")
    claim = trigger("bad-config", "syntax error in /else/where.conf", path="/else/where.conf")
    _, said = await ask(claim, others)
    assert said.cause is not None and said.cause.id == "bad-config"


async def test_a_measured_load_is_a_services_fault_and_a_jobs_right() -> None:
    counted = replace(trigger("cpu-hog", "shop.service: 9 s, now 99%", trusted=True), rule="unit-busy")
    _, said = await ask(counted, looks=Looks(), units=(unit(active_state="active", kind="simple"),))
    assert said.cause is not None and said.cause.id == "cpu-hog" and not said.over
    _, said = await ask(counted, looks=Looks(), units=(unit(active_state="activating", kind="oneshot"),))
    assert said.over


async def test_its_own_words_name_the_reason_where_no_rule_does() -> None:
    said_so = replace(
        trigger("exit-code", trusted=True), words=(trigger("", "cannot open cache: Permission denied").events)
    )
    _, said = await ask(said_so, units=(unit(exec_start=()),))
    assert said.cause is not None and said.cause.id == "permission"
    assert said.confidence <= 0.6 and said.proposal is None


async def test_words_of_a_refused_log_in_are_of_wrong_credentials() -> None:
    _, said = await ask(trigger("backup-failed", "repository: wrong password for user backup"))
    assert said.cause is not None and said.cause.id == "wrong-credentials"


async def test_what_was_not_done_keeps_its_name_where_the_words_name_nothing() -> None:
    _, said = await ask(trigger("backup-failed", "the backup did not work out"))
    assert said.cause is not None and said.cause.id == "backup-failed"


async def test_what_does_not_answer_is_told_with_the_question_and_nothing_is_restarted_for_it() -> None:
    asked = replace(trigger("not-answering", "shop: http://h/: HTTP status 503", trusted=True), rule="probe-failed")
    _, said = await ask(asked, units=(unit(active_state="active"),))
    assert said.cause and (said.cause.id, said.cause.object) == ("not-answering", "shop.service")
    assert not said.proposal and asked.summary in said.cause.text
    why = trigger("disk-full", "no space left on device")
    _, said = await ask(why, asked, units=(unit(active_state="active"),))
    assert said.cause and said.cause.id != "not-answering"
