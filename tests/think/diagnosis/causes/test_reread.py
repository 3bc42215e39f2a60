from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import UNKNOWN, Trigger
from stillwatch.think.diagnosis.causes.reread import fields_of

from .scene import AT, Looks, ask, files, trigger, unit

THERE = {"exists": True, "mode": "-rwxr-xr-x"}
ALL_THERE = {"_opt_shop_bin_shop": THERE, "_etc_shop_shop.conf": THERE}


def ended(*words: str) -> Trigger:
    said = tuple(Event(host="h", at=AT, source="journal", subject="shop", text=Untrusted(text)) for text in words)
    return replace(trigger("exit-code", trusted=True), words=said)


def logs(*lines: str) -> dict[str, object]:
    return {"logs": [{"path": "/var/log/shop/main", "at": AT, "lines": lines, "telling": lines}]}


def held(port: int) -> dict[str, object]:
    return {"sockets": [{"port": port, "pid": 77, "name": "stray", "unit": "", "user": "root", "started": AT}]}


async def test_a_log_of_its_own_says_why_where_the_journal_does_not() -> None:
    looks = Looks(own_log=logs("starting", "cannot open /srv/shop/db: No such file or directory"))
    looks.answers["file_metadata"] = files(**ALL_THERE)
    found, said = await ask(ended(), looks=looks)
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-path", "/srv/shop/db")
    assert "/var/log/shop/main" in {piece.source for piece in found.evidence}


async def test_the_journal_is_enough_where_it_says_why() -> None:
    looks = Looks(own_log=logs("x"), file_metadata=files(**ALL_THERE))
    await ask(ended("cannot write: No space left on device"), looks=looks)
    assert "own_log" not in [tool for tool, _ in looks.asked]


@pytest.mark.parametrize(
    ("words", "cause", "culprit"),
    [
        ("listen tcp 192.0.2.7:80: bind: cannot assign requested address", "wrong-address", "192.0.2.7"),
        ("/etc/shop/shop.conf[12]: whatever it is that it dislikes", "bad-config", "/etc/shop/shop.conf"),
        ("could not run /usr/bin/helper", "missing-executable", "/usr/bin/helper"),
        ("could not make a socket on port 8000", "port-in-use", "stray (pid 77)"),
    ],
)
async def test_any_words_lead_to_what_a_look_shows(words: str, cause: str, culprit: str) -> None:
    looks = Looks(file_metadata=files(**ALL_THERE), listening_sockets=held(8000))
    _, said = await ask(ended(words), looks=looks)
    assert said.cause and (said.cause.id, said.cause.object) == (cause, culprit)


async def test_a_port_that_nobody_else_holds_is_not_to_blame() -> None:
    looks = Looks(file_metadata=files(**ALL_THERE), listening_sockets={"sockets": []})
    _, said = await ask(ended("could not make a socket on port 8000"), looks=looks)
    assert said.cause and said.cause.id == "exit-code"


async def test_words_that_name_no_reason_but_a_setting() -> None:
    found = {"files": [], "found": [{"word": "queue_run", "path": "/etc/shop/a.conf", "line": 7}]}
    looks = Looks(file_metadata=files(**ALL_THERE), own_settings=found)
    _, said = await ask(ended("what is queue_run"), looks=looks)
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "/etc/shop/a.conf")
    assert said.confidence < 0.9 and said.proposal is None


async def test_of_one_that_runs_the_words_by_which_it_was_noticed() -> None:
    complaint = replace(trigger("other", "EROR could not make a socket on port 8000"), rule=UNKNOWN)
    looks = Looks(file_metadata=files(**ALL_THERE), listening_sockets=held(8000))
    _, said = await ask(complaint, looks=looks, units=(unit(active_state="active"),))
    assert said.cause and said.cause.id == "port-in-use"


def test_what_words_name() -> None:
    found = fields_of("10:11:12 sh: frob: command not found; /run/x.pid; libfoo.so.1; unknown flag '--fast'")
    assert found == {"library": "libfoo.so.1", "option": "--fast", "command": "frob"}
