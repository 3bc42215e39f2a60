from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host import graphics as room
from stillwatch.host.command import MISSING, Completed
from stillwatch.host.graphics import cards, of_nvidia, parsed

GIB, MIB = 1 << 30, 1 << 20
REPORT = """<?xml version="1.0" ?>
<nvidia_smi_log>
  <gpu id="00000000:01:00.0">
    <product_name>NVIDIA GeForce RTX 3060</product_name>
    <fb_memory_usage>
      <total>12288 MiB</total>
      <reserved>200 MiB</reserved>
      <used>8000 MiB</used>
    </fb_memory_usage>
    <bar1_memory_usage>
      <total>256 MiB</total>
      <used>10 MiB</used>
    </bar1_memory_usage>
    <processes>
      <process_info>
        <pid>1</pid>
        <type>G</type>
        <process_name>/usr/lib/xorg/Xorg -core :0</process_name>
        <used_memory>102 MiB</used_memory>
      </process_info>
      <process_info>
        <pid>4000001</pid>
        <type>C</type>
        <process_name>/opt/llama/llama-server</process_name>
        <used_memory>7500 MiB</used_memory>
      </process_info>
      <process_info>
        <pid>9</pid>
        <process_name>x</process_name>
        <used_memory>N/A</used_memory>
      </process_info>
    </processes>
  </gpu>
  <gpu id="00000000:02:00.0"><product_name>NVIDIA GB10</product_name>
    <fb_memory_usage><total>N/A</total><used>N/A</used></fb_memory_usage></gpu>
</nvidia_smi_log>
"""


def test_what_nvidia_smi_writes() -> None:
    found, rows = parsed(REPORT)
    assert [(card.card, card.size, card.used) for card in found] == [
        ("00000000:01:00.0", 12 * GIB, 8000 * MIB),
        ("00000000:02:00.0", 0, 0),
    ]
    assert [(row["pid"], row["name"], row["own"]) for row in rows] == [
        (4_000_001, "llama-server", 7500 * MIB),
        (1, "Xorg", 102 * MIB),
    ]
    assert parsed("NVIDIA-SMI has failed") == ([], [])


@pytest.mark.parametrize(("code", "out", "count"), [(0, REPORT, 2), (9, "no driver", 0), (MISSING, "", 0)])
async def test_nvidia_s_program_is_asked_where_its_driver_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, out: str, count: int
) -> None:
    async def run(argv: tuple[str, ...], **_: object) -> Completed:
        return Completed(argv=argv, code=code, out=out, err="")

    monkeypatch.setattr(room, "run", run)
    assert await of_nvidia(tmp_path) == ([], [], "")
    (tmp_path / "driver/nvidia").mkdir(parents=True)
    found, rows, problem = await of_nvidia(tmp_path)
    assert len(found) == len(rows) == count and bool(problem) == (code != 0)


def test_cards_of_the_kernel(tmp_path: Path) -> None:
    device = tmp_path / "class/drm/card0/device"
    device.mkdir(parents=True)
    (tmp_path / "class/drm/card0-HDMI-A-1").mkdir()
    (device / "uevent").write_text("DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:03:00.0\n")
    (device / "mem_info_vram_total").write_text(f"{16 * GIB}\n")
    (device / "mem_info_vram_used").write_text("odd\n")
    (card,) = cards(tmp_path)
    assert (card.card, card.driver, card.size, card.used) == ("0000:03:00.0", "amdgpu", 16 * GIB, 0)
    assert cards(tmp_path / "none") == []
