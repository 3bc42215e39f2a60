from __future__ import annotations

from stillwatch.triage.fingerprint import fingerprint, is_unit


def test_what_is_learnt_later_of_a_failing_unit_does_not_change_its_key() -> None:
    assert fingerprint("h", "exit-code", "a.service") == fingerprint("h", "port-in-use", "a.service")


def test_host_unit_and_family_tell_faults_apart() -> None:
    keys = {
        fingerprint(*parts)
        for parts in [
            ("h", "oom", "a.service"),
            ("i", "oom", "a.service"),
            ("h", "oom", "b.service"),
            ("h", "brute-force", "a.service"),
        ]
    }
    assert len(keys) == 4


def test_numbers_of_processes_and_sessions_do_not_matter_those_of_units_do() -> None:
    assert fingerprint("h", "crash", "python3[811]") == fingerprint("h", "crash", "python3[4]")
    assert fingerprint("h", "crash", "session-3.scope") == fingerprint("h", "crash", "session-77.scope")
    assert fingerprint("h", "crash", "db@1.service") != fingerprint("h", "crash", "db@2.service")
    assert fingerprint("h", "disk-full", "/srv/1") != fingerprint("h", "disk-full", "/srv/2")


def test_a_huge_subject_gives_a_short_key_that_still_tells_apart() -> None:
    one, two = (fingerprint("h", "other", "x" * 100_000 + end) for end in "ab")
    assert one != two
    assert len(one) < 250


def test_unit_names() -> None:
    assert is_unit("shop-db@a.service")
    assert not is_unit("shop-db")
    assert not is_unit("a\nb.service")
    assert not is_unit("/srv/data")
