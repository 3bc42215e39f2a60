"""`eval`: the proving ground is found, asked with the same words, or its absence is told with the way out."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from stillwatch.cli.commands.eval import command, find_ground
from stillwatch.cli.parser import perform
from stillwatch.errors import NotReachable


def ground(folder: Path) -> Path:
    (folder / "evals/scenarios").mkdir(parents=True)
    (folder / "scripts").mkdir()
    script = folder / "scripts/eval"
    script.write_text('#!/bin/sh\necho "$@"\n')
    script.chmod(0o755)
    return folder


def test_it_is_where_one_stands_or_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ground(tmp_path / "clone")
    assert find_ground(str(place)) == place
    monkeypatch.chdir(place)
    assert find_ground(None) == place
    with pytest.raises(NotReachable) as missing:
        find_ground(str(tmp_path))
    assert "scripts/setup --tests" in missing.value.next_step


def test_its_words_are_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ground(tmp_path / "clone")
    given: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, words: given.append(words[1:]))
    options = "--scenario port web --seed 7 --level auto-safe --profile scripted --report /srv/out"
    perform("eval", "", command, ["--repository", str(place), *options.split()])
    (words,) = given
    assert words[:3] == ["--scenario", "port", "web"]
    pairs = set(pairwise(words))
    assert pairs >= {("--seed", "7"), ("--level", "auto-safe"), ("--profile", "scripted"), ("--report", "/srv/out")}
