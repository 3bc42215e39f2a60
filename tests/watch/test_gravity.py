"""What words of a line come to that no rule knows."""

from __future__ import annotations

import re

import pytest

from stillwatch.records.cause import CAUSES
from stillwatch.watch.gravity import ERROR, FAILURE, FATAL, GIST, MERE, REASONS, cause_of, gist_of, gravity, refusal
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
    ("text", "cause"),
    [
        ("hue quota exceeded", "resource-limit"),
        ("cannot write hue: No space left on device", "disk-full"),
        ("bind: Address already in use", "port-in-use"),
        ("cannot find hue key file: /etc/hue.key (1)", "missing-path"),
        ("hue file is not set properly", "other"),
        ("Rejected ann: Invalid server password", "login-failed"),
        ("could not resolve hues.example.org", "name-resolution"),
        ("database disk image is malformed", "data-damaged"),
        ("worker exited with code 139", "crash"),
        ("open /etc/hue: permission denied", "permission"),
        ("Hue server went away", "dependency-failed"),
        ("Connection timed out after 15 s", "timeout"),
        ("Command 'mix' returned non-zero exit status 2", "exit-code"),
        ("the hue is odd", "other"),
        ("cannot log in: lookup hues: no such host", "name-resolution"),
        ("cannot load config: open /etc/hue.toml: permission denied: exit status 1", "permission"),
        ("mixing failed (caused by hue.toml: unknown key 'red')", "bad-config"),
        ("the mixer timed out because the disk is full", "disk-full"),
        ("Traceback: KeyError: 'hue'\nOSError: [Errno 28] No space left on device", "disk-full"),
        ("mixer: API key 7f3 is not valid: exit status 1", "wrong-credentials"),
        ("the certificate has expired", "certificate-expired"),
        ("hue: Permission denied (publickey)", "wrong-credentials"),
        ("the unit hue.mount is masked", "masked"),
        ("rpc error: code = Unimplemented desc = unknown service hue.v1", "version-mismatch"),
        ("ioctl(hue): Device or resource busy", "stale-lock"),
        ("HUE_KEY must be set", "missing-setting"),
        ("you may need to add hue=1 to the command line", "missing-setting"),
        ("can't mix './hue.frm' (errno: 13)", "permission"),
        ("Operating system error number 28 in a file operation", "disk-full"),
        ("mixing failed with error 7", "other"),
        ("couldn't determine user name from uid 77", "bad-config"),
        ("could not connect to server: No such file or directory", "dependency-failed"),
        ("unable to find required hue: 'red'", "bad-config"),
        ("can't open/parse the config file /etc/hue.conf", "bad-config"),
        ("/srv/hue requires key= for mixing", "missing-setting"),
        ("interface hue9 for mixer RED doesn't exist", "device-missing"),
        ("socket /run/hue.sock is in use by another process", "port-in-use"),
        ("group hue0 has insufficient free space (1 extent): 2 required", "disk-full"),
    ],
)
def test_the_cause_that_words_name(text: str, cause: str) -> None:
    assert cause_of(text) == cause


def test_every_reason_is_of_the_catalogue() -> None:
    assert {reason.cause for reason in REASONS} <= set(CAUSES)


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
        ("permission denied for hue at 3", None),
        ("the hue is odd", None),
    ],
)
def test_what_the_system_refused(text: str, told: tuple[str, str] | None) -> None:
    assert refusal(text) == told
