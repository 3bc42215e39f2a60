# ruff: noqa: E501 - log lines and what is read from them, side by side
"""Log text is taken apart only where it matters, and gives what reading every line would."""

from __future__ import annotations

import random
from collections.abc import Sequence

from stillwatch.records.trigger import Trigger
from stillwatch.records.unread import Unread
from stillwatch.watch.monitor import Sightings, Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.shapes.reader import Reader
from stillwatch.watch.text_verdicts import TextVerdicts

NOW = 1_795_388_992.0
KINDS = (
    "Nov 22 10:00:{n:02} web{h:02} nginx[{p}]: bind() to 0.0.0.0:{p} failed (98: Address already in use)",
    "Nov 22 10:00:{n:02} web{h:02} kernel: [{p}.123456] Out of memory: Killed process {p} (java) total-vm:1kB, anon-rss:1kB",
    "Nov 22 10:00:{n:02} web{h:02} systemd[1]: Started session {p}.",
    '{{"time": "2026-11-22T10:00:{n:02}Z", "level": "error", "msg": "write /srv/\\u00e4{p}: no space left on device"}}',
    '198.51.100.{h} - - [22/Nov/2026:10:00:{n:02} +0000] "GET /{p} HTTP/1.1" 200 {p} "-" "curl"',
    '198.51.100.{h} - - [22/Nov/2026:10:00:{n:02} +0000] "GET /{p} HTTP/1.1" 502 {p} "-" "curl"',
    "Nov 22 10:00:{n:02} web{h:02} app[{p}]: /srv/{p}: Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
    "<3>Nov 22 10:00:{n:02} web{h:02} app[{p}]: something odd",
    "words without a head",
    "Nov 22 10:00:{n:02} web{h:02} sshd[{p}]: Accepted publickey for deploy from 198.51.100.{h} port {p} ssh2: ED25519 SHA256:abc",
    "Nov 22 10:00:{n:02} web{h:02} sshd[{p}]: Failed password for root from 203.0.113.{h} port {p} ssh2",
    "Nov 22 10:00:{n:02} web01 systemd[1]: shop-{h}.service: Main process exited, code=exited, status={h}/FAILURE",
    "Nov 22 10:00:{n:02} web01 kernel: [{p}.123456] EXT4-fs error (device sda{h}): ext4_find_entry:1455: inode #2: comm ls",
    "web-{h}  | 2026/11/22 10:00:{n:02} [error] 7#7: *{p} connect() failed (111: Connection refused) while connecting to upstream",
    '{{"level":{h}0,"time":17953880{n:02}000,"pid":{p},"msg":"request done","req":{{"method":"GET","url":"/{p}"}},"status":50{h}}}',
    '{{"level":5{h},"time":17953880{n:02}000,"pid":{p},"name":"shop","msg":"something odd in {p}"}}',
    "<{h}>Nov 22 10:00:{n:02} web01 app[{p}]: job {p} has failed",
    "<1{h}>1 2026-11-22T10:00:{n:02}.{p}+01:00 web01 app {p} - - could not open /srv/{p}",
)


def lines(count: int) -> list[bytes]:
    draw = random.Random(5)
    return [
        draw.choice(KINDS).format(n=number % 60, h=draw.randrange(3), p=draw.randrange(1000, 9999)).encode()
        for number in range(count)
    ]


def kinds(triggers: Sequence[Trigger]) -> list[tuple[object, ...]]:
    return sorted(
        (one.host, one.rule, one.subject, one.count, one.first, one.last, sorted(one.fields.items()), one.events)
        for one in triggers
    )


def by_blocks(prefilter: Prefilter, raw: list[bytes], size: int) -> Sightings:
    blocks = [raw[start : start + size] for start in range(0, len(raw), size)]
    return Watcher(prefilter, host="own").see_text(blocks, Reader(NOW))


def test_it_finds_what_reading_every_line_finds(prefilter: Prefilter) -> None:
    raw = lines(3000)
    reader = Reader(NOW)
    reader.turn(raw)
    every = Watcher(prefilter, host="own").see([reader.line(one, number) for number, one in enumerate(raw)])
    assert kinds(by_blocks(prefilter, raw, 3000).triggers) == kinds(t for t in every.triggers if t.rule != "log-flood")


def test_what_cannot_be_told_is_counted_the_first_time_and_again(prefilter: Prefilter) -> None:
    raw = [b"some words"] * 10 + [b"[12.345678] usb"] * 5 + [b"2026-11-22 10:00:00 words"] * 3
    reader = Reader(NOW)
    watcher = Watcher(prefilter, host="own")
    seen = watcher.see_text([raw], reader)
    assert seen.unread == Unread(18, 15, 13)
    assert watcher.see_text([raw[-3:]], reader).unread == Unread(3, 0, 3)


def test_verdicts_are_begun_anew_for_other_rules(prefilter: Prefilter) -> None:
    reader = Reader(NOW)
    kept = TextVerdicts.of(reader, prefilter)
    assert TextVerdicts.of(reader, prefilter) is kept
    assert TextVerdicts.of(reader, Prefilter(())) is not kept
