"""Words after the program become options and operands, by exact names: no abbreviations, nothing unlisted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from stillwatch.grammar import values
from stillwatch.grammar.catalogue import Option, Program
from stillwatch.grammar.words import NotAllowed


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandWords:
    """options: canonical words to pass on; names: the options seen; operands: the rest; typed: everything, in order."""

    options: tuple[str, ...]
    names: frozenset[str]
    operands: tuple[str, ...]
    typed: tuple[str, ...]
    given: tuple[tuple[str, str], ...] = ()


@dataclass
class _Reading:
    program: Program
    rest: list[str]
    options: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    operands: list[str] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)

    def take(self, option: Option, value: str) -> str:
        kind = values.which(option.kind, value)
        if kind is None:
            raise NotAllowed("command:value", f"{value[:80]!r} is not accepted after {option.name}")
        self.given.append((kind, value))
        return value

    def following(self, option: Option) -> str:
        if not self.rest:
            raise NotAllowed("command:value", f"{option.name} lacks its value")
        return self.take(option, self.rest.pop(0))

    def next_fits(self, option: Option) -> bool:
        return option.takes == "next" and bool(self.rest) and values.which(option.kind, self.rest[0]) is not None

    def known(self, name: str) -> Option:
        option = self.program.options.get(name)
        if option is None:
            raise NotAllowed("command:option", f"{name[:40]} of {' '.join(self.program.name)} is not on the list")
        self.names.add(name)
        return option


def parse(program: Program, words: Sequence[str]) -> CommandWords:
    """Raises NotAllowed for an unlisted option or a value that is not of its kind."""
    reading = _Reading(program=program, rest=list(words))
    while reading.rest:
        word = reading.rest.pop(0)
        if word == "--" and program.style == "gnu" and not program.bare:
            reading.operands += reading.rest
            reading.rest.clear()
        elif word == "-" or not word.startswith("-"):
            reading.operands.append(word)
        else:
            _read_option(reading, word)
    return CommandWords(
        options=tuple(reading.options),
        names=frozenset(reading.names),
        operands=tuple(reading.operands),
        typed=tuple(words),
        given=tuple(reading.given),
    )


def _read_option(reading: _Reading, word: str) -> None:
    number = reading.program.options.get("-NUM")
    if number and re.fullmatch(r"-\d+", word):
        reading.take(number, word[1:])
        reading.names.add("-NUM")
        reading.options.append(word)
    elif reading.program.style == "exact":
        _read_exact(reading, word)
    elif word.startswith("--"):
        _read_long(reading, word)
    else:
        _read_short(reading, word)


def _read_exact(reading: _Reading, word: str) -> None:
    name, equals, value = word.partition("=")
    option = reading.known(name)
    if equals and option.takes == "none":
        raise NotAllowed("command:value", f"{name} takes no value")
    if equals:
        reading.take(option, value)
    elif option.takes == "required":
        reading.following(option)


def _read_long(reading: _Reading, word: str) -> None:
    name, equals, value = word.partition("=")
    option = reading.known(name)
    if option.takes == "none":
        if equals:
            raise NotAllowed("command:value", f"{name} takes no value")
        reading.options.append(name)
    elif equals:
        reading.options.append(f"{name}={reading.take(option, value)}")
    elif option.takes == "required" or reading.next_fits(option):
        reading.options.append(f"{name}={reading.following(option)}")
    else:
        reading.options.append(name)


def _read_short(reading: _Reading, word: str) -> None:
    """A bundle: flags, of which the last may take a value, attached or next."""
    for place in range(1, len(word)):
        option = reading.known(f"-{word[place]}")
        attached = word[place + 1 :]
        if option.takes == "none":
            continue
        if attached:
            reading.take(option, attached)
            break
        if option.takes == "required":
            reading.options += [word, reading.following(option)]
            return
        if reading.next_fits(option):
            word += reading.following(option)
        break
    reading.options.append(word)
