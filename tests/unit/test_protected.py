from __future__ import annotations

import pytest

from stillwatch.records.unit import UnitState
from stillwatch.unit.protected import (
    carries,
    is_protected_process,
    protected_by,
    protected_by_name,
    protected_from_start,
)

OURS = (
    "ssh.service", "SSHD.service", "ssh@1.service", "systemd-journald.service", "dbus-broker.service", "polkit.service",
    "getty@tty1.service", "NetworkManager.service", "stillwatch-gate.service", "multi-user.target", "-.mount",
    "user@0.service",
)  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_r03_access_logging_and_ourselves_are_protected(name: str) -> None:
    assert protected_by((name,), ()) == name


def test_the_owner_can_add_to_it_and_others_are_free() -> None:
    assert protected_by(("web.service", "db.service"), ("db*",)) == "db.service"
    assert protected_by(("web.service", "sshguard-exporter.service"), ()) == ""


def test_a_session_may_hold_a_stray_process_and_access_may_not() -> None:
    assert protected_by_name(("user.slice", "user-1000.slice", "user@1000.service", "session-3.scope")) == ""
    assert protected_by_name(("system.slice", "NetworkManager.service")) == "NetworkManager.service"
    assert protected_by_name(("init.scope",)) == "init.scope"


SPARED = (
    "sshd", "sshd-session", "sshd-auth", "systemd-journald", "dbus-daemon", "stillwatch", "init",
    "tailscaled", "gnome-remote-de", "ip6tables-resto",
)  # fmt: skip


def test_r40_processes() -> None:
    assert all(is_protected_process(name) for name in SPARED)
    assert not is_protected_process("python3")


@pytest.mark.parametrize(
    "name",
    [
        "debug-shell.service", "initrd-switch-root.service", "rescue.service", "emergency.service",
        "tailscaled.service", "wg-quick@wg0.service", "zerotier-one.service", "netbird.service",
        "cloudflared.service", "openvpn@office.service", "openvpn-server@x.service", "strongswan-starter.service",
        "ipsec.service", "dropbear.service", "ufw.service", "nftables.service", "rsyslog.service",
        "syslog-ng.service", "slapd.service", "krb5-kdc.service", "winbind.service", "cockpit.socket",
        "autossh-tunnel.service", "sshguard.service", "crowdsec.service", "fail2ban.service",
        "NetworkManager-dispatcher.service", "connman.service", "dhcpcd.service", "wicked.service", "auditd.service",
        "warp-svc.service", "mullvad-daemon.service", "nordvpnd.service", "yggdrasil.service", "n2n.service",
        "netclient.service", "twingate.service", "sshuttle.service", "chisel-client.service", "tor@default.service",
        "stunnel4.service", "gnome-remote-desktop.service", "rustdesk.service", "anydesk.service", "pveproxy.service",
        "teamviewerd.service", "pritunl-client.service", "freeradius.service", "ypbind.service", "pcscd.socket",
        "swapfile.swap", "home.automount",
    ],
)  # fmt: skip
def test_r40_ways_in_networks_and_logs_are_on_the_list(name: str) -> None:
    assert protected_by((name,)) == name


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"exec_start": ("/opt/x/sshd", "-D")}, "runs sshd"),
        ({"exec_start": ("/bin/sh", "-c", "exec /usr/sbin/tailscaled --tun=userspace")}, "runs tailscaled"),
        ({"programs": ("/usr/bin/true", "/usr/sbin/openvpn")}, "runs openvpn"),
        ({"commands": ("/usr/bin/true", "/bin/sh -c tailscale-up; (wg setconf wg0 x)")}, "runs wg"),
        ({"commands": ("/usr/sbin/ip route replace default via 192.0.2.1",)}, "runs ip"),
        ({"exec_start": ("/usr/lib/openssh/sshd-session", "-R")}, "runs sshd-session"),
        ({"exec_start": ("/usr/local/bin/up", "dev=eth0")}, "sets up eth0, by which the default route leaves"),
        ({"requires": ("sys-subsystem-net-devices-eth0.device",)}, "sets up eth0, by which the default route leaves"),
        ({"exec_start": ("/usr/local/bin/up", "eth1")}, ""),
        ({"exec_start": ("/usr/bin/shop", "--sshd-config=x", "/etc/sshd/")}, ""),
    ],
)
def test_r40_what_a_unit_runs_protects_it_whatever_its_name(facts: dict[str, tuple[str, ...]], why: str) -> None:
    assert carries(UnitState(name="plain.service", **facts), ("eth0",)) == why  # type: ignore[arg-type]


def test_a_group_may_be_started_along_but_for_those_that_change_the_host() -> None:
    assert protected_from_start(("network-online.target", "system-web.slice", "shop.service")) == ""
    assert protected_from_start(("rescue.target",)) == "rescue.target"
    assert protected_from_start(("srv-data.mount",)) == "srv-data.mount"
    assert protected_from_start(("mine.target",), ("mine*",)) == "mine.target"
