from __future__ import annotations

import pytest

from stillwatch.grammar.catalogue import programs
from stillwatch.grammar.parse import parse
from stillwatch.grammar.words import NotAllowed


def options(name: str, *words: str) -> tuple[str, ...]:
    return parse(programs()[tuple(name.split())], words).options


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("df", ["-hT"], ("-hT",)),
        ("df", ["-t", "ext4"], ("-t", "ext4")),
        ("df", ["-text4"], ("-text4",)),
        ("df", ["-hxtmpfs"], ("-hxtmpfs",)),
        ("df", ["--type", "ext4"], ("--type=ext4",)),
        ("df", ["--type=ext4"], ("--type=ext4",)),
        ("df", ["--output"], ("--output",)),
        ("df", ["--output=pcent"], ("--output=pcent",)),
        ("journalctl", ["-n", "5"], ("-n5",)),
        ("journalctl", ["-n"], ("-n",)),
        ("journalctl", ["--lines", "5"], ("--lines=5",)),
        ("journalctl", ["-xeu", "nginx"], ("-xeu", "nginx")),
        ("tail", ["-20"], ("-20",)),
    ],
)
def test_options(name: str, words: list[str], expected: tuple[str, ...]) -> None:
    assert options(name, *words) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("df", ["-Q"]), ("df", ["-hQ"]), ("df", ["--nope"]), ("df", ["--typ=ext4"]), ("df", ["-t"]), ("df", ["--type"]),
        ("df", ["--all=1"]), ("df", ["--type=a b"]), ("tail", ["-999999"]), ("tail", ["-2f"]), ("find", ["-name"]),
        ("find", ["-type=x;y"]), ("find", ["-empty=1"]), ("find", ["-exec"]), ("ip", ["-batch"]),
    ],
)  # fmt: skip
def test_what_is_not_listed_is_refused(name: str, words: list[str]) -> None:
    with pytest.raises(NotAllowed):
        options(name, *words)


def test_after_the_double_dash_everything_is_an_operand() -> None:
    read = parse(programs()[("df",)], ["-h", "--", "-t"])
    assert (read.options, read.operands) == (("-h",), ("-t",))


def test_options_may_stand_after_operands() -> None:
    read = parse(programs()[("df",)], ["/", "-h"])
    assert (read.options, read.operands) == (("-h",), ("/",))
