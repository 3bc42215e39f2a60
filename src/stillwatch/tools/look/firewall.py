"""Which firewall services run and which rule files lie here; the rules in force need root and are not shown."""

from __future__ import annotations

from stillwatch.tools.tool import HostReader, Look, Tool
from stillwatch.tools.unit_states import state_lines, states

SERVICES = {
    "nftables.service": "/etc/nftables.conf",
    "ufw.service": "/etc/ufw/user.rules",
    "firewalld.service": "/etc/firewalld/zones",
    "iptables.service": "/etc/sysconfig/iptables",
    "netfilter-persistent.service": "/etc/iptables/rules.v4",
    "shorewall.service": "/etc/shorewall",
}


class Arguments(Tool, frozen=True):
    """Which firewall services run and which rule files lie here; the rules in force need root and are not shown."""

    async def look(self, reader: HostReader) -> Look:
        found = await states(reader, SERVICES)
        loaded = [line.split()[0] for line in reader.text("/proc/modules").splitlines() if line.startswith(FILTERS)]
        files = [path for path in SERVICES.values() if reader.paths(path)]
        lines = state_lines(found, "no firewall service is loaded")
        lines += [f"rule file {path}" for path in files]
        lines += [f"kernel modules: {', '.join(loaded)}"] if loaded else []
        return Look("\n".join(lines), {"services": found, "files": files, "modules": loaded})


FILTERS = ("nf_tables ", "ip_tables ", "ip6_tables ")
