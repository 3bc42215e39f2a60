"""What is counted of each host: a file of many hosts is many hosts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from stillwatch.records.trigger import Trigger
from stillwatch.watch.hit_counter import HitCounter
from stillwatch.watch.logins import Crowd
from stillwatch.watch.siege import Besieged

HOSTS = 8192
NAMED_DEATHS = 256


class HostCounters:
    """Hits, log-ins and deaths that were told, of one host."""

    def __init__(self, host: str, crowd: Crowd) -> None:
        self.hits = HitCounter(host)
        self.logins = Besieged(host, crowd)
        self._deaths: OrderedDict[str, None] = OrderedDict()

    def note_death(self, pid: str) -> None:
        """The kernel has told in full how this process died."""
        self._deaths[pid] = None
        if len(self._deaths) > NAMED_DEATHS:
            self._deaths.popitem(last=False)

    def knows_death(self, pid: str) -> bool:
        return pid in self._deaths

    def take(self) -> tuple[tuple[Trigger, ...], int]:
        """The triggers since the last call, and how many hits found no room."""
        dropped, self.hits.dropped = self.hits.dropped, 0
        return self.logins.take(self.hits.take()), dropped


class Hosts:
    """The counters by host; beyond HOSTS of them the one that has been silent longest is told and forgotten."""

    def __init__(self, own: str) -> None:
        self.own = own
        self._crowd = Crowd()
        self._counters: OrderedDict[str, HostCounters] = OrderedDict()
        self._touched: dict[str, HostCounters] = {}
        self._told: list[tuple[tuple[Trigger, ...], int]] = []

    def named(self, host: str) -> str:
        """The host of a line: the watched one, by its short or its full name, is always the same."""
        if not host or host == self.own:
            return self.own
        short, long = sorted((host.lower(), self.own.lower()), key=len)
        return self.own if long == short or long.startswith(short + ".") else host

    def of(self, host: str) -> HostCounters:
        """The counters of the host that a line names."""
        found = self._touched.get(host)
        if found is None:
            name = self.named(host)
            found = self._counters.get(name)
            if found is None:
                found = self._counters[name] = HostCounters(name, self._crowd)
                self._make_room()
            self._counters.move_to_end(name)
            self._touched[host] = found
        return found

    def take(self) -> Iterator[tuple[tuple[Trigger, ...], int]]:
        """What each host that was heard since the last call comes to."""
        reported, self._told = self._told, []
        yield from reported
        touched, self._touched = {id(counters): counters for counters in self._touched.values()}, {}
        for counters in touched.values():
            yield counters.take()

    def beneath(self, seldom: int) -> tuple[Trigger, ...]:
        """Of all hosts, what has been heard less often than its rule wants."""
        return tuple(trigger for counters in self._counters.values() for trigger in counters.hits.beneath(seldom))

    def _make_room(self) -> None:
        if len(self._counters) > HOSTS:
            _, silent = self._counters.popitem(last=False)
            self._touched = {host: counters for host, counters in self._touched.items() if counters is not silent}
            self._told.append(silent.take())
            silent.logins.forget()
