from __future__ import annotations

from stillwatch.config import Config, Notify
from stillwatch.doctor.notify import notifications


def test_urls_are_looked_at_and_none_is_asked() -> None:
    assert notifications(Config()).ok
    good = notifications(Config(notify=Notify(urls=("json://u:s3cretword@127.0.0.1:9/",))))
    assert good.ok and "s3cretword" not in good.text
    bad = notifications(Config(notify=Notify(urls=("json://h/", "no such://x"))))
    assert not bad.ok and "entry 2" in bad.text and bad.mend


def test_a_file_of_urls_that_cannot_be_read_is_told() -> None:
    told = notifications(Config(notify=Notify(urls_file="/nowhere")))
    assert not told.ok and "urls_file" in told.text
