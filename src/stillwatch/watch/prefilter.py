"""Which rules may match a line: a dictionary look-up for what has been seen before, hyperscan for what has not."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from importlib import metadata
from types import MappingProxyType
from typing import Any, Protocol

import hyperscan

from stillwatch.errors import WrongUsage
from stillwatch.watch.mask import loosen, mask, unanchored
from stillwatch.watch.rule import Found, Rule, compile_pattern
from stillwatch.watch.shapes.errors import sayings
from stillwatch.watch.skeleton import skeleton

CACHE_ENTRIES = 16384
CACHED_BYTES = 512
SUSPICIOUS = -1
"""In a verdict: the words sound like trouble, whether or not one of the rules turns out to speak of it."""
FOREIGN = -1000
"""In a verdict, this and below: saying number FOREIGN - n of shapes/errors.py, an error in another language."""

TROUBLE = (
    r"\b(fail(ed|ure|ing)?|\w*errors?|fatal|panic|critical|cannot|can't|could ?n[o']t|couldn't|unable to|refused|denied"
    r"|corrupt(ed)?|crash(ed)?|abort(ed)?|timed? ?out|\w*exception|traceback|broken|invalid|unreachable|exhausted"
    r"|exceeded|expired|lost|dead|killed|malformed|rejected|went away|not responding|segmentation|segfault|no such"
    r"|deadlock|unhandled|exit(ed)? (with )?(code|status))\b"
)
CALM = (
    r"\b(no|0|zero|without) (errors?|failures?|problems?)\b|\b(errors?|failed|failures?)[=: ]+(0|none|no|false|null)\b"
    r"|error_log|errors?\.log"
)

_FOREIGN_IDS = 1_000_000
FLAGS = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
Patterns = tuple[re.Pattern[bytes], ...]


class Verdict(tuple[int, ...]):
    """In order; `among`: of each rule in it the numbers of those of its patterns that may match; `order`: the rules,
    those last that listen only where no other does."""

    among: Mapping[int, tuple[int, ...]] = MappingProxyType({})
    order: Sequence[int] = ()


HARMLESS = Verdict()


class Shelf(Protocol):
    """Where compiled rules are kept from one command to the next."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, body: bytes) -> None: ...


class Prefilter:
    """Verdicts: indices of the rules that may match, SUSPICIOUS among them, () for a harmless line.

    A verdict depends on the masked line alone, so keeping it can never change what is found. ahead: rules are compiled
    while other things are read, and a pattern that is not accepted is told with the first line.
    """

    def __init__(
        self, rules: Sequence[Rule], *, cached: bool = True, shelf: Shelf | None = None, ahead: bool = False
    ) -> None:
        self.rules = tuple(rules)
        self._exact: dict[int, Patterns] = {}
        self._also: dict[int, Patterns] = {}
        self._unless: dict[int, Patterns] = {}
        self._loose: dict[int, Patterns] = {}
        self._relaxed: dict[int, Patterns] = {}
        self.cache: dict[bytes, Verdict] = {}
        self._limit = CACHE_ENTRIES if cached else 0
        self._calm = re.compile(loosen(CALM).encode(), re.IGNORECASE)
        self._compiling: Future[hyperscan.Database] = Future()
        self._database: hyperscan.Database | None = None
        if ahead:
            threading.Thread(target=self._compile, args=(shelf,), name="rules", daemon=True).start()
        else:
            self._compile(shelf)
            self._database = self._compiling.result()

    def verdict(self, raw: bytes) -> Verdict:
        """What may be wrong with a line, by its masked form."""
        key = mask(raw)
        known = self.cache.get(key)
        return self.judge(key) if known is None else known

    def judge(self, key: bytes) -> Verdict:
        """The verdict on a masked line, without looking it up; kept while there is room."""
        found: set[int] = set()
        database = self._database or self._ready()
        database.scan(key, match_event_handler=_collect, context=found)
        if SUSPICIOUS in found and self._calm.search(key):
            found.discard(SUSPICIOUS)
        verdict = self._sure(found, key) if found else HARMLESS
        if len(key) <= CACHED_BYTES and self._limit:
            if len(self.cache) >= self._limit:
                self.cache.clear()
            self.cache[key] = verdict
        return verdict

    def _sure(self, found: Iterable[int], key: bytes) -> Verdict:
        """Without the rules of which only the words are there: no pattern of theirs can match such a line."""
        among = {
            index: numbers
            for index in found
            if index >= 0
            and (numbers := tuple(n for n, pattern in enumerate(self._relax(index)) if pattern.search(key)))
        }
        verdict = Verdict(sorted((*among, *(index for index in found if index < 0))))
        verdict.among = among
        verdict.order = sorted(sorted(among), key=lambda index: self.rules[index].general)
        return verdict or HARMLESS

    def _relax(self, index: int) -> Patterns:
        if index not in self._relaxed:
            patterns = (loosen(pattern, bounded=True) for pattern in self.rules[index].patterns)
            self._relaxed[index] = tuple(compile_pattern(pattern) for pattern in patterns)
        return self._relaxed[index]

    def _compile(self, shelf: Shelf | None) -> None:
        try:
            self._compiling.set_result(_compiled(self.rules, shelf))
        except BaseException as error:  # told to whoever waits for the rules
            self._compiling.set_exception(error)

    def _ready(self) -> hyperscan.Database:
        self._database = self._compiling.result()
        return self._database

    def extract(self, index: int, raw: bytes, verdict: Verdict = HARMLESS) -> Found | None:
        """The exact patterns of a rule on the raw line; None where none matches or the rule excepts it.

        verdict: on this line, if there is one: it says which patterns are worth a try.
        """
        patterns = self.exact(index)
        for number in verdict.among.get(index, range(len(patterns))):
            if found := patterns[number].search(raw):
                unless = self._exceptions(index)
                return None if unless and any(one.search(raw) for one in unless) else self._all(index, found, number)
        return None

    def _all(self, index: int, found: re.Match[bytes], form: int) -> Found | None:
        """The groups of the match and of what the rule looks for in the same line; None where nothing of that is."""
        groups, rule = found.groupdict(), self.rules[index]
        if path := groups.get("path"):
            groups["path"] = _closed(path)
        if not rule.also:
            return Found(groups, form, found)
        if index not in self._also:
            self._also[index] = tuple(compile_pattern(pattern) for pattern in rule.also)
        more = [one.groupdict() for pattern in self._also[index] if (one := pattern.search(found.string))]
        for fields in reversed(more):
            groups |= {name: value for name, value in fields.items() if value}
        return Found(groups, form, found) if more else None

    def may_match(self, verdict: Verdict, whole: bytes) -> bool:
        """Whether the message in a whole line may be worth more than a look: its digits, which a verdict does not see,
        decide. False only where nothing but rules is in the verdict and none of their patterns is in the line.
        Where characters are escaped, the look would not do."""
        if verdict[0] < 0 or b"\\" in whole:
            return True
        return any(self._anywhere(index)[n].search(whole) for index, ns in verdict.among.items() for n in ns)

    def _anywhere(self, index: int) -> Patterns:
        """A rule's patterns without the edges of the line."""
        if index not in self._loose:
            self._loose[index] = tuple(compile_pattern(unanchored(one)) for one in self.rules[index].patterns)
        return self._loose[index]

    def exact(self, index: int) -> Patterns:
        """A rule's patterns, compiled when first needed: few rules of many ever see a line that may be theirs."""
        if index not in self._exact:
            self._exact[index] = tuple(compile_pattern(pattern) for pattern in self.rules[index].patterns)
        return self._exact[index]

    def _exceptions(self, index: int) -> Patterns:
        if index not in self._unless:
            self._unless[index] = tuple(compile_pattern(pattern) for pattern in self.rules[index].unless)
        return self._unless[index]


def _collect(identity: int, start: int, end: int, flags: int, found: Any) -> None:
    found.add(identity - 1 if identity < _FOREIGN_IDS else FOREIGN + _FOREIGN_IDS - identity)


def _compiled(rules: Sequence[Rule], shelf: Shelf | None) -> hyperscan.Database:
    """One automaton for all rules; from the shelf where it lies there (hyperscan checks it against the processor)."""
    numbered = [(skeleton(pattern), index + 1) for index, rule in enumerate(rules) for pattern in rule.patterns]
    numbered.append((loosen(TROUBLE), 0))
    numbered += [(loosen(saying.pattern), _FOREIGN_IDS + number) for number, saying in enumerate(sayings())]
    if shelf is None:
        return _compile(numbered)
    key = hashlib.sha256(repr((metadata.version("hyperscan"), FLAGS, numbered)).encode()).hexdigest()
    if (kept := shelf.get(key)) is not None:
        with contextlib.suppress(hyperscan.HyperscanError):
            database = hyperscan.loadb(kept, mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
    database = _compile(numbered)
    shelf.put(key, hyperscan.dumpb(database))
    return database


def _compile(numbered: Sequence[tuple[str, int]]) -> hyperscan.Database:
    """Raises WrongUsage for a pattern that hyperscan does not accept."""
    database = hyperscan.Database()
    try:
        database.compile(
            expressions=[pattern.encode() for pattern, _ in numbered],
            ids=[number for _, number in numbered],
            elements=len(numbered),
            flags=[FLAGS] * len(numbered),
        )
    except hyperscan.HyperscanError as error:
        raise WrongUsage(f"a rule's pattern is not accepted: {error}") from error
    return database


def _closed(path: bytes) -> bytes:
    """Without a closing bracket at its end that was opened before it: "write(/srv/x) failed" names /srv/x."""
    while path.endswith((b")", b"]")) and path.count(path[-1:]) > path.count(b"(" if path.endswith(b")") else b"["):
        path = path[:-1]
    return path
