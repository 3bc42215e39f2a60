"""Which programs speak for a unit."""

import pytest

from stillwatch.unit.programs import services_of, speaks_for


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
