"""What nobody touches (R3): access, logging, PID 1's own and Stillwatch itself. One list for all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.unit.names import unescaped

BY_NAME: Final[tuple[str, ...]] = (
    # access
    "ssh.*", "sshd.*", "ssh@*", "sshd@*", "ssh-*", "sshd-*", "dropbear*", "autossh*", "cockpit*", "webmin*",
    "teleport*", "gnome-remote-desktop*", "rustdesk*", "anydesk*", "teamviewerd*", "nxserver*", "xpra*", "vncserver*",
    "tigervnc*", "guacd*", "pveproxy*", "pvedaemon*", "spiceproxy*", "tinyssh*", "getty*",
    "serial-getty@*", "console-getty*", "container-getty*", "autovt@*", "debug-shell*", "xrdp*",
    "display-manager*", "gdm*", "sddm*", "lightdm*", "lxdm*", "xdm*", "greetd*", "sudo*", "qemu-guest-agent*",
    "amazon-ssm-agent*", "google-guest-agent*", "walinuxagent*", "waagent*", "snap.amazon-ssm-agent*",
    # who may log in
    "sssd*", "nslcd*", "nscd*", "unscd*", "winbind*", "slapd*", "dirsrv*", "ldap*", "krb5*", "gssproxy*", "kdc.*",
    "realmd*", "oddjobd*", "accounts-daemon*", "ypbind*", "ypserv*", "freeradius*", "radiusd*", "pcscd*", "fprintd*",
    "himmelblaud*", "kanidm*", "ipa.*", "samba-ad-dc*", "userborn*",
    # the network and the way in
    "networking.*", "network.*", "NetworkManager*", "network-*", "networkd-*", "ifup@*", "ifplugd*", "wpa_supplicant*",
    "iwd.*", "hostapd*", "connman*", "wicked*", "netctl*", "netplan*", "dhcpcd*", "dhclient*", "wg-quick*",
    "wireguard*", "openvpn*", "tailscale*", "headscale*", "zerotier*", "netbird*", "nebula*", "cloudflared*", "tinc.*",
    "tinc@*", "strongswan*", "ipsec*", "libreswan*", "openconnect*", "ocserv*", "vpnc*", "xl2tpd*", "pppd*", "ppp@*",
    "firezone*", "innernet*", "frpc*", "ngrok*", "bore.*", "rathole*", "resolvconf*", "warp-svc*", "mullvad*",
    "nordvpn*", "expressvpn*", "protonvpn*", "openfortivpn*", "softether*", "vpnserver*", "vpnclient*", "pritunl*",
    "yggdrasil*", "cjdns*", "n2n*", "supernode*", "husarnet*", "netclient*", "netmaker*", "twingate*", "chisel*",
    "sshuttle*", "tor.*", "tor@*", "i2pd*", "stunnel*", "sing-box*", "xray*", "v2ray*",
    # firewalls, and who else shuts people out
    "nftables*", "iptables*", "ip6tables*", "ipset*", "netfilter-persistent*", "shorewall*", "ferm.*", "ufw*",
    "firewalld*", "fail2ban*", "sshguard.*", "crowdsec*", "denyhosts*",
    # logs and rights
    "auditd*", "audit-*", "apparmor*", "selinux*", "rsyslog*", "syslog*", "syslog-ng*", "metalog*",
    # PID 1's own, and what a boot needs
    "dbus*", "systemd-*", "init.scope", "polkit*", "emergency*", "rescue*", "initrd*", "dracut*", "plymouth*",
    "cloud-init*", "cloud-config*", "cloud-final*", "keyboard-setup*", "console-setup*", "lvm2-*", "blk-availability*",
    "cryptsetup*", "clevis*", "multipathd*", "iscsid*", "open-iscsi*", "mdmonitor*", "zfs-*", "kexec*", "kmod*",
    "udev*", "modprobe@*", "ctrl-alt-del*",
    # ourselves
    "stillwatch*",
)  # fmt: skip
BY_ROLE: Final[tuple[str, ...]] = (
    "user@*", "user-*", "session-*", "*.target", "*.slice", "*.scope", "*.mount", "*.automount", "*.swap", "-.*",
)  # fmt: skip
"""Kinds that hold others, and what belongs to a person's session."""
WHOLE_HOST: Final[tuple[str, ...]] = (
    "emergency.*", "rescue.*", "poweroff.*", "reboot.*", "soft-reboot.*", "halt.*", "kexec.*", "shutdown.*", "exit.*",
    "umount.*", "final.*", "sleep.*", "suspend*", "hibernate.*", "hybrid-sleep.*", "initrd*", "ctrl-alt-del.*",
    "runlevel[016].*", "system-update*", "factory-reset*",
)  # fmt: skip
"""Targets that, only by being started, change what the whole host does."""
GROUPS: Final = (".target", ".slice")
ACCESS_PROGRAMS: Final = frozenset((
    "sshd", "sshd-session", "sshd-auth", "tinysshd", "dropbear", "in.telnetd", "telnetd", "in.rlogind", "xrdp",
    "xrdp-sesman", "Xvnc", "Xtigervnc", "x0vncserver", "x11vnc", "rustdesk", "anydesk", "teamviewerd",
    "gnome-remote-desktop-daemon", "websockify", "guacd", "Xorg", "gdm", "sddm", "lightdm", "agetty", "getty",
    "mingetty", "login", "sulogin", "ttyd", "gotty", "shellinaboxd", "wetty",
    "mosh-server", "cockpit-ws", "cockpit-tls", "miniserv.pl", "teleport", "tailscaled", "zerotier-one", "netbird",
    "nebula", "openvpn", "charon", "charon-systemd", "pluto", "wg-quick", "wireguard-go", "boringtun", "cloudflared",
    "tincd", "openconnect", "vpnc", "pppd", "xl2tpd", "frpc", "autossh", "NetworkManager", "connmand", "iwd",
    "warp-svc", "mullvad-daemon", "nordvpnd", "yggdrasil", "chisel", "sshuttle", "stunnel4", "tor", "netclient",
    "ip", "wg", "ifconfig", "netplan", "ebtables", "arptables", "ipset", "iptables-legacy", "iptables-nft",
    "wpa_supplicant", "hostapd", "dhclient", "dhcpcd", "udhcpc", "networkctl", "nmcli", "ifup", "ifdown", "nft",
    "iptables", "ip6tables", "iptables-restore", "ip6tables-restore", "firewalld", "ufw", "fail2ban-server",
    "crowdsec", "rsyslogd", "syslog-ng", "syslogd", "auditd", "sssd", "nslcd", "winbindd", "slapd", "krb5kdc",
    "dbus-daemon", "dbus-broker", "polkitd",
))  # fmt: skip
"""Programs by which people come in, the network stands, or somebody is told apart: a unit that runs one is protected
whatever its name (R40)."""
LONGEST_COMM: Final = 15
EXECUTED: Final = tuple(
    f"Exec{line}"
    for line in ("Condition", "StartPre", "Start", "StartPost", "Reload", "ReloadPost", "StopPre", "Stop", "StopPost")
)
"""All properties by which a unit of any kind runs programs."""
_TOKENS: Final = re.compile(r"[\s;&|'\"=,(){}<>`$\\]+")
_COMMON: Final = frozenset(("init", "service", "ip", "wg", "tor"))
"""Words that only mean a program where one is named: by a path, or first in a command."""
_CALLED: Final = re.compile(
    r"(?:^|[;&|(){}`\\]|\bpath=|\bbin/|\s-\w*c\s|\b(?:exec|then|do|else|if|while|until|sudo|env|nice|nohup|time)\s)\s*"
    rf"['\"]?(?:[\w.+/-]*/)?(?P<name>{'|'.join(sorted(_COMMON))})(?![\w.+/@:=-])",
    re.MULTILINE,
)
_DEVICE: Final = "sys-subsystem-net-devices-"
_PROCESSES: Final = re.compile(r"(?:sshd(?:-[a-z]+)?|systemd.*|dbus-.*|polkitd|init|agetty|login|stillwatch.*)(?: .*)?")


def protected_by(names: Iterable[str], more: Iterable[str] = ()) -> str:
    """The first name that stands under protection, "" if none does. Case is ignored, to be on the safe side.

    more: patterns of the policy file, which adds to the list and cannot take away.
    """
    return _first(names, (*BY_NAME, *BY_ROLE, *more))


def protected_from_start(names: Iterable[str], more: Iterable[str] = ()) -> str:
    """The same for what is started along with something else: a group does nothing by itself, but for a few targets."""
    singles = [name for name in names if not name.endswith(GROUPS)]
    groups = [name for name in names if name.endswith(GROUPS)]
    return protected_by(singles, more) or _first(groups, (*WHOLE_HOST, *more))


def protected_by_name(names: Iterable[str], more: Iterable[str] = ()) -> str:
    """The same without what its role protects: a session's scope may hold a stray process."""
    return _first(names, (*BY_NAME, *more))


def carries(unit: UnitState, uplinks: Collection[str] = ()) -> str:
    """Why the unit is protected by what it runs, "" if it is not. uplinks: the interfaces of the default routes."""
    lines = (" ".join(unit.exec_start), *unit.programs, *unit.commands)
    return carrying(lines, (*unit.requires, *unit.wants, *unit.after), uplinks)


def carrying(lines: Collection[str], needed: Iterable[str], uplinks: Collection[str] = ()) -> str:
    """The same of a unit's command lines and the units that it names."""
    if ran := runs(lines, ACCESS_PROGRAMS):
        return f"runs {min(ran)}"
    near = {unescaped(one.removeprefix(_DEVICE).removesuffix(".device")) for one in needed}
    owned = (tokens_of(lines) | near) & set(uplinks)
    return f"sets up {min(owned)}, by which the default route leaves" if owned else ""


def runs(lines: Iterable[str], programs: Collection[str]) -> set[str]:
    """Which of these programs command lines run, within scripts too, whatever marks of a shell stand around them.

    lines: one for each command; what `systemctl show` tells of an Exec…= is good as well.
    """
    known = tuple(lines)
    called = {match["name"] for line in known for match in _CALLED.finditer(line)}
    return ((tokens_of(known) - _COMMON) | called) & set(programs)


def tokens_of(words: Iterable[str]) -> set[str]:
    """The names in command lines, those within scripts and options too, without folders."""
    return {token.rpartition("/")[2] for word in words for token in _TOKENS.split(word)}


def is_protected_process(name: str) -> bool:
    """Whether a process of this name is access, logging, PID 1's own or ours. The kernel cuts names (comm) short."""
    return _PROCESSES.fullmatch(name) is not None or any(name == one[:LONGEST_COMM] for one in ACCESS_PROGRAMS)


def _first(names: Iterable[str], patterns: Iterable[str]) -> str:
    lower = tuple(pattern.lower() for pattern in patterns)
    return next((name for name in names if any(fnmatchcase(name.lower(), pattern) for pattern in lower)), "")
