# ruff: noqa: E501 - real log lines are long
"""syslog in its forms: RFC 3164 and 5424, rsyslog's files, busybox, OpenWrt, macOS, devices."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

ROWS: Final = (
    Shape(
        id="rfc5424",
        pattern=r"{pri}1 {iso} (?P<host>\S{1,255}) (?P<program>\S{1,48}) (?P<pid>\S{1,128}) \S{1,32} (?:-|(?:\[(?:[^\]\\]|\\.){0,2048}\])+) ?(?:\xef\xbb\xbf)?",
        inner=True,
        samples=(
            Sample(
                line='<27>1 2026-03-07T03:12:27.5+01:00 db7 mariadbd 766 ID47 [origin x="1 \\]"] disk is full',
                at="2026-03-07T02:12:27.500Z", host="db7", program="mariadbd", pid="766", priority=3, message="disk is full",
            ),
            Sample(line="1 2026-03-07T03:12:27Z db7 - - - - it broke", at="2026-03-07T03:12:27Z", host="db7", message="it broke"),
        ),
    ),
    Shape(
        id="apple",
        pattern=r"(?:{bsd}) {host} (?P<program>[^\[\]<>:]{1,80})\[(?P<pid>\d{1,10})\] (?:\([^()]{1,120}\) ?)?<(?P<level>[A-Z][a-z]{2,10})>: ",
        samples=(
            Sample(
                line="Mar  7 03:12:27 mini sharingd[412] (Sharing) <Error>: lost the peer",
                at="2026-03-07T03:12:27Z", host="mini", program="sharingd", pid="412", priority=3, message="lost the peer",
            ),
            Sample(
                line="Mar  7 03:12:27 mini com.apple.backupd[88] <Warning>: slow disk",
                at="2026-03-07T03:12:27Z", host="mini", program="com.apple.backupd", pid="88", priority=4, message="slow disk",
            ),
        ),
    ),
    Shape(
        id="openwrt",
        pattern=r"{ctime} {facility}{tag}",
        inner=True,
        samples=(
            Sample(
                line="Sat Mar  7 03:12:27 2026 daemon.err dnsmasq[900]: failed to bind",
                at="2026-03-07T03:12:27Z", program="dnsmasq", pid="900", priority=3, message="failed to bind",
            ),
            Sample(
                line="Sat Mar  7 03:12:27 2026 kern.warn kernel: [40080.119606] usb 1-1: reset",
                at="2026-03-07T03:12:27Z", program="kernel", priority=4, message="usb 1-1: reset",
            ),
        ),
    ),
    Shape(
        id="cisco",
        pattern=r"{pri}(?:\d+: )?(?:{host}: )?(?:\d+: )?[*.]?{bsd}: (?=%(?P<program>[A-Z0-9_-]{2,60})-(?P<level>[0-7])-[A-Z0-9_]{2,60}: )",
        samples=(
            Sample(
                line="<187>44: *Mar  7 03:12:27.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
                at="2026-03-07T03:12:27.123Z", program="LINK", priority=3, message="%LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
            ),
            Sample(
                line="Mar  7 03:12:27.123: %SYS-5-CONFIG_I: Configured from console",
                at="2026-03-07T03:12:27.123Z", program="SYS", priority=5, message="%SYS-5-CONFIG_I: Configured from console",
            ),
            Sample(
                line="*Mar  7 03:12:27 CET: %SYS-5-CONFIG_I: Configured from console",
                at="2026-03-07T02:12:27Z", program="SYS", priority=5, message="%SYS-5-CONFIG_I: Configured from console",
            ),
        ),
    ),
    Shape(
        id="syslog",
        pattern=r"{pri}{bsd} {host} {facility}{tag}",
        inner=True,
        samples=(
            Sample(
                line="Mar  7 03:12:27 web01 nginx[766]: bind() failed",
                at="2026-03-07T03:12:27Z", host="web01", program="nginx", pid="766", message="bind() failed",
            ),
            Sample(line="Mar  7 03:12:27 web01 gdm-password][766]: no room", at="2026-03-07T03:12:27Z", host="web01", program="gdm-password", pid="766", message="no room"),
            Sample(
                line="<11>Nov 22 23:09:50.123456 fe80::1 /usr/sbin/sshd[7]: hi there",
                at="2026-11-22T23:09:50.123456Z", host="fe80::1", program="sshd", pid="7", priority=3, message="hi there",
            ),
            Sample(
                line="Mar  7 03:12:27 nas daemon.err smbd[900]: no share",
                at="2026-03-07T03:12:27Z", host="nas", program="smbd", pid="900", priority=3, message="no share",
            ),
            Sample(
                line="Mär 07 03:12:27 web01 kernel: [81234.567890] EXT4-fs error (device sda1): bad",
                at="2026-03-07T03:12:27Z", host="web01", program="kernel", message="EXT4-fs error (device sda1): bad",
            ),
            Sample(
                line="3月 07 03:12:27 web01 sshd(pam_unix)[12]: failure",
                at="2026-03-07T03:12:27Z", host="web01", program="sshd", pid="12", message="failure",
            ),
        ),
    ),
    Shape(
        id="syslog-no-host",
        pattern=r"{pri}{bsd} {facility}{tag}",
        inner=True,
        samples=(
            Sample(
                line="Mar 07 03:12:27 backup[900]: ERROR: no room",
                at="2026-03-07T03:12:27Z", program="backup", pid="900", priority=3, message="ERROR: no room",
            ),
            Sample(line="<30>Mar  7 03:12:27 kernel: oops", at="2026-03-07T03:12:27Z", program="kernel", priority=6, message="oops"),
            Sample(line="12月 07 03:12:27 systemd[1]: x", at="2025-12-07T03:12:27Z", program="systemd", pid="1", message="x"),
        ),
    ),
    Shape(
        id="syslog-bare",
        pattern=r"{pri}{bsd} {host} (?=\S)",
        samples=(
            Sample(
                line="Mar  7 03:12:27 web01 last message repeated 3 times",
                at="2026-03-07T03:12:27Z", host="web01", message="last message repeated 3 times",
            ),
            Sample(line="<13>Mar  7 03:12:27 web01 -- MARK --", at="2026-03-07T03:12:27Z", host="web01", priority=5, message="-- MARK --"),
        ),
    ),
    Shape(
        id="iso-syslog",
        pattern=r"{pri}(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d){after} +(?!{word} ){host} +{facility}{tag}",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07T03:12:27.123456+01:00 web01 nginx[766]: bind() failed",
                at="2026-03-07T02:12:27.123456Z", host="web01", program="nginx", pid="766", message="bind() failed",
            ),
            Sample(
                line="2026-03-07T03:12:27+0100 web01 kernel: [    5.000000] oops",
                at="2026-03-07T02:12:27Z", host="web01", program="kernel", message="oops",
            ),
            Sample(
                line="<12>2026-03-07T03:12:27Z web01 cron: x", at="2026-03-07T03:12:27Z", host="web01", program="cron", priority=4, message="x"
            ),
        ),
    ),
    Shape(
        id="iso-syslog-level",
        pattern=r"{pri}{iso} +{level} +(?=\S{1,80}\[\d{1,10}\]: ){tag}",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07T03:12:27.112Z ERROR gitea[2211]: no database",
                at="2026-03-07T03:12:27.112Z", program="gitea", pid="2211", priority=3, message="no database",
            ),
        ),
    ),
    Shape(
        id="iso-syslog-no-host",
        pattern=r"{pri}{iso} +{facility}(?=\S{1,80}\[\d{1,10}\]: |kernel: ){tag}",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07T03:12:27+0100 nginx[766]: bind() failed",
                at="2026-03-07T02:12:27Z", program="nginx", pid="766", message="bind() failed",
            ),
            Sample(line="<30>2026-03-07T03:12:27Z kernel: oops", at="2026-03-07T03:12:27Z", program="kernel", priority=6, message="oops"),
        ),
    ),
    Shape(
        id="apple-unified",
        pattern=r"(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d){after} +0x[0-9a-f]+ +(?P<level>Default|Info|Debug|Error|Fault|Activity) +0x[0-9a-f]+ +(?P<pid>\d+) +\d+ +(?P<program>[^:]{1,80}): ",
        samples=(
            Sample(
                line="2026-03-07 03:12:27.123456+0100 0x1a2b     Error       0x0                  123    0    bluetoothd: (CoreUtils) lost link",
                at="2026-03-07T02:12:27.123456Z", program="bluetoothd", pid="123", priority=3, message="(CoreUtils) lost link",
            ),
        ),
    ),
    Shape(
        id="spaced-iso-syslog",
        pattern=r"(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d){after} +(?!{word}){host} +(?=\S{1,80}\[\d{1,10}\](?: \([^)]*\))?: |[A-Za-z][A-Za-z0-9_./-]{1,40}: ){tag}",
        inner=True,
        samples=(
            Sample(
                line="2026-03-07 03:12:27.123456+0100  localhost kernel[0]: (IOKit) reset",
                at="2026-03-07T02:12:27.123456Z", host="localhost", program="kernel", pid="0", message="(IOKit) reset",
            ),
            Sample(
                line="2026-03-07 03:12:27 nas smbd[12]: no share",
                at="2026-03-07T03:12:27Z", host="nas", program="smbd", pid="12", message="no share",
            ),
        ),
    ),
    Shape(
        id="routeros",
        pattern=r"(?:{stamp} )(?=(?P<program>[a-z]{2,12}),(?:[a-z-]{2,12},){0,4}(?P<level>critical|error|warning|info|debug) )",
        samples=(
            Sample(
                line="2026-03-07 03:12:27 system,error,critical login failure for user admin",
                at="2026-03-07T03:12:27Z", program="system", priority=2, message="system,error,critical login failure for user admin",
            ),
        ),
    ),
)  # fmt: skip
