"""The programs that may be run to look, read from catalogue/*.toml: exact options and operands as data.

One table a program, or a program and its verb (`["docker ps"]`); several names with commas share one table.
  options  words separated by spaces: `-a` a flag · `-n=int(1..9)` takes a value · `--color[=when]` may, after `=`
           · `-b?=boot` may take the next word if it is one · `-NUM=int(1..9)` a bare number (`head -20`)
  forms    what the operands may be: `status <unit>*`, `addr|a show? dev? <interface>?`; a form for each line
  style    "gnu" (bundled short flags, `--` before operands) or "exact" (words kept as typed, no bundles, no `--`)
  requires one option of each group must be there · adds: options of ours · unless: ours where none of theirs is there
  instead  with one of these options, other forms · bare: `--` is not known to it, so none is put before operands
  narrow   with one of these options, operands of one kind must be of a narrower one
  runs     what is run instead, where the name is a shell script · network: needs what the look process has not
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from stillwatch.grammar import values

OPTION: Final = re.compile(r"(?P<name>--?[A-Za-z0-9?+][A-Za-z0-9?_.:-]*?)(?:(?P<how>\?=|\[=|=)(?P<kind>\S+?)\]?)?")
PIECE: Final = re.compile(r"(?P<words>[^<>\s]+?|<[^<>\s]+>)(?P<times>[?*+]?)")
Take = Literal["none", "required", "attached", "next"]
HOW: Final[dict[str | None, Take]] = {None: "none", "=": "required", "[=": "attached", "?=": "next"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """takes: none, required (attached or the next word), attached (only attached), next (the next word if it fits)."""

    name: str
    takes: Take = "none"
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """literals or a kind, and how often."""

    literals: tuple[str, ...] = ()
    kind: str = ""
    least: int = 1
    most: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrow:
    options: frozenset[str]
    kind: str
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    options: frozenset[str]
    forms: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """name: program and verb as typed; runs: program and first arguments as run."""

    name: tuple[str, ...]
    runs: tuple[str, ...]
    options: Mapping[str, Option]
    forms: tuple[tuple[Piece, ...], ...]
    style: Literal["gnu", "exact"] = "gnu"
    requires: tuple[frozenset[str], ...] = ()
    adds: tuple[str, ...] = ()
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrow: Narrow | None = None
    instead: Instead | None = None
    bare: bool = False
    network: bool = False


@cache
def tables() -> Mapping[tuple[str, ...], Mapping[str, Any]]:
    """The raw table of every name. Raises ValueError where one stands twice."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for text in _texts():
        for names, table in tomllib.loads(text).items():
            for typed in names.split(","):
                name = tuple(typed.split())
                if name in found:
                    raise ValueError(f"{typed} stands twice in the catalogue")
                found[name] = table
    return found


@cache
def program(name: tuple[str, ...]) -> Program:
    """One program, read when it is asked for. Raises KeyError or ValueError where the data itself is wrong."""
    return _program(name, tables()[name])


def programs() -> Mapping[tuple[str, ...], Program]:
    """Every program of the catalogue."""
    return {name: program(name) for name in tables()}


@cache
def refused_programs() -> Mapping[str, str]:
    """Well-known programs that are refused, and why: a better answer than "not in the catalogue"."""
    table = tomllib.loads((files("stillwatch.grammar") / "refused.toml").read_text("utf-8"))
    return {name: why for why, names in table.items() for name in names.split()}


def _texts() -> list[str]:
    folder = files("stillwatch.grammar") / "catalogue"
    return [entry.read_text("utf-8") for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)]


def _program(name: tuple[str, ...], table: Mapping[str, Any]) -> Program:
    narrow, instead = table.get("narrow"), table.get("instead")
    return Program(
        name=name,
        runs=tuple(table.get("runs", " ".join(name)).split()),
        options={option.name: option for option in map(_option, table.get("options", "").split())},
        forms=_forms(table.get("forms", [""])),
        style=table.get("style", "gnu"),
        requires=tuple(frozenset(group.split()) for group in table.get("requires", [])),
        adds=tuple(table.get("adds", "").split()),
        unless={ours: frozenset(theirs.split()) for ours, theirs in table.get("unless", {}).items()},
        narrow=Narrow(options=frozenset(narrow["options"].split()), kind=narrow["kind"], to=narrow["to"])
        if narrow
        else None,
        instead=Instead(options=frozenset(instead["options"].split()), forms=_forms(instead["forms"]))
        if instead
        else None,
        bare=table.get("bare", False),
        network=table.get("network", False),
    )


def _forms(texts: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    return tuple(tuple(map(_piece, text.split())) for text in texts)


def _option(text: str) -> Option:
    match = OPTION.fullmatch(text)
    if match is None:
        raise ValueError(f"the catalogue holds an option that is none: {text}")
    if match["kind"]:
        values.check_kind(match["kind"])
    return Option(name=match["name"], takes=HOW[match["how"]], kind=match["kind"] or "")


def _piece(text: str) -> Piece:
    match = PIECE.fullmatch(text)
    if match is None:
        raise ValueError(f"the catalogue holds a form that is none: {text}")
    least, most = {"": (1, 1), "?": (0, 1), "*": (0, 32), "+": (1, 32)}[match["times"]]
    words = match["words"]
    if not words.startswith("<"):
        return Piece(literals=tuple(words.split("|")), least=least, most=most)
    values.check_kind(words[1:-1])
    return Piece(kind=words[1:-1], least=least, most=most)
