"""Log-ins that failed or were accepted, counted by service and source: who tries to get in, and whether anybody did.

Not by product: any rule of the kind `login-failed`, `login-accepted` or `refused` feeds it. Bounded whatever the log
holds: at most SERVICES services and SOURCES sources a host, ALL_SOURCES for all hosts. Who guesses is forgotten last,
and what is forgotten is counted.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from stillwatch.records.line import Line
from stillwatch.watch.addresses import OWN, is_own, is_private

SERVICES = 64
SOURCES = 2048
ALL_SOURCES = 16384
"""Of all hosts together."""
ACCOUNTS = 64
"""Of one service, each with the sources that tried it."""
USERS = 8
"""Named with one source."""
LOGINS = 16
"""Accepted log-ins kept with one service."""
SPARED = 64
KEPT_BYTES = 512
"""Of the line that is shown for a source."""

FEW = 5
"""Failures of one source within WINDOW that make it a guesser; refusals must be REFUSALS."""
REFUSALS = 10
WINDOW = 600.0
MANY = 20
"""Failures of one source that make it a guesser however slow it is."""
SPREAD = 8
"""Sources that tried one account within SPREAD_WINDOW."""
SPREAD_WINDOW = 3600.0
CROWD = 24
"""Failures of one service within WINDOW, from SPREAD sources or more."""
CALM = 3600.0
"""Seconds without a failure after which the next one begins another attack."""
IDLE = 86400.0
"""Seconds without a failure after which a source is forgotten, once it was told."""


class Login(NamedTuple):
    """One line about a log-in. form: the rule; times: how many attempts the line tells of; refused: no log-in at all,

    but a request that the service does not serve (mail for a stranger, a zone transfer).
    """

    form: str
    service: str
    user: str
    source: str
    line: Line
    times: int = 1
    refused: bool = False


class Entry(NamedTuple):
    """An accepted log-in. failures: of that source before it; guessed: whether the source was guessing.

    familiar: the user came from there before it began to fail.
    """

    user: str
    source: str
    line: Line
    failures: int
    guessed: bool
    familiar: bool


class Source:
    """One address at one service. One attempt is often told by several lines, so the forms do not add up."""

    __slots__ = ("failed", "first", "forms", "friends", "last", "line", "quick", "refused", "users")

    def __init__(self, line: Line) -> None:
        self.first = self.last = line.at
        self.line, self.quick = line._replace(raw=line.raw[:KEPT_BYTES]), False
        self.failed: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.forms: dict[str, deque[float]] = {}
        self.users: dict[str, int] = {}
        self.friends: dict[str, None] = {}

    def fail(self, login: Login) -> int:
        """Count; how many of these attempts no other line has told."""
        before, at = self.failures, login.line.at
        counts = self.refused if login.refused else self.failed
        if login.form not in counts and len(counts) >= USERS:
            return 0
        counts[login.form] = counts.get(login.form, 0) + login.times
        least = REFUSALS if login.refused else FEW
        times = self.forms.setdefault(login.form, deque(maxlen=least))
        times.extend([at] * min(login.times, least))
        ours = login.refused and is_private(login.source)
        self.quick = self.quick or (not ours and len(times) == least and max(times) - min(times) <= WINDOW)
        self.first, self.last = min(self.first, at), max(self.last, at)
        if login.user in self.users or len(self.users) < USERS:
            self.users[login.user] = self.users.get(login.user, 0) + login.times
        return max(0, self.failures - before)

    @property
    def failures(self) -> int:
        """Failed log-ins; of who tried none, requests that were refused."""
        return max(self.failed.values(), default=0) or max(self.refused.values(), default=0)

    @property
    def guesses(self) -> bool:
        return self.quick or (bool(self.failed) and max(self.failed.values()) >= MANY)


class Service:
    """What is known of one service; `fresh`: something was added since it was last told."""

    __slots__ = ("accounts", "attempts", "entries", "first", "forgotten", "fresh", "last", "line", "recent", "spread")

    def __init__(self, line: Line) -> None:
        self.first = self.last = line.at
        self.line = line
        self.accounts: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()
        self.recent: deque[tuple[float, str]] = deque(maxlen=CROWD)
        self.entries: deque[Entry] = deque(maxlen=LOGINS)
        self.attempts, self.forgotten, self.fresh, self.spread = 0, 0, False, ""

    def attempt(self, login: Login, times: int) -> None:
        """Note attempts; `spread` becomes the account, or "*", that many sources try."""
        at = login.line.at
        if not self.fresh and at - self.last > CALM:
            self.first, self.attempts = at, 0
        self.first, self.last, self.fresh = min(self.first, at), max(self.last, at), True
        self.line = login.line
        self.attempts += times
        self.recent.append((at, login.source))
        if login.refused or login.source in OWN:
            return
        if not self.spread and self._is_crowd():
            self.spread = "*"
        if login.user and self._many_try(login.user, login.source, at):
            self.spread = login.user

    def _many_try(self, user: str, source: str, at: float) -> bool:
        tried = self.accounts.setdefault(user, OrderedDict())
        self.accounts.move_to_end(user)
        if len(self.accounts) > ACCOUNTS:
            self.accounts.popitem(last=False)
        tried[source] = at
        tried.move_to_end(source)
        if len(tried) > SPREAD:
            tried.popitem(last=False)
        return len(tried) == SPREAD and max(tried.values()) - min(tried.values()) <= SPREAD_WINDOW

    def _is_crowd(self) -> bool:
        if len(self.recent) < CROWD or len({source for _, source in self.recent}) < SPREAD:
            return False
        times = [at for at, _ in self.recent]
        return max(times) - min(times) <= WINDOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Siege:
    """A service under attack. sources: who passed the threshold, the worst first; others: how many did not."""

    service: str
    known: Service
    sources: tuple[tuple[str, Source], ...]
    others: int


class Crowd:
    """How many sources all hosts have together."""

    def __init__(self) -> None:
        self.sources = 0


class Logins:
    """Feed it with `fail` and `accept`; `sieges` and `won` tell what is worth telling, once for every change."""

    def __init__(self, crowd: Crowd | None = None) -> None:
        self._crowd = crowd or Crowd()
        self._won: deque[tuple[str, Entry]] = deque(maxlen=SPARED)
        self._services: OrderedDict[str, Service] = OrderedDict()
        self._sources: OrderedDict[tuple[str, str], Source] = OrderedDict()

    def fail(self, login: Login) -> None:
        service = self._service(login)
        key = (login.service, login.source)
        source = self._sources.get(key)
        if source is None or (not service.fresh and login.line.at - source.last > IDLE):
            source = self._add(key, login.line)
        self._sources.move_to_end(key)
        if times := source.fail(login):
            service.attempt(login, times)

    def accept(self, login: Login) -> None:
        """Who was guessing at this service and is let in now has won, unless the user came from there before."""
        service = self._service(login)
        source = self._sources.get((login.service, login.source))
        entry = self._entry(login, source)
        service.entries.append(entry)
        if entry.guessed:
            service.fresh = True
            self._won.append((login.service, entry))
        if source is None:
            source = self._add((login.service, login.source), login.line)
        if not source.guesses and len(source.friends) < USERS:
            source.friends[login.user] = None

    def won(self) -> list[tuple[str, Entry]]:
        """Service and log-in of those who got in since the last call."""
        won = list(self._won)
        self._won.clear()
        return won

    def sieges(self) -> Iterator[Siege]:
        """Services under attack of which something new is known."""
        for name, service in self._services.items():
            if service.fresh:
                service.fresh = False
                siege = self._siege(name, service)
                if siege.sources or service.spread:
                    yield siege

    @staticmethod
    def _entry(login: Login, source: Source | None) -> Entry:
        raw = login.line.raw
        line = login.line if len(raw) <= KEPT_BYTES else login.line._replace(raw=raw[:KEPT_BYTES])
        if source is None or not (source.failed or source.quick):
            return Entry(login.user, login.source, line, 0, False, source is not None and login.user in source.friends)
        tried = max(source.failed.values(), default=0)
        familiar = login.user in source.friends
        guessed = source.guesses and tried >= FEW and not familiar
        # All who come through a proxy or a web mailer share its address: there the account tells them apart.
        if guessed and is_own(login.source):
            guessed = login.user in source.users
        return Entry(login.user, login.source, line, tried, guessed, familiar)

    def _siege(self, name: str, service: Service) -> Siege:
        mine = [(address, source) for (of, address), source in self._sources.items() if of == name and source.failures]
        attacked = service.spread or any(source.guesses for _, source in mine)
        if len(mine) > 1:  # a line without an address often repeats one that has it
            mine = [pair for pair in mine if pair[0]]
        often = [pair for pair in mine if pair[1].guesses or pair[1].failures >= FEW] if attacked else []
        if service.spread and not often:  # none of them is bad by itself: it is all of them
            often = mine
        often.sort(key=lambda pair: (-pair[1].failures, pair[0]))
        others = len(mine) - len(often) + service.forgotten
        return Siege(service=name, known=service, sources=tuple(often), others=others)

    def _service(self, login: Login) -> Service:
        name = login.service
        known = self._services.get(name)
        if known is None or (not known.fresh and login.line.at - known.last > IDLE):
            known = self._services[name] = Service(login.line)
            if len(self._services) > SERVICES:
                self._services.popitem(last=False)
        self._services.move_to_end(name)
        return known

    def forget(self) -> None:
        """This host is no longer watched."""
        self._crowd.sources -= len(self._sources)
        self._sources.clear()

    def _add(self, key: tuple[str, str], line: Line) -> Source:
        self._crowd.sources += key not in self._sources
        source = self._sources[key] = Source(line)
        if len(self._sources) > SOURCES or (self._crowd.sources > ALL_SOURCES and len(self._sources) > 1):
            self._make_room()
        return source

    def _make_room(self) -> None:
        """Forget a source that has been quiet longest; of the oldest SPARED one that guesses only if all do."""
        oldest = [key for key, _ in zip(self._sources, range(SPARED), strict=False)]
        key = next((key for key in oldest if not self._sources[key].guesses), oldest[0])
        gone = self._sources.pop(key)
        self._crowd.sources -= 1
        if (service := self._services.get(key[0])) and gone.failures:
            service.forgotten += 1
