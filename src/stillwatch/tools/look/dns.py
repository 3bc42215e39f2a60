"""Which name servers this host asks, and whether its own resolver runs."""

from __future__ import annotations

from stillwatch.tools.tool import HostReader, Look, Tool
from stillwatch.tools.unit_states import state_lines, states

RESOLVERS = ("systemd-resolved.service", "unbound.service", "dnsmasq.service", "named.service", "bind9.service")


class Arguments(Tool, frozen=True):
    """Which name servers this host asks, and whether its own resolver runs."""

    async def look(self, reader: HostReader) -> Look:
        own = [line.split() for line in reader.text("/etc/resolv.conf").splitlines() if line.strip()]
        behind = [line.split() for line in reader.text("/run/systemd/resolve/resolv.conf").splitlines() if line.strip()]
        servers = [row[1] for row in own if row[0] == "nameserver" and len(row) > 1]
        upstream = [row[1] for row in behind if row[0] == "nameserver" and len(row) > 1]
        search = [word for row in own if row[0] in ("search", "domain") for word in row[1:]]
        own_resolvers = await states(reader, RESOLVERS)
        lines = [f"name servers: {', '.join(servers) or 'none in /etc/resolv.conf'}"]
        lines += [f"behind them: {', '.join(upstream)}"] if upstream and upstream != servers else []
        lines += [f"search: {', '.join(search)}"] if search else []
        lines += state_lines(own_resolvers, "no resolver of its own is loaded")
        data = {"servers": servers, "upstream": upstream, "search": search, "resolvers": own_resolvers}
        return Look("\n".join(lines), data)
