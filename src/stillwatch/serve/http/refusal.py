"""Refusals in the shape that OpenAI's clients expect: `{"error": {"message", "type", "param", "code"}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from starlette.responses import Response

from stillwatch.config import says
from stillwatch.views.shape import Exact


class ErrorBody(Exact):
    """Why a request is not answered."""

    message: Annotated[str, says("The reason, for people.")]
    type: Annotated[str, says("What sort of error it is, in OpenAI's words.")]
    param: Annotated[str | None, says("The field or parameter that is wrong.")]
    code: Annotated[str | None, says("The reason, for programs.")]


class ErrorView(Exact):
    """A refusal."""

    error: Annotated[ErrorBody, says("What is wrong.")]


class Refusal(Exception):
    """What a request cannot be answered for; becomes an HTTP error. retry_after: seconds, for 429 and 503."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param, self.retry_after = status, message, code, param, retry_after

    def body(self) -> ErrorView:
        error = ErrorBody(message=self.message, type=_kind(self.status), param=self.param, code=self.code)
        return ErrorView(error=error)

    def response(self) -> Response:
        headers: dict[str, str] = {}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="stillwatch"'
        if self.retry_after:
            headers["Retry-After"] = str(self.retry_after)
        return as_json(self.body(), self.status, headers)


def bad(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    """The client's mistake (400)."""
    return Refusal(400, message, code=code, param=param)


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def _kind(status: int) -> str:
    kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
    return kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
