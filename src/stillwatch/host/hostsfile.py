"""What /etc/hosts says of a name, and which addresses are this machine's."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Final

from stillwatch.host.interfaces import addresses

FILE: Final = Path("/etc/hosts")
LARGEST: Final = 1 << 20


def addresses_of(name: str, file: Path = FILE) -> list[dict[str, Any]]:
    """Each address that the file gives the name, with its line; a literal address stands for itself (line 0)."""
    if is_address(name):
        return [{"address": name, "line": 0, "local": is_local(name)}]
    try:
        text = file.read_text(errors="replace")[:LARGEST]
    except OSError:
        return []
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if name.lower() in (word.lower() for word in words[1:]) and is_address(words[0]):
            found.append({"address": words[0], "line": number, "local": is_local(words[0])})
    return found


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_local(address: str) -> bool:
    """Whether the address is one of this machine's interfaces, or of its loopback."""
    wanted = ipaddress.ip_address(address)
    if wanted.is_loopback or wanted.is_unspecified:
        return True
    return any(ipaddress.ip_address(text) == wanted for ours in addresses().values() for text in ours)
