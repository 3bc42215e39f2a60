import json

import pytest

from stillwatch.serve.http.refusal import Refusal, bad


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid_request_error"), (401, "authentication_error"), (429, "rate_limit_error"), (500, "server_error")],
)
def test_the_shape_is_openais(status: int, kind: str) -> None:
    response = Refusal(status, "no", code="c", param="p", retry_after=2).response()
    assert json.loads(bytes(response.body)) == {"error": {"message": "no", "type": kind, "param": "p", "code": "c"}}
    assert response.status_code == status and response.headers["retry-after"] == "2"
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_bad_is_400() -> None:
    assert bad("x", "y").status == 400
