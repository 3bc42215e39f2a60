"""What a word in a line names."""

import pytest

from stillwatch.watch.shapes.naming import is_program_name, package_of, program_name


@pytest.mark.parametrize(
    ("word", "name"),
    [(b"/usr/sbin/sshd", "sshd"), (b"(shop)", "shop"), (b"sshd(pam_unix)", "sshd"), (b"cron", "cron"), (b"/", "/")],
)
def test_a_program_by_its_path_or_its_module(word: bytes, name: str) -> None:
    assert program_name(word) == name


@pytest.mark.parametrize(
    ("logger", "name"),
    [("django.request", "django"), ("com.example.Shop", "com.example.Shop"), ("shop", "shop"), ("x.y", "x.y")],
)
def test_a_logger_names_its_package(logger: str, name: str) -> None:
    assert package_of(logger) == name


@pytest.mark.parametrize(("word", "is_one"), [(b"nginx", True), (b"error", False), (b"Error", False), (b"42", False)])
def test_a_level_is_no_program(word: bytes, is_one: bool) -> None:
    assert is_program_name(word) is is_one
