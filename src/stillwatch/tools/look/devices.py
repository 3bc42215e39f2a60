"""Devices that are plugged in or built in, by the kernel's own list: USB, Bluetooth, sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.untrusted.redact import safe_text

USB = "/sys/bus/usb/devices/*"


class Arguments(Tool, frozen=True):
    """Devices that are plugged in or built in, by the kernel's own list: USB, Bluetooth, sound."""

    async def look(self, reader: HostReader) -> Look:
        return Look(*await in_thread(lambda: _seen(reader)))


def _seen(reader: HostReader) -> Look:
    usb = [row for place in reader.paths(USB) if (row := _usb(place)) is not None]
    bluetooth = [place.name for place in reader.paths("/sys/class/bluetooth/hci*")]
    sound = [place.name for place in reader.paths("/sys/class/sound/card*")]
    lines = [f"USB {row['id']} {row['name']}" for row in usb]
    lines += [f"Bluetooth {name}" for name in bluetooth]
    lines += [f"sound {name}" for name in sound]
    return Look(
        "\n".join(lines) or "no such device shows itself here", {"usb": usb, "bluetooth": bluetooth, "sound": sound}
    )


def _usb(place: Path) -> dict[str, Any] | None:
    """None for an interface of a device and for the computer's own ports (hubs of the kernel, vendor 1d6b)."""
    vendor, product = _text(place / "idVendor"), _text(place / "idProduct")
    if not vendor or vendor == "1d6b":
        return None
    name = " ".join(filter(None, (_text(place / "manufacturer"), _text(place / "product"))))
    return {"id": f"{vendor}:{product}", "name": name or "without a name", "port": place.name}


def _text(file: Path) -> str:
    """What a device says of itself is a stranger's word."""
    try:
        return safe_text(file.read_bytes()[:256].decode("utf-8", "replace").strip(), 120)
    except OSError:
        return ""
