# ruff: noqa: E501 - real log lines are long
"""How the logging libraries of Python, Java, Ruby, PHP, Go, Rust and node write, in files and in containers.

The words for level, thread and logger stay in the message: they are part of what was said.
"""

from __future__ import annotations

from typing import Final

from stillwatch.watch.shapes.shape import Sample, Shape

HEAD: Final = r"\[?{stamp}\]?"
CLOCKED: Final = r"\[?(?P<stamp>\d\d:\d\d:\d\d)(?:[.,](?P<f>\d{1,9}))?\]?"

ROWS: Final = (
    Shape(
        id="fail2ban",
        pattern=r"{iso} {logger} +\[(?P<pid>\d{1,10})\]: (?={level})",
        samples=(
            Sample(
                line="2026-03-07 03:12:27,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 198.51.100.7",
                at="2026-03-07T03:12:27.123Z", program="fail2ban", pid="1234", priority=5, message="NOTICE  [sshd] Ban 198.51.100.7",
            ),
        ),
    ),
    Shape(
        id="spring",
        pattern=HEAD + r" +(?={level} +(?P<pid>\d{1,10}) --- (?:\[[^\]]{0,80}\] ){1,3}{logger} *: )",
        samples=(
            Sample(
                line="2026-03-07T03:12:27.123+01:00 ERROR 4711 --- [shop] [main] o.s.boot.SpringApplication : Application run failed",
                at="2026-03-07T02:12:27.123Z", program="o.s.boot.SpringApplication", pid="4711", priority=3,
                message="ERROR 4711 --- [shop] [main] o.s.boot.SpringApplication : Application run failed",
            ),
        ),
    ),
    Shape(
        id="python-colons",
        pattern=HEAD + r":(?={level}:{logger}:)",
        samples=(
            Sample(
                line="2026-03-07 03:12:27,123:ERROR:certbot._internal.log:Some challenges have failed.",
                at="2026-03-07T03:12:27.123Z", program="certbot", priority=3, message="ERROR:certbot._internal.log:Some challenges have failed.",
            ),
        ),
    ),
    Shape(
        id="python-dashes",
        pattern=HEAD + r" - (?={logger} - {level} - )",
        samples=(
            Sample(
                line="2026-03-07 03:12:27,123 - django.request - ERROR - Internal Server Error",
                at="2026-03-07T03:12:27.123Z", program="django", priority=3, message="django.request - ERROR - Internal Server Error",
            ),
        ),
    ),
    Shape(
        id="homeassistant",
        pattern=HEAD + r" (?={level} \([^()]{1,60}\) \[{logger}\] )",
        samples=(
            Sample(
                line="2026-03-07 03:12:27.123 ERROR (MainThread) [homeassistant.components.mqtt] no broker",
                at="2026-03-07T03:12:27.123Z", program="homeassistant", priority=3, message="ERROR (MainThread) [homeassistant.components.mqtt] no broker",
            ),
            Sample(
                line="26-03-07 03:12:27 ERROR (SyncWorker_5) [supervisor.docker.interface] no room",
                at="2026-03-07T03:12:27Z", program="supervisor", priority=3, message="ERROR (SyncWorker_5) [supervisor.docker.interface] no room",
            ),
        ),
    ),
    Shape(
        id="gunicorn",
        pattern=r"\[{iso}\] \[(?P<pid>\d{1,10})\] (?=\[{level}\] )",
        program="gunicorn",
        samples=(
            Sample(
                line="[2026-03-07 03:12:27 +0100] [1234] [ERROR] Worker failed to boot",
                at="2026-03-07T02:12:27Z", program="gunicorn", pid="1234", priority=3, message="[ERROR] Worker failed to boot",
            ),
        ),
    ),
    Shape(
        id="celery",
        pattern=r"\[{iso}: (?={level}/)",
        program="celery",
        samples=(
            Sample(line="[2026-03-07 03:12:27,123: ERROR/MainProcess] lost the broker", at="2026-03-07T03:12:27.123Z", program="celery", priority=3, message="ERROR/MainProcess] lost the broker"),
        ),
    ),
    Shape(
        id="monolog",
        pattern=HEAD + r" (?=(?P<program>[a-zA-Z][\w-]{0,40})\.{level}: )",
        samples=(
            Sample(line="[2026-03-07T03:12:27.123456+01:00] production.ERROR: no room", at="2026-03-07T02:12:27.123456Z", program="production", priority=3, message="production.ERROR: no room"),
        ),
    ),
    Shape(
        id="elasticsearch",
        pattern=r"\[{iso}\](?=\[{level} *\]\[{logger} *\])",
        samples=(
            Sample(line="[2026-03-07T03:12:27,123][ERROR][o.e.b.Bootstrap ] [node-1] no room", at="2026-03-07T03:12:27.123Z", program="o.e.b.Bootstrap", priority=3, message="[ERROR][o.e.b.Bootstrap ] [node-1] no room"),
        ),
    ),
    Shape(
        id="tomcat",
        pattern=HEAD + r" (?={level} \[[^\]]{1,80}\] (?=\w{1,60}[.$]\w){logger})",
        samples=(
            Sample(line="07-Mar-2026 03:12:27.123 SEVERE [main] org.apache.catalina.core.StandardService.initInternal Failed", at="2026-03-07T03:12:27.123Z", program="org.apache.catalina.core.StandardService.initInternal", priority=3, message="SEVERE [main] org.apache.catalina.core.StandardService.initInternal Failed"),
            Sample(line="2026-03-07 03:12:27,123 ERROR [main] o.h.Driver - lost", at="2026-03-07T03:12:27.123Z", program="o.h.Driver", priority=3, message="ERROR [main] o.h.Driver - lost"),
        ),
    ),
    Shape(
        id="logback",
        pattern=HEAD + r" (?=\[[^\]]{1,80}\] {level} +{logger}(?: -|:| \[))",
        samples=(
            Sample(line="2026-03-07 03:12:27.123 [main] ERROR c.e.shop.OrderService - lost", at="2026-03-07T03:12:27.123Z", program="c.e.shop.OrderService", priority=3, message="[main] ERROR c.e.shop.OrderService - lost"),
        ),
    ),
    Shape(
        id="logback-clock",
        pattern=CLOCKED + r" (?=\[[^\]]{1,80}\] {level} +{logger}(?: -|:| \[))",
        samples=(
            Sample(line="03:12:27.123 [main] ERROR c.e.shop.OrderService - lost", at="2026-11-22T03:12:27.123Z", program="c.e.shop.OrderService", priority=3, message="[main] ERROR c.e.shop.OrderService - lost"),
        ),
    ),
    Shape(
        id="minecraft",
        pattern=CLOCKED + r" (?=\[[^\]/]{1,80}/{level}\])",
        program="minecraft",
        samples=(
            Sample(line="[03:12:27] [Server thread/ERROR]: Encountered an unexpected exception", at="2026-11-22T03:12:27Z", program="minecraft", priority=3, message="[Server thread/ERROR]: Encountered an unexpected exception"),
        ),
    ),
    Shape(
        id="jboss",
        pattern=CLOCKED + r" (?={level} +\[{logger}\])",
        samples=(
            Sample(line="03:12:27,123 ERROR [org.jboss.as] (Controller) no room", at="2026-11-22T03:12:27.123Z", program="org.jboss.as", priority=3, message="ERROR [org.jboss.as] (Controller) no room"),
            Sample(line="[03:12:27,123] ERROR [org.jboss.as] (Controller) no room", at="2026-11-22T03:12:27.123Z", program="org.jboss.as", priority=3, message="ERROR [org.jboss.as] (Controller) no room"),
        ),
    ),
    Shape(
        id="rust",
        pattern=r"\[{iso} (?={level} {logger}\] )",
        samples=(
            Sample(line="[2026-03-07T03:12:27Z ERROR shop::db] no room", at="2026-03-07T03:12:27Z", program="shop::db", priority=3, message="ERROR shop::db] no room"),
        ),
    ),
    Shape(
        id="level-logger",
        pattern=HEAD + r":? +(?=\[?{level}\]?:? +\[?{logger}(?:\]|\(|:(?= )| -(?= )))",
        samples=(
            Sample(line="2026-03-07T03:12:27.123456Z ERROR shop::db: no room", at="2026-03-07T03:12:27.123456Z", program="shop::db", priority=3, message="ERROR shop::db: no room"),
            Sample(line="2026-03-07 03:12:27 WARN  DataNode:77 - slow", at="2026-03-07T03:12:27Z", program="DataNode:77", priority=4, message="WARN  DataNode:77 - slow"),
            Sample(line="[2026-03-07 03:12:27] ERROR [shop.db] no room", at="2026-03-07T03:12:27Z", program="shop", priority=3, message="ERROR [shop.db] no room"),
        ),
    ),
    Shape(
        id="php",
        pattern=r"\[(?P<stamp>\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d){after}\] (?=PHP (?:Fatal|Parse|Recoverable) (?P<level>error)|PHP (?P<level2>Warning|Notice|Deprecated)|PHP )",
        program="php",
        samples=(
            Sample(line="[07-Mar-2026 03:12:27 Europe/Berlin] PHP Fatal error:  Uncaught Error", at="2026-03-07T02:12:27Z", program="php", priority=3, message="PHP Fatal error:  Uncaught Error"),
        ),
    ),
    Shape(
        id="php-fpm",
        pattern=r"\[(?P<stamp>\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d)(?:\.(?P<f>\d{1,6}))?\] (?={level}: )",
        program="php-fpm",
        samples=(
            Sample(line="[07-Mar-2026 03:12:27] WARNING: [pool www] server reached pm.max_children", at="2026-03-07T03:12:27Z", program="php-fpm", priority=4, message="WARNING: [pool www] server reached pm.max_children"),
        ),
    ),
    Shape(
        id="bind",
        pattern=r"(?P<stamp>\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d)\.(?P<f>\d{3}) (?=[a-z-]{2,30}: {level}: )",
        program="named",
        samples=(
            Sample(line="07-Mar-2026 03:12:27.123 general: error: zone shop/IN: loading failed", at="2026-03-07T03:12:27.123Z", program="named", priority=3, message="general: error: zone shop/IN: loading failed"),
        ),
    ),
    Shape(
        id="asterisk",
        pattern=r"\[{bsd}\] (?={level}\[(?P<pid>\d{1,10})\])",
        program="asterisk",
        samples=(
            Sample(line="[Mar  7 03:12:27] ERROR[1234][C-0001]: chan_sip.c:12 in f: no peer", at="2026-03-07T03:12:27Z", program="asterisk", pid="1234", priority=3, message="ERROR[1234][C-0001]: chan_sip.c:12 in f: no peer"),
        ),
    ),
    Shape(
        id="ruby",
        pattern=r"[A-Z], \[{iso} #(?P<pid>\d{1,10})\] +(?={level} -- (?P<program>[\w./-]{0,80}): )",
        samples=(
            Sample(line="E, [2026-03-07T03:12:27.123456 #1234] ERROR -- puma: no room", at="2026-03-07T03:12:27.123456Z", program="puma", pid="1234", priority=3, message="ERROR -- puma: no room"),
        ),
    ),
    Shape(
        id="level-first",
        pattern=r"(?=\[?{level}\]?[ :]*[\[(]?{stamp}[\])]?)",
        whole=True,
        samples=(
            Sample(line="ERROR 2026-03-07 03:12:27,123 views 1234 no room", at="2026-03-07T03:12:27.123Z", priority=3, message="ERROR 2026-03-07 03:12:27,123 views 1234 no room"),
            Sample(line="[ERROR] 2026/03/07 03:12:27 no room", at="2026-03-07T03:12:27Z", priority=3, message="[ERROR] 2026/03/07 03:12:27 no room"),
        ),
    ),
    Shape(
        id="samba",
        pattern=r"\[{slash},  ?\d{1,2}(?:, [^\]]*)?\] ",
        program="samba",
        samples=(
            Sample(line="[2026/03/07 03:12:27.123456,  0] ../../source3/smbd/server.c:1784(main)", at="2026-03-07T03:12:27.123456Z", program="samba", message="../../source3/smbd/server.c:1784(main)"),
        ),
    ),
    Shape(
        id="zabbix",
        pattern=r" *(?P<pid>\d{1,10}):(?P<stamp>\d{8}:\d{6})\.(?P<f>\d{3}) ",
        program="zabbix",
        samples=(
            Sample(line="  1234:20260307:031227.123 cannot connect", at="2026-03-07T03:12:27.123Z", program="zabbix", pid="1234", message="cannot connect"),
            Sample(line="1234:20260307:031227.123 cannot connect", at="2026-03-07T03:12:27.123Z", program="zabbix", pid="1234", message="cannot connect"),
        ),
    ),
    Shape(
        id="named-stamp",
        pattern=HEAD + r" +(?P<program>[a-z][a-z0-9_.-]{1,60})\[(?P<pid>\d{1,10})\]:? ",
        samples=(
            Sample(line="2026/03/07 03:12:27 shopd[1234]: no room", at="2026-03-07T03:12:27Z", program="shopd", pid="1234", message="no room"),
            Sample(line="[2026-03-07 03:12:27] shopd[1234] no room", at="2026-03-07T03:12:27Z", program="shopd", pid="1234", message="no room"),
        ),
    ),
    Shape(
        id="ctime",
        pattern=r"\[?{ctime}\]?:? +",
        samples=(
            Sample(line="Sat Mar  7 03:12:27 2026 TLS Error: handshake failed", at="2026-03-07T03:12:27Z", message="TLS Error: handshake failed"),
            Sample(line="[Sat Mar  7 03:12:27 CET 2026] no room", at="2026-03-07T02:12:27Z", message="no room"),
        ),
    ),
    Shape(
        id="jul",
        pattern=r"{jul} (?=\S)",
        samples=(
            Sample(line="Mar 07, 2026 3:12:27 AM org.apache.catalina.startup.Catalina start", at="2026-03-07T03:12:27Z", message="org.apache.catalina.startup.Catalina start"),
        ),
    ),
    Shape(
        id="bsd-stamp",
        pattern=r"\[?{bsd}\]?:? +",
        samples=(
            Sample(line="[Mar  7 03:12:27] no room", at="2026-03-07T03:12:27Z", message="no room"),
            Sample(line="Mar  7 03:12:27 (no room)", at="2026-03-07T03:12:27Z", message="(no room)"),
        ),
    ),
    Shape(
        id="stamp",
        pattern=r"[\[(]?{stamp}[\])]?[ :,|;-]*",
        inner=True,
        samples=(
            Sample(line="2026-03-07 03:12:27 Error: no room", at="2026-03-07T03:12:27Z", priority=3, message="Error: no room"),
            Sample(line="[2026-03-07 03:12:27] no room", at="2026-03-07T03:12:27Z", message="no room"),
            Sample(line="(2026-03-07 03:12:27) no room", at="2026-03-07T03:12:27Z", message="no room"),
            Sample(line="Sa 2026-03-07 03:12:27 no room", at="2026-03-07T03:12:27Z", message="no room"),
        ),
    ),
    Shape(
        id="epoch",
        pattern=r"\[?(?P<stamp>1\d{9})(?:[.,](?P<f>\d{1,9})|(?P<ms>\d{3}))?\]?:? +",
        samples=(
            Sample(line="1772849547.123    200 198.51.100.7 TCP_MISS/503 4", at="2026-03-07T02:12:27.123Z", message="200 198.51.100.7 TCP_MISS/503 4"),
            Sample(line="[1772849547] SERVICE ALERT: web;HTTP;CRITICAL", at="2026-03-07T02:12:27Z", message="SERVICE ALERT: web;HTTP;CRITICAL"),
        ),
    ),
    Shape(
        id="clock",
        pattern=CLOCKED + r"[ :-]+",
        samples=(
            Sample(line="03:12:27 no room", at="2026-11-22T03:12:27Z", message="no room"),
            Sample(line="[03:12:27] no room", at="2026-11-22T03:12:27Z", message="no room"),
        ),
    ),
    Shape(
        id="level-logger-timeless",
        pattern=r"(?={level}:{logger}:)",
        samples=(
            Sample(line="ERROR:shop.db:no room", program="shop", priority=3, message="ERROR:shop.db:no room"),
        ),
    ),
)  # fmt: skip
