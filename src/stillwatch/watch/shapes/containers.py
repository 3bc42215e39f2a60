# ruff: noqa: E501 - real log lines are long
"""What docker, compose, kubectl and container runtimes put before a line, and Kubernetes' own klog."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

NANOS: Final = r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(?P<f>\d{7,9})(?P<z>Z|[+-]\d\d:\d\d)"

ROWS: Final = (
    Shape(
        id="cri",
        pattern=rf"{NANOS} (?:stdout|stderr) [FP] ",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07T03:12:27.123456789+01:00 stderr F panic: no room",
                at="2026-03-07T02:12:27.123456789Z", priority=2, message="panic: no room",
            ),
        ),
    ),
    Shape(
        id="docker-time",
        pattern=rf"{NANOS} ",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07T03:12:27.123456789Z nginx: [emerg] bind() failed",
                at="2026-03-07T03:12:27.123456789Z", program="nginx", priority=0, message="nginx: [emerg] bind() failed",
            ),
        ),
    ),
    Shape(
        id="compose",
        pattern=r"(?P<unit>[A-Za-z0-9][\w.-]{0,100}-\d{1,3}) *\| ",
        inner=True,
        samples=(
            Sample(
                line="db-1   | 2026-03-07 03:12:27.980 UTC [1] FATAL:  no room",
                at="2026-03-07T03:12:27.980Z", program="postgres", pid="1", unit="db-1", priority=2, message="FATAL:  no room",
            ),
            Sample(line="shop-app-12 | Error: no room", unit="shop-app-12", priority=3, message="Error: no room"),
        ),
    ),
    Shape(
        id="compose-named",
        pattern=r"(?P<unit>[A-Za-z0-9][\w.@-]{0,100}) *\| ",
        inner=True,
        loose=True,
        samples=(
            Sample(line="database      | no room", unit="database", message="no room"),
            Sample(line="shop_app.1.k3vx@node2    | no room", unit="shop_app.1.k3vx@node2", message="no room"),
        ),
    ),
    Shape(
        id="pm2",
        pattern=r"(?:\d\d:\d\d:\d\d )?\d{1,4}\|(?P<unit>[A-Za-z0-9][\w.@-]{0,60}) *\| ",
        inner=True,
        samples=(
            Sample(line="0|shop  | 2026-03-07 03:12:27: ERROR: no room", at="2026-03-07T03:12:27Z", unit="shop", priority=3, message="ERROR: no room"),
            Sample(line="03:12:27 12|shop-api | no room", unit="shop-api", message="no room"),
        ),
    ),
    Shape(
        id="kubectl",
        pattern=r"\[pod/(?P<unit>[^/\]]{1,253})/(?P<program>[^\]]{1,253})\] ",
        inner=True,
        samples=(
            Sample(
                line="[pod/db-0/postgres] 2026-03-07 03:12:27.980 UTC [1] FATAL:  no room",
                at="2026-03-07T03:12:27.980Z", program="postgres", pid="1", unit="db-0", priority=2, message="FATAL:  no room",
            ),
        ),
    ),
    Shape(
        id="klog",
        pattern=r"(?P<level>[IWEF])(?P<stamp>\d{4} \d\d:\d\d:\d\d)\.(?P<f>\d{6}) +(?P<pid>\d{1,10}) [\w./-]{1,80}:\d{1,6}\] ",
        samples=(
            Sample(
                line='E0307 03:12:27.123456    1234 pod_workers.go:1300] "Error syncing pod" err="no room"',
                at="2026-03-07T03:12:27.123456Z", pid="1234", priority=3, message='"Error syncing pod" err="no room"',
            ),
        ),
    ),
)  # fmt: skip
