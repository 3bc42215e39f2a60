"""What may be said to the gate: one JSON object a connection, closed schemas; whatever is odd is refused by name."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from stillwatch.config import Autonomy
from stillwatch.gate.change.action import Refused

MAX_BYTES: Final = 65_536
MOST_NOTED: Final = 200
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Target = Annotated[str, Meta(min_length=1, max_length=512)]
Value = Annotated[str, Meta(max_length=512)] | bool | Annotated[int, Meta(ge=-(2**53), le=2**53)]
ProposalId = Annotated[str, Meta(pattern=r"^A-[1-9][0-9]{0,11}\Z")]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="verb"):
    """Base of all requests: `verb` chooses the schema."""


class Explain(Request, frozen=True, tag="explain"):
    action: Word
    target: Target
    arguments: Annotated[dict[Word, Value], Meta(max_length=16)] = {}


class Propose(Explain, frozen=True, tag="propose"):
    because: Annotated[str, Meta(max_length=4000)] = ""
    incident: Annotated[str, Meta(max_length=64)] = ""


class List(Request, frozen=True, tag="list"):
    state: Literal["waiting", "all"] = "waiting"


class Show(Request, frozen=True, tag="show"):
    id: ProposalId


class Approve(Request, frozen=True, tag="approve"):
    """hash: of what the approver was shown, required without a code; code: a one-time code, checked by the gate."""

    id: ProposalId
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")] | None = None


class Reject(Request, frozen=True, tag="reject"):
    id: ProposalId


class SetAutonomy(Request, frozen=True, tag="autonomy"):
    level: Autonomy | None = None


class Pause(Request, frozen=True, tag="pause"):
    pass


class Resume(Request, frozen=True, tag="resume"):
    pass


class Unlock(Request, frozen=True, tag="unlock"):
    pass


class Enroll(Request, frozen=True, tag="enroll"):
    pass


class Release(Request, frozen=True, tag="release"):
    """Clear a quarantine (R11)."""

    target: Target


class Reload(Request, frozen=True, tag="reload"):
    """Read policy.toml again."""


class Audit(Request, frozen=True, tag="audit"):
    after: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class Status(Request, frozen=True, tag="status"):
    pass


AnyRequest = (
    Propose | Explain | List | Show | Approve | Reject | SetAutonomy | Pause | Resume | Unlock | Enroll | Release
    | Reload | Audit | Status
)  # fmt: skip
FOR_PROPOSERS: Final = (Propose, Explain, List, Show, Status, Pause, Reject, Approve)
"""What propose.sock hears: only what holds back, and an approval with a code; there is no resume."""


def read_object(line: bytes) -> dict[str, Any]:
    """One line of strict JSON as an object. Raises Refused on doubled keys, NaN, floats, odd text, trailing bytes."""
    if len(line) > MAX_BYTES:
        raise Refused(f"the message is longer than {MAX_BYTES} bytes")
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(f"not a clean JSON object: {in_short(error)}") from error
    if not isinstance(value, dict):
        raise Refused("not a JSON object")
    return value


def read_request(line: bytes) -> AnyRequest:
    """Decode strictly. Raises Refused with the field that is wrong."""
    if not line.endswith(b"\n") or b"\n" in line[:-1]:
        raise Refused("a message is exactly one line")
    try:
        request: AnyRequest = msgspec.convert(read_object(line), AnyRequest)
        return request
    except msgspec.ValidationError as error:
        raise Refused(f"not a request: {in_short(error)}") from error


def clean(text: str) -> str:
    """Text from outside, for the audit and for people: one line, printable, at most 500 characters (R15)."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:500]


def named(text: str) -> str:
    """A name that a stranger may have chosen: as it is where it can be no sentence, else short and in quotes (R21)."""
    plain = re.fullmatch(r"[A-Za-z0-9_.@:+/\\-]{1,64}", text)
    return text if plain else json.dumps(clean(text)[:60], ensure_ascii=False)


def in_few_words(change: dict[str, Any]) -> dict[str, Any]:
    """A refused change for the audit: who proposes writes at most these few hundred characters into it."""
    arguments = change["arguments"]
    text = clean(json.dumps(arguments))
    return {
        **change,
        "target": clean(change["target"]),
        "arguments": arguments if len(text) < MOST_NOTED else text[:MOST_NOTED],
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a key stands there twice")
    return names


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is not an integer")


def in_short(error: BaseException) -> str:
    return clean(str(error).encode("ascii", "backslashreplace").decode())[:200]
