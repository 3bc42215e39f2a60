"""Which address /etc/hosts gives a name, whether it is this machine's, and which resolvers are asked else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from stillwatch.host.hostsfile import addresses_of
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

RESOLVER = Path("/etc/resolv.conf")


class Arguments(Tool, frozen=True):
    """Which address /etc/hosts gives a name, whether it is this machine's, and which resolvers are asked else."""

    name: Annotated[str, Meta(min_length=1, max_length=253, description="a host's name or address")]

    async def look(self, reader: HostReader) -> Look:
        rows, servers = await in_thread(lambda: (addresses_of(self.name), _servers()))
        where = [
            f"{self.name} is {row['address']}, {'this machine' if row['local'] else 'another machine'}"
            + (f" (/etc/hosts line {row['line']})" if row["line"] else "")
            for row in rows
        ]
        resolvers = f"resolvers: {', '.join(servers) or 'none'}"
        text = "\n".join([*where, resolvers] if where else [f"{self.name} is not in /etc/hosts", resolvers])
        return Look(text, {"addresses": rows, "resolvers": servers})


def _servers() -> list[str]:
    try:
        lines = RESOLVER.read_text(errors="replace")[:65_536].splitlines()
    except OSError:
        return []
    return [words[1] for line in lines if (words := line.split()) and words[0] == "nameserver" and len(words) > 1][:8]
