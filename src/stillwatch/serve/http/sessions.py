"""Links that log a browser in, once, and the sessions that they give. Kept in memory: a restart logs everybody out.

A session only reads (R20): nothing is changed with a cookie, so there is no request to forge. The cookie is
SameSite=Strict and HttpOnly; browsers send a host's cookies to all of its ports, so it is good for looking alone.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from stillwatch.ports import Clock
from stillwatch.serve.http.keys import Key

PATH = "/open/"
COOKIE = "stillwatch"
LINK_SECONDS = 300.0
SESSION_SECONDS = 12 * 3600.0
MOST_LINKS, MOST_SESSIONS = 16, 64
"""The oldest goes first."""
LONGEST = 100
READER = Key(id="browser", scope="read", hash="", created=0.0)


@dataclass(kw_only=True)
class BrowserSessions:
    """Only check-sums are kept, with the moment on the boot clock (R33) at which they end."""

    clock: Clock
    _links: dict[str, float] = field(default_factory=dict)
    _sessions: dict[str, float] = field(default_factory=dict)

    def link(self) -> str:
        """The path of a new link, good once and for LINK_SECONDS."""
        return PATH + self._new(self._links, LINK_SECONDS, MOST_LINKS)

    def enter(self, token: str) -> str | None:
        """A new session's secret for a link that is good, which it no longer is then; None for any other."""
        ends = self._links.pop(_digest(token), 0.0)
        return self._new(self._sessions, SESSION_SECONDS, MOST_SESSIONS) if ends > self.clock.boot() else None

    def who(self, secret: str) -> Key | None:
        """What a browser with this cookie may do; None where its session ended or never was.

        Looked up by check-sum, so that the time it takes tells nothing about the secret.
        """
        return READER if self._sessions.get(_digest(secret), 0.0) > self.clock.boot() else None

    def _new(self, kept: dict[str, float], seconds: float, most: int) -> str:
        now = self.clock.boot()
        for digest in [digest for digest, ends in kept.items() if ends <= now]:
            del kept[digest]
        while len(kept) >= most:
            del kept[next(iter(kept))]
        secret = secrets.token_urlsafe(32)
        kept[_digest(secret)] = now + seconds
        return secret


def set_cookie(secret: str) -> str:
    """The value of Set-Cookie."""
    return f"{COOKIE}={secret}; Path=/; Max-Age={SESSION_SECONDS:.0f}; HttpOnly; SameSite=Strict"


def cookie_in(sent: str) -> str | None:
    """Our cookie of a Cookie header (RFC 6265, 4.2.1), None where it is not there exactly once."""
    found = [value for name, _, value in (part.strip(" ").partition("=") for part in sent.split(";")) if name == COOKIE]
    return found[0] if len(found) == 1 else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret[:LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
