"""The candidates of `settings.py`: what each changes in the config that `init config` writes, and why it may learn more in the same time.

`NOW` changes nothing. A batch of 100 words and a rate of 0.001 are what is recommended for the first step.
"""

from __future__ import annotations

AVERAGES = """
[training.optimizer]
use_averages = true
"""
# The rate falls to nothing at the end of the run, whose number of steps is known to the config.
FALLING = """
[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
initial_rate = 0.002
warmup_steps = 100
total_steps = ${training.max_steps}
"""
SMALL_BATCHES = """
[training.batcher.size]
@schedules = "compounding.v1"
start = 100
stop = 400
compound = 1.001
t = 0.0
"""


def network(width: int, depth: int) -> str:
    """Token vectors of another size. Pipelines without shared ones stay as they are."""
    return f"[components.tok2vec.model.encode]\nwidth = {width}\ndepth = {depth}\n"


NOW = {"now": ("", "what is recommended")}

EFFICIENCY: dict[str, tuple[str, str]] = {
    "averages": (AVERAGES, "the mean of the weights of the last steps is less noisy than the last ones, at no cost"),
    "averages, rate 0.002": (
        AVERAGES + "learn_rate = 0.002\n",
        "averages take the noise of larger steps away, and larger steps come further",
    ),
    "averages, falling rate": (
        AVERAGES + FALLING,
        "large steps first, small ones at the end; it needs to know when the end is",
    ),
    "averages, batches to 400": (
        AVERAGES + SMALL_BATCHES,
        "more steps a second: the cost of a step grows with its words, what it teaches does not",
    ),
    "averages, dropout 0.2": (
        AVERAGES + "[training]\ndropout = 0.2\n",
        "small corpora are seen many times in three minutes",
    ),
    "averages, depth 2": (
        AVERAGES + network(96, 2),
        "nearly twice the steps; two words to each side are most of what entities and tags need",
    ),
    "averages, width 128, depth 3": (
        AVERAGES + network(128, 3),
        "the same cost a word as 96 and 4, which uses matrix products better, and has more room for a word",
    ),
    "averages, batches to 400, rate 0.002, dropout 0.2": (
        AVERAGES + "learn_rate = 0.002\n" + "[training]\ndropout = 0.2\n" + SMALL_BATCHES,
        "the three together, should each of them gain",
    ),
}  # fmt: skip

ACCURACY: dict[str, tuple[str, str]] = {
    "averages": EFFICIENCY["averages"],
    "averages, rate 0.002": EFFICIENCY["averages, rate 0.002"],
    "averages, falling rate": EFFICIENCY["averages, falling rate"],
    "averages, batches to 400": EFFICIENCY["averages, batches to 400"],
    "averages, dropout 0.2": EFFICIENCY["averages, dropout 0.2"],
    "averages, width 256, depth 4": (
        AVERAGES + network(256, 4),
        "half the cost a word; the reach of eight layers is seldom needed",
    ),
    "averages, width 128, depth 6": (
        AVERAGES + network(128, 6),
        "a fifth of the cost a word, with most of the reach",
    ),
    "averages, width 192, depth 4, dropout 0.2": (
        AVERAGES + network(192, 4) + "[training]\ndropout = 0.2\n",
        "a third of the cost a word, and less learnt by heart",
    ),
}

CANDIDATES = {"efficiency": NOW | EFFICIENCY, "accuracy": NOW | ACCURACY}
