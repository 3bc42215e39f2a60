"""Lines that are like an ordinary one are known by their words, whatever their names and numbers."""

from __future__ import annotations

import pytest

from stillwatch.watch.everyday import Everyday

ORDINARY = Everyday(
    ["error: kex_exchange_identification: Connection closed by remote host", "Slow answer from http://x to y in 12 ms"]
)


@pytest.mark.parametrize(
    ("text", "is_ordinary"),
    [
        ("kex_exchange_identification: Connection closed by remote host", True),
        ("error: kex_exchange_identification: Connection closed by remote host [preauth] 0x7f", True),
        ("Connection closed", False),
        ("the palette is corrupted", False),
    ],
)
def test_alike(text: str, is_ordinary: bool) -> None:
    assert ORDINARY.knows(text) is is_ordinary


def test_a_single_word_is_no_kind() -> None:
    assert not Everyday(["failed"]).knows("failed")


def test_two_lines_are_not_alike_because_both_end_in_the_same_error() -> None:
    everyday = Everyday(["chroot.c: open() failed: No such file or directory"])
    assert not everyday.knows("Redis::CannotConnectError: No such file or directory - connect(2) for /run/redis.sock")
    assert everyday.knows("chroot.c: open() of /x failed: No such file or directory")
