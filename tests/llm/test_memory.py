from __future__ import annotations

from pathlib import Path

from stillwatch.llm import memory
from stillwatch.llm.running import Launch


def launch(model: Path, context: int = 4096) -> Launch:
    return Launch(engine="x", model=model, port=1, key_file=Path("/k"), context=context)


def test_reads_what_the_kernel_offers(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:       2048 kB\nMemAvailable:   1024 kB\n")
    assert memory.available(tmp_path / "meminfo") == 1 << 20
    assert memory.total(tmp_path / "meminfo") == 2 << 20
    assert memory.available(tmp_path / "none") == 0
    assert memory.total() >= memory.available() > 0


def test_more_context_and_larger_weights_need_more(tmp_path: Path) -> None:
    small, large = tmp_path / "s", tmp_path / "l"
    for path, size in ((small, 100 << 20), (large, 1000 << 20)):
        with path.open("wb") as file:
            file.truncate(size)
    assert 100 << 20 < memory.needed(launch(small)) < memory.needed(launch(small, 8192)) < memory.needed(launch(large))
    assert memory.needed(launch(tmp_path / "none")) == 0


def test_words() -> None:
    assert memory.words(3 << 30) == "3.0 GiB"
    assert memory.words(100 << 20) == "100 MiB"
