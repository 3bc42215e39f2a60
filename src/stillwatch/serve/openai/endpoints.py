"""`/v1`: the administrator as a model that any chat window can talk to."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from stillwatch.chat.conversation import Conversation, Turn
from stillwatch.ports import Clock
from stillwatch.records.chat import Failure, Message
from stillwatch.records.saying import Ended, Looking, Saying, Text, Thinking
from stillwatch.serve.http.body import read_object
from stillwatch.serve.http.bounded import Bounded
from stillwatch.serve.http.guard import needs
from stillwatch.serve.http.limits import RequestLimits
from stillwatch.serve.http.refusal import Refusal, as_json
from stillwatch.serve.http.stream import EventStream, leaving
from stillwatch.serve.openai import chat_request as models
from stillwatch.serve.openai import frames
from stillwatch.serve.openai.chat_request import ChatRequest, check_model, read_asked
from stillwatch.serve.openai.frames import Frames
from stillwatch.serve.openai.shapes import Completion, Model, ModelList
from stillwatch.serve.openai.window_answers import BY_CODE_ALONE, by_fixed_code, checked
from stillwatch.serve.openai.window_tasks import HEADER, WindowTask, task_of

SIDE_MESSAGES = 12
"""The last messages of a chat are what a title or a summary is made of."""
LOOKING = "looking: "
LOG = logging.getLogger(__name__)
BROKE = Refusal(500, "something broke here; the log of the service says what", code="internal_error").body()


@dataclass(frozen=True, kw_only=True)
class OpenAIApi:
    conversation: Conversation
    limits: RequestLimits
    clock: Clock

    async def list_models(self, request: Request) -> Response:
        return as_json(ModelList(object="list", data=[_model(name) for name in models.MODELS]))

    async def one_model(self, request: Request) -> Response:
        name = str(request.path_params["model"])
        check_model(name)
        return as_json(_model(name))

    async def chat(self, request: Request) -> ASGIApp:
        """`POST /v1/chat/completions`. Raises Refusal before anything is sent."""
        key = needs(request.scope, "chat")
        with self.limits.stream(key.id):  # as many bodies at a time as answers: each is held whole
            body = await read_object(request)
        chat_request = read_asked(body)
        header = request.headers.get(HEADER)
        beside = task_of(chat_request, header)
        if beside is None or chat_request.model in models.MODELS:
            check_model(chat_request.model)
        answer = Answering(
            conversation=self.conversation,
            chat_request=chat_request,
            task=beside,
            by=f"chat ({key.id})",
            shows_status=header is not None or _is_open_webui(request),
            frames=Frames(
                id=f"chatcmpl-{secrets.token_hex(12)}", model=chat_request.model, created=int(self.clock.now())
            ),
        )
        stream = EventStream(answer.stream, answer.frames.opening())
        return Bounded(limits=self.limits, key=key.id, app=stream if chat_request.stream else Whole(answer))


@dataclass(frozen=True, kw_only=True)
class Answering:
    """One answer under way, streamed or whole."""

    conversation: Conversation
    chat_request: ChatRequest
    task: WindowTask | None
    by: str
    shows_status: bool
    frames: Frames

    async def stream(self, write: Callable[[bytes], None]) -> None:
        front, looked, ended = self.frames.front, list[str](), Ended()
        try:
            async with aclosing(self.answer()) as answer:
                async for event in answer:
                    match event:
                        case Text(text):
                            self._write_text(write, front, text)
                        case Thinking(text):
                            write(self.frames.reasoning(text))
                        case Looking(line):
                            looked.append(line.removeprefix(LOOKING))
                            shown = frames.status(_words(line), done=False) if self.shows_status else None
                            write(shown or self.frames.reasoning(f"{line}\n"))
                        case Ended():
                            ended = event
        except Exception:
            LOG.exception("an answer broke")
            write(frames.error(BROKE))
            return
        if looked and self.shows_status:
            write(frames.status(_words(f"looked: {', '.join(dict.fromkeys(looked))}"), done=True))
        write(self.frames.end(ended.finish))
        if self.chat_request.include_usage:
            write(self.frames.usage(ended.usage))
        write(frames.DONE)

    def _write_text(self, write: Callable[[bytes], None], front: bytes, text: str) -> None:
        if self._function:
            write(self.frames.called(self._function, text))
        elif text:
            write(self.frames.content(front, text))

    async def whole(self) -> Completion:
        text_parts, reasoning, ended = list[str](), list[str](), Ended()
        async with aclosing(self.answer()) as answer:
            async for event in answer:
                match event:
                    case Text(text):
                        text_parts.append(text)
                    case Thinking(text):
                        reasoning.append(text)
                    case Looking(line):
                        reasoning.append(f"{line}\n")
                    case Ended():
                        ended = event
        text, thought = "".join(text_parts), "".join(reasoning).strip()
        return self.frames.whole(text, thought, ended.finish, ended.usage, self._function)

    @property
    def _function(self) -> str:
        """The function that the client forces to be "called" with a title, "" if none."""
        return self.chat_request.function if self.task is not None and self.task.kind == "fields" else ""

    def answer(self) -> AsyncGenerator[Saying, None]:
        return self.conversation.turn(self._turn()) if self.task is None else self._task(self.task)

    def _turn(self) -> Turn:
        """The last user message is what is asked; a trailing assistant message is to be carried on."""
        messages = self.chat_request.messages
        at = max(number for number, message in enumerate(messages) if message.role == "user")
        continues = at != len(messages) - 1
        return Turn(
            message=messages[at].content,
            history=messages[:at] if not continues else (*messages[:at], *messages[at:]),
            style=self.chat_request.style,
            may_order=self.chat_request.model == models.FULL,
            continues=continues,
            by=self.by,
        )

    async def _task(self, task: WindowTask) -> AsyncGenerator[Saying, None]:
        """By a small model where one is up and may be asked, else by fixed code."""
        text_parts = list[str]()
        ended: Ended | Failure = Ended()
        if task.kind not in BY_CODE_ALONE:
            instructed = "\n".join(self.chat_request.instructions)
            about = [
                *([Message(role="system", content=instructed)] if instructed else []),
                *self.chat_request.messages[-SIDE_MESSAGES:],
            ]
            ended = await self.conversation.side(about, self.chat_request.style, text_parts.append)
        fixed = isinstance(ended, Failure)
        yield Text(
            by_fixed_code(task, self.chat_request) if fixed else checked(task, "".join(text_parts), self.chat_request)
        )
        yield Ended(usage=ended.usage, finish="tool_calls" if self._function else "stop")


@dataclass(frozen=True)
class Whole:
    """The answer in one piece, unless the client leaves first: then the work stops."""

    answer: Answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        work = asyncio.ensure_future(self.answer.whole())
        gone = asyncio.ensure_future(leaving(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await as_json(work.result())(scope, receive, send)
        finally:
            work.cancel()
            gone.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)


def _words(line: str) -> str:
    return line.replace("_", " ")


def _model(name: str) -> Model:
    return Model(id=name, object="model", created=0, owned_by="stillwatch", name=models.MODELS[name])


def _is_open_webui(request: Request) -> bool:
    return any(name.startswith("x-openwebui-") for name in request.headers) or "open webui" in request.headers.get(
        "user-agent", ""
    ).casefold().replace("-", " ")
