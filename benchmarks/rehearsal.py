"""What rehearsal keeps: an entity recogniser that has learnt one half of the labels learns the other half.

The sentences of WNUT 2017 (its three parts together: they are of different sources) are dealt out: one fifth to choose on, one
to report, and two thirds of the rest to learn the old labels from. Then the new labels are learnt: from other sentences (`other`), which is one
third of the rest, or from one half of those that the old ones were learnt from (`same`). Only new labels are annotated there, so
that entities of the old ones count as words outside of entities, which is what makes a pipeline forget. The
recogniser and the token vectors that it listens to are both trained on, on the same batches:

- without: nothing is done about it;
- weight W: with rehearsal on the texts of the batches;
- weight W, old texts: with rehearsal on these and on the texts of the sentences that the old labels were learnt from;
- filled in: without rehearsal, but the entities that the first pipeline finds in the new sentences are added to the annotation, where they
  don't overlap with it;
- filled in, weight W, old texts: both.

What is told is the F-score of the old and of the new labels, the mean over seeds and its 95 % interval, and the share of the loss on the
old ones that is avoided. Usage:

    python benchmarks/rehearsal.py DATA [--part report|choose] [--seeds 5] [--weights 2] [--settings other same] [--ways WAY ...] [--write]

DATA: a folder with train.conll, dev.conll and test.conll of WNUT 2017 (Derczynski et al. 2017). Weights were chosen with `--part choose`.
--write replaces the section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from page import put_section

import kernel

OLD = ("person", "corporation", "product")
NEW = ("location", "group", "creative-work")
# The 0.975 quantiles of Student's t by degrees of freedom.
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
FIRST_STEPS, STEPS = 750, 450
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
eval_frequency = 250
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.001
use_averages = true
[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
progress_bar = false
[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 250
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
OLD_TEXTS = """corpus = "corpora.raw"
[corpora.raw]
@readers = "kernel.Corpus.v1"
path = {raw}
"""
ABOUT = """\
A recogniser has learnt one half of the labels of WNUT 2017 (person, corporation, product) and then learns the other half, from `other` sentences
or from some of the `same`, where only that half is annotated. "Old texts": besides those of the batches, the raw texts that the first half was
learnt from are rehearsed on. "Filled in": what the first model finds in the new sentences is added to the annotation. Means over
seeds and 95 % intervals, on sentences that nothing was chosen on; by `python benchmarks/rehearsal.py DATA --write`."""
Record = dict[str, Any]
Scores = dict[str, float]


def sentences(path: Path) -> Iterator[list[list[str]]]:
    """The sentences of a file with a word and its tag a line, as rows."""
    rows: list[list[str]] = []
    # Between sentences is a line that is empty or has a tab alone.
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.strip():
            rows.append(line.split("\t"))
        elif rows:
            yield rows
            rows = []


def records(rows: Sequence[Any], labels: Sequence[str]) -> list[Record]:
    """Sentences as texts with the entities of some labels."""
    found = []
    for sentence in rows:
        text, spans, is_open = "", [], False
        for word, tag in sentence:
            at = len(text)
            text += word + " "
            is_named = tag[2:] in labels
            if is_named and not (tag.startswith("I") and is_open):
                spans.append([at, at, tag[2:]])
            if is_named:
                spans[-1][1] = at + len(word)
            is_open = is_named
        found.append({"text": text.rstrip(), "spans": spans})
    return found


def write(path: Path, texts: Sequence[Record]) -> str:
    """Write texts with entities, one a line; returns the path as JSON."""
    path.write_text("".join(json.dumps(each) + "\n" for each in texts), encoding="utf-8")
    return json.dumps(str(path))


def filled_in(model: Path, texts: Sequence[Record]) -> list[Record]:
    """The texts with the entities that a pipeline finds, too, where they don't overlap with those that are annotated."""
    nlp, found = kernel.load(model), []
    for each, doc in zip(texts, nlp.pipe([each["text"] for each in texts]), strict=True):
        spans = each["spans"]
        more = [
            [ent.start_char, ent.end_char, ent.label_]
            for ent in doc.ents
            if all(ent.end_char <= start or end <= ent.start_char for start, end, _ in spans)
        ]
        found.append({"text": each["text"], "spans": sorted([*spans, *more])})
    return found


def scores(model: Path, gold: Sequence[Record]) -> Scores:
    """F-scores of the old and of the new labels."""
    nlp = kernel.load(model)
    docs = list(nlp.pipe([each["text"] for each in gold]))
    found = {}
    for name, labels in (("old", OLD), ("new", NEW)):
        right = guessed = wanted = 0
        for doc, each in zip(docs, gold, strict=True):
            own = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if ent.label_ in labels}
            true = {tuple(span) for span in each["spans"] if span[2] in labels}
            right, guessed, wanted = right + len(own & true), guessed + len(own), wanted + len(true)
        found[name] = 200 * right / max(guessed + wanted, 1)
    return found


def train(folder: Path, components: str, data: str, dev: str, seed: int, steps: int, more: str = "") -> Path:
    """Train a pipeline; returns where its directories are."""
    folder.mkdir()
    text = CONFIG.format(components=components, train=data, dev=dev, seed=seed, steps=steps, more=more)
    (folder / "config.cfg").write_text(text, encoding="utf-8")
    kernel.train(folder / "config.cfg", folder / "out")
    return folder / "out"


@dataclass(frozen=True)
class Parts:
    """Sentences. old: to learn the old labels from. new: to learn the new ones from, by setting. dev: to choose the first model on."""

    old: list[Any]
    new: Mapping[str, list[Any]]
    dev: list[Any]
    test: list[Any]


def parts(data: Path, part: str) -> Parts:
    """Deal out the sentences. part: "choose" for scores on what all was chosen on, "report" for those on what nobody has looked at."""
    every = [each for name in ("train", "dev", "test") for each in sentences(data / f"{name}.conll")]
    dev, test = every[::5], every[1::5]
    rest = [each for number, each in enumerate(every) if number % 5 > 1]
    old = [each for number, each in enumerate(rest) if number % 3]
    new = {"other": rest[::3], "same": old[::2]}
    return Parts(old, new, dev, dev if part == "choose" else test)


def one_seed(
    given: Parts,
    folder: Path,
    seed: int,
    weights: Sequence[float],
    settings: Sequence[str],
    wanted: Sequence[str] | None = None,
) -> dict[str, Scores]:
    """Scores before, and after the new labels were learnt in each way. wanted: names of ways; None for all."""
    gold = records(given.test, OLD + NEW)
    dev = write(folder / "dev.jsonl", records(given.dev, OLD))
    raw = write(folder / "raw.jsonl", records(given.old, ()))
    old = write(folder / "old.jsonl", records(given.old, OLD))
    first = train(folder / "first", FRESH, old, dev, seed, FIRST_STEPS) / "model-best"
    found = {"before": scores(first, gold)}
    source = SOURCED.format(source=json.dumps(str(first)))
    few = write(folder / "few.jsonl", records(given.dev[:50], OLD))
    for setting in settings:
        new = records(given.new[setting], NEW)
        data = write(folder / f"{setting}.jsonl", new)
        filled = write(folder / f"{setting}-filled.jsonl", filled_in(first, new))
        ways = {"without": (data, ""), "filled in": (filled, "")}
        for weight in weights:
            here = REHEARSE.format(weight=weight)
            there = here + OLD_TEXTS.format(raw=raw)
            ways[f"weight {weight:g}"] = (data, here)
            # Those of the other setting are old texts.
            if setting == "other":
                ways[f"weight {weight:g}, old texts"] = (data, there)
                ways[f"filled in, weight {weight:g}, old texts"] = (filled, there)
        for name, (texts, more) in ways.items():
            if wanted is not None and name not in wanted:
                continue
            place = folder / f"{setting} {name}"
            model = train(place, source, texts, few, seed, STEPS, more) / "model-last"
            found[f"{setting}: {name}"] = scores(model, gold)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=("report", "choose"), default="report")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--weights", type=float, nargs="+", default=[2.0])
    parser.add_argument("--settings", nargs="+", default=["other", "same"])
    parser.add_argument("--ways", nargs="+", help="names of rows without the setting; all by default")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    given = parser.parse_args()
    dealt, found = parts(given.data, given.part), []
    for seed in range(given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(one_seed(dealt, Path(folder), seed, given.weights, given.settings, given.ways))
        print(json.dumps({"seed": seed, **found[-1]}), flush=True)
    lines = list(table(found))
    print("\n".join(lines))
    if given.write:
        put_section("Rehearsal", "\n".join([ABOUT, "", *lines]))


def table(found: Sequence[Mapping[str, Scores]]) -> Iterator[str]:
    """The lines of the table: a row for each way, with what the seeds have found."""
    yield "| way | seeds | old labels, F | new labels, F | loss avoided |"
    yield "| --- | --- | --- | --- | --- |"
    for name in found[0]:
        seeds = [each for each in found if name in each]
        old, new = ([each[name][part] for each in seeds] for part in ("old", "new"))
        without, share = f"{name.split(':')[0]}: without", ""
        if name not in ("before", without) and without in found[0]:
            lost = [each["before"]["old"] - each[without]["old"] for each in seeds]
            kept = [each[name]["old"] - each[without]["old"] for each in seeds]
            share = _mean([100 * some / of for some, of in zip(kept, lost, strict=True)], " %")
        yield f"| {name} | {len(seeds)} | {_mean(old)} | {_mean(new)} | {share} |"


def _mean(values: Sequence[float], unit: str = "") -> str:
    """The mean, and half of its 95 % interval."""
    mean = f"{statistics.mean(values):.1f}{unit}"
    if len(values) < 2:
        return mean
    half = T95.get(len(values) - 1, 1.96) * statistics.stdev(values) / len(values) ** 0.5
    return f"{mean} (± {half:.1f})"


if __name__ == "__main__":
    main()
