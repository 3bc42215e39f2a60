"""Which firewall services run and which rule files lie here; the rules in force need root and are not shown."""

from __future__ import annotations

from stillwatch.tools.tool import Look, Tool, World
from stillwatch.tools.unit_states import states, told

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

    async def look(self, world: World) -> Look:
        found = await states(world, SERVICES)
        loaded = [line.split()[0] for line in world.text("/proc/modules").splitlines() if line.startswith(FILTERS)]
        files = [path for path in SERVICES.values() if world.paths(path)]
        lines = told(found, "no firewall service is loaded")
        lines += [f"rule file {path}" for path in files]
        lines += [f"kernel modules: {', '.join(loaded)}"] if loaded else []
        return Look("\n".join(lines), {"services": found, "files": files, "modules": loaded})


FILTERS = ("nf_tables ", "ip_tables ", "ip6_tables ")
