from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.store.compiled import CompiledShelf
from stillwatch.watch import family
from stillwatch.watch.family import RULES_FOLDER, load_file, load_rules, ordinary_lines

GOOD = """
[family]
title = "Shop"
ordinary = '''
shop: order ORD-1 stored

shop-api: all: well
'''
[slots]
order = 'ORD-[0-9]+'
[[rule]]
id = "shop-order-lost"
match = '''order <order> lost on <disk=device>'''
unless = ['''\\<drill>''']
severity = "low"
summary = "{order}"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "own.toml").write_text(text)
    return folder


def test_a_family_brings_its_own_slots_and_uses_the_shared_ones(tmp_path: Path) -> None:
    (rule,) = load_rules([write(tmp_path, GOOD)])
    assert rule.patterns[0].startswith("order (?P<order>ORD-[0-9]+) lost on (?P<disk>")
    assert rule.unless == ("<drill>",)


def test_ordinary_lines_are_samples_with_their_program(tmp_path: Path) -> None:
    lines = ordinary_lines([write(tmp_path, GOOD)])
    assert [(line.program, line.line) for line in lines] == [("shop", "order ORD-1 stored"), ("shop-api", "all: well")]


@pytest.mark.parametrize(
    ("change", "words"),
    [(("<order>", "<ordr>"), "<ordr>"), (("[slots]", "[slot]"), "slot"), (("title", "titel"), "titel")],
)
def test_a_broken_family_is_told_with_its_file(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(WrongUsage, match=words) as caught:
        load_rules([write(tmp_path, GOOD.replace(*change))])
    assert "own.toml" in str(caught.value)


@pytest.mark.parametrize("file", sorted(RULES_FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_family_of_the_package_says_what_it_is_about(file: Path) -> None:
    family = load_file(file).family
    assert family is not None
    assert family.title
    assert family.about


def test_what_is_kept_of_the_rules_is_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, read = CompiledShelf(tmp_path, None), load_rules()
    for damaged in (False, False, True):
        monkeypatch.setattr(family, "_shipped_files", {})
        if damaged:
            (file,) = tmp_path.glob("*.rules")
            shelf.put(file.stem, b"\xc1")
        assert load_rules(shelf=shelf) == read
        assert len(list(tmp_path.glob("*.rules"))) == 1
