"""What rehearsal keeps: an entity recogniser that has learnt one half of the labels learns the other half.

It learns from sentences that are annotated with the old labels alone, and then from the same sentences with the new ones alone: then
entities of the old labels count as words outside of entities, which is what makes a pipeline forget. The recogniser and
the token vectors that it listens to are both trained on, without rehearsal and with it, on the same batches and their texts.
What is told is the F-score of the old and of the new labels on every fifth sentence, which nobody learns from, and the
share of the loss on the old ones that is avoided. Usage:

    python benchmarks/rehearsal.py DATA [--seeds 5] [--weights 1 2 4] [--steps 400 200]

DATA: a folder with train.conll of WNUT 2017 (Derczynski et al. 2017).
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import kernel
from kernel.training import Example

OLD = ("person", "corporation", "product")
NEW = ("location", "group", "creative-work")
CONFIG = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]
[components]
{components}
[corpora.train]
@readers = "kernel.Corpus.v1"
path = {train}
[corpora.dev]
@readers = "kernel.Corpus.v1"
path = {dev}
[training]
seed = {seed}
dropout = 0.1
patience = 0
max_steps = {steps}
eval_frequency = {steps}
[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
progress_bar = false
[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 600
{more}
"""
FRESH = """
[components.tok2vec]
factory = "tok2vec"
[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 64
depth = 2
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
[components.ner]
factory = "ner"
[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 64
"""
SOURCED = """
[components.tok2vec]
source = {source}
[components.ner]
source = {source}
"""
REHEARSE = """
[training.callbacks.rehearse]
@callbacks = "kernel.Rehearse.v1"
weight = {weight}
"""


def sentences(path: Path) -> Iterator[list[list[str]]]:
    """The sentences of a file with a word and its tag a line, as rows."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if line.strip()]
        if rows:
            yield rows


def write(path: Path, rows: Sequence[Any], labels: Sequence[str]) -> Path:
    """Write sentences as records, with the entities of some labels."""
    with path.open("w", encoding="utf-8") as file:
        for sentence in rows:
            text, spans, at = "", [], 0
            for word, tag in sentence:
                at = len(text)
                if tag[2:] in labels:
                    if tag.startswith("B") or not spans:
                        spans.append([at, at, tag[2:]])
                    spans[-1][1] = at + len(word)
                text += word + " "
            file.write(json.dumps({"text": text.rstrip(), "spans": spans}) + "\n")
    return path


def scores(model: Path, rows: Sequence[Any]) -> dict[str, float]:
    """F-scores on sentences, of the old and of the new labels."""
    nlp = kernel.load(model)
    found = {}
    for name, labels in (("old", OLD), ("new", NEW)):
        file = write(model.parent / "test.jsonl", rows, labels)
        records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        examples = [
            Example.from_dict(
                nlp.make_doc(each["text"]), {"entities": [tuple(span) for span in each["spans"]]}
            )
            for each in records
        ]
        docs = list(nlp.pipe([example.reference.text for example in examples]))
        right = guessed = gold = 0
        for doc, each in zip(docs, records, strict=True):
            own = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if ent.label_ in labels}
            wanted = {tuple(span) for span in each["spans"]}
            right, guessed, gold = right + len(own & wanted), guessed + len(own), gold + len(wanted)
        found[name] = 2 * right / (guessed + gold) if guessed + gold else 0.0
    return found


def train(folder: Path, components: str, data: Path, steps: int, seed: int, more: str = "") -> Path:
    """Train a pipeline; returns its directory."""
    folder.mkdir()
    text = CONFIG.format(
        components=components,
        train=json.dumps(str(data)),
        dev=json.dumps(str(data)),
        seed=seed,
        steps=steps,
        more=more,
    )
    (folder / "config.cfg").write_text(text, encoding="utf-8")
    kernel.train(folder / "config.cfg", folder / "out")
    return folder / "out" / "model-last"


def one_seed(
    data: Path, folder: Path, seed: int, steps: Sequence[int], weights: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Scores before, after learning the new labels, and the same with rehearsal at each weight."""
    every = list(sentences(data / "train.conll"))
    test = every[::5]
    rows = [sentence for number, sentence in enumerate(every) if number % 5]
    old, new = write(folder / "old.jsonl", rows, OLD), write(folder / "new.jsonl", rows, NEW)
    first = train(folder / "first", FRESH, old, steps[0], seed)
    found = {"before": scores(first, test)}
    source = SOURCED.format(source=json.dumps(str(first)))
    found["without"] = scores(train(folder / "without", source, new, steps[1], seed), test)
    for weight in weights:
        more = REHEARSE.format(weight=weight)
        model = train(folder / f"with-{weight}", source, new, steps[1], seed, more)
        found[f"weight {weight}"] = scores(model, test)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--weights", type=float, nargs="+", default=[1.0, 2.0, 4.0])
    parser.add_argument("--steps", type=int, nargs=2, default=[400, 200])
    given = parser.parse_args()
    found: list[dict[str, dict[str, float]]] = []
    for seed in range(given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(one_seed(given.data, Path(folder), seed, given.steps, given.weights))
        print(json.dumps({"seed": seed, **found[-1]}), flush=True)
    print(f"{'':12} old F          new F          loss avoided")
    for name in found[0]:
        old, new = ([each[name][part] for each in found] for part in ("old", "new"))
        lost = [each["before"]["old"] - each["without"]["old"] for each in found]
        kept = [each[name]["old"] - each["without"]["old"] for each in found]
        share = "" if name in ("before", "without") else f"{sum(kept) / (sum(lost) or 1):.0%}"
        print(f"{name:12} {_shown(old):14} {_shown(new):14} {share}")


def _shown(values: Sequence[float]) -> str:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{100 * statistics.mean(values):.1f} ± {100 * spread:.1f}"


if __name__ == "__main__":
    main()
