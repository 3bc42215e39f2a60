from __future__ import annotations

from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.words import LANGUAGES
from stillwatch.tools.tool import find_tools


def test_each_topic_is_asked_for_in_four_languages_and_looks_at_what_there_is() -> None:
    topics = catalogue()
    assert len(topics) >= 45
    for name, topic in topics.items():
        assert topic.name == name and topic.title.en
        assert all(topic.examples(language) for language in LANGUAGES), name
        assert set(topic.looks) <= set(find_tools()), name
