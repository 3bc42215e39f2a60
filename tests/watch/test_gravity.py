"""What words of a line come to that no rule knows."""

from __future__ import annotations

import re

import pytest

from stillwatch.watch.gravity import (
    ERROR,
    FAILURE,
    FATAL,
    GIST,
    MERE,
    gist_of,
    gravity,
    is_failure,
    refusal,
    tells_an_end,
)
from stillwatch.watch.prefilter import TROUBLE

GRADED = (
    ("the palette is corrupted", None, FATAL),
    ("out of hue", 2, FATAL),
    ("painter: error: no such hue", None, ERROR),
    ("HueException: no such hue", None, ERROR),
    ("no such hue", 3, ERROR),
    ("could not mix the hue", None, FAILURE),
    ("mixing exited with code 3", None, FAILURE),
    ("mixing exited with code 0", None, MERE),
    ("could not mix the hue, retrying", None, MERE),
    ("could not mix the hue", 6, MERE),
    ("[info] could not mix the hue", None, MERE),
    ("12 hues, 0 errors", None, MERE),
    ("hues: errors: no", None, MERE),
    ("paint error: no hue was found", None, FAILURE),
    ("cpu3:17)ALERT: no hue for 8 seconds", None, ERROR),
    ("EMERG no hue is left", None, ERROR),
    ("hues: SEVERE none is left", None, ERROR),
    ("giving up on the hue", None, FATAL),
    ("the painter panicked", None, FATAL),
    ("SIGBUS in the painter", None, FATAL),
    ("painting has deteriorated", None, FAILURE),
    ("the painter is stuck", None, FAILURE),
    ("the brush is not mounted", None, FAILURE),
    ("the brush does not match", None, FAILURE),
    ("no reply from the mixer", None, FAILURE),
    ("the mixer did not answer within 1 s", None, FAILURE),
    ("no reply needed", None, MERE),
    ("the palette must not be other-accessible", None, FAILURE),
    ("the painter enters FAULT state", None, FAILURE),
    ("the watcher reports easel7 down", None, FAILURE),
    ("easel7 is down", None, FAILURE),
    ("shutting down the easel", None, MERE),
    ("the hue is not viable", None, FAILURE),
    ("hues.conf:3: unknown keyword", None, FAILURE),
    ("could not mix the HUE - is it dry?", None, FAILURE),
    ("12:M 07 Mar 2026 03:12:27.123 * could not mix the hue", None, MERE),
    ("mixing hues", None, MERE),
)


@pytest.mark.parametrize(("text", "priority", "grave"), GRADED)
def test_how_grave_the_words_are(text: str, priority: int | None, grave: int) -> None:
    assert gravity(text, priority) == grave


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        ("[ERROR] [painter] no such hue", "no such hue"),
        ("ERROR: no such hue\nat paint()", "no such hue"),
        ("2026-03-07 03:12:27 no such hue", "no such hue"),
        ("ERROR", "ERROR"),
        ("/srv/hue.key: no such hue", "/srv/hue.key: no such hue"),
    ],
)
def test_the_gist_is_what_was_said(text: str, gist: str) -> None:
    assert gist_of(text) == gist


def test_the_gist_is_short() -> None:
    assert len(gist_of("no such hue " * 50)) <= GIST + 2


@pytest.mark.parametrize("text", [text for text, priority, grave in GRADED if grave > MERE and priority is None])
def test_what_sounds_grave_is_never_passed_over(text: str) -> None:
    assert re.search(TROUBLE, text, re.I), "a line that the filter takes for harmless is not judged at all"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hues.conf line 3: open /etc/hue.key: permission denied", ("permission", "/etc/hue.key")),
        ("zone hue: loading from file /srv/hue.zone failed: permission denied", ("permission", "/srv/hue.zone")),
        ("bind to '/run/hue.sock': Permission denied (13)", ("permission", "/run/hue.sock")),
        ("chdir failed (2: No such file or directory)", ("missing-path", "")),
        ("bind to '[::]:81': Address in use (98)", ("port-in-use", "")),
        ("cannot listen on port 81 - Address already in use.", ("port-in-use", "")),
        ("cannot open /dev/hue: No such device (errno=19)", ("device-missing", "/dev/hue")),
        ("copy './db/hue.db': permission denied", ("permission", "")),
        ("chdir(/srv/hue) failed: Permission denied. Current hue: uid=7", ("permission", "/srv/hue")),
        ("permission denied for hue at 3", None),
        ("the hue is odd", None),
    ],
)
def test_what_the_system_refused(text: str, told: tuple[str, str] | None) -> None:
    assert refusal(text) == told


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("paint worker exited with code 1", True),
        ("painter exited with code 0", False),
        ("hue.error: Exiting...", True),
        ("Failed to start the hue daemon: no hue", True),
        ("hue1: Process 'paint --all' failed with exit code 1.", False),
        ("exiting the menu", False),
    ],
)
def test_what_tells_that_something_ended(text: str, ends: bool) -> None:
    assert tells_an_end(text) is ends


def test_what_is_tried_again_failed_all_the_same() -> None:
    assert is_failure("could not mix the hue, trying again")
    assert not is_failure("the hue is mixed")
