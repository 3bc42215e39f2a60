"""Lines that differ by digits alone are read by the places of what differs."""

from __future__ import annotations

import pytest

from stillwatch.watch.shapes.alike import hinges
from stillwatch.watch.shapes.reader import Reader

NOW = 1_795_388_992.0
SAME = (
    (
        b"Nov 22 10:00:01 web01 sshd[1234]: port 10",
        b"Nov 22 10:59:02 web01 sshd[4321]: port 99",
    ),
    (
        b"2026-11-22T10:00:01.123+01:00 web01 app[12]: x 1",
        b"2026-11-21T23:00:01.999+02:00 web01 app[99]: x 2",
    ),
    (
        b"Nov 22 10:00:01 web01 kernel: [12.123456] sda1",
        b"Nov 22 10:59:02 web01 kernel: [34.654321] sdb2",
    ),
    (
        b'192.0.2.1 - - [22/Nov/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
        b'192.0.2.1 - - [22/Nov/2026:10:00:09 +0000] "GET / HTTP/1.1" 200 9 "-" "-"',
    ),
)


@pytest.mark.parametrize(("first", "other"), SAME)
def test_another_line_is_read_as_it_would_be_alone(first: bytes, other: bytes) -> None:
    reader = Reader(NOW)
    reader.turn([first, other])
    alike = reader.alike(first, reader.line(first, 0))
    assert alike is not None
    assert alike.read(other, reader.stamps) == reader.line(other, 1)


@pytest.mark.parametrize(
    "other", [b"Nov 22 10:00:01 web02 sshd[1234]: port 10", b"Nov 99 10:00:01 web01 sshd[1234]: port 10"]
)
def test_another_host_or_a_day_that_no_calendar_has_is_read_as_a_whole(other: bytes) -> None:
    reader = Reader(NOW)
    first = SAME[0][0]
    reader.turn([first, other])
    alike = reader.alike(first, reader.line(first, 0))
    assert alike is not None
    assert alike.read(other, reader.stamps) is None


@pytest.mark.parametrize("line", [b"words without a head", b'{"level": "error", "msg": "x 1", "time": "2026-11-22"}'])
def test_what_has_no_head_of_its_own_is_always_read_as_a_whole(line: bytes) -> None:
    reader = Reader(NOW)
    reader.turn([line])
    assert reader.alike(line, reader.line(line, 0)) is None


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        (b'{"level":30,"res":{"statusCode":503},"pid":7}', [b"30", b"503"]),
        (b'{"log":"{\\"status\\": \\"404\\"}"}', [b"404"]),
        (b"status=500 took=3", [b"500"]),
        (b'{"items":3}', []),
    ],
)
def test_the_numbers_on_which_a_priority_may_hang(raw: bytes, numbers: list[bytes]) -> None:
    assert [raw[where] for where in hinges(raw)] == numbers
