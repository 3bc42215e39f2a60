"""What the counted log-ins of `logins` are worth: a trigger a service under attack, and one where somebody got in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text
from stillwatch.watch.addresses import is_own
from stillwatch.watch.hit_counter import as_event
from stillwatch.watch.logins import FEW, Crowd, Entry, Login, Logins, Siege, Source
from stillwatch.watch.rule import Rule

NAMED = 200
"""Sources named in a trigger's fields; the rest is counted."""
NAMED_IN_SUMMARY = 4
SHOWN = 4
MOST_TIMES = 1000
_MAPPED = "::ffff:"


class Besieged:
    """The log-ins of one host: rules feed it, `take` gives its triggers."""

    def __init__(self, host: str, crowd: Crowd | None = None) -> None:
        self.host = host
        self._logins = Logins(crowd)
        self._forms: set[str] = set()

    def note(self, rule: Rule, line: Line, service: str, fields: Mapping[str, str]) -> None:
        """A line that a rule with a kind has matched."""
        login = Login(
            rule.id,
            service,
            fields.get("user", ""),
            _address(fields.get("source", "")),
            line,
            _times(fields.get("attempts", "")),
            rule.kind == "refused",
        )
        if rule.kind == "login-accepted":
            self._logins.accept(login)
        else:
            self._forms.add(rule.id)
            self._logins.fail(login)

    def forget(self) -> None:
        """This host is no longer watched."""
        self._logins.forget()

    def take(self, triggers: Sequence[Trigger] = ()) -> tuple[Trigger, ...]:
        """What is new since the last call, and of these triggers those that it does not tell already."""
        won = [_entered(self.host, service, entry) for service, entry in self._logins.won()]
        sieges = [_besieged(self.host, siege) for siege in self._logins.sieges()]
        subjects = {trigger.subject for trigger in sieges}
        rest = [trigger for trigger in triggers if trigger.rule not in self._forms or trigger.subject not in subjects]
        return (*won, *sieges, *rest)


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    """One way to write an address, so that it is counted once."""
    text = text.strip("[]().").lower()
    return text.removeprefix(_MAPPED) if "." in text else text


def _times(text: str) -> int:
    return min(int(text), MOST_TIMES) if text and text.isascii() and text.isdigit() and int(text) else 1


def _entered(host: str, service: str, entry: Entry) -> Trigger:
    who, whom, where = entry.source or "somebody", entry.user or "a user", _named_service(service)
    return Trigger(
        rule="login-after-guessing",
        severity=Severity.high,
        summary=f"{who} logged in to {where} as {whom} after {entry.failures} failed attempts",
        subject=service,
        host=host,
        count=1,
        first=entry.line.at,
        last=entry.line.at,
        cause="brute-force",
        fields={"source": entry.source, "user": entry.user, "failures": str(entry.failures)},
        sample=type(entry.line.text)(safe_text(entry.line.text)),
        events=(as_event(entry.line, host),),
    )


def _besieged(host: str, siege: Siege) -> Trigger:
    lines = [source.line for _, source in siege.sources[:SHOWN]] or [siege.known.line]
    return Trigger(
        rule="login-brute-force",
        severity=Severity.medium,
        summary=safe_text(_summary(siege), 2 * FIELD_LIMIT),
        subject=siege.service,
        host=host,
        count=siege.known.attempts,
        first=siege.known.first,
        last=siege.known.last,
        cause=_cause(siege),
        fields=_fields(siege),
        sample=type(lines[0].text)(safe_text(lines[0].text)),
        events=tuple(as_event(line, host) for line in lines),
    )


def _cause(siege: Siege) -> str:
    """Of failures that the machine causes itself nobody is to blame but a password in some configuration."""
    if siege.known.spread:
        return "brute-force"
    if all(is_own(address) for address, _ in siege.sources):
        return "login-failed"
    return "brute-force" if any(source.failed for _, source in siege.sources) else "probing"


def _summary(siege: Siege) -> str:
    return _what(siege) if _cause(siege) == "probing" else f"{_what(siege)}; {_outcome(siege)}"


def _named_service(service: str) -> str:
    """Some logs do not name their programs."""
    return service or "a service"


def _what(siege: Siege) -> str:
    number, cause, service = len(siege.sources), _cause(siege), _named_service(siege.service)
    named = _named(siege.sources[:NAMED_IN_SUMMARY]) + (" …" if number > NAMED_IN_SUMMARY else "")
    if cause == "login-failed":
        tried = ", ".join(_users(siege)) or "somebody"
        return f"log-ins to {service} as {tried} fail again and again on this machine ({named})"
    if siege.known.spread and all(source.failures < FEW for _, source in siege.sources):
        whom = f" as {siege.known.spread}" if siege.known.spread != "*" else ""
        return f"{number + siege.others} addresses try to log in to {service}{whom}, each a few times: {named}"
    who = "1 address" if number == 1 else f"{number} addresses"
    if cause == "probing":
        return f"{service} refuses {who} again and again: {named}"
    return f"{who} {'is' if number == 1 else 'are'} guessing passwords at {service}: {named}"


def _outcome(siege: Siege) -> str:
    tried = {address for address, _ in siege.sources if not is_own(address)}
    won = [
        one for one in siege.known.entries if one.guessed or (one.source in tried and one.failures and not one.familiar)
    ]
    if won:
        return ", ".join(dict.fromkeys(f"{one.source} logged in as {one.user or 'a user'}" for one in won))
    return "none of them logged in"


def _fields(siege: Siege) -> dict[str, str]:
    worst = siege.sources[0][0] if siege.sources else ""
    more = siege.others + max(0, len(siege.sources) - NAMED)
    fields = {
        "source": worst,
        "sources": _named(siege.sources[:NAMED]) + (f" and {more} more" if more else ""),
        "users": ", ".join(_users(siege)),
        "failures": str(siege.known.attempts),
        "outcome": _outcome(siege),
        "accepted": ", ".join(dict.fromkeys(_accepted(siege.known.entries))),
    }
    return {name: value for name, value in fields.items() if value}


def _named(sources: Sequence[tuple[str, Source]]) -> str:
    return ", ".join(f"{address or 'an unnamed address'} {source.failures}×" for address, source in sources)


def _users(siege: Siege) -> list[str]:
    """The accounts that are tried most."""
    tried: Counter[str] = Counter()
    for _, source in siege.sources:
        tried.update(source.users)
    return [user for user, _ in tried.most_common(SHOWN) if user]


def _accepted(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        yield f"{entry.user or 'a user'} from {entry.source or 'here'}"
