import os
from pathlib import Path

from stillwatch.store.compiled import KEPT, CompiledShelf


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    shelf = CompiledShelf(tmp_path / "new")
    assert shelf.get("a") is None
    shelf.put("a", b"automaton")
    assert shelf.get("a") == b"automaton"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_damage_and_strangers_are_not_believed(tmp_path: Path) -> None:
    shelf = CompiledShelf(tmp_path)
    shelf.put("a", b"automaton")
    file = tmp_path / "a.rules"
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[:40], b"", whole[:-1] + b"!"):
        file.write_bytes(damaged)
        assert shelf.get("a") is None
    file.write_bytes(whole)
    assert shelf.get("a") == b"automaton"
    file.chmod(0o620)
    assert shelf.get("a") is None
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
        assert shelf.get("a") is None


def test_old_ones_go(tmp_path: Path) -> None:
    shelf = CompiledShelf(tmp_path)
    for number in range(KEPT + 4):
        shelf.put(str(number), b"x")
        os.utime(tmp_path / f"{number}.rules", (number, number))
    shelf.put("last", b"x")
    assert len(list(tmp_path.glob("*.rules"))) == KEPT and shelf.get("last") == b"x"


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = CompiledShelf(tmp_path / "file")
    shelf.put("a", b"x")
    assert shelf.get("a") is None


def test_what_root_prepared_is_read_and_not_written(tmp_path: Path) -> None:
    CompiledShelf(tmp_path / "prepared").put("a", b"prepared")
    shelf = CompiledShelf(tmp_path / "own", tmp_path / "prepared")
    assert shelf.get("a") == b"prepared" and shelf.get("b") is None
    shelf.put("b", b"own")
    assert shelf.get("b") == b"own" and len(list((tmp_path / "prepared").iterdir())) == 1


def test_where_nothing_may_be_kept_nothing_is(tmp_path: Path) -> None:
    shelf = CompiledShelf(None, tmp_path)
    shelf.put("a", b"x")
    assert shelf.get("a") is None
