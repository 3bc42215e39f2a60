from __future__ import annotations

import re

import pytest

from stillwatch.watch.mask import loosen
from stillwatch.watch.rule import compile_pattern
from stillwatch.watch.slots import expand, shared_slots

SLOTS = {"disk": "sd[a-z]", "word": "[a-z]+"}


@pytest.mark.parametrize(
    ("pattern", "expanded"),
    [
        ("on <disk>:", "on (?P<disk>sd[a-z]):"),
        ("<from=disk> to <to=disk>", "(?P<from>sd[a-z]) to (?P<to>sd[a-z])"),
        (r"\<disk> <word>", "<disk> (?P<word>[a-z]+)"),
        (r"[<>]x (?P<disk>a)", r"[<>]x (?P<disk>a)"),
        (r"a < b \[<disk>\]", r"a < b \[(?P<disk>sd[a-z])\]"),
        (r"[]<disk>]", r"[]<disk>]"),
        (r"\\<disk>", r"\\(?P<disk>sd[a-z])"),
    ],
)
def test_slots_are_filled_in_and_the_rest_stays(pattern: str, expanded: str) -> None:
    assert expand(pattern, SLOTS) == expanded


def test_an_unknown_slot_is_named() -> None:
    with pytest.raises(ValueError, match="<dsk>"):
        expand("on <x=dsk>", SLOTS)


@pytest.mark.parametrize("name", sorted(shared_slots()))
def test_every_shared_slot_can_be_used_in_a_pattern(name: str) -> None:
    pattern = expand(f"x<{name}>y", shared_slots())
    assert compile_pattern(pattern).groupindex == {name: 1}
    assert re.compile(loosen(pattern))


@pytest.mark.parametrize(
    ("name", "thing", "other"),
    [
        ("device", "nvme0n1p2", "/dev/sda"),
        ("disk", "sdaa", "dm-0"),
        ("interface", "bond0.12", "0:1"),
        ("usb", "1-2.4", "usb1"),
        ("address", "fe80::1%eth0", "router"),
        ("unit", r"dev-disk-by\x2duuid-7c.device", "/lib/systemd/system/x.service"),
        ("pci", "0000:01:00.0", "01:00"),
    ],
)
def test_a_slot_admits_its_things_only(name: str, thing: str, other: str) -> None:
    pattern = re.compile(shared_slots()[name], re.I)
    assert pattern.fullmatch(thing)
    assert not pattern.fullmatch(other)
