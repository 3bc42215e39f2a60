from __future__ import annotations

import pytest

from stillwatch.watch.places import refused_place
from stillwatch.watch.reasons import cause_of


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("/etc/named.conf:47: zone 'x': already exists", "/etc/named.conf", "47"),
        ("in /etc/foo.conf line 12: unknown word", "/etc/foo.conf", "12"),
        ("(/etc/keepalived/keepalived.conf: Line 12) what is this", "/etc/keepalived/keepalived.conf", "12"),
        ("/etc/raddb/radiusd.conf[212]: expecting a brace", "/etc/raddb/radiusd.conf", "212"),
        ("semicolon expected at line 3 of file '/etc/dhcp/d.conf'.", "/etc/dhcp/d.conf", "3"),
        ('bad entry in config file "/etc/zabbix/z.conf", line 98', "/etc/zabbix/z.conf", "98"),
        ("parsing /etc/p/p.yml: yaml: line 21: did not find expected key", "/etc/p/p.yml", "21"),
        ("/usr/local/etc/x.info:3:7: what is 'lissten'?", "/usr/local/etc/x.info", "3"),
        ("[/etc/php/8.2/fpm/pool.d/www.conf:9] foo", "/etc/php/8.2/fpm/pool.d/www.conf", "9"),
    ],
)
def test_where_settings_are_refused(text: str, path: str, line: str) -> None:
    assert refused_place(text) == (path, line) and cause_of(text) == "bad-config"


@pytest.mark.parametrize(
    "text",
    [
        "/etc/x.conf:9: warning: option 'x' is odd",
        "/etc/x.conf line 9: 'old' is deprecated, use 'new'",
        "info: /etc/x.conf:9: read",
        'File "/etc/x/hook.py", line 12, in main',
        "/var/lib/x/data:9: odd",
        "read /etc/x.conf, 12 settings",
        "see /etc/x.conf",
    ],
)
def test_what_is_no_refusal(text: str) -> None:
    assert refused_place(text) is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("nginx: open() failed (2: No such file or directory) in /etc/nginx/nginx.conf:13", "missing-path"),
        ("/etc/x.conf:3: cannot resolve: Name or service not known", "name-resolution"),
        ("/etc/x.conf:3: bad token near 'allow'", "bad-config"),
        ("bad token", "wrong-credentials"),
    ],
)
def test_a_reason_speaks_before_its_place(text: str, cause: str) -> None:
    assert cause_of(text) == cause
