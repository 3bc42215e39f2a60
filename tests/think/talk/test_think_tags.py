import pytest

from stillwatch.think.talk.think_tags import ThinkTagFilter


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("It is full.", "It is full.", ""),
        ("<think>hm, df?</think>\n\nIt is full.", "It is full.", "hm, df?"),
        ("\n <think>never ends", "", "never ends"),
        ("<th", "<th", ""),
        ("1 < 2 <think>x</think>", "1 < 2 <think>x</think>", ""),
        ("<think></think>", "", ""),
        ("", "", ""),
    ],
)
def test_however_it_is_cut_the_same_comes_out(text: str, said: str, thought: str) -> None:
    for size in (1, 2, 3, 7, 100):
        out, aside = list[str](), list[str]()
        words = ThinkTagFilter(out.append, aside.append)
        for at in range(0, len(text), size):
            words.hear(text[at : at + size])
        words.end()
        assert ("".join(out).strip(), "".join(aside)) == (said, thought), size
