from __future__ import annotations

import subprocess
import sys

from stillwatch.llm import sdk


def test_importing_the_backend_does_not_load_openai() -> None:
    code = "import sys, stillwatch.llm.tiers; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


async def test_a_broken_body_is_among_the_errors() -> None:
    client = sdk.open_client("http://127.0.0.1:1/v1", "")
    assert client.max_retries == 0
    names = {error.__name__ for error in sdk.errors().broken}
    assert {"APIConnectionError", "HTTPError", "OSError"} <= names
    await client.close()
