"""Where a key stands in a TOML file."""

import pytest

from stillwatch.tables.position import Path, line_of

TEXT = """\
autonomy = "suggest"

[api]           # the port
host = "::1"
"allowed_hosts" = ["a"]
[llm]
trigger.model = "x"
[llm.review]
model = '''
port = 1
'''
[[rule]]
name = "a"
[[rule]]
name = "b"
[rule.extra]
key = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("autonomy",), 1),
        (("api",), 3),
        (("api", "host"), 4),
        (("api", "allowed_hosts"), 5),
        (("llm", "trigger", "model"), 7),
        (("llm", "review"), 8),
        (("rule", 0, "name"), 13),
        (("rule", 1), 14),
        (("rule", 1, "name"), 15),
        (("rule", 1, "extra", "key"), 17),
        (("rule", 1, "absent"), 14),
        (("nowhere",), 0),
        ((), 0),
    ],
)
def test_the_line_of_a_key_or_of_the_table_around_it(path: Path, line: int) -> None:
    assert line_of(TEXT, path) == line
