# ruff: noqa: E501 - real log lines are long
"""What `journalctl -o …` and `systemctl status` print, as far as it is one line an entry (see fold.py for the rest)."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

ROWS: Final = (
    Shape(
        id="short-full",
        pattern=r"{dayiso} {host} {tag}",
        inner=True,
        samples=(
            Sample(
                line="Sat 2026-03-07 03:12:27 CET web01 nginx.service[766]: bind() failed",
                at="2026-03-07T02:12:27Z", host="web01", program="nginx.service", pid="766", message="bind() failed",
            ),
            Sample(
                line="Sa 2026-03-07 03:12:27.123456 UTC web01 kernel: [81234.567890] oops",
                at="2026-03-07T03:12:27.123456Z", host="web01", program="kernel", message="oops",
            ),
        ),
    ),
    Shape(
        id="short-full-no-host",
        pattern=r"{dayiso} {tag}",
        inner=True,
        samples=(
            Sample(
                line="Sat 2026-03-07 03:12:27 -03 systemd[1]: a.service: Failed",
                at="2026-03-07T06:12:27Z", program="systemd", pid="1", message="a.service: Failed",
            ),
        ),
    ),
    Shape(
        id="short-unix",
        pattern=r"(?P<stamp>\d{10})\.(?P<f>\d{6}) {host} {tag}",
        inner=True,
        samples=(
            Sample(
                line="1772849547.123456 web01 backup[900]: ERROR: no room",
                at="2026-03-07T02:12:27.123456Z", host="web01", program="backup", pid="900", priority=3, message="ERROR: no room",
            ),
        ),
    ),
    Shape(
        id="short-unix-no-host",
        pattern=r"(?P<stamp>\d{10})\.(?P<f>\d{6}) {tag}",
        inner=True,
        samples=(Sample(line="1772849547.123456 kernel: oops", at="2026-03-07T02:12:27.123456Z", program="kernel", message="oops"),),
    ),
    Shape(
        id="short-monotonic",
        pattern=r"\[ *{mono}\] {host} (?=\S{1,80}\[\d{1,10}\]: |kernel: ){tag}",
        inner=True,
        samples=(
            Sample(line="[81234.567890] web01 nginx[766]: bind() failed", host="web01", program="nginx", pid="766", message="bind() failed"),
            Sample(line="[    4.000001] web01 kernel: oops", host="web01", program="kernel", message="oops"),
        ),
    ),
    Shape(
        id="short-delta",
        pattern=r"\[ *{mono} <[ 0-9.+-]*>\] {host} (?=\S{1,80}\[\d{1,10}\]: |kernel: ){tag}",
        inner=True,
        samples=(
            Sample(line="[81234.567890 <    0.000012 >] web01 nginx[766]: bind() failed", host="web01", program="nginx", pid="766", message="bind() failed"),
        ),
    ),
    Shape(
        id="journal-note",
        pattern=r"-- (?=Boot [0-9a-f]{32} --|Journal begins|Logs begin|Reboot --|No entries --|Subject: |Support: |Defined-By: )",
        program="journalctl",
        whole=True,
        samples=(Sample(line="-- Boot 5f0e2a1b6c7d48e39a1f0b2c3d4e5f60 --", program="journalctl", message="-- Boot 5f0e2a1b6c7d48e39a1f0b2c3d4e5f60 --"),),
    ),
)  # fmt: skip
