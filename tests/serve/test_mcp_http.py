from __future__ import annotations

import subprocess
import sys

ASK = """
import sys, stillwatch.serve.http
print(sorted({name.split(".")[0] for name in sys.modules} & {"mcp", "mcp_types", "pydantic", "openai"}))
"""


def test_the_sdk_is_not_loaded_before_a_client_comes() -> None:
    assert (
        subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
