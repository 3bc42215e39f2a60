from __future__ import annotations

import pytest

from stillwatch.untrusted.secrets.names import Strength, strength


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWORD", "db.password", "dbPassword", "mysqlpwd", "rootpw", "passwort", "mot_de_passe",
     "contraseña",
     "spring.datasource.password", "password2", "keyStorePassword", "requirepass", "пароль", "ansible_become_pass"],
)  # fmt: skip
def test_a_strong_name_in_any_spelling(name: str) -> None:
    assert strength(name) is Strength.strong


@pytest.mark.parametrize(
    "name",
    ["apiKey", "X-Api-Key", "API_KEY", "accessToken", "signing_key", "SharedAccessKey", "auth-token", "PrivateKey"],
)
def test_a_name_of_a_token(name: str) -> None:
    assert strength(name) is Strength.token


@pytest.mark.parametrize(
    "name",
    ["user", "password_file", "token_type", "max_tokens", "public_key", "primary_key", "key_id",
     "passwordAuthentication", "secret_name", "token_count", "cache_key",
     "monkey", "compass", "author", "systemd-ask-password.service"],
)  # fmt: skip
def test_what_only_speaks_about_a_secret_is_none(name: str) -> None:
    assert strength(name) is Strength.none
