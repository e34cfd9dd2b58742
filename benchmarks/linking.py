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
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from page import put_section
from quality import interval
from sides import HERE, KERNEL_PYTHON, SIDES, SPACY_PYTHON, compare, environment

WORK = HERE / ".work" / "linking"
PYTHONS = {"kernel": KERNEL_PYTHON, "spacy": SPACY_PYTHON}
ENTITIES, TOPICS, SURNAMES, WIDTH = 1000, 50, 250, 64
TRAIN, TEST = 4000, 1000
UPDATES, SEEDS = 600, 3
SPEED: dict[str, tuple[str, dict[str, Any]]] = {
    "nlp.pipe": ("linking_inference", {}),
    "one call a text": ("linking_single_calls", {"limit": 200}),
    "training, 900-word batches": ("linking_training", {"n_updates": 20}),
}


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


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


def scores(data: Path, sides: Sequence[str]) -> None:
    """Train what is missing."""
    for seed in range(SEEDS):
        for side in sides:
            result = WORK / f"scores-{side}-{seed}.json"
            if result.exists():
                continue
            say(f"{side}, seed {seed}")
            command = [PYTHONS[side], str(HERE / "linking_side.py"), side, str(data), str(seed), str(UPDATES)]
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, cwd=HERE, env=environment()
            )
            if done.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
            result.write_text(done.stdout.splitlines()[-1], encoding="utf-8")


def speed(data: Path, rounds: int) -> None:
    """Time what is missing."""
    for core_type, shown in ((None, "free"), ("Haswell", "AVX2")):
        for name, (job, own) in SPEED.items():
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists():
                continue
            say(f"{name} ({shown})")
            settings = {side: {**own, "data": str(data)} for side in SIDES}
            found = compare(job, settings, rounds=rounds, core_type=core_type)
            result.write_text(json.dumps(found), encoding="utf-8")
            say(str(found["ratio"]))


def score_rows() -> list[tuple[str, ...]]:
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in PYTHONS}
    for seed in range(SEEDS):
        results = {side: WORK / f"scores-{side}-{seed}.json" for side in PYTHONS}
        if all(path.exists() for path in results.values()):
            for side, path in results.items():
                found[side].append(json.loads(path.read_text(encoding="utf-8")))
    if len(found["kernel"]) < 2:
        return []
    rows = []
    for metric, what in (("nel_micro_f", "nel_micro_f"), ("prior", "nel_micro_f of the prior alone")):
        values = {side: [100 * each[metric] for each in runs] for side, runs in found.items()}
        difference, half = interval(values["kernel"], values["spacy"])
        shown = [f"{statistics.mean(v):.1f} ({', '.join(f'{x:.1f}' for x in v)})" for v in values.values()]
        rows.append((what, *shown, f"{difference:+.1f} (±{half:.1f})"))
    return rows


def speed_rows() -> list[tuple[str, ...]]:
    rows = []
    for name in SPEED:
        for shown in ("AVX2", "free"):
            result = WORK / f"speed-{name}-{shown}.json"
            if result.exists():
                found = json.loads(result.read_text(encoding="utf-8"))
                low, high = found["range"]["spacy"]
                row = (
                    f"{name}, {shown}",
                    *(f"{found['speed'][side]:,.0f}" for side in PYTHONS),
                    f"{found['ratio']['spacy']:.2f} ({low:.2f} to {high:.2f})",
                    f"{found['ratio']['spacy-matmul']:.2f}",
                )
                rows.append(row)
    return rows


def section() -> str:
    """What the page of benchmarks tells of it."""
    parts = [
        (
            f"By `python benchmarks/linking.py --write`: {ENTITIES:,} made entities of {TOPICS} topics, {SURNAMES} surnames that four of them share each, "
            f"and {TRAIN:,}\ntexts in which words of the topic stand around a mention; the component as `add_pipe` makes it, {UPDATES} updates of 32 texts."
        )
    ]
    if rows := score_rows():
        parts.append(
            table(("metric", "kernel (a run each)", "spaCy (a run each)", "difference (95 % interval)"), rows)
        )
    if rows := speed_rows():
        parts.append(
            "Speed: words per second of CPU time; the link of every entity is read inside the timed loop."
        )
        parts.append(table(("what", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul"), rows))
    return "\n\n".join(parts)


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


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
