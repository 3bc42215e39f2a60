from __future__ import annotations

from pathlib import Path

from stillwatch.host.pressure import short_of


def tell(proc: Path, memory: float, io: float) -> None:
    (proc / "pressure").mkdir(exist_ok=True)
    line = "{} avg10={} avg60=0.00 avg300=0.00 total=1\n"
    for what, share in (("memory", memory), ("io", io)):
        (proc / "pressure" / what).write_text(line.format("some", share) + line.format("full", share))


def test_only_a_host_that_waits_is_spared(tmp_path: Path) -> None:
    tell(tmp_path, 0.5, 3.0)
    assert short_of(tmp_path) == ""
    tell(tmp_path, 33.0, 0.0)
    assert "33 %" in short_of(tmp_path) and "memory" in short_of(tmp_path)
    tell(tmp_path, 0.0, 60.0)
    assert "disks" in short_of(tmp_path)
    assert short_of(tmp_path / "none") == ""
