"""One-time codes (RFC 6238: SHA-1, 30 s, 6 digits): each step once, never an older one, and five wrong ones lock."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from pathlib import Path
from typing import Final
from urllib.parse import quote

from stillwatch.gate.change.action import Refused
from stillwatch.gate.database import GateDatabase
from stillwatch.host.durable import write_durably

WRONG_CODE: Final = "the code is wrong, used or too old"
STEP: Final = 30
MAX_WRONG: Final = 5


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Codes:
    """The secret lies in the gate's state directory, 0600; what was used and guessed, in its database."""

    def __init__(self, database: GateDatabase, folder: Path) -> None:
        self.database = database
        self.file = folder / "totp-secret"

    def enroll(self, host: str, by: str) -> str:
        """A new secret, which replaces an older one. Returns the otpauth: address that the CLI shows as a QR code."""
        secret = secrets.token_bytes(20)
        with self.database.writing() as writer:
            writer.record("autonomy", enrolled=True, by=by)
            writer.execute("DELETE FROM settings WHERE name IN ('code-step', 'code-wrong')")
            write_durably(self.file, secret)
        text = base64.b32encode(secret).decode().rstrip("=")
        return (
            f"otpauth://totp/Stillwatch:{quote(host)}?secret={text}&issuer=Stillwatch&algorithm=SHA1&digits=6&period=30"
        )

    @property
    def locked(self) -> bool:
        return self._number("code-wrong") >= MAX_WRONG

    @property
    def enrolled(self) -> bool:
        return self.file.exists()

    def unlock(self, by: str, now: float) -> None:
        """Wrong ones are forgotten. A step far ahead was used while the clock was wrong: the next but one is new."""
        with self.database.writing() as writer:
            writer.record("autonomy", unlocked=True, by=by)
            writer.execute("DELETE FROM settings WHERE name = 'code-wrong'")
            _set(writer, "code-step", min(self._number("code-step"), int(now) // STEP + 1))

    def spend(self, code: str, now: float) -> None:
        """Use the code up. Raises Refused where it is wrong, used, older than a used one, or codes are locked.

        A wrong one is counted on disk before anybody hears that it was wrong. now: wall time.
        """
        if self.locked:
            raise Refused("codes are locked after 5 wrong ones: an administrator runs `stillwatch approvals unlock`")
        if not self.enrolled:
            raise Refused("no code generator is enrolled: an administrator runs `stillwatch approvals enroll`")
        secret, used, present = self.file.read_bytes(), self._number("code-step"), int(now) // STEP
        if used > present + 1:
            step = "an administrator runs `stillwatch approvals unlock`"
            raise Refused(f"the clock was set back since a code was used: {step}")
        steps = [step for step in (present - 1, present, present + 1) if step > used]
        fresh = [step for step in steps if hmac.compare_digest(code_at(secret, step), code)]
        with self.database.writing() as writer:
            if fresh:
                _set(writer, "code-step", min(fresh))
                _set(writer, "code-wrong", 0)
            else:
                _set(writer, "code-wrong", self._number("code-wrong") + 1)
        if not fresh:
            raise Refused(WRONG_CODE)

    def _number(self, name: str) -> int:
        return int(self.database.setting(name, "0"))


def _set(writer: object, name: str, value: int) -> None:
    writer.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, str(value)))  # type: ignore[attr-defined]
