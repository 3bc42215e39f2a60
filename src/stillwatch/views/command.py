"""What commands print as JSON beside incidents and what the gate says: one shape an answer. Times: ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, UnsetType

from stillwatch.config import says
from stillwatch.records.action import Verdict
from stillwatch.views.gate import Reloaded, Risk
from stillwatch.views.shape import Exact


class ConfigProblemView(Exact):
    """One thing that is wrong in a configuration file."""

    line: Annotated[int | None, says("The line.")]
    key: Annotated[str, says("The key that it is about.")]
    text: Annotated[str, says("What is wrong.")]
    next: Annotated[str, says("What to do about it.")]


class ConfigView(Exact):
    """`config check`."""

    ok: Annotated[bool, says("Whether Stillwatch starts with it.")]
    file: Annotated[str | None, says("The file; null where there is none.")]
    errors: Annotated[list[ConfigProblemView], says("What keeps it from starting.")]
    warnings: Annotated[list[ConfigProblemView], says("What this host lacks.")]


class PolicyRuleView(Exact):
    """A rule of a policy."""

    name: Annotated[str, says("Its name.")]
    verdict: Annotated[Verdict, says("What it decides.")]
    actions: Annotated[list[str], says("The actions that it is about; empty: all.")]


class PolicyView(Exact, omit_defaults=True):
    """`policy check`."""

    ok: Annotated[bool, says("Whether the gate would believe it.")]
    file: Annotated[str, says("The file, or `-`.")]
    default: Annotated[bool, says("Whether there is no such file, so that the default holds.")]
    problem: Annotated[str, says("Why it would not be believed.")]
    version: Annotated[str | None, says("Its hash.")] = None
    rules: Annotated[list[PolicyRuleView] | None, says("Its rules, in their order.")] = None
    declared: Annotated[dict[str, list[str]] | None, says("What it declares: table → names.")] = None


class PolicyAppliedView(Exact):
    """`policy apply`."""

    version: Annotated[str, says("Its hash.")]
    units: Annotated[int | None, says("How many units polkit grants to the gate; null in a trial.")]
    gate: Annotated[Reloaded | None, says("What the gate said; null where none has read it yet.")]


class PolicyEntryView(Exact):
    """`policy suggest`: an entry that the policy could declare."""

    table: Annotated[str, says("The table of the policy file.")]
    fields: Annotated[dict[str, Any], says("The entry.")]
    why: Annotated[str, says("What it was found by.")]


class RuleView(Exact):
    """`rules list`: a rule that makes triggers."""

    id: Annotated[str, says("Its name.")]
    severity: Annotated[str, says("How bad it is.")]
    summary: Annotated[str, says("What it says.")]
    cause: Annotated[str | None, says("The cause that it points to.")]


class RulesTestedView(Exact):
    """`rules test`."""

    ok: Annotated[bool, says("Whether every rule does as its samples say.")]
    rules: Annotated[int, says("How many were tested.")]
    problems: Annotated[list[str], says("What is wrong.")]


class ToolView(Exact):
    """`tools list`: one look tool."""

    name: Annotated[str, says("Its name.")]
    description: Annotated[str, says("What it shows.")]
    arguments: Annotated[dict[str, Any], says("The JSON schema of its arguments.")]
    for_people: Annotated[bool | UnsetType, says("Whether it answers people's questions only.")] = UNSET


class ActionView(Exact):
    """`actions list`: one typed action."""

    name: Annotated[str, says("Its name.")]
    risk: Annotated[Risk, says("How much could go wrong.")]
    undoable: Annotated[bool, says("Whether it can be taken back at all.")]
    undoes: Annotated[str, says("What taking it back would do, in words; empty where it cannot be taken back.")]
    description: Annotated[str, says("What it does.")]
    example: Annotated[str, says("A target, for example.")]
    arguments: Annotated[dict[str, Any], says("By name: the JSON schema of each, and whether it is required.")]


class LookView(Exact):
    """`look`."""

    tool: Annotated[str, says("The look tool.")]
    arguments: Annotated[dict[str, Any], says("What it was given.")]
    at: Annotated[str | None, says("When it looked.")]
    problem: Annotated[str, says("Why it could not see; empty where it could.")]
    text: Annotated[str, says("What it saw, for people.")]
    data: Annotated[dict[str, Any], says("The same for programs; each tool has its own fields.")]


class RestoredView(Exact):
    """`restore`."""

    files: Annotated[int, says("Files that were put back.")]
    audit_records: Annotated[int, says("Records of the audit log among them.")]
    aside: Annotated[dict[str, str], says("Where what was there before lies now, by part.")]


class DeliveryView(Exact):
    """`notify test`: one channel."""

    channel: Annotated[str, says("The channel, without what is secret of its URL.")]
    sent: Annotated[bool, says("Whether the message was taken.")]
    problem: Annotated[str | None, says("Why not.")]


class KeyMadeView(Exact):
    """`keys create`."""

    id: Annotated[str, says("What `keys revoke` calls it.")]
    key: Annotated[str, says("The key, shown this once.")]


class KeyView(Exact):
    """`keys list`: one key."""

    id: Annotated[str, says("What `keys revoke` calls it.")]
    scope: Annotated[Literal["read", "chat"], says("What it may do.")]
    created: Annotated[str | None, says("When it was made.")]


class KeyRevokedView(Exact):
    """`keys revoke`."""

    revoked: Annotated[str, says("The key that is worth nothing now.")]


class NoteView(Exact):
    """`note list`: one note."""

    id: Annotated[int, says("What `note forget` calls it.")]
    at: Annotated[str | None, says("When it was made.")]
    by: Annotated[str, says("Who made it.")]
    text: Annotated[str, says("What it says.")]


class NotedView(Exact):
    """`note`."""

    noted: Annotated[str, says("What is remembered.")]
    by: Annotated[str, says("Whose note it is.")]


class ForgottenView(Exact):
    """`note forget`."""

    forgotten: Annotated[int, says("The note that is gone.")]


class MutedView(Exact):
    """`incidents mute`."""

    incident: Annotated[str | None, says("The incident.")]
    rule: Annotated[str | None, says("The rule.")]
    until: Annotated[str | None, says("Until when.")]


class MuteView(Exact):
    """`incidents unmute` without a word: one mute."""

    pattern: Annotated[str, says("What is muted.")]
    until: Annotated[str | None, says("Until when; null: for ever.")]
    by: Annotated[str, says("Who muted it.")]


class UnmutedView(Exact):
    """`incidents unmute`."""

    unmuted: Annotated[str, says("What is told again.")]


class AuditView(Exact):
    """`audit verify`."""

    whole: Annotated[bool, says("Whether the record is whole.")]
    records: Annotated[int, says("How many records were read.")]
    seq: Annotated[int | None, says("The first record that is wrong, or the last one.")]
    problem: Annotated[str, says("What is wrong.")]
    note: Annotated[str, says("What could not be checked.")]


class LinkView(Exact):
    """`open`."""

    url: Annotated[str, says("The link; it works once.")]


class EnrolView(Exact):
    """`approvals enroll`."""

    uri: Annotated[str, says("What an authenticator app takes; shown this once.")]
