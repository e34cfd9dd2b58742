"""Entity linking side by side with spaCy: scores of whole trainings, and speed.

    python benchmarks/linking.py [--only scores,speed] [--sides kernel,spacy] [--write]

The data are made: 1,000 entities of 50 topics, surnames that several of them share, and texts in which words of the topic surround a
mention. spaCy is taken from benchmarks/.venv. Both sides get the same documents with entities and sentences, the same knowledge base,
and the component as `add_pipe` makes it.

scores: the share of right links (`nel_micro_f`) on texts that were not trained on, and that of the prior probabilities alone.
speed: prediction and whole updates, by CPU time, in turns. Results are kept in `.work/linking`.
--write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compared import PYTHONS, SCORES_HEAD, SPEED_HEAD, run, say, score_rows, speed_rows, table, timed
from page import put_section
from sides import HERE, SIDES

WORK = HERE / ".work" / "linking"
ENTITIES, TOPICS, SURNAMES, WIDTH = 1000, 50, 250, 64
TRAIN, TEST = 4000, 1000
UPDATES, SEEDS = 600, 3
METRICS = {"nel_micro_f": "nel_micro_f", "prior": "nel_micro_f of the prior alone"}
SPEED: dict[str, tuple[str, dict[str, Any]]] = {
    "nlp.pipe": ("linking_inference", {}),
    "one call a text": ("linking_single_calls", {"limit": 200}),
    "training, 900-word batches": ("linking_training", {"n_updates": 20}),
}


def make_data(folder: Path) -> Path:
    """A knowledge base and texts, as JSON: what both sides read."""
    made = folder / "data.json"
    if made.exists():
        return made
    draw = random.Random(13)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]

    def words(count: int) -> list[str]:
        found: set[str] = set()
        while len(found) < count:
            found.add("".join(draw.choice(syllables) for _ in range(draw.randint(2, 3))))
        return sorted(found)

    common, topics = words(500), [words(40) for _ in range(TOPICS)]
    surnames = [name.title() for name in words(SURNAMES)]
    first_names = [name.title() for name in words(200)]
    centres = [[draw.gauss(0, 1) for _ in range(WIDTH)] for _ in topics]
    entities = []
    for number in range(ENTITIES):
        topic = draw.randrange(TOPICS)
        entities.append(
            {
                "id": f"Q{number}",
                "topic": topic,
                "names": [
                    surnames[number % SURNAMES],
                    f"{draw.choice(first_names)} {surnames[number % SURNAMES]}",
                ],
                "words": draw.sample(common, 4),
                "freq": draw.randint(1, 12),
                "vector": [x + 0.6 * draw.gauss(0, 1) for x in centres[topic]],
            }
        )
    texts = [_text(draw, entities, topics, common) for _ in range(TRAIN + TEST)]
    aliases: dict[str, dict[str, int]] = {}
    for entity in entities:
        for name in entity["names"]:
            aliases.setdefault(name, {})[entity["id"]] = entity["freq"]
    priors = {
        name: {key: 0.99 * freq / sum(own.values()) for key, freq in own.items()}
        for name, own in aliases.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    content = {"entities": entities, "aliases": priors, "train": texts[:TRAIN], "test": texts[TRAIN:]}
    made.write_text(json.dumps(content), encoding="utf-8")
    return made


def _text(draw: random.Random, entities: Sequence[Any], topics: Sequence[Any], common: Sequence[str]) -> Any:
    """A text of one to four sentences, with a mention in most of them: words, sentence starts, entities (start, end, id)."""
    words: list[str] = []
    starts, links = [], []
    for _ in range(draw.randint(1, 4)):
        entity = draw.choices(entities, [each["freq"] for each in entities])[0]
        length = draw.randint(8, 16)
        sentence = [_word(draw, entity, topics, common) for _ in range(length)]
        starts.append(len(words))
        if draw.random() < 0.9:
            place = draw.randrange(length)
            name = entity["names"][draw.random() < 0.2].split()
            sentence[place:place] = name
            links.append((len(words) + place, len(words) + place + len(name), entity["id"]))
        words += [*sentence, "."]
    return {"words": words, "starts": starts, "links": links}


def _word(draw: random.Random, entity: Any, topics: Sequence[Any], common: Sequence[str]) -> str:
    kind = draw.random()
    if kind < 0.6:
        return draw.choice(common)
    if kind < 0.7:
        return str(draw.choice(draw.choice(topics)))
    return str(draw.choice(entity["words"] if kind < 0.75 else topics[entity["topic"]]))


def result(side: str, seed: int) -> Path:
    """Where the scores of a run lie."""
    return WORK / f"scores-{side}-{seed}.json"


def scores(data: Path, sides: Sequence[str]) -> None:
    """Train what is missing."""
    for seed in range(SEEDS):
        for side in sides:
            if not result(side, seed).exists():
                say(f"{side}, seed {seed}")
                said = run([PYTHONS[side], HERE / "linking_side.py", side, data, seed, UPDATES])
                result(side, seed).write_text(said.splitlines()[-1], encoding="utf-8")


def speed(data: Path, rounds: int) -> None:
    """Time what is missing."""
    for name, (job, own) in SPEED.items():
        settings = {side: {**own, "data": str(data)} for side in SIDES}
        timed(WORK / f"speed-{name}", job, settings, rounds)


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        (
            f"By `python benchmarks/linking.py --write`: {ENTITIES:,} made entities of {TOPICS} topics, {SURNAMES} surnames that four of them share each, "
            f"and {TRAIN:,}\ntexts in which words of the topic stand around a mention; the component as `add_pipe` makes it, {UPDATES} updates of 32 texts."
        )
    ]
    if rows := score_rows(METRICS, result, SEEDS):
        parts.append(table(SCORES_HEAD, rows))
    if rows := speed_rows({name: WORK / f"speed-{name}" for name in SPEED}):
        parts.append(
            "Speed: words per second of CPU time; the link of every entity is read inside the timed loop."
        )
        parts.append(table(SPEED_HEAD, rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="scores,speed")
    parser.add_argument("--sides", default="kernel,spacy", help="whose scores are measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    arguments = parser.parse_args()
    data = make_data(WORK)
    if "scores" in arguments.only:
        scores(data, arguments.sides.split(","))
    if "speed" in arguments.only:
        speed(data, arguments.rounds)
    text = section()
    print(text)
    if arguments.write:
        put_section("Entity linking", text)


if __name__ == "__main__":
    main()
