"""An administrator's own rules: a broken one is named with its file and line, and the rest go on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from stillwatch.errors import WrongUsage
from stillwatch.watch.family import RuleFile, filled
from stillwatch.watch.lint import lint
from stillwatch.watch.rule import Rule

HEADING: Final = re.compile(r"^[ \t]*\[\[\s*rule\s*\]\]", re.M)
AT_LINE: Final = re.compile(r"at line (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRules:
    """problems: one line each, `FILE:LINE: what is wrong`."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[str, ...] = ()


def load_own_rules(folder: Path, taken: Collection[str] = ()) -> OwnRules:
    """All rules of the folder's *.toml that can be used; a folder that is missing holds none. taken: ids in use."""
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        for rule in _usable(file, problems):
            if rule[1].id in rules or rule[1].id in taken:
                problems.append(f"{file}:{rule[0]}: rule {rule[1].id} is defined twice")
            else:
                rules[rule[1].id] = rule[1]
    return OwnRules(rules=tuple(rules.values()), problems=tuple(problems))


def state_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when one of the files does: names, times, sizes. Empty for a folder that is missing."""
    try:
        return tuple(
            sorted((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in folder.glob("*.toml"))
        )
    except OSError:
        return ()


def _usable(file: Path, problems: list[str]) -> Iterator[tuple[int, Rule]]:
    """Line and rule of each that decodes."""
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
        whole = msgspec.convert({**table, "rule": []}, RuleFile)
    except tomllib.TOMLDecodeError as error:
        line = AT_LINE.search(str(error))
        problems.append(f"{file}:{line[1] if line else 1}: {error}")
        return
    except (OSError, UnicodeDecodeError, msgspec.ValidationError) as error:
        problems.append(f"{file}:1: {getattr(error, 'strerror', None) or error}")
        return
    lines = [text.count("\n", 0, found.start()) + 1 for found in HEADING.finditer(text)]
    listed = table.get("rule", [])
    for number, entry in enumerate(listed if isinstance(listed, list) else []):
        line_number = lines[number] if number < len(lines) else 1
        try:
            yield line_number, _decoded(entry, whole.slots, file)
        except (msgspec.ValidationError, WrongUsage, ValueError) as error:
            name = entry.get("id", "") if isinstance(entry, dict) else ""
            words = str(error).removeprefix(f"{file}: ")
            problems.append(f"{file}:{line_number}: {words if f'rule {name}' in words else f'rule {name}: {words}'}")


def _decoded(entry: Any, slots: dict[str, str], file: Path) -> Rule:
    rule = filled(msgspec.convert(entry, Rule), slots, file)
    for problem in lint(rule):
        raise ValueError(problem)
    return rule
