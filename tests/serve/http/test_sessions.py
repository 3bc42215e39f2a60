"""Links and sessions of browsers: once, for a while, and never many."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from stillwatch.serve.http import sessions as module
from stillwatch.serve.http.sessions import (
    LINK_SECONDS,
    MOST_LINKS,
    MOST_SESSIONS,
    PATH,
    SESSION_SECONDS,
    BrowserSessions,
    cookie_in,
    set_cookie,
)


@dataclass
class Hands:
    at: float = 1_000.0

    def now(self) -> float:
        return 1e9

    def boot(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def sessions(clock: Hands) -> BrowserSessions:
    return BrowserSessions(clock=clock)


def token(sessions: BrowserSessions) -> str:
    return sessions.link().removeprefix(PATH)


def entered(sessions: BrowserSessions) -> str:
    secret = sessions.enter(token(sessions))
    assert secret is not None
    return secret


def test_a_link_is_good_once_and_its_session_only_reads(sessions: BrowserSessions) -> None:
    link = token(sessions)
    secret = sessions.enter(link)
    assert secret and secret != link
    who = sessions.who(secret)
    assert who is not None and who.scope == "read"
    assert sessions.enter(link) is None and sessions.who(link) is None and sessions.who("") is None


def test_both_end_by_the_boot_clock(sessions: BrowserSessions, clock: Hands) -> None:
    late, secret = token(sessions), entered(sessions)
    clock.at += LINK_SECONDS
    assert sessions.enter(late) is None and sessions.who(secret)
    clock.at += SESSION_SECONDS
    assert sessions.who(secret) is None


def test_there_are_never_many_and_the_oldest_goes(sessions: BrowserSessions) -> None:
    links = [token(sessions) for _ in range(MOST_LINKS + 1)]
    assert sessions.enter(links[0]) is None and sessions.enter(links[-1])
    secrets = [entered(sessions) for _ in range(MOST_SESSIONS + 1)]
    assert sessions.who(secrets[0]) is None and sessions.who(secrets[-1])


def test_neither_lies_in_memory_as_it_is(sessions: BrowserSessions) -> None:
    link, secret = token(sessions), entered(sessions)
    assert link not in repr(sessions) and secret not in repr(sessions)


def test_the_cookie_is_strict_and_no_scripts() -> None:
    words = set_cookie("abc").split("; ")
    assert words[0] == "stillwatch=abc" and {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(words)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("stillwatch=a", "a"),
        ("theme=dark; stillwatch=a=b; x=y", "a=b"),
        ("stillwatch=a; stillwatch=b", None),
        ("Stillwatch=a", None),
        ("notstillwatch=a", None),
        ("", None),
        (";;=", None),
    ],
)
def test_only_one_cookie_of_ours_counts(sent: str, found: str | None) -> None:
    assert cookie_in(sent) == found and module.COOKIE == "stillwatch"
