"""Six hosts that questions are put to, each booted for real, and what an answer must hold there.

A host's facts are read with its own programs (systemctl, df, ss, dpkg-query, openssl …), never with Stillwatch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.doors import Doors
from tests.support.rig import Machine

POSTGRESQL = """
[Service]
ExecStart=/bin/sh -c '{command}'
[Install]
WantedBy=multi-user.target
"""
LAST_WORDS = "FATAL: could not open file global/pg_control"
HOG = "import time\nkept = bytearray(400_000_000)\nwhile True:\n    pass\n"
ZOMBIE = "import os, time\nif os.fork() == 0:\n    os._exit(0)\nwhile True:\n    time.sleep(60)\n"
CONTROL = (
    "Package: shop-tool\nVersion: 2.4-1\nArchitecture: all\nMaintainer: shop <shop@example.org>\nDescription: shop\n"
)
CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 5 -subj /CN=shop.example.org"
    " -addext subjectAltName=DNS:shop.example.org"
    " -keyout /etc/ssl/private/shop.key -out /etc/ssl/certs/shop-example.pem"
)
SITE = """server {
    listen 443 ssl; server_name shop.example.org;
    ssl_certificate /etc/ssl/certs/shop-example.pem; ssl_certificate_key /etc/ssl/private/shop.key;
    root /var/www/html;
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What each answer about a topic must hold; asked: the questions it is about, as a regular expression."""

    topic: str
    holds: str
    asked: str = ""

    def about(self, topic: str, question: str) -> bool:
        return topic == self.topic and re.search(self.asked, question, re.IGNORECASE) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """arrange: makes it so; watched: what the daemon must have seen before it is asked ("" for nothing);
    facts: what is true of this host alone."""

    name: str
    arrange: Callable[[Machine], None]
    facts: Callable[[Machine], Iterator[Fact]]
    watched: str = ""


def shell(machine: Machine, command: str) -> str:
    return machine.run(["sh", "-c", command], timeout=120).stdout.strip()


def prepare(machine: Machine, state: State, ready: Callable[[Machine], None] = lambda _: None) -> list[Fact]:
    """A host with a web server, a database, a backup and an administrator, then its trouble; `ready` once it is
    installed. Returns all its facts."""
    machine.unit("postgresql.service", POSTGRESQL.format(command="exec sleep infinity"), enable=True, start=True)
    machine.unit("shop.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n", start=True)
    machine.unit("restic-backup.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n", start=True)
    machine.unit("restic-backup.timer", "[Timer]\nOnCalendar=daily\n", start=True)
    machine.run(["useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "ann"])
    machine.run(["logger", "-t", "sshd", "Accepted publickey for ann from 192.0.2.9 port 5022 ssh2"])
    machine.write("/etc/sudoers.d/ann", "ann ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop\n", 0o440)
    machine.write(
        "/etc/sudoers", "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n", 0o440
    )
    machine.write("/var/spool/cron/crontabs/ann", "15 3 * * * /usr/local/bin/tidy\n", 0o600, "ann:root")
    shell(
        machine,
        "mkdir -p /var/spool/mqueue && cd /var/spool/mqueue && touch qf1 qf2 && chmod 700 .",
    )
    state.arrange(machine)
    done = machine.stillwatch("install", timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    ready(machine)
    doors = Doors(machine)
    machine.wait(doors.watches, "the daemon to watch", seconds=90)
    if state.watched:
        machine.wait(lambda: state.watched in str(doors.incidents()), f"an incident about {state.watched}", seconds=90)
    own = list(state.facts(machine))
    told = {(fact.topic, fact.asked) for fact in own}
    return own + [fact for fact in common(machine) if (fact.topic, fact.asked) not in told]


def common(machine: Machine) -> Iterator[Fact]:
    """What can be read off any of them; a state's own facts stand in place of these."""
    web, database = (machine.properties(f"{name}.service")["MainPID"] for name in ("nginx", "postgresql"))
    yield Fact(topic="unit_state", asked="nginx|web|sitio", holds=rf"nginx\.service .*\b{web}\b")
    yield Fact(
        topic="unit_state", asked="postgres|databa|datenb|base de d", holds=rf"postgresql\.service .*\b{database}\b"
    )
    yield Fact(topic="unit_state", asked="foobar", holds="foobar")
    yield Fact(topic="unit_down", asked="nginx|web", holds=rf"nginx\.service .*\b{web}\b")
    yield Fact(
        topic="unit_down", asked="postgres|databa|datenb|base de d", holds=rf"postgresql\.service .*\b{database}\b"
    )
    failed = shell(machine, "systemctl list-units --failed --no-legend --plain | cut -d' ' -f1").split()
    running = shell(
        machine, "systemctl list-units --type=service --state=running --no-legend | grep -vc 'stillwatch-.*@'"
    )
    counts = [rf"\b{int(running) + more}\b" for more in range(4)]  # helpers of ours come and go
    yield Fact(topic="services", holds="|".join([*counts, *map(re.escape, failed)]))
    yield from disks(machine)
    yield from of_run(machine)
    total = 1024 * int(shell(machine, "awk '/MemTotal/ {print $2}' /proc/meminfo"))
    yield Fact(topic="memory", holds=rf"{total / 2**30:.1f} GiB")
    yield Fact(topic="hardware", holds=rf"\b{shell(machine, 'nproc')}\b.*{total / 2**30:.1f} GiB")
    yield Fact(topic="system", holds=re.escape(shell(machine, "uname -r")))
    yield Fact(topic="ports", asked=r"\b80\b", holds=r"\b80\b.*nginx \(pid \d+, nginx\.service\)")
    owner = shell(machine, f"ps -o user= -p {web}")
    yield Fact(
        topic="ports",
        asked=r"(user|account|benutzer|konto|utilisateur|usuario|owner).*\b80\b",
        holds=rf"nginx.*\b{owner}\b",
    )
    yield Fact(topic="users", asked="(?i)sudo|admin|root", holds=r"(?s)%sudo|\bann\b.*/usr/bin/systemctl")
    yield Fact(topic="timers", asked="crontab.*ann|ann.*cron", holds=r"/usr/local/bin/tidy")
    yield Fact(topic="mail_queue", holds=r"\b2\b")
    yield Fact(topic="ports", asked="8080", holds="8080")
    yield Fact(topic="ports", asked="^[^0-9]*$", holds=r":80 · nginx")
    yield Fact(topic="users", holds=r"\bann\b")
    yield Fact(topic="logins", asked="^((?!root).)*$", holds=r"\bann\b.*192\.0\.2\.9")
    yield Fact(topic="failed_logins", holds=r"\b0\b")
    for name in ("bash", "curl", "nginx"):
        version = shell(machine, f"dpkg-query -W -f '${{Version}}\\n' {name}* | sort | uniq | head -1")
        yield Fact(topic="package", asked=name, holds=re.escape(version))
    yield Fact(topic="package", asked=r"\bgit\b", holds=r"\bgit\b")
    yield Fact(
        topic="timers",
        asked="^((?!ann).)*$",
        holds=re.escape(shell(machine, "systemctl list-timers --no-legend | awk '{print $(NF-1)}' | head -1")),
    )
    yield Fact(topic="backups", holds=r"restic-backup")
    yield Fact(topic="policy", asked="nginx", holds=r"(restart|stop)_unit nginx\.service")
    yield Fact(topic="policy", asked="postgres", holds=r"restart_unit postgresql\.service")
    yield Fact(topic="clock", holds=r"\b\d\d:\d\d\b")


def disks(machine: Machine) -> Iterator[Fact]:
    """By df, which rounds up, so the share may be one less."""
    for topic, option in (("disk_space", ""), ("inodes", "-i")):
        share = int(shell(machine, f"df {option} / | awk 'NR == 2 {{print $5 + 0}}'"))
        yield Fact(topic=topic, holds=rf"/ .*\b({share - 1}|{share}) ?%|/.*\b({share - 1}|{share}) ?%")
    yield Fact(topic="mounts", asked="/srv", holds="/srv")


def of_run(machine: Machine) -> Iterator[Fact]:
    """When it was started, how long that took, whom it asks for names, how much is open."""
    began = shell(machine, 'date -d "$(systemctl show --value -p UserspaceTimestamp)" +%H:%M')
    yield Fact(topic="why_reboot", holds=re.escape(began))
    began_at, ended_at = (
        int(shell(machine, f"systemctl show --value -p {name}TimestampMonotonic")) for name in ("Userspace", "Finish")
    )
    took = (ended_at - began_at) / 1e6
    yield Fact(topic="start_up", holds=rf"\b{took:.1f} s\b")
    for server in shell(machine, "awk '/^nameserver/ {print $2}' /etc/resolv.conf").split():
        yield Fact(topic="dns", holds=re.escape(server))
    yield Fact(
        topic="connections", asked="^[^0-9]*$", holds=rf"\b{shell(machine, 'ss -Htn state established | wc -l')}\b"
    )
    yield Fact(topic="processes", asked="zombi", holds=r"(?i)\b0 zombi")
    yield Fact(topic="processes", asked="(process|prozess|proceso).? 1\\b", holds="systemd")
    yield Fact(topic="logs", asked="nginx", holds=r"nginx\.service")
    yield Fact(topic="containers", holds=r"\b0\b")


def calm(machine: Machine) -> None:
    """Nothing is wrong."""


def no_facts(machine: Machine) -> Iterator[Fact]:
    yield from ()


def down(machine: Machine) -> None:
    command = f"sleep 1; echo {LAST_WORDS} >&2; exit 3"
    machine.run(["systemctl", "stop", "postgresql.service"])
    machine.unit("postgresql.service", POSTGRESQL.format(command=command))
    machine.run(["systemctl", "start", "postgresql.service"], check=False)
    machine.wait_failed("postgresql.service")


def of_down(machine: Machine) -> Iterator[Fact]:
    database = "postgres|databa|datenb|base de d"
    yield Fact(topic="unit_state", asked=database, holds=r"postgresql\.service .*exit-code \(status 3\)")
    yield Fact(
        topic="unit_down", asked=database, holds=r"(?s)postgresql\.service .*could not open file global/pg_control"
    )
    for topic in ("wrong", "safe_reboot"):
        yield Fact(topic=topic, holds=r"postgresql\.service")
    yield Fact(topic="services", holds=r"postgresql\.service")
    yield Fact(topic="logs", asked=database, holds=r"could not open file global/pg_control")


def full(machine: Machine) -> None:
    shell(machine, "mkdir -p /srv && mount -t tmpfs -o size=64m tmpfs /srv && mkdir /srv/media")
    shell(machine, "head -c 62000000 /dev/zero >/srv/media/holiday.mov")


def of_full(machine: Machine) -> Iterator[Fact]:
    yield Fact(topic="disk_space", asked="^((?!root).)*$", holds=r"/var.*\b\d+ ?%|/srv\b.*\b9[2-4] ?%")
    yield Fact(topic="disk_space", holds=r"\b\d+ ?%")
    yield Fact(topic="mounts", asked="/srv", holds=r"/srv\b.*tmpfs")
    yield Fact(topic="wrong", holds=r"/srv\b")
    yield Fact(
        topic="happened", asked="today|heute\\b(?! nacht)|aujourd|hoy|week|woche|semaine|semana|3", holds=r"/srv\b"
    )
    yield Fact(topic="disk_fill", asked="^((?!/var).)*$", holds=r"/srv\b")


def attacked(machine: Machine) -> None:
    for number in range(40):
        machine.run(["logger", "-t", "sshd", f"Failed password for root from 203.0.113.7 port {5000 + number} ssh2"])


def of_attacked(machine: Machine) -> Iterator[Fact]:
    yield Fact(topic="failed_logins", holds=r"(?s)\b40\b.*203\.0\.113\.7")


def changed(machine: Machine) -> None:
    shell(machine, f"mkdir -p /tmp/shop-tool/DEBIAN && printf '{CONTROL}' >/tmp/shop-tool/DEBIAN/control")
    shell(machine, "dpkg-deb -b /tmp/shop-tool /tmp/shop-tool.deb && dpkg -i /tmp/shop-tool.deb")
    shell(
        machine,
        "echo '*** System restart required ***' >/run/reboot-required; echo linux-image-6.1 >/run/reboot-required.pkgs",
    )
    shell(machine, CERTIFICATE)
    machine.write("/etc/nginx/conf.d/shop.conf", SITE)
    machine.run(["systemctl", "reload", "nginx"])


def of_changed(machine: Machine) -> Iterator[Fact]:
    ends = shell(
        machine, 'date -u -d "$(openssl x509 -noout -enddate -in /etc/ssl/certs/shop-example.pem | cut -d= -f2)" +%F'
    )
    yield Fact(topic="changes", asked="pack|paket|instal", holds=r"shop-tool")
    yield Fact(topic="reboot_needed", holds=r"linux-image-6\.1")
    yield Fact(topic="certificates", holds=ends)
    yield Fact(topic="ports", asked="443", holds=r"\b443\b.*nginx")
    yield Fact(topic="site", asked="shop", holds=r"shop\.example\.org")


def busy(machine: Machine) -> None:
    machine.write("/opt/report-builder.py", HOG)
    machine.write("/opt/left-over.py", ZOMBIE)
    for name in ("report-builder", "left-over"):
        machine.unit(f"{name}.service", f"[Service]\nNice=19\nExecStart=/usr/bin/python3 /opt/{name}.py\n", start=True)


def of_busy(machine: Machine) -> Iterator[Fact]:
    hog = machine.properties("report-builder.service")["MainPID"]
    yield Fact(topic="memory", holds=rf"\(pid {hog}\).*report-builder\.service")
    yield Fact(topic="processor", holds=rf"\(pid {hog}\).*report-builder\.service")
    yield Fact(topic="processes", asked="zombi", holds=r"(?is)\b1 zombi.*left-over\.service")


STATES = {
    state.name: state
    for state in (
        State(name="calm", arrange=calm, facts=no_facts),
        State(name="down", arrange=down, facts=of_down, watched="postgresql"),
        State(name="full", arrange=full, facts=of_full, watched="/srv"),
        State(name="attacked", arrange=attacked, facts=of_attacked),
        State(name="changed", arrange=changed, facts=of_changed),
        State(name="busy", arrange=busy, facts=of_busy),
    )
}
