"""What is wrong with rules as they are written, before any sample is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from stillwatch.records.cause import CAUSES
from stillwatch.watch.mask import loosen
from stillwatch.watch.rule import Rule, compile_pattern, placeholders


def lint(rule: Rule) -> list[str]:
    """What is wrong with the rule itself, samples apart."""
    problems, groups = [], {"subject"}
    for pattern in (*rule.patterns, *rule.also, *rule.unless):
        try:
            loosen(pattern)
            compiled = compile_pattern(pattern)
        except (re.error, ValueError) as error:
            problems.append(f"match {pattern!r}: {error}")
            continue
        if compiled.search(b""):
            problems.append(f"match {pattern!r}: matches an empty line")
        if re.search(r"\(\?(?!P<|:|>)", re.sub(r"\\.", "", pattern, flags=re.S)):
            problems.append(f"match {pattern!r}: only plain, named and atomic groups are allowed")
        if re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", re.sub(r"\\.", "", pattern, flags=re.S)):
            problems.append(f"match {pattern!r}: Python 3.11 errs in possessive repeats of groups; (?>…) does the same")
        groups |= set(compiled.groupindex)
    if rule.cause and rule.cause not in CAUSES:
        problems.append(f"cause {rule.cause!r} is not in the catalogue")
    for template in (rule.summary, rule.subject, rule.object, rule.say):
        problems += [f"{template!r} names no group {name!r}" for name in placeholders(template) - groups]
    problems += [f"apart names no group {name!r}" for name in set(rule.apart) - groups]
    return problems


def missing_samples(rules: Sequence[Rule]) -> list[str]:
    """Rules that lack a sample of either kind."""
    return [f"{rule.id}: needs [[fires]] and [[silent]] samples" for rule in rules if not (rule.fires and rule.silent)]


def unknown_names(rules: Sequence[Rule]) -> Iterator[str]:
    """Rules that name rules which do not exist."""
    ids = [rule.id for rule in rules]
    for rule in rules:
        for name in (*rule.needs, *rule.excludes, *rule.follows, *rule.mends):
            if not any(names(name, other) for other in ids):
                yield f"{rule.id}: there is no rule {name!r}"


def names(pattern: str, rule_id: str) -> bool:
    """Whether the entry of `needs`, `excludes` or `follows` means the rule: an id, or a glob of ids ("md-*")."""
    return fnmatchcase(rule_id, pattern)
