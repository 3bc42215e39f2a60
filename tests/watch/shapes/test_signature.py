"""Whose log it is, where no line says so."""

from __future__ import annotations

import pytest

from stillwatch.watch.shapes.reader import Reader
from stillwatch.watch.shapes.signature import SIGNATURES, Signature, writer_of

NOW = 1_795_388_992.0


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda one: one.program)
def test_its_own_words_and_no_others_name_a_program(signature: Signature) -> None:
    assert writer_of([b"no room", signature.sample.encode()]) == signature.program


def test_programs_stand_in_order_and_once() -> None:
    names = [signature.program for signature in SIGNATURES]
    assert names == sorted(set(names))


def test_words_of_two_programs_name_none() -> None:
    assert writer_of([signature.sample.encode() for signature in SIGNATURES[:2]]) == ""


@pytest.mark.parametrize(
    ("lines", "program"),
    [
        (("2026/03/07 03:12:27 Starting Shopd v1.4.2", "no room"), "shopd"),
        (("Shopd-1.4.2", "linux/amd64, go1.22.3"), "shopd"),
        (("shopd version 1.4 started", "OpenSSL version: 3.0.1", "Python version 3.11"), "shopd"),
        (("shopd version 1.4", "paintd version 2.0"), ""),
        (("Starting migrations", "Initializing database"), ""),
        (("Node version 18.20", "no room"), ""),
        (("this is the Shop Cache version 4.1",), ""),
    ],
)
def test_who_greets_with_its_version_is_the_writer(lines: tuple[str, ...], program: str) -> None:
    assert writer_of([line.encode() for line in lines]) == program


def subjects(*lines: str) -> list[str]:
    reader, raw = Reader(NOW), [line.encode() for line in lines]
    reader.turn(raw)
    return [reader.line(line, number).subject for number, line in enumerate(raw)]


def test_lines_without_a_name_are_the_writer_s() -> None:
    lines = ("2026-03-07 03:12:27 no room", "repository 0a1b2c3d opened (version 2)", "2026-03-07 03:12:29 bye")
    assert subjects(*lines) == ["restic"] * 3


def test_where_lines_name_their_programs_nobody_is_guessed() -> None:
    named = [f"Mar  7 03:12:2{number} web01 shop[7]: no room" for number in range(3)]
    assert "restic" not in subjects(*named, "repository 0a1b2c3d opened (version 2)")


def test_a_class_or_a_path_is_a_part_of_the_writer() -> None:
    java = (
        "2026-03-07 03:12:27,123 INFO  [org.keycloak.services] (main) no room",
        "2026-03-07 03:12:28,123 ERROR [io.agroal.pool] (agroal-11) no room",
    )
    assert subjects(*java) == ["keycloak"] * 2
    logfmt = (
        "ts=2026-03-07T03:12:27Z level=info component=tsdb msg=x",
        'ts=2026-03-07T03:12:28Z level=error component="scrape manager" msg=y',
    )
    assert subjects(*logfmt) == ["prometheus"] * 2


def test_a_package_is_a_program_whoever_else_is_named() -> None:
    lines = [f"2026-03-07 03:12:2{number} ERROR [homeassistant.core] no room" for number in range(4)]
    assert subjects(*lines, "2026-03-07 03:12:28 ERROR [frigate.video] no room")[0] == "homeassistant"
