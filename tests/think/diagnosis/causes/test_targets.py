from __future__ import annotations

import pytest

from stillwatch.think.diagnosis.causes.targets import Target, targets_of

from .scene import trigger, unit


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("request to http://127.0.0.1:18081/x failed", Target(host="127.0.0.1", port=18081)),
        ("could not connect to db.internal:5432: refused", Target(host="db.internal", port=5432)),
        ("HTTPSConnectionPool(host='search', port=9200): failed", Target(host="search", port=9200)),
        ("GET https://api.example.org/v1 timed out", Target(host="api.example.org", port=443)),
        ("Failed to connect to db port 3306: refused", Target(host="db", port=3306)),
    ],
)
def test_the_address_that_a_complaint_names(text: str, target: Target) -> None:
    assert targets_of([trigger("network", text)], unit())[:1] == [target]


def test_where_it_names_none_the_units_own_address_counts() -> None:
    client = unit(exec_start=("/opt/shop", "--db", "postgres://shop@10.0.0.7:5433/x"))
    assert targets_of([trigger("network", "Network is unreachable")], client) == [Target(host="10.0.0.7", port=5433)]


@pytest.mark.parametrize("words", ["-c mariadb -h 10.0.0.7 -P 3306 -u k", "--port=3306 --host=10.0.0.7"])
def test_where_no_word_names_a_port_the_options_of_the_client_do(words: str) -> None:
    client = unit(exec_start=("/bin/sh", words))
    assert targets_of([trigger("network", "Can't connect (115)")], client) == [Target(host="10.0.0.7", port=3306)]


def test_who_asks_a_proxy_is_not_whom_it_asks() -> None:
    told = (
        "*1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, "
        'server: shop:8443, request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8899/", host: "shop:8085"'
    )
    assert targets_of([trigger("network", told)], unit()) == [Target(host="127.0.0.1", port=8899)]
