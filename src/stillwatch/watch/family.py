"""Rules by family: a TOML file each, with a title, slots of its own, rules, and lines that are ordinary."""

from __future__ import annotations

import contextlib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from stillwatch.errors import WrongUsage
from stillwatch.watch.lint import lint
from stillwatch.watch.rule import Fragment, Rule, Sample, Table
from stillwatch.watch.slots import SHARED_SLOTS, expand, shared_slots

if TYPE_CHECKING:
    from stillwatch.watch.automaton import Shelf

RULES_FOLDER = Path(__file__).parent / "rules"
MADE_BY: Final = tuple(Path(__file__).with_name(name) for name in ("family.py", "rule.py", "slots.py"))


class Family(Table, frozen=True):
    """title and about: for the reference page. ordinary: lines of everyday ("program: message"), on which no rule of
    any family may fire at low or above."""

    title: Fragment
    about: str = ""
    ordinary: str = ""

    def ordinary_samples(self) -> tuple[Sample, ...]:
        """One silent sample a line."""
        pairs = (line.partition(": ") for line in self.ordinary.splitlines() if line.strip())
        return tuple(Sample(line=text, program=program.strip()) for program, _, text in pairs)


class RuleFile(Table, frozen=True):
    rule: tuple[Rule, ...]
    family: Family | None = None
    slots: dict[str, str] = msgspec.field(default_factory=dict)


def load_rules(folders: Iterable[Path] = (RULES_FOLDER,), *, shelf: Shelf | None = None) -> tuple[Rule, ...]:
    """All rules of the folders' *.toml, in order. Raises WrongUsage naming file and key, also for an id used twice.

    shelf: where the package's own are kept once they were read.
    """
    if shelf is not None:
        _take_from(shelf)
    rules: dict[str, Rule] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            for rule in _trusted(file) if folder == RULES_FOLDER else _examined(file):
                if rule.id in rules:
                    raise WrongUsage(f"{file}: rule {rule.id} is defined twice")
                rules[rule.id] = rule
    return tuple(rules.values())


def load_file(file: Path) -> RuleFile:
    """One family, its patterns with their slots filled in. Raises WrongUsage naming file and key."""
    try:
        family = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), RuleFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WrongUsage(f"{file}: {error}") from error
    return msgspec.structs.replace(family, rule=tuple(filled(rule, family.slots, file) for rule in family.rule))


def filled(rule: Rule, own_slots: Mapping[str, str], file: Path) -> Rule:
    """The rule with the slots in its patterns filled in. Raises WrongUsage naming file and rule."""
    slots = {**shared_slots(), **own_slots}
    try:
        match = tuple(expand(pattern, slots) for pattern in rule.patterns)
        also = tuple(expand(pattern, slots) for pattern in rule.also)
        unless = tuple(expand(pattern, slots) for pattern in rule.unless)
    except ValueError as error:
        raise WrongUsage(f"{file}: rule {rule.id}: {error}") from error
    return msgspec.structs.replace(rule, match=match, also=also, unless=unless)


_shipped_files: dict[Path, RuleFile] = {}


def _shipped(file: Path) -> RuleFile:
    """A family of the package's own, which does not change while the program runs."""
    if file not in _shipped_files:
        _shipped_files[file] = load_file(file)
    return _shipped_files[file]


def _take_from(shelf: Shelf) -> None:
    """To read all of them takes longer than half of what else a command does before it looks at the host."""
    files = sorted(RULES_FOLDER.glob("*.toml"))
    made_of = [(file.name, file.read_bytes()) for file in (*files, SHARED_SLOTS, *MADE_BY)]
    key = hashlib.sha256(repr(made_of).encode()).hexdigest()
    if (kept := shelf.get(key)) is not None:
        with contextlib.suppress(msgspec.DecodeError):
            families = msgspec.msgpack.decode(kept, type=dict[str, RuleFile])
            _shipped_files.update((RULES_FOLDER / name, family) for name, family in families.items())
            return
    shelf.put(key, msgspec.msgpack.encode({file.name: _shipped(file) for file in files}))


def _trusted(file: Path) -> tuple[Rule, ...]:
    """The package's own rules were examined when they were written (`rules test`); that takes a second."""
    return _shipped(file).rule


def _examined(file: Path) -> tuple[Rule, ...]:
    rules = load_file(file).rule
    for rule in rules:
        for problem in lint(rule):
            raise WrongUsage(f"{file}: rule {rule.id}: {problem}")
    return rules


def ordinary_lines(folders: Iterable[Path] = (RULES_FOLDER,)) -> tuple[Sample, ...]:
    """The ordinary lines of all families."""
    families = (
        (_shipped if folder == RULES_FOLDER else load_file)(file).family
        for folder in folders
        for file in sorted(folder.glob("*.toml"))
    )
    return tuple(sample for family in families if family for sample in family.ordinary_samples())
