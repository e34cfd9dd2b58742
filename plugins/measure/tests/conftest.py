"""A saved pipeline of a text classifier and an entity recogniser, and data for it."""

import json
import random

import pytest

import kernel
from kernel.training import Example

LABELS = ["FOOD", "SPORT", "TRAVEL"]
WORDS = {
    "FOOD": ["bread", "soup", "pan"],
    "SPORT": ["ball", "goal", "team"],
    "TRAVEL": ["train", "ticket", "hotel"],
}


def records(number, seed):
    """Texts with one category or two, and a person in some."""
    draw, made = random.Random(seed), []
    for _ in range(number):
        own = draw.sample(LABELS, draw.choice([1, 1, 2]))
        # A third of the words say nothing, or something wrong, so that no score is perfect.
        words = [draw.choice(WORDS[draw.choice(own if draw.random() < 0.6 else LABELS)]) for _ in range(4)]
        who = draw.choice(["", "Ada ", "Ben Bo "])
        text = f"{who}{' '.join(words)}."
        entities = [[0, len(who) - 1, "PERSON"]] if who else []
        cats = {label: float(label in own) for label in LABELS}
        made.append({"text": text, "cats": cats, "entities": entities})
    return made


@pytest.fixture(scope="session")
def nlp():
    kernel.util.fix_random_seed(0)
    pipeline = kernel.blank("en")
    pipeline.add_pipe("textcat_multilabel", config={"threshold": 0.5})
    pipeline.add_pipe("ner")
    examples = [
        Example.from_dict(pipeline.make_doc(row["text"]), {"cats": row["cats"], "entities": row["entities"]})
        for row in records(60, 0)
    ]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(4):
        pipeline.update(examples, sgd=optimizer)
    return pipeline


@pytest.fixture
def examples(nlp):
    return [
        Example.from_dict(nlp.make_doc(row["text"]), {"cats": row["cats"], "entities": row["entities"]})
        for row in records(40, 1)
    ]


@pytest.fixture(scope="session")
def saved(nlp, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    nlp.to_disk(folder / "model")
    rows = [{"text": row["text"], "cats": row["cats"], "entities": row["entities"]} for row in records(40, 1)]
    (folder / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    (folder / "texts.txt").write_text("".join(f"{row['text']}\n" for row in rows), encoding="utf8")
    return folder


@pytest.fixture
def place(saved, monkeypatch, tmp_path):
    """Where `model`, `dev.jsonl` and `texts.txt` are, and nothing that another test wrote."""
    for name in ("model", "dev.jsonl", "texts.txt"):
        (tmp_path / name).symlink_to(saved / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
