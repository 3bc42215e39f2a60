from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.event import Event, Untrusted

from .scene import AT, Looks, ask, trigger


@pytest.mark.parametrize(
    "words",
    [
        "can't find the user cached to switch to",
        "[pool www] cannot get uid for user 'cached'",
        'getpwnam("cached") failed in /etc/cache.conf:2',
        "unknown user: cached",
        "User cached does not exist",
    ],
)
async def test_a_user_to_whom_a_failed_program_cannot_switch_is_named(words: str) -> None:
    said_it = (Event(host="h", at=AT, source="journal", subject="shop.service", text=Untrusted(words)),)
    ended = replace(trigger("exit-code", trusted=True), words=said_it)
    _, said = await ask(ended, looks=Looks(users={"accounts": [], "admins": {}}))
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "cached")
    assert said.confidence >= 0.9
    known = {"accounts": [{"name": "cached"}], "admins": {}}
    _, said = await ask(ended, looks=Looks(users=known))
    assert said.cause and said.cause.object != "cached"


async def test_an_owner_that_systemd_does_not_find_is_the_culprit_and_not_the_file_that_names_him() -> None:
    told = trigger("bad-config", "lending.socket: Failed to resolve user lender", trusted=True, account="lender")
    _, said = await ask(told, looks=Looks(users={"accounts": [], "admins": {}}))
    assert said.cause and (said.cause.id, said.cause.object) == ("bad-config", "lender")
    assert said.confidence >= 0.9 and said.proposal is None
    _, said = await ask(told, looks=Looks(users={"accounts": [{"name": "lender"}], "admins": {}}))
    assert said.cause and said.cause.object != "lender"


async def test_a_file_called_like_users_is_no_account() -> None:
    words = "Error: Unable to open pwfile /etc/till/users.pw and /etc/till/user x"
    said_it = (Event(host="h", at=AT, source="journal", subject="shop.service", text=Untrusted(words)),)
    ended = replace(trigger("exit-code", trusted=True), words=said_it)
    _, said = await ask(ended, looks=Looks(users={"accounts": [], "admins": {}}))
    assert said.cause and said.cause.object not in ("s.pw", "x")
