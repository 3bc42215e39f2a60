from __future__ import annotations

import re

from stillwatch.records.line import Line
from stillwatch.watch.hit_counter import MORE, TRIES, HitCounter, as_event
from stillwatch.watch.room import OF_A_KIND
from stillwatch.watch.rule import Found, Rule


def rule(**changes: object) -> Rule:
    plain: dict[str, object] = {"id": "a-rule", "match": r"n=(?P<n>\d+)", "severity": "low", "summary": "{n}"}
    return Rule(**{**plain, **changes})  # type: ignore[arg-type]


def add(tally: HitCounter, of: Rule, line: Line) -> None:
    found = re.search(of.patterns[0].encode(), line.raw)
    assert found
    tally.add(of, line, Found(found.groupdict()))


def test_a_threshold_needs_that_many_within_the_window() -> None:
    of, tally = rule(at_least=3, window=10.0), HitCounter("h")
    for at in (0.0, 20.0, 25.0):
        add(tally, of, Line(at, b"n=1", "x"))
    assert tally.take() == ()
    add(tally, of, Line(28.0, b"n=1", "x"))
    (trigger,) = tally.take()
    assert trigger.count == 4
    assert tally.take() == ()


def test_a_flood_of_ends_seeks_last_words_a_few_times_only() -> None:
    of, tally, asked = rule(last_words=True), HitCounter("h"), list[int]()

    def earlier() -> list[Line]:
        asked.append(1)
        return []

    for number in range(100):
        tally.add(of, Line(float(number), b"n=1", "x"), Found({"n": b"1"}), earlier)
    assert len(asked) == TRIES


def test_a_line_that_says_the_same_is_counted_by_what_it_says() -> None:
    of, tally = rule(apart=("n",)), HitCounter("h")
    said = (of.id, "x", b"1")
    assert tally.again(of, Line(0.0, b"n=1", "x"), said, {"n"}) is None
    add(tally, of, Line(0.0, b"n=1", "x"))
    assert tally.again(of, Line(5.0, b"n=1", "x"), said, {"n", "more"}) is None
    assert tally.again(of, Line(5.0, b"n=1", "x"), said, {"n"}) is not None
    (trigger,) = tally.take()
    assert (trigger.count, trigger.first, trigger.last) == (2, 0.0, 5.0)


def test_the_subject_comes_from_the_text_only_where_the_speaker_is_believed() -> None:
    of = rule(match=r"(?P<n>\w+) n=", summary="s", subject="{n}")
    for line, subject in (
        (Line(0.0, b"web n=", "systemd", "log"), "web"),
        (Line(0.0, b"web n=", "systemd", "journal", {}, True), "web"),
        (Line(0.0, b"web n=", "evil", "journal"), "evil"),
    ):
        tally = HitCounter("h")
        add(tally, of, line)
        assert tally.take()[0].subject == subject


def test_trusted_and_untrusted_words_never_share_a_trigger() -> None:
    tally = HitCounter("h")
    add(tally, rule(), Line(0.0, b"n=1", "x", "journal", {}, True))
    add(tally, rule(), Line(0.0, b"n=1", "x", "journal"))
    assert sorted(trigger.trusted for trigger in tally.take()) == [False, True]


def test_of_one_kind_the_first_are_told_apart_and_the_rest_is_more_of_the_same_kind() -> None:
    tally, fires = HitCounter("h"), rule(apart=("n",))
    for n in range(1000):
        add(tally, fires, Line(0.0, b"n=%d" % n, "x"))
    triggers = tally.take()
    assert len(triggers) == OF_A_KIND + 1
    assert sum(trigger.count for trigger in triggers) == 1000
    assert triggers[-1].summary.startswith(f"{1000 - OF_A_KIND} {MORE}")
    assert tally.dropped == 1000 - OF_A_KIND


def test_what_the_kernel_says_makes_others_leave_and_they_are_still_counted() -> None:
    tally = HitCounter("h")
    for kind in range(20):
        for n in range(OF_A_KIND):
            add(tally, rule(id=f"kind-{kind}", apart=("n",)), Line(0.0, b"n=%d" % n, "x"))
    add(tally, rule(id="the-kernels"), Line(0.0, b"n=1", "kernel", "journal", {}, True))
    triggers = tally.take()
    assert [trigger.rule for trigger in triggers if trigger.trusted] == ["the-kernels"]
    assert sum(trigger.count for trigger in triggers) == 20 * OF_A_KIND + 1


def test_a_threshold_is_reached_by_more_of_the_same_kind_too() -> None:
    tally, waiting = HitCounter("h"), rule(at_least=2, apart=("n",))
    for n in range(OF_A_KIND + 2):
        add(tally, waiting, Line(0.0, b"n=%d" % n, "x"))
    (trigger,) = tally.take()
    assert trigger.count == 2


def test_an_event_is_redacted_and_keeps_trusted_fields_alone() -> None:
    fields = {
        "_PID": b"7",
        "MESSAGE_ID": b"forged",
        "PRIORITY": b"3",
        "_CMDLINE": b"x --password Geheim12",
        "UNIT": b"y",
    }
    event = as_event(Line(1.0, b"token=abcdef99", "x", "journal", fields), "h")
    assert event.text == "token=[redacted:password]"
    assert event.fields == {"pid": "7", "priority": "3", "cmdline": "x --password [redacted:password]"}


def test_a_unit_that_the_rule_names_as_reporter_speaks_of_things_and_not_of_units() -> None:
    of = rule(match=r"Device: (?P<n>[\w.]+) n=", summary="s", subject="{n}", programs=("smartd*",))
    written = {"_SYSTEMD_UNIT": b"smartd.service"}
    tally = HitCounter("h")
    add(tally, of, Line(0.0, b"Device: sda n=", "smartd.service", "journal", written))
    (trigger,) = tally.take()
    assert (trigger.subject, trigger.vouched, trigger.trusted) == ("sda", True, False)
    add(tally, of, Line(1.0, b"Device: sda n=", "smartd", "journal"))
    (claimed,) = tally.take()
    assert (claimed.subject, claimed.vouched) == ("smartd", False)


def test_the_words_name_the_cause_where_the_rule_listens_to_them() -> None:
    of = rule(match=r"n=", summary="s", cause="bad-config", from_words=True)
    for words, cause in ((b"n= open x: Permission denied", "permission"), (b"n= it is Tuesday", "bad-config")):
        tally = HitCounter("h")
        add(tally, of, Line(0.0, words, "x"))
        assert tally.take()[0].cause == cause


def test_in_log_text_a_unit_s_last_words_name_the_cause_of_its_failure() -> None:
    of = rule(match=r"failed", summary="s", cause="exit-code", last_words=True)
    for source, cause in (("log", "permission"), ("journal", "exit-code")):
        tally = HitCounter("h")
        said = Line(0.5, b"error: open x: Permission denied", "x.service", source)  # type: ignore[arg-type]
        ended = Line(1.0, b"x.service: failed", "x.service", source, {}, source == "journal")  # type: ignore[arg-type]
        tally.add(of, ended, Found({}), lambda said=said: [said])  # type: ignore[misc]
        assert tally.take()[0].cause == cause
