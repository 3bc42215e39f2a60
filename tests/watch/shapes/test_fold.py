from __future__ import annotations

import json

import pytest

from stillwatch.watch.shapes.fold import fold
from stillwatch.watch.shapes.reader import Reader

EXPORT = b"""__CURSOR=s=1
__REALTIME_TIMESTAMP=1772849547123456
_HOSTNAME=web01
SYSLOG_IDENTIFIER=nginx
_BOOT_ID=b
MESSAGE
\x0b\0\0\0\0\0\0\0first
second

__REALTIME_TIMESTAMP=1772849548123456
_HOSTNAME=web01
MESSAGE=third
"""
VERBOSE = """Sat 2026-03-07 03:12:27.123456 CET [s=2a;i=1;b=11;m=1;t=1;x=1]
    PRIORITY=4
    SYSLOG_IDENTIFIER=systemd
    _PID=1
    UNIT=mariadb.service
    MESSAGE=mariadb.service: Failed with result 'signal'.
-- Boot 5f0e2a1b6c7d48e39a1f0b2c3d4e5f60 --
Sat 2026-03-07 03:12:28.123456 CET [s=2a;i=2;b=11;m=1;t=1;x=1]
    MESSAGE=hello
"""


def told(text: bytes, size: int = 3) -> list[tuple[str, str, float]]:
    lines = text.split(b"\n")
    blocks = [lines[start : start + size] for start in range(0, len(lines), size)]
    reader, found = Reader(1_795_388_992.0), []
    for block in fold(blocks):
        reader.turn(block)
        read = (reader.line(raw, number) for number, raw in enumerate(block) if raw)
        found += [(line.text, line.subject, round(line.at, 3)) for line in read]
    return found


@pytest.mark.parametrize("size", [1, 3, 100])
def test_an_export_is_one_line_an_entry(size: int) -> None:
    assert told(EXPORT, size) == [("first second", "nginx", 1772849547.123), ("third", "", 1772849548.123)]


def test_verbose_entries_carry_their_unit_and_time() -> None:
    first, note, last = told(VERBOSE.encode())
    assert first == ("mariadb.service: Failed with result 'signal'.", "mariadb.service", 1772849547.123)
    assert note[0].startswith("-- Boot")
    assert (last[0], last[2]) == ("hello", 1772849548.123)


@pytest.mark.parametrize("indent", [1, 4, "\t"])
@pytest.mark.parametrize("wrap", ["each", "list", "object"])
def test_json_over_many_lines_is_one_line_an_object(indent: int | str, wrap: str) -> None:
    rows = [
        {"time": "2026-03-07T03:12:27Z", "msg": f"a }} {{ {number}", "error": {"code": number}, "tags": ["x"]}
        for number in range(3)
    ]
    bodies = {
        "each": "\n".join(json.dumps(row, indent=indent) for row in rows),
        "list": json.dumps(rows, indent=indent),
        "object": json.dumps({"Records": rows}, indent=indent),
    }
    assert [text for text, _, _ in told(bodies[wrap].encode(), 4)] == [f"a }} {{ {number}" for number in range(3)]


def test_other_lines_pass() -> None:
    block = [b"one", b"  two", b"", b"{not json"]
    assert list(fold([block])) == [block]


def test_an_endless_record_is_bounded() -> None:
    block = [VERBOSE.encode().split(b"\n")[0], *([b"    FIELD=" + b"x" * 1000] * 1000)]
    (record,) = [record for part in fold([block]) for record in part]
    assert len(record) < 70_000
