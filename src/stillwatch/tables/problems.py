"""A TOML file read strictly, and what is wrong with it in words: line, nearest key, allowed values."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import inspect

from stillwatch.tables.position import Path, line_of

T = TypeVar("T", bound=msgspec.Struct)
SHOWN = 80
_PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """line: from 1, 0 where the file as a whole is meant; key: dotted; next_step: what to type instead, or ""."""

    line: int
    key: str
    text: str
    next_step: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.text}{f' – {self.next_step}' if self.next_step else ''}"


class BadTable(Exception):
    """A file that does not decode. problems: at least one, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - 1
        super().__init__(f"{self.problems[0]}{f' (and {more} more)' if more else ''}")


def read_table(raw: bytes, kind: type[T]) -> T:
    """Decode strictly: an unknown key or a wrong value is an error. Raises BadTable."""
    try:
        text = raw.decode("utf-8")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadTable([Problem(line=line, key="", text="is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        raise BadTable([_syntax(str(error), text)]) from error
    if problems := sorted(_struct(values, kind, (), text), key=lambda one: one.line):
        raise BadTable(problems)
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:  # what only the type's own checks tell
        raise BadTable([_checked(str(error), text)]) from error


def _syntax(problem: str, text: str) -> Problem:
    """tomllib ends its sentence with "(at line 3, column 5)" or "(at end of document)"."""
    place = re.search(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", problem)
    line = int(place["line"]) if place and place["line"] else len(text.splitlines())
    text = f"is not TOML: {problem[: place.start()] if place else problem}"
    return Problem(line=line, key="", text=text, next_step='a key looks like: name = "text", number or true')


def _checked(problem: str, text: str) -> Problem:
    place = _PLACE.search(problem)
    path = _path(place["place"]) if place else ()
    return Problem(line=line_of(text, path), key=dotted(path), text=problem[: place.start()] if place else problem)


def _path(place: str) -> Path:
    return tuple(int(index) if index else name for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", place))


def _struct(values: Any, kind: type[msgspec.Struct], path: Path, text: str) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in _described(kind).fields}
    hints = get_type_hints(kind, include_extras=True)
    for name, value in values.items():
        if name not in fields:
            yield _unknown(name, fields, path, text)
        else:
            field = fields[name]
            yield from _value(value, field.type, hints[field.name], (*path, name), text)
    for name, field in fields.items():
        if field.required and name not in values:
            problem = f"`{dotted((*path, name))}` is missing"
            step = f"{name} = {allowed(field.type)}"
            yield Problem(line=line_of(text, path), key=dotted((*path, name)), text=problem, next_step=step)


def _described(kind: type[msgspec.Struct]) -> inspect.StructType:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found


def _value(value: Any, kind: inspect.Type, hint: Any, path: Path, text: str) -> Iterator[Problem]:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        yield from _struct(value, kind.cls, path, text)
        return
    item = getattr(kind, "item_type", None)
    if isinstance(item, inspect.StructType) and isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _value(entry, item, item.cls, (*path, index), text)
        return
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        words = allowed(kind)
        problem = f"`{dotted(path)}` cannot be {_shown(value)}" + ("" if words else f": {_PLACE.sub('', str(error))}")
        step = f"allowed: {words}" if words else ""
        yield Problem(line=line_of(text, path), key=dotted(path), text=problem, next_step=step)


def _unknown(name: str, known: Mapping[str, Any], path: Path, text: str) -> Problem:
    near = difflib.get_close_matches(name, list(known), n=1)
    step = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known)}"
    key = dotted((*path, name))
    return Problem(line=line_of(text, (*path, name)), key=key, text=f"no key `{key}`", next_step=step)


def dotted(path: Path) -> str:
    """A path as one would write it: rule[2].name."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def _shown(value: object) -> str:
    shown = ("true" if value else "false") if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def allowed(kind: inspect.Type) -> str:
    """What a value may be, in words; "" for a kind that has none."""
    match kind:
        case inspect.Metadata():
            return allowed(kind.type)
        case inspect.LiteralType():
            return _either(_literal(value) for value in kind.values)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            number = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            return number + _range(
                kind.ge if kind.ge is not None else kind.gt, kind.le if kind.le is not None else kind.lt
            )
        case inspect.StrType():
            return f'"text" of the form {kind.pattern}' if kind.pattern else '"text"'
        case inspect.UnionType():
            return _either(allowed(one) for one in kind.types if not isinstance(one, inspect.NoneType))
        case inspect.VarTupleType() | inspect.ListType() | inspect.SetType():
            inner = allowed(kind.item_type)
            return f"a list of {inner}" if inner else "a list"
        case inspect.StructType():
            return "a [table] of its own"
    return ""


def _literal(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else f'"{value}"'


def _range(least: float | None, most: float | None) -> str:
    if least is None and most is None:
        return ""
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}" if most < 1e6 else f" from {least} to {most}"
    return f" of at least {least}" if most is None else f" of at most {most}"


def _either(words: Iterable[str]) -> str:
    *first, last = [word for word in words if word]
    return f"{', '.join(first)} or {last}" if first else last
