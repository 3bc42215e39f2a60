"""The look tools that read files of the host or lines of its journal, each over a small host of a test's own."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.host.boots import how_it_ended
from stillwatch.host.systemd import Timer
from stillwatch.records.line import Line
from stillwatch.records.unit import UnitState
from stillwatch.tools.look.raid import arrays
from stillwatch.tools.look.updates import waiting
from stillwatch.tools.tool import find_tools

from .look.played_host import NOW, Units, look, reader, rows

FILES = {
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
    "proc/uptime": "7200.5 1000.0\n",
    "proc/loadavg": "0.50 0.40 0.30 1/200 999\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Loom 9\nprocessor\t: 1\nmodel name\t: Loom 9\n",
    "proc/meminfo": "MemTotal: 4194304 kB\nMemAvailable: 1048576 kB\nSwapTotal: 0 kB\n",
    "proc/swaps": "Filename Type Size Used Priority\n/dev/sdb2 partition 2048 1024 -2\n",
    "proc/mdstat": "md0 : active raid1 sdb1[1] sda1[0]\n      976630464 blocks super 1.2 [2/1] [U_]\n",
    "proc/modules": "nf_tables 1 0 - Live 0x0\n",
    "etc/passwd": "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nwww:x:33:33::/:/bin/false\n",
    "etc/group": "root:x:0:\nsudo:x:27:ann\nann:x:1000:\n",
    "etc/resolv.conf": "nameserver 192.0.2.53\nsearch example.org\n",
    "etc/fstab": "/dev/nowhere /srv/gone ext4 defaults 0 2\n# x\n/dev/z /mnt/no ext4 noauto 0 0\n",
    "etc/crontab": "SHELL=/bin/sh\n17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly\n# 1 2 3 4 5 root no\n",
    "etc/nginx/sites-enabled/shop": "server { listen 8080; listen [::]:443 ssl;\n"
    "server_name shop.example.org; root /srv/shop; }",
    "etc/apache2/sites-enabled/a.conf": "<VirtualHost *:81>\n ServerName a.example.org\n"
    " DocumentRoot /srv/a\n</VirtualHost>\n",
    "run/reboot-required": "",
    "run/reboot-required.pkgs": "linux-image-amd64\nlibc6\n",
    "var/lib/dpkg/status": "Package: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\n\n"
    "Package: nginx-x\nStatus: x\n\n",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def said(program: str, text: str, ago: float = 60.0, **fields: str) -> Line:
    known = {"SYSLOG_IDENTIFIER": program, "_UID": "0", "PRIORITY": "6", **fields}
    return Line(NOW - ago, text.encode(), f"{program}.service", "journal", {k: v.encode() for k, v in known.items()})


def test_there_are_many_and_each_says_what_it_shows() -> None:
    assert len(find_tools()) >= 35
    assert all(len((tool.__doc__ or "").split()) > 3 for tool in find_tools().values())


EXPECTED: Mapping[str, tuple[str, ...]] = {
    "system": ("Debian GNU/Linux 12", "up 2 h"),
    "hardware": ("2 cores (Loom 9)", "4.0 GiB memory"),
    "swap": ("/dev/sdb2: 1.0 MiB of 2.0 MiB used",),
    "raid": ("md0 raid1 active: 1 of 2 members",),
    "users": ("ann (uid 1000)", "group sudo: ann"),
    "dns": ("192.0.2.53", "example.org"),
    "firewall": ("nf_tables",),
    "mounts": ("/srv/gone stands in fstab and is not mounted",),
    "cron_jobs": ("17 *\t* * * root cd / && run-parts", "no cron service runs"),
    "web_sites": ("shop.example.org on 443, 8080 by nginx", "a.example.org on 81 by apache2"),
    "reboot_needed": ("asked for by libc6, linux-image-amd64",),
    "mail_queue": ("no mail server is loaded",),
    "nix_generations": ("no NixOS",),
    "containers": ("no container engine is loaded",),
    "time_sync": ("no service keeps the clock",),
    "certificates": ("no certificate",),
    "load": ("load 0.50 0.40 0.30",),
    "network": ("lo up",),
    "connections": ("connections are open",),
    "process_states": ("processes,",),
    "open_files": ("file handles",),
    "services": ("no unit has failed",),
    "inhibitors": (),
    "disk_io": (),
    "network_traffic": ("/s in",),
    "temperatures": (),
    "disks": ("no disk trouble",),
    "sessions": (),
}


@pytest.mark.parametrize("tool", sorted(EXPECTED))
async def test_a_host_is_told_as_it_is(tool: str, root: Path) -> None:
    seen = await look(tool, replace(reader(lines=[]), root=root))
    assert not seen.problem
    for words in EXPECTED[tool]:
        assert words.replace("\t", " ") in seen.text.replace("\t", " "), seen.text


async def test_an_account_and_a_package_are_found_by_name(root: Path) -> None:
    here = replace(reader(), root=root)
    assert rows(await look("users", here, user="www"), "accounts")[0]["can_log_in"] is False
    assert rows(await look("users", here, user="nobody-here"), "accounts") == []
    assert (await look("package", here, name="nginx")).data["version"] == "1.22.1-9"
    assert (await look("package", here, name="ngin")).data["installed"] is False


async def test_logins_are_told_by_who_may_say_so() -> None:
    lines = [
        said("sshd", "Accepted publickey for ann from 192.0.2.9 port 5022 ssh2"),
        said("sshd", "Failed password for invalid user bob from 192.0.2.66 port 5023 ssh2"),
        said("sshd", "Failed password for root from 192.0.2.66 port 5024 ssh2"),
        said("sshd", "Failed password for root from 192.0.2.67 port 1 ssh2", _UID="1000", _EXE="/home/eve/sshd"),
        said("sudo", "     ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/apt upgrade"),
        said("fail2ban.actions", "NOTICE [sshd] Ban 192.0.2.66"),
        said("systemd-logind", "New session 3 of user ann."),
        said("systemd-logind", "New session c1 of user 'gdm' with class 'greeter' and type 'wayland'."),
        said("su", "(to root) ann on pts/1"),
    ]
    logins = rows(await look("logins", reader(lines=lines)), "logins")
    assert [(row["user"], row["how"]) for row in logins] == [("root", "su"), ("ann", "publickey")]
    alone = [said("systemd-logind", "New session 3 of user ann.")]
    assert rows(await look("logins", reader(lines=alone)), "logins")[0]["how"] == "session"
    failed = await look("failed_logins", reader(lines=lines))
    assert failed.data["total"] == 2 and rows(failed, "by_address")[0] == {"from": "192.0.2.66", "count": 2}
    assert rows(await look("sudo_use", reader(lines=lines)), "commands")[0]["command"] == "/usr/bin/apt upgrade"
    assert rows(await look("bans", reader(lines=lines)), "bans")[0]["address"] == "192.0.2.66"


async def test_who_did_what_is_told_by_sudo_doas_and_polkit_themselves() -> None:
    ann = {"_UID": "1000"}
    forged = "     bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/rm -r /srv"
    lines = [
        said("sudo", forged, **ann, _EXE="/usr/bin/logger"),
        said("sudo", forged.replace("bob", "ann"), **ann, _EXE="/usr/bin/sudo"),
        said("sudo", forged.replace("bob", "eva"), **ann, _EXE="/run/wrappers/wrappers.x1/.sudo-wrapped"),
        said("doas", "kim ran command rm x as root from /srv", **ann, _EXE="/usr/bin/doas"),
        said(
            "polkitd",
            "Operator of unix-session:2 successfully authenticated as unix-user:root to gain TEMPORARY authorization"
            " for action org.freedesktop.systemd1.manage-units for system-bus-name::1.8 [systemctl stop shop]"
            " (owned by unix-user:leo)",
            _UID="995",
            _EXE="/usr/lib/polkit-1/polkitd",
        ),
    ]
    commands = rows(await look("sudo_use", reader(lines=lines)), "commands")
    assert {(row["user"], row["how"]) for row in commands} == {
        ("ann", "sudo"),
        ("eva", "sudo"),
        ("kim", "doas"),
        ("leo", "polkit"),
    }


async def test_warnings_are_told_by_their_priority() -> None:
    lines = [said("shop", "all well"), said("shop", "cannot write", PRIORITY="3")]
    seen = await look("journal_errors", reader(lines=lines))
    assert [row["text"] for row in rows(seen, "lines")] == ["cannot write"]
    kernel = Line(NOW - 5, b"oops", "kernel", "journal", {"_TRANSPORT": b"kernel", "PRIORITY": b"2"}, True)
    assert rows(await look("kernel_messages", reader(lines=[kernel])), "lines")[0]["text"] == "oops"


async def test_packages_changed_by_whom(root: Path) -> None:
    log = root / "var/log/apt/history.log"
    log.parent.mkdir(parents=True)
    block = (
        "Start-Date: 2033-05-18  03:30:00\nCommandline: apt install nginx\nRequested-By: ann (1000)\n"
        "Install: nginx:amd64 (1.2), libx:amd64 (1, automatic)\nEnd-Date: 2033-05-18  03:30:02\n"
    )
    log.write_text(f"\n{block}\n")
    log.with_name("history.log.1.gz").write_bytes(gzip.compress(b"\nnot a block\n"))
    log.parent.parent.joinpath("dpkg.log").write_text(
        "2033-05-18 03:30:01 install nginx:amd64 <none> 1.2\n2033-05-18 03:30:01 status installed nginx:amd64 1.2\n"
        "2033-05-18 03:30:59 startup archives install\n2033-05-18 03:31:00 upgrade tool:all 1 2\n"
        "2033-05-18 03:31:01 install more:amd64 <none> 1\nodd line\n"
        "2033-05-18 03:31:02 startup packages configure\n2033-05-18 03:31:03 install last:amd64 <none> 1\n"
        "2033-05-18 03:31:04 startup packages remove\n2033-05-18 03:31:05 remove old:amd64 1 <none>\n"
    )
    seen = await look("package_changes", replace(reader(), root=root), hours=72.0)
    removed, by_hand, by_apt = rows(seen, "runs")
    assert removed["packages"] == {"Remove": ["old"]}
    assert by_apt["by"] == "ann" and by_apt["packages"] == {"Install": ["nginx", "libx"]}
    assert by_hand["by"] == "" and by_hand["packages"] == {"Upgrade": ["tool"], "Install": ["more", "last"]}
    held = root / "var/lib/dpkg/info"
    held.mkdir(parents=True)
    (held / "libx:amd64.list").write_text("/.\n/usr/lib/libx.so\n")
    (of_library,) = rows(
        await look("package_changes", replace(reader(), root=root), hours=72.0, path="/lib/libx.so"), "runs"
    )
    assert of_library["packages"] == {"Install": ["libx"]} and of_library["by"] == "ann"


def test_updates_are_those_over_what_is_there() -> None:
    told = (
        "Inst bash [5.2-2] (5.2-3 Debian:12.9/stable [amd64])\n"
        "Inst libssl3 [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\n"
        "Inst linux-image-9 (9 Debian:12.9/stable [amd64])\nConf bash (5.2-3)\n"
    )
    assert [(row["name"], row["security"]) for row in waiting(told)] == [("bash", False), ("libssl3", True)]


def test_how_a_run_ended() -> None:
    assert how_it_ended(["Journal stopped", "x"]) == "was shut down"
    assert how_it_ended(["Reached target reboot.target - System Reboot."]) == "was rebooted"
    assert how_it_ended(["GET /index.html"]) == "ended without a shutdown"
    assert how_it_ended([]) == "unknown"


def test_an_array_under_repair() -> None:
    (array,) = arrays("md1 : active raid5 a[0]\n  9 blocks [3/2] [UU_]\n   [=>] recovery = 12.6% (1/9)\n")
    assert not array["healthy"] and array["doing"] == "recovery 12.6%"


async def test_a_backup_is_told_with_its_result() -> None:
    class Files(Units):
        async def installed(self, kind: str) -> list[str]:
            return [f"restic-shop{kind}"]

    timer = Timer(
        UnitState(name="restic-shop.timer", active_state="active", triggers=("restic-shop.service",)),
        NOW + 60,
        0.0,
        NOW - 9,
    )
    ran = UnitState(name="restic-shop.service", active_state="failed", result="exit-code", exited_at=NOW - 5)
    seen = await look("backups", replace(reader(), systemd=Files(known=[ran], planned=[timer])))  # type: ignore[arg-type]
    (row,) = rows(seen, "backups")
    assert (row["result"], row["last"], row["scheduled"]) == ("exit-code", NOW - 5, True)
