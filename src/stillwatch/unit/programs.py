"""Log text names programs, not units: which programs speak for a unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from stillwatch.records.unit import UnitState

SHORTEST_STEM: Final = 4
NOBODYS: Final = frozenset({"", "kernel", "systemd", "sudo", "su", "sshd", "cron", "crond", "dbus-daemon", "audit"})
"""Programs that speak for themselves or of others, never as a part of a unit that fails beside them."""

SERVERS: Final[Mapping[str, tuple[str, ...]]] = {
    "3306": ("mysql", "mariadb"),
    "5432": ("postgres",),
    "6379": ("redis", "valkey"),
    "27017": ("mongo",),
    "9200": ("elastic", "opensearch"),
    "5672": ("rabbit",),
    "9092": ("kafka",),
    "2379": ("etcd",),
    "11211": ("memcached",),
    "1883": ("mosquitto",),
    "9000": ("php",),
    "389": ("slapd", "ldap"),
    "636": ("slapd", "ldap"),
    "53": ("named", "bind9", "unbound", "dnsmasq", "pdns", "kresd", "knot", "nsd", "systemd-resolved"),
}
"""Ports that are one kind of server's by custom, and a piece of the names under which it runs."""

OWN_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "apache2": ("apache", "httpd"),
    "apachectl": ("apache", "httpd"),
    "clamd": ("clam",),
    "cron": ("cron",),
    "crond": ("cron",),
    "cupsd": ("cups",),
    "dhcpd": ("dhcp",),
    "dovecot": ("dovecot",),
    "doveconf": ("dovecot",),
    "exim4": ("exim",),
    "freshclam": ("clam",),
    "grafana": ("grafana",),
    "haproxy": ("haproxy",),
    "httpd": ("apache", "httpd"),
    "influxd": ("influx",),
    "mariadbd": ("mariadb", "mysql"),
    "mongod": ("mongo",),
    "mosquitto": ("mosquitto",),
    "mysqld": ("mariadb", "mysql"),
    "named": ("named", "bind"),
    "nginx": ("nginx",),
    "nmbd": ("nmb", "samba"),
    "ntpd": ("ntp",),
    "postgres": ("postgres", "pg"),
    "prometheus": ("prometheus",),
    "proftpd": ("proftp",),
    "redis-server": ("redis",),
    "rsyslogd": ("syslog",),
    "slapd": ("slapd", "ldap"),
    "smartd": ("smart",),
    "smbd": ("smb", "samba"),
    "snmpd": ("snmp",),
    "spamd": ("spam",),
    "squid": ("squid",),
    "sshd": ("ssh",),
    "unbound": ("unbound",),
    "vsftpd": ("vsftp",),
}
"""Servers that everybody runs under one name, and a piece of the names of their services."""

LAST_WORDS_OF_A_STRANGER: Final = 2.0
"""Seconds before a unit's end in which a program whose name says nothing of it tells why: its last deed."""

_SCRIPT_NAME = re.compile(r".*\.(?:sh|bash|py|pl|rb|js|php)|(?:ba|da|z)?sh|python[\d.]*|perl|ruby|node|php[\d.]*|java")
_SCRIPT = re.compile(r"(?:unit-script-)?(?P<name>.+?)-(?:pre-start|post-start|pre-stop|post-stop|start|stop|reload)")
_TOKEN = re.compile(r"[a-z]+")


def services_of(program: str) -> tuple[str, ...]:
    """The services that a program's name says outright: `nginx` is nginx.service, NixOS's `shop-start` shop.service."""
    script = _SCRIPT.fullmatch(program)
    return (f"{program}.service", *((f"{script['name']}.service",) if script else ()))


def is_kin(program: str, unit: str) -> bool:
    """Whether the program's name is the unit's, give or take an ending: mariadbd, postgres, php-fpm8.2."""
    stem = unit.rpartition(".")[0] or unit
    short, long = sorted((program.lower(), stem.lower().partition("@")[0]), key=len)
    if len(short) >= SHORTEST_STEM and long.startswith(short):
        return True
    tokens = set(_TOKEN.findall(short))
    return len(tokens) > 1 and tokens == set(_TOKEN.findall(long))


def speaks_for(program: str, unit: str) -> bool:
    """Whether a line of this program is the unit's own word."""
    return program == unit or (program not in NOBODYS and (unit in services_of(program) or is_kin(program, unit)))


def is_script(program: str) -> bool:
    """Whether its name is a script's or an interpreter's, which tells nothing of the service that it runs for."""
    return _SCRIPT_NAME.fullmatch(program) is not None


def is_server_of(program: str, unit: str) -> bool:
    """Whether it is a server that everybody knows, and the unit is one of its own."""
    pieces = OWN_SERVICES.get(program.partition("/")[0].lower(), ())
    return any(piece in unit.lower() for piece in pieces)


def has_own_service(program: str, unit: str) -> bool:
    """Whether it is a server that everybody knows, and the unit is another one's: `cupsd` of clamav-daemon.service."""
    main = program.partition("/")[0].lower()
    return not any(piece in unit.lower() for piece in OWN_SERVICES.get(main, ("",)))


def custom_ports(unit: str) -> list[int]:
    """The ports that servers of that name listen on by custom."""
    return [int(port) for port, pieces in SERVERS.items() if any(piece in unit.lower() for piece in pieces)]


def servers_of(port: int, units: Iterable[UnitState]) -> list[str]:
    """Services that run by custom what serves the port, and that ran before and do not run now."""
    pieces = SERVERS.get(str(port), ())
    down = (one for one in units if one.name.endswith(".service") and one.active_at and one.active_state != "active")
    return sorted(one.name for one in down if one.kind != "oneshot" and any(piece in one.name for piece in pieces))
