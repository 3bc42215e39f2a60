from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.triage.neighbours import (
    from_named_servers,
    from_nameless,
    from_one_circle,
    from_one_program,
    from_own_logins,
    from_refusals,
    from_targets,
)
from stillwatch.triage.sighting import Sighting, Units, sight

from .build import AT, own, running, trigger

KNOWN = Units.of({})


def said(subject: str, cause: str = "exit-code", **more: object) -> Sighting:
    told = trigger(subject, cause, **more)  # type: ignore[arg-type]
    return sight(replace(told, events=tuple(replace(event, source="log") for event in told.events)), KNOWN)


@pytest.mark.parametrize(
    ("target", "server"),
    [
        ("db:5432", "shop-db-1"),
        ("10.0.0.5:5432", "postgres"),
        ("127.0.0.1:6379", "redis-server.service"),
        ("/run/php/php8.2-fpm.sock", "php8.2-fpm.service"),
        ("172.18.0.5:3000", "gitea-1"),
        ("search', port=9200", "search"),
    ],
)
def test_who_serves_the_target_is_to_blame(target: str, server: str) -> None:
    asked = said("web", "dependency-failed", target=target)
    failed = said(server)
    assert list(from_targets([asked, failed])) == [(asked.node, failed.node)]


@pytest.mark.parametrize(
    ("target", "server"),
    [
        ("1.1.1.1:443", "gitea-1"),
        ("10.0.0.5:5432", "mysqld"),
        ("cache:6379", "shop-db-1"),
        ("", "shop-db-1"),
        ("/run/php/php8.2-fpm.sock", "nginx.service"),
        ("127.0.0.1:8443", "chrony.service"),
        ("172.18.0.5:8443", "chrony.service"),
        ("127.0.0.1:8443", "gitea-1"),
    ],
)
def test_of_others_nobody_is_blamed(target: str, server: str) -> None:
    assert list(from_targets([said("web", "dependency-failed", target=target), said(server)])) == []


def test_the_port_may_stand_in_the_words_alone() -> None:
    text = 'connection to server at "127.0.0.1", port 5432 failed: Connection refused'
    asked, failed = said("cron-job", "dependency-failed", target="127.0.0.1", text=text), said("postgresql.service")
    assert list(from_targets([asked, failed])) == [(asked.node, failed.node)]


def test_what_failed_long_before_is_another_fault() -> None:
    early = said("shop-db-1", first=AT - 9000, last=AT - 8000)
    assert list(from_targets([said("web", "dependency-failed", target="db:5432"), early])) == []


def test_of_two_that_may_serve_it_none_is_blamed() -> None:
    asked = said("web", "network", target="172.18.0.5:3000")
    assert list(from_targets([asked, said("gitea-1"), said("wiki-1")])) == []


def test_what_one_program_says_at_once_is_one_fault() -> None:
    full, failed = said("upgrade", "disk-full"), said("upgrade", "update-failed")
    assert list(from_one_program([full, failed])) == [(failed.node, full.node)]
    early = said("upgrade", "update-failed", first=AT - 9000, last=AT - 8000)
    assert list(from_one_program([full, early])) == []


@pytest.mark.parametrize(
    ("program", "other"), [("kernel", "oom"), ("sshd", "bad-config"), ("web", "brute-force"), ("web", "port-in-use")]
)
def test_who_speaks_of_many_things_speaks_of_many_faults(program: str, other: str) -> None:
    assert list(from_one_program([said(program, "disk-full"), said(program, other)])) == []


def test_a_container_is_known_by_its_long_and_its_short_name() -> None:
    wrong, ended = said("db-1", "version-mismatch"), said("shop-db-1", "exit-code")
    assert list(from_one_program([wrong, ended])) == [(ended.node, wrong.node)]
    assert list(from_one_program([wrong, said("shop-cache-1", "exit-code")])) == []


def test_what_a_client_passes_on_of_its_servers_words_is_the_servers() -> None:
    words = (
        'psql: error: connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already'
    )
    server = said("postgresql@15-main.service", "resource-limit", rule="no-connections")
    client = said("shop.service", "resource-limit", rule="no-connections", text=words)
    assert list(from_refusals([client, server])) == [(client.node, server.node)]
    other = said("shop.service", "resource-limit", rule="another", text=words)
    assert list(from_refusals([other, server])) == []


def test_what_names_nobody_is_of_the_one_fault_of_its_kind_that_is_known_by_name() -> None:
    nameless, named = said("", "certificate-not-issued"), said("lego", "certificate-not-issued")
    assert list(from_nameless([nameless, named])) == [(nameless.node, named.node)]
    assert list(from_nameless([nameless, named, said("caddy", "certificate-not-issued")])) == []
    assert list(from_nameless([nameless, said("lego", "timeout")])) == []


def test_log_ins_that_fail_from_this_machine_are_those_of_the_unit_whose_password_is_refused() -> None:
    units = Units.of({"crm.service": running("crm.service")})
    refused = sight(replace(own("crm.service", "wrong-credentials"), object="shop"), units)
    for users, found in (("shop, ann", True), ("ann", False)):
        server = sight(trigger("postgres", "login-failed", users=users), units)
        assert bool(list(from_own_logins([refused, server]))) is found


def test_a_client_that_names_its_server_suffers_from_what_that_server_says() -> None:
    units = Units.of({})
    client = sight(replace(own("basket.service", "dependency-failed"), object="redis"), units)
    server = sight(own("redis-server.service", "permission"), units)
    assert list(from_named_servers([client, server])) == [(client.node, server.node)]
    other = sight(own("mail.service", "permission"), units)
    late = sight(own("redis-server.service", "permission", first=AT + 9000, last=AT + 9000), units)
    for unlike in (other, late):
        assert not list(from_named_servers([client, unlike]))
    at_a_port = sight(replace(own("basket.service", "dependency-failed"), object="127.0.0.1:6379"), units)
    assert not list(from_named_servers([at_a_port, server]))


def test_log_ins_that_a_server_refuses_are_its_own_fault_where_its_client_says_the_same() -> None:
    units = Units.of({})
    server, client = "postgresql@15-main.service", "crm.service"
    tried = sight(trigger(server, "login-failed", users="crm"), units)
    refused = [sight(replace(own(name, "wrong-credentials"), object="crm"), units) for name in (server, client)]
    assert list(from_own_logins([tried, *refused])) == [(tried.node, refused[0].node)]
    assert list(from_own_logins([tried, refused[1]])) == [(tried.node, refused[1].node)]


def test_who_is_left_out_of_one_circle_today_and_tomorrow_is_one_fault() -> None:
    units = Units.of({})
    one, other = (sight(trigger(name, "ordering-cycle", trusted=True), units) for name in ("a.service", "b.service"))
    late = sight(trigger("c.service", "ordering-cycle", trusted=True, first=AT + 9000, last=AT + 9000), units)
    assert list(from_one_circle([one, other, late])) == [(other.node, one.node)]
