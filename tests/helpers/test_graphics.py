from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.helpers.graphics import client_of, holders
from tests.helpers.test_process_table import fake

MIB = 1 << 20
AMD = "pos:\t0\nflags:\t02100002\npasid:\t32770\ndrm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\n"
AMD_OLD = AMD + "drm-memory-vram:\t524288 KiB\ndrm-memory-gtt: \t2048 KiB\ndrm-memory-cpu: \t0 KiB\n"
AMD_NEW = (
    AMD + "drm-client-id:\t17\ndrm-total-vram:\t900 MiB\ndrm-shared-vram:\t0\ndrm-resident-vram:\t600 MiB\n"
    "drm-memory-vram:\t600 MiB\ndrm-total-gtt:\t4 MiB\ndrm-resident-gtt:\t4 MiB\ndrm-engine-gfx:\t1000000000 ns\n"
)
ARC = (
    "drm-driver:\ti915\ndrm-client-id:\t11\ndrm-pdev:\t0000:04:00.0\ndrm-resident-local0:\t512 MiB\n"
    "drm-resident-stolen-local0:\t8 MiB\ndrm-total-local0:\t700 MiB\ndrm-resident-system0:\t2048 KiB\n"
)
LAPTOP = "drm-driver:\ti915\ndrm-client-id:\t3\ndrm-pdev:\t0000:00:02.0\ndrm-resident-system0:\t1048576\n"
XE = "drm-driver:\txe\ndrm-client-id:\t4\ndrm-pdev:\t0000:05:00.0\ndrm-total-vram0:\t1 GiB\ndrm-resident-gtt:\t0\n"


@pytest.mark.parametrize(
    ("text", "own", "system"),
    [
        (AMD_OLD, 512 * MIB, 2 * MIB),
        (AMD_NEW, 600 * MIB, 4 * MIB),
        (ARC, 520 * MIB, 2 * MIB),
        (LAPTOP, 0, MIB),
        (XE, 1024 * MIB, 0),
        ("drm-driver:\tx\ndrm-memory-vram:\tmany KiB\ndrm-resident-gtt:\t-1\n", 0, 0),
    ],
)
def test_what_the_drivers_tell(text: str, own: int, system: int) -> None:
    client = client_of(text, 7, "3")
    assert client and (client["own"], client["system"]) == (own, system)


def test_a_file_of_no_driver_is_none() -> None:
    assert client_of("pos:\t0\nflags:\t02\nmnt_id:\t20\n", 7, "3") is None


def opened(proc: Path, pid: int, number: int, target: str, text: str) -> None:
    for name in ("fd", "fdinfo"):
        (proc / str(pid) / name).mkdir(exist_ok=True)
    (proc / f"{pid}/fd/{number}").symlink_to(target)
    (proc / f"{pid}/fdinfo/{number}").write_text(text)


def test_each_client_counts_once_and_the_biggest_holder_is_first(tmp_path: Path) -> None:
    fake(tmp_path, 7, "Xorg")
    fake(tmp_path, 8, "llama-server", "0::/system.slice/llama.service\n")
    fake(tmp_path, 9, "shell")
    opened(tmp_path, 7, 3, "/dev/dri/card0", AMD_NEW.replace("600 MiB", "10 MiB"))
    opened(tmp_path, 8, 3, "/dev/dri/renderD128", AMD_NEW.replace("id:\t17", "id:\t18"))
    opened(tmp_path, 8, 4, "/dev/dri/renderD128", AMD_NEW.replace("id:\t17", "id:\t18"))
    opened(tmp_path, 8, 5, "/dev/dri/renderD129", ARC)
    opened(tmp_path, 8, 6, "/dev/null", AMD_OLD)
    opened(tmp_path, 9, 3, "/dev/dri/renderD128", AMD_NEW.replace("id:\t17", "id:\t18"))
    told = [(row["name"], row["unit"], row["driver"], row["card"], row["own"] // MIB) for row in holders(tmp_path)]
    assert told == [
        ("llama-server", "llama.service", "amdgpu", "0000:03:00.0", 600),
        ("llama-server", "llama.service", "i915", "0000:04:00.0", 520),
        ("Xorg", "", "amdgpu", "0000:03:00.0", 10),
    ]


def test_a_host_without_a_card_has_none(tmp_path: Path) -> None:
    fake(tmp_path, 7)
    assert holders(tmp_path) == []
