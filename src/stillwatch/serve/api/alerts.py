"""What an Alertmanager tells by its webhook (version 4), as triggers.

Its rules saw what ours cannot: a probe from outside, a metric of a program. Its words are untrusted text like any
other; they open an incident, and never say what is done about it. The shape is that of webhook_config in
https://prometheus.io/docs/alerting/latest/configuration/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec

from stillwatch.config import says
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.unit.names import is_unit
from stillwatch.untrusted.redact import safe_text
from stillwatch.views.shape import Exact

MOST_ALERTS: Final = 500
MOST_LABELS: Final = 64
RULE: Final = "alert-"
"""What the rules of such triggers begin with; the alert's own name follows."""
SEVERITIES: Final[Mapping[str, Severity]] = {
    **dict.fromkeys(("critical", "page", "emergency", "disaster", "fatal"), Severity.critical),
    **dict.fromkeys(("error", "high", "major"), Severity.high),
    **dict.fromkeys(("info", "none", "informational", "debug"), Severity.info),
    **dict.fromkeys(("low", "minor", "notice"), Severity.low),
}
"""By the label that most rules of Prometheus carry; any other word, or none, is medium."""
OWN: Final = ("", "localhost", "127.0.0.1", "::1")
Labels = Annotated[dict[str, str], msgspec.Meta(max_length=MOST_LABELS)]


class Alert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One alert."""

    status: Annotated[Literal["firing", "resolved"], says("Whether it is so, or over.")]
    labels: Annotated[Labels, says("What it is about: alertname, severity, instance and others.")]
    annotations: Annotated[Labels, says("Words for people: summary, description.")] = {}
    starts_at: Annotated[datetime | None, says("Since when.")] = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """What Alertmanager sends; what it says beside this is not looked at."""

    version: Annotated[Literal["4"], says("Of the shape.")]
    alerts: Annotated[list[Alert], msgspec.Meta(max_length=MOST_ALERTS), says("The alerts of one group.")]


class Taken(Exact):
    """How many alerts were taken in."""

    taken: Annotated[int, says("Alerts that opened an incident, joined one or ended one.")]


def trigger_of(alert: Alert, home: str, now: float, known: Callable[[str, str], bool]) -> Trigger | None:
    """home: the name of this host; now: seconds since the epoch; known: whether there is an open incident by a rule
    about a subject. None for the end of what was never told."""
    labels = {safe_text(name, 60): safe_text(value, 200) for name, value in alert.labels.items()}
    name = labels.get("alertname", "")
    rule = RULE + (re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "unnamed")
    host, subject = _host(labels, home), _subject(labels) or name or "alert"
    ended = alert.status == "resolved"
    if ended and not known(rule, subject):
        return None
    words = alert.annotations.get("description") or alert.annotations.get("message") or ""
    said = safe_text(alert.annotations.get("summary") or words, 250).replace("`", "'")
    summary = f"{name or 'an alert without a name'} fires" + (f": `{said}`" if said else "")
    first = now if ended else _since(alert.starts_at, now)
    text = Untrusted(safe_text(" – ".join(filter(None, (name, said, words))), 500))
    return Trigger(
        rule=f"{rule}-resolved" if ended else rule,
        severity=Severity.info if ended else SEVERITIES.get(labels.get("severity", "").casefold(), Severity.medium),
        summary=f"{name or 'the alert'} is over" if ended else summary,
        subject=subject,
        host=host,
        count=1,
        first=first,
        last=now,
        fields=labels,
        sample=text,
        events=(Event(host=host, at=now, source="alert", subject=subject, text=text),),
        mends=(rule,) if ended else (),
    )


def _since(starts_at: datetime | None, now: float) -> float:
    """A moment before the epoch is none: so Go writes a time that is not known. One without a zone is UTC's."""
    if starts_at is None:
        return now
    at = (starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=UTC)).timestamp()
    return min(at, now) if at > 0 else now


def _subject(labels: Mapping[str, str]) -> str:
    """The thing: a unit, a place in the file system, else what was asked, as the labels name it."""
    unit = next(
        (labels[name] for name in ("unit", "name", "systemd_unit", "service") if is_unit(labels.get(name, ""))), ""
    )
    place = next(
        (value for name in ("mountpoint", "path", "device") if (value := labels.get(name, "")).startswith("/")), ""
    )
    return unit or place or labels.get("service", "") or labels.get("instance", "") or labels.get("job", "")


def _host(labels: Mapping[str, str], home: str) -> str:
    """This host under one of its names, or the other one that the labels name."""
    for name in ("nodename", "hostname", "host", "node", "instance"):
        value = labels.get(name, "")
        try:
            host = urlsplit(value if "//" in value else f"//{value}").hostname or ""
        except ValueError:
            host = ""
        if value:
            return home if host in OWN or host.partition(".")[0] == home.casefold().partition(".")[0] else host
    return home
