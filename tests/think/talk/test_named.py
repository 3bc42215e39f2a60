from __future__ import annotations

import pytest

from stillwatch.think.talk.named import alike, find, of_role, one_error, with_roles

from .hosts import NOW, UNITS


def named(question: str):  # type: ignore[no-untyped-def]
    return find(question, UNITS, now=NOW, users=("ann",))


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("why is nginx down?", ("nginx.service",)),
        ("nginx.service?", ("nginx.service",)),
        ("is ngnix up", ("nginx.service",)),
        ("wieso ist der webserver down", ("nginx.service",)),
        ("la base de données", ("postgresql.service",)),
        ("why is the network slow", ()),
    ],
)
def test_units_are_those_that_exist(question: str, units: tuple[str, ...]) -> None:
    assert named(question).units == units


def test_what_does_not_exist_is_kept_as_a_word() -> None:
    assert named("why is foobar down").unknown == "foobar" and not named("why is foobar down").units
    assert alike("postgres", UNITS) == ["postgresql.service"] and of_role("mailserver", UNITS) == []


def test_other_things_have_their_own_forms() -> None:
    one = named("is ann on shop.example.org:8443 in /var/log? I7, E4, A-17, pid 407")
    assert (one.user, one.domain, one.path, one.incident, one.evidence, one.proposal, one.pid, one.port) == (
        "ann",
        "shop.example.org",
        "/var/log",
        "I7",
        "E4",
        "A-17",
        407,
        8443,
    )
    assert named("who listens on port 80").port == 80 and named("space on /").path == "/"
    assert named("errors in nginx.conf").domain == ""


def test_one_typing_error() -> None:
    assert one_error("ngnix", "nginx") and one_error("memry", "memory") and not one_error("disk", "data")
    assert with_roles("is the web server up").split() == ["is", "the", "a-role", "up"]


@pytest.mark.parametrize("question", ["may ann sudo", "anns crontab", "ann's crontab", "was darf Ann?"])
def test_an_account_is_named_in_any_case(question: str) -> None:
    assert find(question, UNITS, now=NOW, users=("root", "ann")).user == "ann"


def test_a_service_that_is_not_here_is_named_though_the_word_is_known() -> None:
    for question, name in (("läuft docker", "docker"), ("why is foo.service down", "foo.service")):
        assert find(question, {}, now=0.0, knows=lambda word: True).unknown == name
    assert find("is htop running", {}, now=0.0, knows=lambda word: True).unknown == ""
