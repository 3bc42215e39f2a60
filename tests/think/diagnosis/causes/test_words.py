from __future__ import annotations

from dataclasses import replace

from stillwatch.records.event import Event, Untrusted

from .scene import AT, Looks, ask, files, trigger, unit


def ended(*words: str) -> object:
    said = tuple(Event(host="h", at=AT, source="journal", subject="shop", text=Untrusted(text)) for text in words)
    return replace(trigger("exit-code", trusted=True), words=said)


async def test_a_path_in_any_words_is_believed_when_it_is_gone() -> None:
    looks = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}))
    _, said = await ask(ended("tar: /mnt/nas/backup: Cannot open: No such file or directory"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("missing-path", "/mnt/nas/backup")
    assert said.confidence >= 0.9 and said.proposal is None


async def test_a_path_that_is_there_or_that_nobody_calls_missing_is_not_to_blame() -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "-rw-r--r--"})
    _, said = await ask(ended("/srv/shop/x not found"), looks=looks)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"
    gone = Looks(file_metadata=files(_opt_shop_bin_shop={"exists": True, "mode": "-rwxr-xr-x"}))
    _, said = await ask(ended("wrote /srv/shop/x"), looks=gone)  # type: ignore[arg-type]
    assert said.cause and said.cause.id == "exit-code"


async def test_a_path_that_its_user_may_not_use() -> None:
    looks = Looks(
        file_metadata=lambda asked: {"path": asked["path"], "exists": True, "mode": "drwx------", "owner": "root"}
    )
    shop = unit(exec_start=())
    _, said = await ask(ended("mkdir /data/elsewhere/x: Access denied"), looks=looks, units=(shop,))  # type: ignore[arg-type]
    assert said.cause and (said.cause.id, said.cause.object) == ("permission", "/data/elsewhere/x")
