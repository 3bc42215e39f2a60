from __future__ import annotations

from stillwatch.think.talk.learned import Learned, Weights


def test_the_weights_survive_being_packed() -> None:
    learned = Learned(
        topics=("a", "b"),
        buckets=2,
        scale=0.5,
        biases=(0.0, 1.0),
        words={"mémoire": "fr", "cpu": ""},
        bears={"cpu": (0,)},
        small=((1, "why"),),
        examples="x",
    )
    again = Weights.read(Weights(learned=learned, rows=memoryview(bytes((1, 255, 10, 128)))).packed())
    assert again.learned == learned and again.rows.tolist() == [1, -1, 10, -128]
