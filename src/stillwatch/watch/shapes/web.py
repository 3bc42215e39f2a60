# ruff: noqa: E501 - real log lines are long
"""Access and error logs of web servers and proxies."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

ROWS: Final = (
    Shape(
        id="nginx-error",
        pattern=r"{slash} (?=\[(?P<level>debug|info|notice|warn|error|crit|alert|emerg)\] (?P<pid>\d{1,10})#\d{1,10}: )",
        program="nginx",
        samples=(
            Sample(
                line="2026/03/07 03:12:27 [crit] 766#767: *89 open() failed",
                at="2026-03-07T03:12:27Z", program="nginx", pid="766", priority=2, message="[crit] 766#767: *89 open() failed",
            ),
        ),
    ),
    Shape(
        id="apache-error",
        pattern=r"\[(?P<stamp>[^\s\d\[\]]{2,20} [A-Za-z\x80-\xff.]{2,30} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] (?=\[(?:[\w-]{0,40}:)?(?P<level>emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] (?:\[pid (?P<pid>\d{1,10})(?::tid \d+)?\] )?)",
        program="apache2",
        samples=(
            Sample(
                line="[Sat Mar 07 03:12:28.123456 2026] [core:error] [pid 1234:tid 141] (13)Permission denied: no",
                at="2026-03-07T03:12:28.123456Z", program="apache2", pid="1234", priority=3,
                message="[core:error] [pid 1234:tid 141] (13)Permission denied: no",
            ),
            Sample(
                line="[Sat Mar  7 03:12:28 2026] [notice] caught SIGTERM",
                at="2026-03-07T03:12:28Z", program="apache2", priority=5, message="[notice] caught SIGTERM",
            ),
        ),
    ),
    Shape(
        id="access",
        pattern=r"(?:(?P<unit>[A-Za-z0-9._-]{1,253}(?::\d{1,5})?),? )?(?P<client>[0-9a-fA-F.:]{3,45}|[A-Za-z0-9._-]{1,253}) \S{1,80} (?P<user>[^\[\"]{1,120}?) \[{clf}\] \"(?P<request>[^\"\\]*(?:\\.[^\"\\]*)*)\" (?P<status>\d{3}) ",
        program="access-log",
        whole=True,
        samples=(
            Sample(
                line='198.51.100.10 - - [07/Mar/2026:03:12:10 +0100] "GET /api HTTP/1.1" 502 157 "-" "Mozilla/5.0"',
                at="2026-03-07T02:12:10Z", program="access-log", priority=3,
                message='198.51.100.10 - - [07/Mar/2026:03:12:10 +0100] "GET /api HTTP/1.1" 502 157 "-" "Mozilla/5.0"',
            ),
            Sample(
                line='shop.example.org:443 2001:db8::7 - ann [07/Mar/2026:03:12:10 +0000] "GET / HTTP/2.0" 404 12',
                at="2026-03-07T03:12:10Z", program="access-log", unit="shop.example.org:443", priority=5,
                message='shop.example.org:443 2001:db8::7 - ann [07/Mar/2026:03:12:10 +0000] "GET / HTTP/2.0" 404 12',
            ),
            Sample(
                line='::1 - - [07/Mar/2026:03:12:10 +0000] "OPTIONS * HTTP/1.0" 200 126',
                at="2026-03-07T03:12:10Z", program="access-log", priority=6,
                message='::1 - - [07/Mar/2026:03:12:10 +0000] "OPTIONS * HTTP/1.0" 200 126',
            ),
        ),
    ),
    Shape(
        id="cups",
        pattern=r"(?P<level>[EWNIDdXA]) \[{clf}\] ",
        program="cupsd",
        samples=(Sample(line="E [07/Mar/2026:03:12:10 +0100] [Job 7] no filter", at="2026-03-07T02:12:10Z", program="cupsd", priority=3, message="[Job 7] no filter"),),
    ),
    Shape(
        id="clf-head",
        pattern=r"\[{clf}\] ",
        samples=(Sample(line="[07/Mar/2026:03:12:10 +0100] no filter", at="2026-03-07T02:12:10Z", message="no filter"),),
    ),
)  # fmt: skip
