"""Secrets on command lines, by program (commands.toml): in a shell line, in a list of arguments, in audit's records."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from stillwatch.untrusted.secrets.span import Detector, Span
from stillwatch.untrusted.secrets.values import looks_random

ARGUMENTS = 80
READ_WHOLE = 10 * ARGUMENTS
FEW_ARGUMENTS = 8
"""So many after each program of a text in which READ_WHOLE were read: one may name nothing but programs."""
SECRET_LONGEST = 512
_ARGUMENT = re.compile(
    r"""(?:[ \t]+|,[ \t]*|\][ \t]*|\\x00|\x00)(?:a\d{1,2}=)?
    (?P<quote>\\{0,3}["'])?
    (?P<said>(?(quote)(?:(?!(?P=quote)).){0,2000}|(?:\\.|"[^"\n]{0,500}"|'[^'\n]{0,500}'|[^\s"'|;&<>\\,\]])(?:\\.|"[^"\n]{0,500}"|'[^'\n]{0,500}'|[^\s"'|;&<>\\\]]){0,2000}))
    (?P=quote)?""",
    re.X,
)
_AFTER_PROGRAM = re.compile(r"""(?:\.exe)?\\{0,3}["']?""")
_ANY_P = re.compile(
    r"""(?<!\S)-p[ \t]{1,4}["']?(?=[^\s"']{0,60}\d)(?P<said>[^\s/"'.:=,-][^\s/"'.:=,]{7,128})(?![^\s"'])"""
)
_HERE = re.compile(
    r"(?<![\w-])(?:sudo|chpasswd|passwd|su|cryptsetup|kinit|gpg|openssl|docker|vault)\b[^\n|<]{0,120}<<<[ \t]{0,4}"
    r"[\"']?(?:\w{1,32}:)?(?P<said>[^\s\"']{3,256})"
)
_HERE_DOCUMENT = re.compile(
    r"(?<![\w-])(?:sudo[^\n|;&<]{0,120}[ \t]-\w{0,8}S|chpasswd|passwd|smbpasswd|su|cryptsetup|kinit|gpg"
    r"|(?:docker|podman|vault)[ \t]{1,4}login)\b[^\n|<]{0,120}(?<!<)<<-?[ \t]{0,4}(?P<quote>[\"']?)"
    r"(?P<end>\w{1,32})(?P=quote)"
    r"(?>(?:[ \t\n\x00]|\\n|#012){1,8})"
)
HERE_LONGEST = 2_000
_QUOTES = "\"'"
_NOT = re.compile(r"\[redacted:|\$\{?\w+\}?$|\$\(|<[\w -]+>$|\*{3,}$|-$|`")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A row of the table."""

    flags: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    part: str = ""
    words: Mapping[str, int] = field(default_factory=dict)
    argument: int = 0
    only: str = ""
    starts: tuple[str, ...] = ()
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """What one argument says, without its quotes, and where that stands."""

    said: str
    start: int


def detectors() -> Iterator[Detector]:
    yield Detector(tuple(_sign(row) for row in _table()["command"]), _commands, caseless=False)
    yield Detector((r"[ \t]-p[ \t]+[\"']?[^ \t/.:=,]{8}",), _unknown, caseless=False)
    yield Detector((r"<<<",), _here_strings, caseless=False)
    yield Detector((r"<<-?[ \t]*[\"']?\w",), _here_documents, caseless=False)
    writers = "|".join(_piped()["programs"].split())
    yield Detector((rf"({writers}) [^\n|]+\|",), _into_pipes, caseless=False)


def _sign(row: Mapping[str, Any]) -> str:
    """The programs of a row, and later one of its flags or words."""
    spellings = (*row.get("flags", ()), *row.get("joined", ()), *row.get("words", ()), *row.get("starts", ()))
    parts = spellings or ((row["part"],) if "part" in row else ("-" + row.get("only", ""), row.get("verb", " ")))
    after = "|".join(re.sub(r"([^A-Za-z0-9_ ])", r"\\\1", each) for each in parts)
    programs = "|".join(re.sub(r"([^A-Za-z0-9_ ])", r"\\\1", name) for name in row["programs"].split())
    return rf"\b({programs})(\.exe)?[\"'\\ ,\t\x00\]][^\n]*[\"' ,\t0]?({after})"


def _commands(text: str) -> Iterator[Span]:
    at = seen = 0
    while found := _program().search(text, at):
        at = found.end()  # its arguments may be another program's: `docker exec db mysql …`
        arguments = _arguments(text, at, ARGUMENTS if seen < READ_WHOLE else FEW_ARGUMENTS)
        seen += len(arguments)
        for place in _paths()[found["program"]]:
            yield from _at(place, arguments)


def _arguments(text: str, at: int, most: int) -> list[Argument]:
    """The arguments after a program, up to the end of the command."""
    arguments: list[Argument] = []
    at = found.end() if (found := _AFTER_PROGRAM.match(text, at)) else at
    while len(arguments) < most and (one := _ARGUMENT.match(text, at)):
        start, raw = one.start("said"), one["said"]
        if len(raw) > 1 and raw[0] in _QUOTES and raw[-1] == raw[0]:
            start, raw = start + 1, raw[1:-1]
        arguments.append(Argument(raw, start))
        at = one.end()
    return arguments


def _at(place: Place, arguments: Sequence[Argument]) -> Iterator[Span]:
    if place.verb and all(one.said != place.verb for one in arguments):
        return
    for index, one in enumerate(arguments):
        following = arguments[index + 1] if index + 1 < len(arguments) else None
        if value := _flagged(place, one, following):
            yield from _span(value, place.part)
        if (count := place.words.get(one.said)) and index + count < len(arguments):
            yield from _span(arguments[index + count], "")
        for start in place.starts:
            if one.said.startswith(start):
                yield from _span(_rest(one, len(start)), "")
    if place.argument:
        yield from _positional(place, arguments)


def _flagged(place: Place, one: Argument, following: Argument | None) -> Argument | None:
    for flag in place.joined:
        if one.said.startswith(flag) and len(one.said) > len(flag) and not one.said.startswith("--"):
            return _rest(one, len(flag))
    for flag in place.flags:
        if one.said == flag:
            return following if following and not following.said.startswith("-") else None
        if one.said.startswith(flag + "="):
            return _rest(one, len(flag) + 1)
        if len(flag) == 2 and one.said.startswith(flag) and not one.said.startswith("--"):
            return _rest(one, 2)
    return None


def _positional(place: Place, arguments: Sequence[Argument]) -> Iterator[Span]:
    plain = [one for one in arguments if not one.said.startswith("-")]
    options = [one.said for one in arguments if one.said.startswith("-") and not one.said.startswith("--")]
    if place.only and not any(place.only in option for option in options):
        return
    index = place.argument if place.argument < 0 else place.argument - 1
    if len(plain) > max(index, 1 if index < 0 else 0):
        yield from _span(plain[index], place.part)


def _rest(one: Argument, skip: int) -> Argument:
    raw, start = one.said[skip:], one.start + skip
    if len(raw) > 1 and raw[0] in _QUOTES and raw[-1] == raw[0]:
        return Argument(raw[1:-1], start + 1)
    return Argument(raw, start)


def _span(value: Argument, part: str) -> Iterator[Span]:
    raw, start = value.said, value.start
    if part:
        before, found, after = raw.partition(part)
        if not found or (part == "/" and ("." in before or not before or before.startswith("@"))):
            return
        start += len(before) + 1
        raw = after
        if part == "/":
            raw = raw.partition("@")[0]
    if raw and not _NOT.match(raw) and "://" not in raw:
        yield Span(start, start + min(len(raw), SECRET_LONGEST), "password")


def _unknown(text: str) -> Iterator[Span]:
    """`-p VALUE` of a program that no row names: only where the value is as mixed as passwords are."""
    for found in _ANY_P.finditer(text):
        if looks_random(found["said"]) or (re.search("[A-Z]", found["said"]) and re.search("[a-z]", found["said"])):
            yield Span(found.start("said"), found.end("said"), "password")


def _here_strings(text: str) -> Iterator[Span]:
    for found in _HERE.finditer(text):
        if not _NOT.match(found["said"]):
            yield Span(found.start("said"), found.end("said"), "password")


def _here_documents(text: str) -> Iterator[Span]:
    """What a program that asks for a password is given line by line: all of it, up to the word that ends it."""
    for found in _HERE_DOCUMENT.finditer(text):
        start, limit = found.end(), min(len(text), found.end() + HERE_LONGEST)
        end = re.compile(rf"(?<!\w){found['end']}(?!\w)").search(text, start, limit)
        yield Span(start, end.start() if end else limit, "password")


def _into_pipes(text: str) -> Iterator[Span]:
    table = _piped()
    for found in _pipe().finditer(text):
        reader = text[found.end() : found.end() + 200]
        if re.search(rf"(?:^|[\s/])(?:{'|'.join(table['readers'].split())})\b", reader) and re.search(
            table["reads"], reader
        ):
            raw, start = found["said"], found.start("said")
            if ":" in raw and "chpasswd" in reader:
                start += raw.index(":") + 1
            if not _NOT.match(text[start : found.end("said")]):
                yield Span(start, found.end("said"), "password")


@cache
def _paths() -> Mapping[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for row in _table()["command"]:
        place = msgspec.convert({key: value for key, value in row.items() if key != "programs"}, Place)
        for name in row["programs"].split():
            found[name] = (*found.get(name, ()), place)
    return found


def _piped() -> Mapping[str, str]:
    piped: Mapping[str, str] = _table()["piped"]
    return piped


@cache
def _program() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _paths()), key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?P<program>{names})(?:\.exe)?(?=\\{{0,3}}[\"']?(?:[ \t,\]]|\x00|\\x00))")


@cache
def _pipe() -> re.Pattern[str]:
    programs = "|".join(_piped()["programs"].split())
    return re.compile(
        rf"(?<![\w-])(?:{programs})(?:[ \t]+-\w+)*[ \t]+(?P<quote>[\"']?)"
        rf"(?P<said>[^\n|\"']{{1,200}}?)(?P=quote)[ \t]*\|[ \t]*"
    )


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("commands.toml").read_text("utf-8"))
