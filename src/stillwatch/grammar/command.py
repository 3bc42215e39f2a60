"""The verdict over a typed read-only diagnostic (R8): words → argv by exact options and operands, or why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from stillwatch.grammar import values
from stillwatch.grammar.catalogue import Piece, Program, program, refused_programs, tables
from stillwatch.grammar.parse import CommandWords, parse
from stillwatch.grammar.words import NotAllowed, check_words, split

FOLDERS: Final = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/run/current-system/sw/bin")
UNIT_FOLDERS: Final = tuple(
    map(
        Path,
        (
            "/etc/systemd/system",
            "/run/systemd/system",
            "/run/systemd/generator",
            "/run/systemd/generator.late",
            "/run/systemd/transient",
            "/usr/local/lib/systemd/system",
            "/usr/lib/systemd/system",
            "/lib/systemd/system",
        ),
    )
)
ON_DISK: Final = (".service", ".socket", ".timer", ".target", ".path")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """argv: what would be run, empty if refused; paths: operands that name files, to be resolved again before running;

    missing: "program:NAME", "unit:NAME" – absent on this host, which leaves the verdict as it is.
    """

    verdict: Literal["allow", "refuse"]
    rule: str
    reason: str
    argv: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    network: bool = False


def judge(line: str) -> Judged:
    """Judge a line as typed. Never raises, runs nothing, reads nothing but whether program and units exist."""
    try:
        return _judge(split(line))
    except NotAllowed as refused:
        return Judged(verdict="refuse", rule=refused.rule, reason=refused.reason)


def judge_words(words: Sequence[str]) -> Judged:
    """Judge words that need no lexer: an argv. The same rules hold."""
    try:
        if not words:
            raise NotAllowed("command:empty", "there is no command")
        check_words(tuple(words))
        return _judge(tuple(words))
    except NotAllowed as refused:
        return Judged(verdict="refuse", rule=refused.rule, reason=refused.reason)


def _judge(words: tuple[str, ...]) -> Judged:
    name = _program_name(words[0])
    found = _find(name, words[1:])
    parsed = parse(found, words[len(found.name) :])
    _check_requirements(found, parsed)
    kinds = _match_forms(found, parsed)
    given = _by_kind([*parsed.given, *zip(kinds, parsed.operands, strict=True)])
    path = _locate(found.runs[0])
    return Judged(
        verdict="allow",
        rule=f"command:{' '.join(found.name)}",
        reason="a read-only diagnostic with known options",
        argv=_build(path or f"/usr/bin/{found.runs[0]}", found, parsed),
        missing=_missing(found, path, given.get("unit", ())),
        paths=tuple((kind, value) for kind, found in given.items() if values.is_path_kind(kind) for value in found),
        network=found.network,
    )


def _program_name(word: str) -> str:
    """A plain name, or an absolute path into one of the system's own program folders."""
    folder, slash, name = word.rpartition("/")
    if slash and folder not in FOLDERS:
        raise NotAllowed("command:program", f"{word[:80]!r} is not in one of the system's program folders")
    if reason := refused_programs().get(name):
        raise NotAllowed("command:refused", f"{name}: {reason}")
    if not any(known[0] == name for known in tables()):
        raise NotAllowed("command:unknown", f"{name[:40]!r} is not in the catalogue of read-only diagnostics")
    return name


def _find(name: str, rest: Sequence[str]) -> Program:
    """The table of the program and its verb; the longest name wins."""
    for length in (2, 1, 0):
        found = (name, *rest[:length])
        if found in tables() and len(rest) >= length:
            return program(found)
    verbs = sorted({known[1] for known in tables() if known[0] == name})
    raise NotAllowed("command:verb", f"{name} is accepted only as: {', '.join(f'{name} {verb}' for verb in verbs)}")


def _check_requirements(program: Program, parsed: CommandWords) -> None:
    for group in program.requires:
        if not group & parsed.names:
            raise NotAllowed("command:option", f"{program.name[0]} is accepted only with {' or '.join(sorted(group))}")


def _match_forms(program: Program, parsed: CommandWords) -> tuple[str, ...]:
    """The kind of each operand ("" for a literal) by the first form that fits."""
    operands = parsed.operands
    instead = program.instead if program.instead and program.instead.options & parsed.names else None
    for form in instead.forms if instead else program.forms:
        kinds = _match(form, operands, program, parsed.names)
        if kinds is not None:
            return kinds
    shown = f"operands {' '.join(operands)[:80]!r} are" if operands else "a call without operands is"
    raise NotAllowed("command:operand", f"{shown} not accepted for {' '.join(program.name)}")


def _match(
    form: Sequence[Piece], operands: Sequence[str], program: Program, names: frozenset[str]
) -> tuple[str, ...] | None:
    """Backtracking over few words and few pieces; both are capped."""
    if not form:
        return () if not operands else None
    piece, rest = form[0], form[1:]
    taken: list[str] = []
    for operand in operands[: piece.most]:
        kind = _fits(piece, operand, program, names)
        if kind is None:
            break
        taken.append(kind)
    while len(taken) >= piece.least:
        tail = _match(rest, operands[len(taken) :], program, names)
        if tail is not None:
            return (*taken, *tail)
        if not taken:
            break
        taken.pop()
    return None


def _fits(piece: Piece, word: str, program: Program, names: frozenset[str]) -> str | None:
    """The kind of the word where it fits, "" for a literal; None where it does not."""
    if piece.literals:
        return "" if word in piece.literals else None
    narrow = program.narrow
    kind = narrow.to if narrow and piece.kind == narrow.kind and narrow.options & names else piece.kind
    return values.which(kind, word)


def _build(path: str, program: Program, parsed: CommandWords) -> tuple[str, ...]:
    """R4: absolute program, our options, `--` before operands where the program knows it."""
    ours = [option for option in program.adds if option not in parsed.names]
    ours += [option for option, theirs in program.unless.items() if not theirs & parsed.names]
    head = (path, *program.runs[1:])
    if program.style == "exact":
        return (*head, *ours, *parsed.typed)
    operands = ("--", *parsed.operands) if parsed.operands and not program.bare else parsed.operands
    return (*head, *ours, *parsed.options, *operands)


def _by_kind(given: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(value for other, value in given if other == kind) for kind, _ in given}


def _locate(name: str) -> str | None:
    return next((f"{folder}/{name}" for folder in FOLDERS if Path(folder, name).is_file()), None)


def _missing(program: Program, path: str | None, units: Sequence[str]) -> tuple[str, ...]:
    absent = [] if path else [f"program:{program.runs[0]}"]
    return (*absent, *(f"unit:{unit}" for unit in map(_full_unit, units) if _is_absent(unit)))


def _full_unit(unit: str) -> str:
    return unit if re.search(r"\.[a-z]+$", unit) else f"{unit}.service"


def _is_absent(unit: str) -> bool:
    """Only kinds that have a file; a template's instance has the template's."""
    if not unit.endswith(ON_DISK) or re.search(r"[*?\[]", unit):
        return False
    template = re.sub(r"@.*\.", "@.", unit)
    return not any((folder / name).exists() for folder in UNIT_FOLDERS for name in {unit, template})
