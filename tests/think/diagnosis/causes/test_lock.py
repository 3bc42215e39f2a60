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
