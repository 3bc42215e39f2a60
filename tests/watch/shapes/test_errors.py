from __future__ import annotations

import os

import pytest

from stillwatch.watch.prefilter import FOREIGN, Prefilter
from stillwatch.watch.shapes.errors import in_english, sayings


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("cp: '/srv/x': Auf dem Gerät ist kein Speicherplatz mehr verfügbar", "cp: '/srv/x': No space left on device"),
        ("bind: Die Adresse wird bereits verwendet", "bind: Address already in use"),
        ("ouverture impossible : Permission non accordée", "ouverture impossible : Permission denied"),
        ("apertura fallita: Permesso negato", "apertura fallita: Permission denied"),
        ("write failed, ENOSPC", "write failed, No space left on device"),
        ("bind(): Address in use", "bind(): Address already in use"),
    ],
)
def test_what_the_screen_hears_in_other_languages_is_put_into_english(
    prefilter: Prefilter, text: str, english: str
) -> None:
    foreign = tuple(FOREIGN - index for index in prefilter.verdict(text.encode()) if index <= FOREIGN)
    assert in_english(text.encode(), foreign).decode() == english


def test_what_says_it_in_english_already_stays() -> None:
    number = next(number for number, saying in enumerate(sayings()) if "ENOSPC" in saying.pattern)
    line = b"ENOSPC: no space left on device, write"
    assert in_english(line, (number,)) == line


def test_every_saying_means_an_error_of_the_c_library() -> None:
    known = {os.strerror(code) for code in range(200)}
    assert {saying.english for saying in sayings()} <= known
