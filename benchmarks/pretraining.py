"""Words per second of a pretraining, side by side with spaCy's: one epoch over the same texts, from the config to the last weights.

`python benchmarks/pretraining.py TEXTS.jsonl [--rounds 3] [--objective characters]`. Both sides have the same encoder (hashed
features, width 96, depth 4), the same batches of 3000 words and one BLAS thread, and take turns, each time in a process of its own.
What counts is CPU time, from reading the config on; spaCy runs as it is installed, and with numpy's matrix product. For the vectors
objective each word of the texts gets random vectors of 300 numbers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sides import SIDES, environment

CONFIG = """
[paths]
raw_text = "{texts}"

[nlp]
lang = "en"
pipeline = ["tok2vec"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [5000, 1000, 2500, 2500]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3

[corpora]

[corpora.pretrain]
@readers = "spacy.JsonlCorpus.v1"
path = ${{paths.raw_text}}
min_length = 5
max_length = 500
limit = 0

[initialize]
init_tok2vec = null
vectors = {vectors}

[pretraining]
max_epochs = 1
dropout = 0.2
n_save_every = null
n_save_epoch = null
component = "tok2vec"
layer = ""
corpus = "corpora.pretrain"

[pretraining.batcher]
@batchers = "spacy.batch_by_words.v1"
size = 3000
discard_oversize = false
tolerance = 0.2

[pretraining.objective]
{objective}

[pretraining.optimizer]
@optimizers = "Adam.v1"
beta1 = 0.9
beta2 = 0.999
L2_is_weight_decay = true
L2 = 0.01
grad_clip = 1.0
use_averages = true
eps = 1e-8
learn_rate = 0.001
"""
OBJECTIVES = {
    "characters": '@architectures = "spacy.PretrainCharacters.v1"\nmaxout_pieces = 3\nhidden_size = 300\nn_characters = 4',
    "vectors": '@architectures = "spacy.PretrainVectors.v1"\nmaxout_pieces = 3\nhidden_size = 300\nloss = "cosine"',
}


def kernel_side(config: Path, output: Path) -> int:
    from kernel.config import load_config
    from kernel.training.loop import train
    from kernel.training.prepare import prepare

    run = prepare(load_config(config, {"pretraining.logger": None}), section="pretraining", output=output)
    for _ in train(run):
        pass
    return run.words


def spacy_side(config: Path, output: Path) -> int:
    from spacy.language import DEFAULT_CONFIG_PATH, DEFAULT_CONFIG_PRETRAIN_PATH
    from spacy.training.pretrain import pretrain
    from spacy.util import load_config

    filled = load_config(DEFAULT_CONFIG_PATH)
    for path in (DEFAULT_CONFIG_PRETRAIN_PATH, config):
        filled = filled.merge(load_config(path))
    output.mkdir(parents=True)
    pretrain(filled.interpolate(), output)
    latest = (output / "log.jsonl").read_text().splitlines()[-1]
    return int(json.loads(latest)["nr_word"])


def make_vectors(side: str, texts: Path, folder: Path) -> None:
    """A pipeline without components whose vocabulary has vectors."""
    import numpy as np

    if side == "kernel":
        import kernel as library
    else:
        import spacy as library
    nlp = library.blank("en")
    words = sorted({word for line in texts.open() for word in json.loads(line)["text"].split()})
    numbers = np.random.default_rng(0).normal(size=(len(words), 300)).astype("f")
    nlp.vocab.reset_vectors(width=300) if hasattr(nlp.vocab, "reset_vectors") else None
    for word, vector in zip(words, numbers, strict=True):
        nlp.vocab.set_vector(word, vector)
    nlp.to_disk(folder)


def work(side: str, job: str, *paths: str) -> None:
    """What a process of one side does; prints words and seconds."""
    if side == "spacy-matmul":
        from worker import use_matmul

        use_matmul()
    if job == "vectors":
        make_vectors(side, *map(Path, paths))
        return
    run = kernel_side if side == "kernel" else spacy_side
    # Imports are no part of it.
    if side == "kernel":
        import kernel.training.loop
        import kernel.training.prepare  # noqa: F401
    else:
        import spacy.training.pretrain  # noqa: F401
    begun = time.process_time()
    words = run(*map(Path, paths))
    print(json.dumps({"words": words, "seconds": time.process_time() - begun}))


def ask(side: str, job: str, *paths: Path) -> Any:
    """Let a process of one side do a job."""
    command = [SIDES[side], __file__, "work", side, job, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise SystemExit(f"{side}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1]) if job == "run" else None


def compare(texts: Path, objective: str, rounds: int) -> None:
    """Print words a second of each side, and the ratios."""
    speeds: dict[str, list[float]] = {side: [] for side in SIDES}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(rounds):
            for side in SIDES:
                vectors = folder / f"vectors-{side}"
                if objective == "vectors" and not vectors.exists():
                    ask(side, "vectors", texts.resolve(), vectors)
                config = folder / f"{side}.cfg"
                quoted = json.dumps(str(vectors)) if objective == "vectors" else "null"
                text = CONFIG.format(texts=texts.resolve(), vectors=quoted, objective=OBJECTIVES[objective])
                config.write_text(text.replace('"spacy.', '"kernel.') if side == "kernel" else text)
                found = ask(side, "run", config, folder / f"out-{side}-{number}")
                speeds[side].append(found["words"] / found["seconds"])
                print(f"{side}: {found['words']} words, {speeds[side][-1]:,.0f} words/s", file=sys.stderr)
    for side, own in speeds.items():
        print(f"{objective}  {side}: {statistics.median(own):,.0f} words/s")
        if side != "kernel":
            ratios = [ours / theirs for ours, theirs in zip(speeds["kernel"], own, strict=True)]
            print(
                f"{objective}  kernel / {side}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, help="a JSON Lines file with the key text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--objective", choices=OBJECTIVES, action="append")
    arguments = parser.parse_args()
    for objective in arguments.objective or list(OBJECTIVES):
        compare(arguments.texts, objective, arguments.rounds)


if __name__ == "__main__":
    work(*sys.argv[2:]) if sys.argv[1:2] == ["work"] else main()
