# ruff: noqa: E501 - real log lines are long
"""How some servers write that have a form of their own: .NET's Serilog, HAProxy's master, vsftpd, Zigbee2MQTT."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

ROWS: Final = (
    Shape(
        id="serilog",
        pattern=r"\[{stamp}\] (?=\[(?P<level>VRB|DBG|INF|WRN|ERR|FTL)\] (?:\[\d{1,6}\] )?(?:{logger}: )?)",
        samples=(
            Sample(line="[2026-03-07 03:12:27.123 +01:00] [ERR] [12] Shop.Api.Orders: no room", at="2026-03-07T02:12:27.123Z", program="Shop.Api.Orders", priority=3, message="[ERR] [12] Shop.Api.Orders: no room"),
            Sample(line="[2026-03-07 03:12:27.123 +01:00] [ERR] no room", at="2026-03-07T02:12:27.123Z", priority=3, message="[ERR] no room"),
        ),
    ),
    Shape(
        id="haproxy-worker",
        pattern=r"(?=\[(?P<level>NOTICE|WARNING|ALERT|EMERG)\] +(?:\d{3}/\d{6} )?\((?P<pid>\d{1,10})\) : )",
        program="haproxy",
        samples=(
            Sample(line="[ALERT]    (1) : Current worker (8) exited with code 139", program="haproxy", pid="1", priority=1, message="[ALERT]    (1) : Current worker (8) exited with code 139"),
            Sample(line="[WARNING] 065/031227 (7) : no room", program="haproxy", pid="7", priority=4, message="[WARNING] 065/031227 (7) : no room"),
        ),
    ),
    Shape(
        id="vsftpd",
        pattern=r"{ctime} \[pid (?P<pid>\d{1,10})\] ",
        program="vsftpd",
        samples=(
            Sample(line='Sat Mar  7 03:12:27 2026 [pid 1234] [ann] FAIL LOGIN: Client "198.51.100.7"', at="2026-03-07T03:12:27Z", program="vsftpd", pid="1234", message='[ann] FAIL LOGIN: Client "198.51.100.7"'),
        ),
    ),
    Shape(
        id="zigbee2mqtt",
        pattern=r"(?=Zigbee2MQTT:(?P<level>debug|info|warn|error) +{iso}: )",
        program="zigbee2mqtt",
        samples=(
            Sample(line="Zigbee2MQTT:error 2026-03-07 03:12:27: no room", at="2026-03-07T03:12:27Z", program="zigbee2mqtt", priority=3, message="Zigbee2MQTT:error 2026-03-07 03:12:27: no room"),
        ),
    ),
    Shape(
        id="letter-stamp",
        pattern=r"(?P<level>[DIWEFNC]) {iso} ",
        inner=True,
        samples=(
            Sample(line="E 2026-03-07T03:12:27.123Z no room", at="2026-03-07T03:12:27.123Z", priority=3, message="no room"),
        ),
    ),
)  # fmt: skip
