from __future__ import annotations

from pathlib import Path

from .played_host import look, reader


async def test_what_is_plugged_in_without_the_ports_of_the_machine(tmp_path: Path) -> None:
    for port, facts in {
        "usb1": {"idVendor": "1d6b", "idProduct": "0002", "product": "xHCI Host Controller"},
        "1-2": {"idVendor": "046d", "idProduct": "c52b", "manufacturer": "Logitech", "product": "USB\x1b[31m Receiver"},
        "1-2:1.0": {},
    }.items():
        place = tmp_path / "sys/bus/usb/devices" / port
        place.mkdir(parents=True)
        for name, text in facts.items():
            (place / name).write_text(f"{text}\n")
    (tmp_path / "sys/class/bluetooth/hci0").mkdir(parents=True)
    seen = await look("devices", reader(root=tmp_path))
    assert [row["id"] for row in seen.data["usb"]] == ["046d:c52b"] and seen.data["bluetooth"] == ["hci0"]  # type: ignore[attr-defined]
    assert "Logitech" in seen.text and "\x1b" not in seen.text
    assert (await look("devices", reader(root=tmp_path / "none"))).data["usb"] == []
