"""What a value of an option or an operand may be: ranges, lists, named patterns and paths. The names are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

MAX_VALUE: Final = 512
RANGE: Final = re.compile(r"int\((-?\d+)\.\.(\d+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PathRule:
    """allowed and denied: patterns that a whole, clean absolute path must match, must not match."""

    allowed: tuple[re.Pattern[str], ...]
    denied: tuple[re.Pattern[str], ...]

    def accepts(self, path: str) -> bool:
        clean = is_clean(path)
        plain = path.rstrip("/") or "/"
        return clean and any(map(_full(plain), self.allowed)) and not any(map(_full(plain), self.denied))


def is_clean(path: str) -> bool:
    """Absolute, no `..`, no `.`, no doubled slash, no glob, no control character: the words name one place."""
    if not path.startswith("/") or re.search(r"//|[*?\[\]{}\\\x00-\x1f\x7f\ud800-\udfff]", path):
        return False
    return not {"..", "."} & set(path.split("/"))


def _full(text: str) -> Callable[[re.Pattern[str]], bool]:
    return lambda pattern: pattern.fullmatch(text) is not None


@cache
def path_kinds() -> dict[str, Any]:
    return _read("paths.toml")


@cache
def path_rule(name: str) -> PathRule:
    rule, secret = path_kinds()["rule"][name], path_kinds()["secret"]
    return PathRule(
        allowed=_compiled(rule["allowed"]),
        denied=_compiled([*rule.get("denied", []), *(secret if rule["secrets"] == "denied" else [])]),
    )


@cache
def expressions() -> dict[str, str]:
    return _read("types.toml")


@cache
def pattern(name: str) -> re.Pattern[str]:
    return re.compile(expressions()[name], re.ASCII)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every named pattern."""
    return {name: pattern(name) for name in expressions()}


def which(kind: str, value: str) -> str | None:
    """The first alternative that fits. kind: `int(1..5)`, `{a,b}`, a path rule, a named pattern; `|` between."""
    if len(value) > MAX_VALUE:
        return None
    return next((one for one in alternatives(kind) if _accepts_one(one, value)), None)


def alternatives(kind: str) -> list[str]:
    return [kind] if kind.startswith("{") else kind.split("|")


def is_path_kind(kind: str) -> bool:
    return kind in path_kinds()["rule"]


def check_kind(kind: str) -> None:
    """Raises KeyError for a kind that nothing defines, so that a typo in the catalogue cannot go unseen."""
    for one in alternatives(kind):
        known = one.startswith("{") or RANGE.fullmatch(one) or is_path_kind(one) or one in expressions()
        if not known:
            raise KeyError(f"the catalogue names an unknown kind of value: {one}")


def _accepts_one(kind: str, value: str) -> bool:
    if kind.startswith("{"):
        return value in kind[1:-1].split(",")
    if between := RANGE.fullmatch(kind):
        return bool(re.fullmatch(r"[+-]?[0-9]{1,9}", value)) and int(between[1]) <= int(value) <= int(between[2])
    if is_path_kind(kind):
        return path_rule(kind).accepts(value)
    return pattern(kind).fullmatch(value) is not None


def _compiled(expressions: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expression, re.ASCII) for expression in expressions)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("stillwatch.grammar") / name).read_text("utf-8"))
