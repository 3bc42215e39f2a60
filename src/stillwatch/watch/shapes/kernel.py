# ruff: noqa: E501 - real log lines are long
"""The kernel's ring in every form that dmesg gives it, and the audit system."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

DECODED: Final = r"(?:(?P<facility>kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local\d) *:(?P<level>[a-z]+) *: )?"
"""What `dmesg -x` puts before the time."""
CALLER: Final = r"(?:\[ *[TC]\d+\] ?)?"
"""The printing thread or processor (CONFIG_PRINTK_CALLER)."""

ROWS: Final = (
    Shape(
        id="dmesg-service",
        pattern=rf"{{pri}}{DECODED}\[ *{{mono}}\] {CALLER}(?P<program>systemd(?:-[a-z]+)*)\[(?P<pid>\d{{1,10}})\]: ",
        samples=(
            Sample(line="<30>[    5.123456] systemd[1]: a.service: Failed", program="systemd", pid="1", priority=6, message="a.service: Failed"),
            Sample(line="[    5.123456] systemd-journald[99]: Received", program="systemd-journald", pid="99", message="Received"),
            Sample(line="daemon:info  : [    5.123456] systemd[1]: x", program="systemd", pid="1", priority=6, message="x"),
        ),
    ),
    Shape(
        id="dmesg",
        pattern=rf"{{pri}}{DECODED}\[ *{{mono}}(?: <[ 0-9.+-]*>)?\] ?{CALLER}",
        program="kernel",
        samples=(
            Sample(line="[81279.100000] php-fpm8.2[222]: segfault at 0", program="kernel", message="php-fpm8.2[222]: segfault at 0"),
            Sample(line="<3>[    0.100000][    T1] ata1.00: failed", program="kernel", priority=3, message="ata1.00: failed"),
            Sample(line="kern  :err   : [81284.100000] EXT4-fs error", program="kernel", priority=3, message="EXT4-fs error"),
            Sample(line="[    0.100000 <    0.000012>] usb 1-1: reset", program="kernel", message="usb 1-1: reset"),
        ),
    ),
    Shape(
        id="dmesg-ctime",
        pattern=rf"{{pri}}{DECODED}\[(?P<stamp>[^\s\d\[\]]{{2,20}} [A-Za-z\x80-\xff.\d]{{2,30}} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d \d{{4}})(?: <[ 0-9.+-]*>)?\](?! ?\[[a-z]+\] ) ?{CALLER}",
        program="kernel",
        samples=(
            Sample(line="[Sat Mar  7 03:13:09 2026] EXT4-fs error", at="2026-03-07T03:13:09Z", program="kernel", message="EXT4-fs error"),
            Sample(line="kern  :warn  : [Sa Mär  7 03:13:09 2026] usb", at="2026-03-07T03:13:09Z", program="kernel", priority=4, message="usb"),
        ),
    ),
    Shape(
        id="dmesg-iso",
        pattern=rf"{{pri}}{DECODED}(?P<stamp>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d),(?P<f>\d{{6}})(?P<z>[+-]\d\d:?\d\d) {CALLER}",
        program="kernel",
        samples=(
            Sample(line="2026-03-07T03:13:09,100000+01:00 EXT4-fs error", at="2026-03-07T02:13:09.100Z", program="kernel", message="EXT4-fs error"),
            Sample(line="kern  :err   : 2026-03-07T03:13:09,100000+01:00 x", at="2026-03-07T02:13:09.100Z", program="kernel", priority=3, message="x"),
        ),
    ),
    Shape(
        id="dmesg-minute",
        pattern=rf"{{pri}}{DECODED}\[(?P<stamp>[A-Za-z\x80-\xff.]{{2,30}} {{1,2}}\d{{1,2}} \d\d:\d\d)\] ?{CALLER}",
        program="kernel",
        samples=(
            Sample(line="[Mar 7 03:12] usb 1-1: reset", at="2026-03-07T03:12:00Z", program="kernel", message="usb 1-1: reset"),
            Sample(line="kern  :err   : [Mar 7 03:12] x", at="2026-03-07T03:12:00Z", program="kernel", priority=3, message="x"),
        ),
    ),
    Shape(
        id="dmesg-step",
        pattern=rf"{{pri}}{DECODED}\[(?: *<)? *\+?(?P<step>\d{{1,9}}\.\d{{6}})(?: *>)?\] ?{CALLER}",
        program="kernel",
        samples=(
            Sample(line="[  +0.000005] ata1.00: failed", program="kernel", message="ata1.00: failed"),
            Sample(line="[<    0.000005>] ata1.00: failed", program="kernel", message="ata1.00: failed"),
        ),
    ),
    Shape(
        id="x-org",
        pattern=r"\[ *(?P<mono>\d{1,9}\.\d{3})\] (?=\((?P<level>EE|WW|II|--|\*\*|==|\+\+|!!|NI|\?\?)\) )",
        program="Xorg",
        samples=(Sample(line="[   123.456] (EE) no screens found", program="Xorg", priority=3, message="(EE) no screens found"),),
    ),
    Shape(
        id="audit",
        pattern=r"(?:node=(?P<host>\S{1,255}) )?type=[A-Z0-9_\[\]]{2,40} msg=audit\((?P<stamp>\d{10})\.(?P<f>\d{1,3}):\d{1,12}\): ?",
        program="audit",
        whole=True,
        samples=(
            Sample(
                line='node=db7 type=AVC msg=audit(1772849547.123:456): avc:  denied  { read } for  pid=12 comm="httpd"',
                at="2026-03-07T02:12:27.123Z", host="db7", program="audit",
                message='node=db7 type=AVC msg=audit(1772849547.123:456): avc:  denied  { read } for  pid=12 comm="httpd"',
            ),
            Sample(
                line="type=ANOM_ABEND msg=audit(1772849547.123:456): auid=1000",
                at="2026-03-07T02:12:27.123Z", program="audit", message="type=ANOM_ABEND msg=audit(1772849547.123:456): auid=1000",
            ),
        ),
    ),
)  # fmt: skip
