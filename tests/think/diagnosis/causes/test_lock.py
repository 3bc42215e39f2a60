from __future__ import annotations

from dataclasses import replace

from stillwatch.records.event import Event, Untrusted

from .scene import AT, Looks, ask, trigger

LOCK = "/var/lib/shop/import.lock"
GONE = {"processes": []}
THERE = {"exists": True, "mode": "-rw-r--r--"}


async def test_a_job_that_says_in_its_own_words_that_another_one_runs() -> None:
    words = f"another import is running (pid 99321, see {LOCK}), exiting"
    said_it = (Event(host="h", at=AT, source="journal", subject="shop.service", text=Untrusted(words)),)
    ended = replace(trigger("exit-code", trusted=True), words=said_it)
    _, said = await ask(ended, looks=Looks(file_metadata=THERE, process_list=GONE))
    assert said.cause and (said.cause.id, said.cause.object) == ("stale-lock", LOCK)
    _, said = await ask(ended, looks=Looks(file_metadata=THERE, process_list={"processes": [{"pid": 99321}]}))
    assert said.proposal is None and said.confidence < 0.9


async def test_a_pid_file_that_its_last_words_name_is_looked_at_whatever_they_say() -> None:
    path = "/run/shop/shop.pid"
    words = f"already up as 4194000? remove {path} if not"
    said_it = (Event(host="h", at=AT, source="journal", subject="shop.service", text=Untrusted(words)),)
    ended = replace(trigger("exit-code", trusted=True), words=said_it)
    locks = {"locks": [{"path": path, "pid": 4194000, "alive": False}]}
    _, said = await ask(ended, looks=Looks(file_metadata=THERE, process_list=GONE, lock_files=locks))
    assert said.cause and (said.cause.id, said.cause.object) == ("stale-lock", path)
    assert said.proposal and said.proposal.action == "remove_stale_lock"


async def test_a_file_that_the_words_name_and_another_unit_holds_locked() -> None:
    held = trigger("stale-lock", "crm: write /var/lib/crm.sqlite: database is locked")
    holders = {"holders": [{"pid": 77, "name": "python3", "unit": "report.service"}]}
    looks = Looks(lock_holders=lambda asked: holders if asked["path"] == "/var/lib/crm.sqlite" else {"holders": []})
    _, said = await ask(held, looks=looks)
    assert said.cause and (said.cause.id, said.cause.object) == ("stale-lock", "report.service")
    assert said.proposal is None
