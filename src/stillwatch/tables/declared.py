"""What an owner declares that has to be so: what answers, which backups are made, which certificates are good."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.tables.section import Section, says

NAMED = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"


class Probe(Section, frozen=True):
    """One thing that has to answer."""

    name: Annotated[str, Meta(pattern=NAMED), says("What it is called.")]
    url: Annotated[
        str,
        Meta(pattern=r"^(?:https?://[^\s/?#@]{1,260}(?:[/?][^\s#]{0,1000})?|tcp://[^\s/?#@]{1,253}:[0-9]{1,5})$"),
        says("What is asked: `https://…`, `http://…` or `tcp://host:port`; redirections are answers."),
    ]
    unit: Annotated[str | None, says("The unit of this host that answers there, so that both are one incident.")] = None
    every: Annotated[float, Meta(ge=5, le=86400), says("Seconds from one question to the next.")] = 60
    seconds: Annotated[float, Meta(ge=0.1, le=60), says("Seconds in which the answer has to be there.")] = 10
    slow: Annotated[
        Annotated[float, Meta(gt=0, le=60)] | None, says("Seconds from which on an answer is told as slow.")
    ] = None
    failures: Annotated[int, Meta(ge=1, le=100), says("How often in a row it must fail before it is told.")] = 2
    status: Annotated[
        tuple[Annotated[int, Meta(ge=100, le=599)], ...],
        says("HTTP statuses that are right. Absent: all from 200 to 399."),
    ] = ()
    ca_file: Annotated[
        str | None,
        says("A file of certificates that may have signed the one shown, beside those that this host trusts."),
    ] = None
    certificate_days: Annotated[
        float, Meta(ge=0, le=3650), says("Days before its end from which on a certificate is told.")
    ] = 14


class Backup(Section, frozen=True):
    """Files of which the newest has to be new enough."""

    name: Annotated[str, Meta(pattern=NAMED), says("What it is called.")]
    path: Annotated[str, Meta(pattern=r"^/[^\n]{1,400}$"), says("The file, or a pattern (`*`, `**`) of files.")]
    hours: Annotated[float, Meta(gt=0, le=87_600), says("Hours after which the newest is told as too old.")] = 26
    unit: Annotated[str | None, says("The unit of this host that makes it, so that both are one incident.")] = None


class CertificateFile(Section, frozen=True):
    """A certificate that has to be good."""

    name: Annotated[str, Meta(pattern=NAMED), says("What it is called.")]
    path: Annotated[
        str, Meta(pattern=r"^/[^\n]{1,400}$"), says("The file (PEM). Stillwatch has to be able to read it.")
    ]
    days: Annotated[float, Meta(ge=0, le=3650), says("Days before its end from which on it is told.")] = 14
    unit: Annotated[str | None, says("The unit of this host that uses it, so that both are one incident.")] = None
