# ruff: noqa: E501 - real log lines are long
"""How some servers write that have a form of their own: .NET's Serilog, HAProxy's master, Suricata, ESXi and others."""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

HEAD: Final = r"\[?{stamp}\]?"

ROWS: Final = (
    Shape(
        id="kea",
        pattern=HEAD + r" +(?={level} +\[(?P<program>[a-z][a-z0-9-]{1,40})\.[\w.-]{1,40}/(?P<pid>\d{1,10})(?:\.\d{1,20})?\] )",
        samples=(
            Sample(
                line="2026-03-07 03:12:27.123 ERROR [kea-dhcp4.dhcp4/1234.139845] DHCP4_INIT_FAIL no room",
                at="2026-03-07T03:12:27.123Z", program="kea-dhcp4", pid="1234", priority=3, message="ERROR [kea-dhcp4.dhcp4/1234.139845] DHCP4_INIT_FAIL no room",
            ),
        ),
    ),
    Shape(
        id="named-stream",
        pattern=r"\[[A-Za-z]{2,12}\] (?P<program>[a-z][\w.-]{1,40})\[(?P<pid>\d{1,10})\]: ",
        samples=(
            Sample(line="[SYSLOG] shopd[12]: [ERROR] no room", program="shopd", pid="12", priority=3, message="[ERROR] no room"),
        ),
    ),
    Shape(
        id="supervisord",
        pattern=HEAD + r" (?={level} (?:exited|spawned|success|gave up|reaped|stopped|waiting for|killing|received|spawnerr|supervisord started|Set uid|RPC)\b)",
        program="supervisord",
        samples=(
            Sample(
                line="2026-03-07 03:12:27,123 INFO exited: shop (exit status 3; not expected)",
                at="2026-03-07T03:12:27.123Z", program="supervisord", priority=6, message="INFO exited: shop (exit status 3; not expected)",
            ),
        ),
    ),
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
        id="boot-console",
        pattern=r"\[(?:  OK  |FAILED|DEPEND| TIME | WARN | INFO | SKIP |UNSUPP|ASSERT)\] ",
        program="systemd",
        samples=(
            Sample(line="[FAILED] Failed to start nginx.service - A web server.", program="systemd", message="Failed to start nginx.service - A web server."),
        ),
    ),
    Shape(
        id="unbound",
        pattern=r"\[{epoch}\] (?P<program>[a-z][a-z-]{1,30})\[(?P<pid>\d{1,10}):[0-9a-f]{1,8}\] (?=(?P<level>fatal|error|warning|notice|info|debug)\b)",
        samples=(
            Sample(line="[1772849547] unbound[1234:0] error: no room", at="2026-03-07T02:12:27Z", program="unbound", pid="1234", priority=3, message="error: no room"),
        ),
    ),
    Shape(
        id="suricata",
        pattern=r"(?:\[(?P<pid>\d{1,10})\] )?{daydash} - (?:\([\w.-]{1,60}:\d{1,6}\) )?(?=<(?P<level>Error|Warning|Notice|Info|Perf|Config|Debug)> )",
        program="suricata",
        samples=(
            Sample(line="7/3/2026 -- 03:12:27 - <Warning> - no room", at="2026-03-07T03:12:27Z", program="suricata", priority=4, message="<Warning> - no room"),
            Sample(line="[1234] 7/3/2026 -- 03:12:27 - (detect.c:12) <Error> (Load) -- no room", at="2026-03-07T03:12:27Z", program="suricata", pid="1234", priority=3, message="<Error> (Load) -- no room"),
        ),
    ),
    Shape(
        id="suricata-thread",
        pattern=r"\[(?P<pid>\d{1,10}) - [\w#-]{1,40}\] {iso} (?=(?P<level>Error|Warning|Notice|Info|Perf|Config|Debug): )",
        program="suricata",
        samples=(
            Sample(line="[1234 - Suricata-Main] 2026-03-07 03:12:27 Warning: detect: no room", at="2026-03-07T03:12:27Z", program="suricata", pid="1234", priority=4, message="Warning: detect: no room"),
        ),
    ),
    Shape(
        id="clickhouse",
        pattern=r"{dot} \[ (?P<pid>\d{1,10}) \] \{[^}]{0,80}\} (?=<(?P<level>Fatal|Critical|Error|Warning|Notice|Information|Debug|Trace)> )",
        program="clickhouse-server",
        samples=(
            Sample(line="2026.03.07 03:12:27.123456 [ 1234 ] {} <Error> Application: no room", at="2026-03-07T03:12:27.123456Z", program="clickhouse-server", pid="1234", priority=3, message="<Error> Application: no room"),
        ),
    ),
    Shape(
        id="kafka",
        pattern=r"\[{iso}\] (?={level} [^\n]{1,2000}\((?:org\.apache\.)?(?P<program>kafka|zookeeper)\.[\w.$]{1,120}\)\s*$)",
        samples=(
            Sample(line="[2026-03-07 03:12:27,123] ERROR no room (kafka.log.LogManager)", at="2026-03-07T03:12:27.123Z", program="kafka", priority=3, message="ERROR no room (kafka.log.LogManager)"),
        ),
    ),
    Shape(
        id="vmkernel",
        pattern=r"{iso} (?=(?:(?:In|Wa|Al|Er)\(\d{1,3}\) \S{1,40} )?cpu\d{1,4}:\d{1,10}(?: opID=\S{1,40})?\))",
        program="vmkernel",
        samples=(
            Sample(line="2026-03-07T03:12:27.123Z cpu11:66222)WARNING: NMP: no path", at="2026-03-07T03:12:27.123Z", program="vmkernel", message="cpu11:66222)WARNING: NMP: no path"),
        ),
    ),
    Shape(
        id="vobd",
        pattern=r"{iso}: (?=\[\w{1,40}Correlator\] \d{1,20}us: )",
        program="vobd",
        samples=(
            Sample(line="2026-03-07T03:12:27.123Z: [netCorrelator] 1234us: [esx.problem.net.vmnic.linkstate.down] no link", at="2026-03-07T03:12:27.123Z", program="vobd", message="[netCorrelator] 1234us: [esx.problem.net.vmnic.linkstate.down] no link"),
        ),
    ),
    Shape(
        id="pihole",
        pattern=r"\[{iso} (?:[A-Z]{3,4} )?(?P<pid>\d{1,10})(?:M|/[TF]\d{1,10})\] (?:(?={level}\b))?",
        program="pihole-FTL",
        samples=(
            Sample(line="[2026-03-07 03:12:27.123 1234M] SQLite3 message: no room (11)", at="2026-03-07T03:12:27.123Z", program="pihole-FTL", pid="1234", message="SQLite3 message: no room (11)"),
            Sample(line="[2026-03-07 03:12:27.123 1234M] WARNING: no room", at="2026-03-07T03:12:27.123Z", program="pihole-FTL", pid="1234", priority=4, message="WARNING: no room"),
        ),
    ),
    Shape(
        id="target-level",
        pattern=r"\[{iso}\](?=\[[\w.:-]{1,80}\]\[{level}\] )",
        samples=(
            Sample(line="[2026-03-07 03:12:27.123][shop::db][ERROR] no room", at="2026-03-07T03:12:27.123Z", priority=3, message="[shop::db][ERROR] no room"),
            Sample(line="[2026-03-07 03:12:27.123][panic][ERROR] no room", at="2026-03-07T03:12:27.123Z", priority=3, message="[panic][ERROR] no room"),
        ),
    ),
    Shape(
        id="thread-level",
        pattern=r"\[{iso}\] (?=<[\w.-]{1,60}> {level} +[\w.$-]{1,80} +- )",
        samples=(
            Sample(line="[2026-03-07T03:12:27,123+01:00] <db-server> WARN  mongo  - no room", at="2026-03-07T02:12:27.123Z", priority=4, message="<db-server> WARN  mongo  - no room"),
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
