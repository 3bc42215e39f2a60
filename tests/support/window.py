"""A person in front of Open WebUI: a real browser, driven by what is written on the buttons."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

try:
    from playwright.sync_api import Error, Locator, Page, expect, sync_playwright
except ModuleNotFoundError:  # unit tests are collected without it; who opens a window is told what is missing

    def sync_playwright() -> NoReturn:
        raise RuntimeError("the tests with a browser need playwright: scripts/setup --tests")


from tests.support import open_webui
from tests.support.rig import Machine

PATIENCE = 120_000.0
"""Milliseconds for anything to appear."""
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEADER = {"X-Stillwatch-Task": "{{TASK}}"}
Picture = Callable[[str, "Page"], None]
KEEP_WHAT_IS_SHOWN = """() => {
  window.shown = [];
  new MutationObserver(() => {
    const rows = document.querySelectorAll("[role=log] > [role=listitem]");
    const text = rows.length ? rows[rows.length - 1].innerText : "";
    if (text !== window.shown.at(-1)) window.shown.push(text);
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def hide(_name: str, _page: Page) -> None:
    """For whoever wants no pictures."""


@contextmanager
def connected(machine: Machine, folder: Path, picture: Picture = hide) -> Iterator[Window]:
    """An account and a connection to the Stillwatch of that machine, whose network the caller has entered.

    picture: called with a name wherever the guide wants to show how it looks.
    """
    with open_webui.serving(open_webui.program(), folder) as url, opened(url, folder) as window:
        window.picture = picture
        window.first_account()
        key = machine.stillwatch("keys", "create", "--scope", "chat", check=True).stdout.split()[0]
        window.connect("http://127.0.0.1:8083/v1", key)
        window.new_chat()
        yield window


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Window]:
    """A window at `url`; where something fails, a picture of it and its words lie in `folder`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        size = {"width": 1200, "height": 760}
        page = browser.new_page(viewport=size, color_scheme="light", locale="en-US", timezone_id="UTC")  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        try:
            yield Window(page, url)
        except (Error, AssertionError):
            page.screenshot(path=folder / "failed.png")
            print(page.locator("body").aria_snapshot())
            raise
        finally:
            browser.close()


class Window:
    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.picture: Picture = hide

    def first_account(self) -> None:
        """The first one is the administrator's."""
        page = self.page
        page.goto(self.url)
        page.get_by_role("button", name="Get started").click()
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Email").fill("ada@example.org")
        page.get_by_label("Password").first.fill("a long enough one")
        page.get_by_role("button", name="Create Admin Account").click()
        page.get_by_role("button", name="Okay, Let's Go!").click()

    def connect(self, base: str, key: str) -> None:
        """As docs/connect/open-webui.md says."""
        page = self.page
        page.get_by_role("button", name="User menu").click()
        page.get_by_role("menuitem", name="Settings").click()
        page.get_by_role("tab", name="Connections").click()
        page.get_by_role("button", name="Add Connection").click()
        box = page.get_by_role("dialog").filter(has=page.get_by_role("heading", name="Add Connection"))
        box.get_by_label("URL").fill(base)
        box.get_by_label("API Key").fill(key)
        box.get_by_role("button", name="Advanced").click()
        box.get_by_label("Enter additional headers in JSON format").fill(json.dumps(HEADER))
        box.get_by_role("button", name="Verify Connection").click()
        expect(page.get_by_text("Server connection verified")).to_be_visible()
        self.picture("connection", self.page)
        box.get_by_role("button", name="Save").click()
        expect(box).to_be_hidden()

    def new_chat(self) -> None:
        self.page.goto(self.url)
        expect(self.page.get_by_role("button", name="Selected model:")).to_be_visible()
        self.page.evaluate(KEEP_WHAT_IS_SHOWN)

    def models(self) -> list[str]:
        """The names that the selector offers."""
        self.page.get_by_role("button", name="Selected model:").click()
        listed = self.page.get_by_role("listbox", name="Available models")
        expect(listed).to_be_visible()
        names = [str(one.get_attribute("aria-label")) for one in listed.get_by_role("option").all()]
        self.page.keyboard.press("Escape")
        return [re.sub(r"^Select (.*) model$", r"\1", name) for name in names]

    def choose(self, model: str) -> None:
        self.page.get_by_role("button", name="Selected model:").click()
        self.page.get_by_role("option", name=f"Select {model} model", exact=True).click()
        expect(self.page.get_by_role("button", name=f"Selected model: {model}", exact=True)).to_be_visible()

    def send(self, text: str) -> None:
        self.page.locator("#chat-input").click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def ask(self, text: str) -> str:
        """The whole answer."""
        rows = self.rows.count()
        self.send(text)
        expect(self.rows).to_have_count(rows + 2)
        return self.answer()

    @property
    def rows(self) -> Locator:
        return self.page.locator("[role=log] > [role=listitem]")

    def answer(self) -> str:
        """What the last message says, once it is complete."""
        last = self.rows.last
        expect(last.get_by_role("button", name="Regenerate")).to_be_visible()
        return last.locator("#response-content-container").inner_text()

    def shown(self) -> Sequence[str]:
        """All that the last message has looked like, in order, since the chat began."""
        texts: list[str] = self.page.evaluate("window.shown")
        return texts

    def title(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def regenerate(self) -> str:
        self.rows.last.get_by_role("button", name="Regenerate").click()
        self.page.get_by_role("button", name="Try Again").click()
        expect(self.rows.last.get_by_text("2/2")).to_be_visible()
        return self.answer()

    def edit(self, number: int, text: str) -> str:
        """Send the person's message of that row in other words."""
        row = self.rows.nth(number)
        row.hover()
        row.get_by_role("button", name="Edit").click()
        row.get_by_role("textbox").fill(text)
        row.get_by_role("button", name="Send").click()
        expect(self.rows.nth(number).get_by_text("2/2")).to_be_visible()
        return self.answer()

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop").click()
