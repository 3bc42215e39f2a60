"""Which rules may match a line: a dictionary look-up for what has been seen before, a search for their words for what
has not."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from types import MappingProxyType

from stillwatch.watch.automaton import Shelf
from stillwatch.watch.mask import loosen, mask, unanchored
from stillwatch.watch.rule import Found, Rule, compile_pattern, compile_text
from stillwatch.watch.shapes.errors import sayings
from stillwatch.watch.words import DIGITS, WordSearch, needles_of, order_of, stand_in_order

CACHE_ENTRIES = 16384
CACHED_BYTES = 512
MOST_NEEDLES = 24
"""To look for in each line of a kind; more are not worth it."""
SUSPICIOUS = -1
"""In a verdict: the words sound like trouble, whether or not one of the rules turns out to speak of it."""
FOREIGN = -1000
"""In a verdict, this and below: saying number FOREIGN - n of shapes/errors.py, an error in another language."""

TROUBLE = (
    r"\b(fail(ed|ure|ing|s)?|\w*errors?|err|eror|fatal(ly)?|panic(ked|king)?|crit(ical)?|severe|alert|emerg(ency)?"
    r"|cannot|can't|could ?n[o']t|couldn't|unable to|refus(ed|es|ing)|denied|corrupt(ed|ion)?|crash(ed)?|abort(ed)?"
    r"|timed? ?out|\w*exception|traceback|broken|invalid|unreachable|unavailable|exhausted|exceeded|expired|lost|dead"
    r"|killed|malformed|rejected|went away|not responding|segmentation|segfault|sig(segv|abrt|bus|ill|kill)|no such"
    r"|deadlock|unhandled|unrecoverable|irrecoverable|core dumped|data loss|giving up|gave up|degraded|deteriorated"
    r"|unresponsive|stuck|hung|stalled|lock(ed)?[ -]?up|faulted|overheat(ed|ing)?|missing|wrong|incorrect"
    r"|does(n't| not)|(did not|didn't|no) (answer|reply|response|respond)|not (enough|found|mounted|allowed|permitted)"
    r"|fault state|(is|are|was|went|gone|goes|now|marked|declared|considered|reports? [^ ]{1,40}) down"
    r"|must not be (\w+-)?(accessible|readable|writable|writeable)|no (space|route)|exit(ed)? (with )?(code|status)"
    r"|not (viable|valid|writable|readable|reachable)|unknown (option|directive|keyword|setting|parameter|variable)"
    r"|too (open|great)|insufficient)\b"
)
CALM = (
    r"\b(no|0|zero|without) (errors?|failures?|problems?)\b"
    r"|\b(errors?|failed|failures?)[=: ]+((0|none|false|null)\b|no *([,;)|\]]|$))"
    r"|error_log|errors?\.log"
)

_NO_ROOT = re.compile(rb"[\w.~][\w.~-]*\Z")

Patterns = tuple[re.Pattern[bytes], ...]


class Verdict(tuple[int, ...]):
    """In order; `among`: of each rule in it the numbers of those of its patterns that may match; `order`: the rules,
    those last that listen only where no other does."""

    among: Mapping[int, tuple[int, ...]] = MappingProxyType({})
    order: Sequence[int] = ()


HARMLESS = Verdict()


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
        self._relaxed: dict[int, re.Pattern[bytes]] = {}
        patterns = [(index, form) for index, rule in enumerate(self.rules) for form in range(len(rule.patterns))]
        self._owners = [*patterns, (SUSPICIOUS, 0), *((FOREIGN - number, 0) for number in range(len(sayings())))]
        """By the number of a pattern in the search: whose it is, and which of its owner's."""
        self.cache: dict[bytes, Verdict] = {}
        self._limit, self._shelf = CACHE_ENTRIES if cached else 0, shelf
        self._calm, self._trouble = compile_text(loosen(CALM)), compile_text(loosen(TROUBLE))
        self._sayings: dict[int, re.Pattern[bytes]] = {}
        self._needles: dict[int, tuple[Sequence[Sequence[bytes]], frozenset[bytes]]] = {}
        self._compiling: Future[WordSearch] = Future()
        self._compiled: WordSearch | None = None
        if ahead:
            threading.Thread(target=self._compile, args=(shelf,), name="rules", daemon=True).start()
        else:
            self._compile(shelf)
            _ = self.words

    def verdict(self, raw: bytes) -> Verdict:
        """What may be wrong with a line, by its masked form."""
        key = mask(raw)
        known = self.cache.get(key)
        return self.judge(key) if known is None else known

    def judge(self, key: bytes) -> Verdict:
        """The verdict on a masked line, without looking it up; kept while there is room."""
        found = (self._compiled or self.words).candidates(key.translate(None, DIGITS))
        verdict = self._sure(found, key) if found else HARMLESS
        if len(key) <= CACHED_BYTES and self._limit:
            if len(self.cache) >= self._limit:
                self.cache.clear()
            self.cache[key] = verdict
        return verdict

    def hangs_on(self, bare: bytes) -> Sequence[bytes] | None:
        """Of all lines that are this one without their digits, what must stand in one whose verdict is not harmless:
        one of these numbers, nothing where all are harmless, None where numbers do not decide."""
        needles: set[bytes] = set()
        small = bare.lower()
        for number in (self._compiled or self.words).candidates(bare):
            index, _ = self._owners[number]
            if index < 0:
                if index != SUSPICIOUS or self._trouble.search(bare):
                    return None
                continue
            words, needed = self._plain(number)
            if stand_in_order(words, small):
                if not needed:
                    return None
                needles |= needed
        return None if len(needles) > MOST_NEEDLES else tuple(needles)

    def _plain(self, number: int) -> tuple[Sequence[Sequence[bytes]], frozenset[bytes]]:
        """The words of a pattern in a line without digits, and the numbers that it needs."""
        if number not in self._needles:
            pattern = self._pattern(number)
            self._needles[number] = order_of(pattern), needles_of(pattern)
        return self._needles[number]

    def _pattern(self, number: int) -> str:
        index, form = self._owners[number]
        return self.rules[index].patterns[form]

    def _sure(self, found: Iterable[int], key: bytes) -> Verdict:
        """Without those of which only the words are there: no pattern of theirs can match such a line."""
        among: dict[int, tuple[int, ...]] = {}
        said = set[int]()
        for number in found:
            index, form = self._owners[number]
            if index < 0:
                if self._is_said(index, key):
                    said.add(index)
            elif self._relax(number).search(key):
                among[index] = (*among.get(index, ()), form)
        verdict = Verdict(sorted((*among, *said)))
        verdict.among = among
        verdict.order = sorted(sorted(among), key=lambda index: self.rules[index].general)
        return verdict or HARMLESS

    def _is_said(self, index: int, key: bytes) -> bool:
        """Whether the words sound like trouble, or are those of an error in another language."""
        if index == SUSPICIOUS:
            return self._trouble.search(key) is not None and self._calm.search(key) is None
        if index not in self._sayings:
            self._sayings[index] = compile_text(loosen(sayings()[FOREIGN - index].pattern))
        return self._sayings[index].search(key) is not None

    def _relax(self, number: int) -> re.Pattern[bytes]:
        if number not in self._relaxed:
            self._relaxed[number] = compile_pattern(loosen(self._pattern(number)))
        return self._relaxed[number]

    def _compile(self, shelf: Shelf | None) -> None:
        try:
            patterns = (pattern for rule in self.rules for pattern in rule.patterns)
            self._compiling.set_result(WordSearch((*patterns, TROUBLE, *(one.pattern for one in sayings())), shelf))
        except BaseException as error:  # told to whoever waits for the rules
            self._compiling.set_exception(error)

    @property
    def words(self) -> WordSearch:
        """Without any of them a line's verdict is harmless. Of use to whoever reads whole blocks of text."""
        self._compiled = self._compiling.result()
        return self._compiled

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
            groups["path"] = _relative_to(found) + _closed(path)
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


def _relative_to(found: re.Match[bytes]) -> bytes:
    """What stands right before the first slash: "./db/x" names no /db/x."""
    start = found.start("path")
    before = (
        _NO_ROOT.search(found.string, max(start - 80, 0), start) if found.string[start : start + 1] == b"/" else None
    )
    return before[0] if before else b""


def _closed(path: bytes) -> bytes:
    """Without a closing bracket at its end that was opened before it: "write(/srv/x) failed" names /srv/x."""
    while path.endswith((b")", b"]")) and path.count(path[-1:]) > path.count(b"(" if path.endswith(b")") else b"["):
        path = path[:-1]
    return path.rstrip(b":,;") or path
