from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.watch import novelty as module
from stillwatch.watch.novelty import Novelty


def line(text: str, at: float = 1.0, priority: bytes = b"4") -> Line:
    return Line(at, text.encode(), "app.service", "journal", {"PRIORITY": priority})


def test_a_kind_is_new_once_and_counted() -> None:
    novelty = Novelty()
    for number in (1, 20, 300):
        novelty.note(line(f"cache {number} lost", at=float(number)))
    (novel,) = novelty.take()
    assert (novel.template, novel.count, novel.first, novel.last) == ("cache # lost", 3, 1.0, 300.0)
    novelty.note(line("cache 4 lost"))
    assert novelty.take() == ()


def test_the_gravest_come_first_and_few_are_reported() -> None:
    novelty = Novelty()
    for number in range(40):
        novelty.note(line("thing " + chr(65 + number)))
    novelty.note(line("worst of all", priority=b"1"))
    found = novelty.take()
    assert len(found) == 20
    assert found[0].sample == "worst of all"


def test_memory_is_bounded_under_unique_lines(monkeypatch) -> None:
    monkeypatch.setattr(module, "WAITING", 50)
    monkeypatch.setattr(module, "REMEMBERED", 60)
    novelty = Novelty()
    for start in (0, 1000):
        for number in range(start, start + 200):
            novelty.note(line("odd " + "x" * (number % 97) + chr(65 + number % 26) + chr(97 + number // 100)))
        novelty.take()
    assert novelty.dropped > 0
    assert len(novelty._known) <= 60


def test_what_the_kernel_says_makes_a_small_thing_leave(monkeypatch) -> None:
    monkeypatch.setattr(module, "WAITING", 20)
    novelty = Novelty()
    for number in range(30):
        novelty.note(Line(1.0, b"odd " + b"xyz" * number, "app", "journal", {"PRIORITY": b"6"}))
    novelty.note(Line(1.0, b"something broke for good", "kernel", "journal", {"PRIORITY": b"4"}, True))
    assert "something broke for good" in [found.sample for found in novelty.take()]
    assert novelty.dropped == 11


def test_samples_are_redacted() -> None:
    novelty = Novelty()
    novelty.note(line("lost password=hunter2zz"))
    assert "hunter2zz" not in repr(novelty.take())


def test_what_is_said_again_and_again_is_told_once_more_and_then_no_more() -> None:
    novelty, told = Novelty(), list[int]()
    for at in (1.0, 2.0, 3.0, 4.0, 5.0):
        novelty.note(line("cannot reach it", at=at))
        told += [one.count for one in novelty.take()]
    assert told == [1, module.OFTEN]


def test_what_is_said_now_and_then_is_not_told_again() -> None:
    novelty, told = Novelty(), list[int]()
    for at in range(5):
        novelty.note(line("cannot reach it", at=at * (module.OFTEN_SECONDS + 1)))
        told += [one.count for one in novelty.take()]
    assert told == [1]
