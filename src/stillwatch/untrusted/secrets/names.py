"""Is this the name of a secret? By the grammar of names (names.toml), not by a list of them."""

from __future__ import annotations

import re
import tomllib
from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files


class Strength(IntEnum):
    """How sure a name makes that its value is a secret."""

    none = 0
    weak = 1
    token = 2
    strong = 3


_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[^\w]+|_+")
_NUMBER = re.compile(r"(?<=[^\W\d])\d{1,3}$")


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one kind in names.toml."""
    return frozenset(_table()[kind].split())


@lru_cache(maxsize=4096)
def strength(name: str) -> Strength:
    """name: as it stands in the text, at most some eighty characters."""
    parts = [_NUMBER.sub("", part).lower() for part in _SIGNS.split(_CASE.sub("_", name)) if part]
    flat = _NUMBER.sub("", name).lower()
    if not parts or _is_about(parts):
        return Strength.none
    ends = (parts[-1], "".join(parts[-2:]), "".join(parts), flat)
    return max(*map(_of, ends), _inside(parts))


def _is_about(parts: list[str]) -> bool:
    last, before = parts[-1], parts[:-1]
    if last in ("id", "ids"):
        return before[-1:] not in (["secret"], ["session"], ["sess"])
    if last in ("token", "tokens", "passwords", "pass", "secrets"):
        return any(part in words("counted") for part in before)
    if last in ("key", "keys"):
        return any(part in words("open_keys") for part in before)
    return last in words("about") and len(parts) > 1


def _of(word: str) -> Strength:
    if word in words("strong") or _strong_end().search(word):
        return Strength.strong
    if word in words("token") or _token_end().search(word):
        return Strength.token
    if word in words("weak"):
        return Strength.weak
    return Strength.none


def _inside(parts: list[str]) -> Strength:
    """Secret words before others: `password_new`, `secret_access_key`, `token_github`, `signing_key_base`."""
    for first, second in zip(parts, [*parts[1:], ""], strict=True):
        if first in words("strong") or _strong_end().search(first):
            return Strength.strong
        if second in ("key", "keys") and first in words("key_kinds"):
            return Strength.token
        if first in words("token") or _token_end().search(first):
            return Strength.token
    return Strength.weak if parts[-1] in words("weak") else Strength.none


@cache
def _strong_end() -> re.Pattern[str]:
    ends = "|".join(_table()["strong_ends"].split())
    return re.compile(rf"(?:{ends})$|^(?:{_table()['strong_short']})$")


@cache
def _token_end() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_table()['token_ends'].split())})$")


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
    return table
