"""Which programs speak for a unit."""

import pytest

from stillwatch.records.unit import UnitState
from stillwatch.unit.programs import servers_of, services_of, speaks_for


@pytest.mark.parametrize(
    ("program", "unit", "does"),
    [
        ("nginx", "nginx.service", True),
        ("mariadbd", "mariadb.service", True),
        ("php-fpm8.2", "php8.2-fpm.service", True),
        ("shop-pre-start", "shop.service", True),
        ("shop.service", "shop.service", True),
        ("cron", "cron-apt.service", False),
        ("kernel", "kernel.service", False),
        ("nginx", "nginx-exporter.service", True),
        ("redis", "postgresql.service", False),
        ("", "shop.service", False),
    ],
)
def test_by_name(program: str, unit: str, does: bool) -> None:
    assert speaks_for(program, unit) is does


def test_a_script_of_nixos_names_its_service() -> None:
    assert services_of("acme-site-start") == ("acme-site-start.service", "acme-site.service")


def test_who_serves_a_port_by_custom_and_does_not_run_any_more() -> None:
    states = {
        "postgresql@15-main.service": "inactive",
        "redis-server.service": "inactive",
        "postgres-x.timer": "inactive",
    }
    units = [UnitState(name=name, active_state=state, active_at=1.0) for name, state in states.items()]
    assert servers_of(5432, units) == ["postgresql@15-main.service"]
    assert servers_of(5433, units) == []
    assert servers_of(5432, [UnitState(name="postgresql.service", active_state="active", active_at=1.0)]) == []
    assert servers_of(5432, [UnitState(name="postgresql.service", active_state="inactive")]) == []
