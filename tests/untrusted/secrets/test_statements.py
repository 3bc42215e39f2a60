from __future__ import annotations

import pytest

from stillwatch.untrusted.redact import redact

S = "Hunter22 a,(b)''c"


@pytest.mark.parametrize(
    "statement",
    [
        f"STATEMENT:  INSERT INTO users (id, name, password) VALUES (7, 'bob', '{S}')",
        f"insert into `app`.`users`(`password`,`name`) values('{S}','bob'),('{S}','ann')",
        f'INSERT INTO "t" ("a", "api_token") VALUES (now(), E\'{S}\') RETURNING id',
        f"REPLACE INTO t (a,\n secret) VALUES (crypt('x', gen_salt('bf')), '{S}",
        "INSERT INTO t (a, password) VALUES (1, crypt('Hunter22 x', gen_salt('bf')))",
        f"INSERT INTO t (a, passwd, b) VALUE (NULL, N'{S}'::text, 3)",
    ],
)
def test_r17_a_statement_keeps_no_secret_of_its_rows(statement: str) -> None:
    line = redact(statement)
    assert "Hunter22" not in line and redact(line) == line


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO users (id, name) VALUES (7, 'bob')",
        "INSERT INTO t (a, password_changed_at) VALUES (1, '2026-01-01')",
        "INSERT INTO t VALUES (1, 'x')",
    ],
)
def test_one_without_a_secret_stays(statement: str) -> None:
    assert redact(statement) == statement
