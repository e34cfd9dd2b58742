"""CPU time per word of each stage of the standard token encoder (4 layers, width 96), one BLAS thread.

    OPENBLAS_NUM_THREADS=1 python benchmarks/encoder_stages.py path/to/file.conllu

The documents are those of the file (`# newdoc` lines). Times are the best of several rounds, in microseconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from kernel_architectures.tok2vec.hash_embed_cnn import build_hash_embed_cnn
from thinc.api import Adam, set_dropout_rate
from threadpoolctl import threadpool_limits

from kernel.numeric import random
from kernel.numeric.ops import set_ops
from kernel.numeric.parameters import Parameters
from kernel.tokens import Doc
from kernel.vocab import Vocab


def read_documents(path: Path, vocab: Vocab) -> list[Doc]:
    words: list[list[str]] = []
    for line in path.read_text(encoding="utf8").splitlines():
        if line.startswith("# newdoc") or not words:
            words.append([])
        fields = line.split("\t")
        if fields[0].isdigit():
            words[-1].append(fields[1])
    return [Doc(vocab, words=each) for each in words if each]


def batches(docs: list[Doc], size: int) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    for doc in docs:
        batch.append(doc)
        if sum(map(len, batch)) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


class Stages:
    """Best time of each stage over the rounds, summed over the batches."""

    def __init__(self) -> None:
        self.round: dict[str, float] = {}
        self.best: dict[str, float] = {}

    def time(self, stage: str, call: Callable[[], Any]) -> Any:
        start = process_time()
        result = call()
        self.round[stage] = self.round.get(stage, 0.0) + process_time() - start
        return result

    def end_round(self) -> None:
        for stage, seconds in self.round.items():
            self.best[stage] = min(seconds, self.best.get(stage, seconds))
        self.round = {}

    def report(self, title: str, words: int) -> None:
        print(f"\n{title}")
        for stage, seconds in self.best.items():
            print(f"  {stage:<28}{seconds / words * 1e6:8.2f} us/word")
        print(f"  {'together':<28}{sum(self.best.values()) / words * 1e6:8.2f} us/word")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("conllu", type=Path)
    parser.add_argument("--batch-words", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dropout", type=float, default=0.1)
    args = parser.parse_args()
    docs = read_documents(args.conllu, Vocab())
    words = sum(map(len, docs))
    print(f"{len(docs)} documents, {words} words, batches of {args.batch_words} words or more")
    random.seed_all(0, "benchmark")
    model = set_ops(
        build_hash_embed_cnn(
            width=96,
            depth=4,
            embed_size=5000,
            window_size=1,
            maxout_pieces=3,
            subword_features=True,
            pretrained_vectors=False,
        )
    )
    model.initialize(X=docs[:10])
    embed, encode = model.layers
    with threadpool_limits(1, user_api="blas"):
        cold = Stages()
        for batch in batches(docs, args.batch_words):
            cold.time("embed, no type known", lambda batch=batch: embed.predict(batch))
        cold.end_round()
        cold.report("First pass", words)
        stages = Stages()
        for _ in range(args.rounds):
            for batch in batches(docs, args.batch_words):
                vectors = stages.time("embed", lambda batch=batch: embed.predict(batch))
                stages.time("encode", lambda vectors=vectors: encode.predict(vectors))
            stages.end_round()
        stages.report("Prediction, types known", words)
        parameters = Parameters({"tok2vec": model})
        optimizer = Adam(0.001, use_averages=False)
        set_dropout_rate(model, args.dropout)
        stages = Stages()
        step = 0
        for _ in range(args.rounds):
            for batch in batches(docs, args.batch_words):
                with random.scope(seed=0, step=step):
                    train(embed, encode, batch, stages)
                stages.time("optimizer", lambda: parameters.step(optimizer))
                step += 1
            stages.end_round()
        stages.report(f"Training, dropout {args.dropout}", words)


def train(embed: object, encode: object, batch: list[Doc], stages: Stages) -> None:
    vectors, backprop_embed = stages.time("embed forward", lambda: embed.begin_update(batch))
    output, backprop_encode = stages.time("encode forward", lambda: encode.begin_update(vectors))
    gradient = [np.full_like(each, 0.001) for each in output]
    d_vectors = stages.time("encode backward", lambda: backprop_encode(gradient))
    stages.time("embed backward", lambda: backprop_embed(d_vectors))


if __name__ == "__main__":
    main()
