"""The causes that words name."""

from __future__ import annotations

import pytest

from stillwatch.records.cause import CAUSES
from stillwatch.watch.reasons import REASONS, cause_of, cause_of_own


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("hue quota exceeded", "resource-limit"),
        ("Mixer 3, which is older than the minimum required version (4)", "version-mismatch"),
        ("can't find the certificate or private key of hue", "missing-path"),
        ("cannot read hues: invalid character '\\x00' looking for beginning of value", "data-damaged"),
        ("hue.json: invalid character '}' after object key", "bad-config"),
        ("org.hue.ConfigurationException: hue is not paint", "bad-config"),
        ("hue differs, please fix the mixer configuration", "bad-config"),
        ("several hues, please configure one", "missing-setting"),
        ("no available paint leader server found", "quorum-lost"),
        ("not enough brokers to write the hue", "quorum-lost"),
        ("hue.json: expected format-type: oil, found: water", "version-mismatch"),
        ("database is for a newer Painter, refusing", "version-mismatch"),
        ("Unknown column 'hue' in 'field list'", "version-mismatch"),
        ('column "hue" does not exist', "version-mismatch"),
        ("No hue extension found", "missing-path"),
        ("hue file '/etc/hue' (not exists)", "missing-path"),
        ("could not find plugin hue", "missing-path"),
        ("cannot open shared object libhue.so.1", "missing-path"),
        ("hue disk has not enough available space", "disk-full"),
        ("hue port in use", "port-in-use"),
        ("open /mnt/hues: transport endpoint is not connected", "mount-missing"),
        ("ls: cannot access '/srv/hue': Stale file handle", "mount-missing"),
        ("send: Transport endpoint is not connected", "other"),
        ("Missing `hue_key` for 'production'", "missing-setting"),
        ("disk /dev/hue: SMART status BAD", "hardware"),
        ("can't locate revision 7 of the hues", "version-mismatch"),
        ("Error resolving hue.example.org", "name-resolution"),
        ("the server does not support SSL connections", "bad-config"),
        ("Object 'hue' re-defined", "bad-config"),
        ("hue.dev: device not connected", "device-missing"),
        ("cannot open hue: Device busy", "stale-lock"),
        ("No HueTPU was detected", "device-missing"),
        ("client certificate in /etc/hue.conf is expired", "certificate-expired"),
        ("x509: certificate has expired or is not yet valid: current time 1970 is before 2026", "clock-wrong"),
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


def test_a_login_that_is_refused_is_its_own_where_it_tells_of_itself() -> None:
    assert cause_of("invalid hue password") == "login-failed"
    assert cause_of_own("invalid hue password") == "wrong-credentials"
