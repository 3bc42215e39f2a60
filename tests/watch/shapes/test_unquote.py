"""What stands before pasted lines is taken off, and only that."""

from __future__ import annotations

import pytest

from stillwatch.watch.shapes.unquote import unquoted

LOG = [
    b"Mar  7 03:12:27 web01 shopd[7]: no room",
    b"Mar  7 03:12:28 web01 shopd[7]: giving up",
    b"Mar  7 03:12:29 web01 systemd[1]: shop.service: Failed with result 'exit-code'.",
]


def read(*lines: bytes) -> list[bytes]:
    return [line for block in unquoted([list(lines)]) for line in block]


@pytest.mark.parametrize(
    "before", [b"> ", b">", b"> > ", b"    ", b"\t\t", b"/var/log/syslog:", b"/var/log/syslog.1:12:", b"web01> "]
)
def test_it_is_taken_off(before: bytes) -> None:
    assert read(*(before + line for line in LOG)) == LOG


def test_numbers_of_lines_are_taken_off() -> None:
    assert read(*(b"%6d\t%s" % (number, line) for number, line in enumerate(LOG, 12))) == LOG


def test_a_line_in_ticks_is_bare() -> None:
    assert read(*(b"`" + line + b"`" for line in LOG)) == LOG


def test_what_a_remote_said_is_taken_apart() -> None:
    assert read(b"Remote: no room", b"Remote:", b"Remote: giving up") == [b"no room", b"", b"giving up"]


@pytest.mark.parametrize(
    "lines",
    [
        LOG,
        [b"shopd: no room", b"shopd: giving up", b"shopd: bye"],
        [b"[    1.000000] usb 1-1: no room", b"[    2.000000] usb 1-1: gone"],
        [b"1772849547 no room", b"1772849548 no room", b"1772849549 no room"],
        [b"one"],
        [],
    ],
)
def test_a_log_as_it_was_written_stays(lines: list[bytes]) -> None:
    assert read(*lines) == lines


def test_later_blocks_are_read_as_the_first() -> None:
    blocks = [[b"> " + line for line in LOG], [b"> " + LOG[0], b"no quotation"]]
    assert list(unquoted(blocks)) == [LOG, [LOG[0], b"no quotation"]]
