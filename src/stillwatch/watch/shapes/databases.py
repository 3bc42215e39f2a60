# ruff: noqa: E501 - real log lines are long
"""Databases and caches in their own files."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

POSTGRES_LEVEL: Final = (
    r"(?P<level>DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION)"
)

ROWS: Final = (
    Shape(
        id="postgres",
        pattern=rf"{{iso}} \[(?P<pid>\d{{1,10}})(?:-\d{{1,9}})?\]:? (?:[^:\n]{{0,160}}? )?(?={POSTGRES_LEVEL}: {{1,2}})",
        program="postgres",
        samples=(
            Sample(
                line="2026-03-07 03:12:27.980 CET [812] FATAL:  could not write lock file",
                at="2026-03-07T02:12:27.980Z", program="postgres", pid="812", priority=2, message="FATAL:  could not write lock file",
            ),
            Sample(
                line="2026-03-07 03:12:27.980 UTC [812-3] app@shop ERROR:  deadlock detected",
                at="2026-03-07T03:12:27.980Z", program="postgres", pid="812", priority=3, message="ERROR:  deadlock detected",
            ),
        ),
    ),
    Shape(
        id="postgres-prefix",
        pattern=rf"{{iso}}(?P<prefix>[ :][^\n]{{0,160}}?)(?={POSTGRES_LEVEL}:  )",
        program="postgres",
        samples=(
            Sample(
                line="2026-03-07 03:12:27 UTC:10.0.0.5(50000):app@shop:[812]:ERROR:  deadlock detected",
                at="2026-03-07T03:12:27Z", program="postgres", priority=3, message="ERROR:  deadlock detected",
            ),
        ),
    ),
    Shape(
        id="mysql",
        pattern=r"{iso} +(?P<pid>\d{1,12}) (?=\[(?P<level>System|ERROR|Error|Warning|Note|Server)\] )",
        program="mysqld",
        samples=(
            Sample(
                line="2026-03-07  3:12:27 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11",
                at="2026-03-07T03:12:27Z", program="mysqld", pid="0", priority=3, message="[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11",
            ),
            Sample(
                line="2026-03-07T02:12:27.123456Z 0 [Warning] [MY-010055] [Server] IP address",
                at="2026-03-07T02:12:27.123456Z", program="mysqld", pid="0", priority=4, message="[Warning] [MY-010055] [Server] IP address",
            ),
        ),
    ),
    Shape(
        id="mysql-old",
        pattern=r"(?P<stamp>\d{6} {1,2}\d{1,2}:\d\d:\d\d) (?:(?=\[(?P<level>ERROR|Warning|Note)\] )|(?=mysqld_safe |InnoDB: ))",
        program="mysqld",
        samples=(
            Sample(line="260307  3:12:27 [ERROR] Can't start server", at="2026-03-07T03:12:27Z", program="mysqld", priority=3, message="[ERROR] Can't start server"),
            Sample(line="260307 13:12:27 mysqld_safe ended", at="2026-03-07T13:12:27Z", program="mysqld", message="mysqld_safe ended"),
        ),
    ),
    Shape(
        id="redis",
        pattern=r"(?:(?P<pid>\d{1,10}):[A-Z]|\[(?P<pid2>\d{1,10})\]) {dmy} (?P<level>[.*#-]) ",
        program="redis",
        samples=(
            Sample(
                line="1255:M 07 Mar 2026 03:12:27.069 # Error saving DB on disk",
                at="2026-03-07T03:12:27.069Z", program="redis", pid="1255", priority=4, message="Error saving DB on disk",
            ),
            Sample(line="[1255] 07 Mar 03:12:27.069 * Saving", at="2026-03-07T03:12:27.069Z", program="redis", pid="1255", priority=5, message="Saving"),
        ),
    ),
    Shape(
        id="mongo",
        pattern=r"{iso} (?P<level>[FEWID])\d? (?=[A-Z_]{1,12} +\[[^\]]{1,60}\] )",
        program="mongod",
        samples=(
            Sample(
                line="2026-03-07T03:12:27.123+0100 E STORAGE  [initandlisten] Failed to set up",
                at="2026-03-07T02:12:27.123Z", program="mongod", priority=3, message="STORAGE  [initandlisten] Failed to set up",
            ),
        ),
    ),
)  # fmt: skip
