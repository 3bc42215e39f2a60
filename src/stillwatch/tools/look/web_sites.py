"""Web sites that nginx or Apache is configured for: names, ports, folder, file."""

from __future__ import annotations

import re
from typing import Any

from stillwatch.tools.tool import HostReader, Look, Tool

NGINX = ("/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*.conf")
APACHE = ("/etc/apache2/sites-enabled/*", "/etc/httpd/conf.d/*.conf")
CADDY = ("/etc/caddy/Caddyfile",)


class Arguments(Tool, frozen=True):
    """Web sites that nginx or Apache is configured for: names, ports, folder, file."""

    async def look(self, reader: HostReader) -> Look:
        rows: list[dict[str, Any]] = []
        for server, patterns, read in (("nginx", NGINX, nginx), ("apache2", APACHE, apache), ("caddy", CADDY, caddy)):
            for file in (file for pattern in patterns for file in reader.paths(pattern)):
                name = f"/{file.relative_to(reader.root)}"
                try:
                    rows += [{"server": server, "file": name, **site} for site in read(reader.text(name))]
                except OSError:
                    continue
        lines = [
            f"{', '.join(row['names']) or 'default'} on {', '.join(map(str, row['ports']))} "
            f"by {row['server']} ({row['file']})"
            for row in rows
        ]
        return Look("\n".join(lines) or "no web site is configured for nginx, Apache or Caddy", {"sites": rows})


def nginx(text: str) -> list[dict[str, Any]]:
    """Each server block, by its braces."""
    plain = re.sub(r"#.*", "", text)
    found = []
    for start in re.finditer(r"\bserver\s*\{", plain):
        depth, end = 1, start.end()
        while depth and end < len(plain):
            depth += {"{": 1, "}": -1}.get(plain[end], 0)
            end += 1
        block = plain[start.end() : end]
        names = [
            name for line in re.findall(r"\bserver_name\s+([^;]+);", block) for name in line.split() if name != "_"
        ]
        ports = [int(port) for port in re.findall(r"\blisten\s+(?:\S*:)?(\d{2,5})\b", block)]
        root = re.search(r"\broot\s+([^;]+);", block)
        found.append({"names": names, "ports": sorted(set(ports)) or [80], "root": root[1].strip() if root else ""})
    return found


def apache(text: str) -> list[dict[str, Any]]:
    """Each VirtualHost."""
    found = []
    for head, block in re.findall(
        r"<VirtualHost\s+([^>]+)>(.*?)</VirtualHost>", re.sub(r"(?m)^\s*#.*", "", text), re.S
    ):
        names = [name for line in re.findall(r"^\s*Server(?:Name|Alias)\s+(.+)$", block, re.M) for name in line.split()]
        root = re.search(r"^\s*DocumentRoot\s+\"?([^\s\"]+)", block, re.M)
        ports = sorted({int(port) for port in re.findall(r":(\d{2,5})", head)}) or [80]
        found.append({"names": names, "ports": ports, "root": root[1] if root else ""})
    return found


def caddy(text: str) -> list[dict[str, Any]]:
    """Each site by the addresses before its brace."""
    heads = re.findall(r"^([^\s{}#@(][^{}\n#]*?)\s*\{\s*$", text, re.M)
    return [{"names": [word.strip(",") for word in head.split()], "ports": [443], "root": ""} for head in heads]
