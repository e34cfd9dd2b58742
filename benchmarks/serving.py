"""A trained pipeline with a transformer on one core of the CPU: torch in float32 and bfloat16, ONNX in float32 and eight bits.

    python benchmarks/serving.py MODEL CORPUS.spacy [--texts N] [--rounds N]

MODEL: a saved pipeline whose transformer comes from TransformerModel.v3 or Tok2VecTransformer.v3. CORPUS: documents with gold, for
texts and scores. It needs the environment of `make install-torch`. Every side runs in processes of its own, one after the other and
several times; a line each: words per second of `pipe` (the best round), milliseconds of a single sentence, scores, megabytes of the
folder, and megabytes that loading and running take beside Python and kernel.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from sides import environment

SIDES = {"torch float32": "torch", "torch bfloat16": "bf16", "ONNX float32": "onnx", "ONNX int8": "int8"}


def write_sides(model: str, place: Path) -> dict[str, Path]:
    """The pipeline in every form, a folder each."""
    from kernel_onnx.pipeline import exchange

    import kernel

    folders = {name: place / side for name, side in SIDES.items()}
    for side in ("torch", "onnx", "int8"):
        nlp = kernel.load(model)
        if side != "torch":
            exchange(nlp, int8=side == "int8")
        nlp.to_disk(place / side)
    shutil.copytree(place / "torch", place / "bf16")
    config = place / "bf16" / "config.cfg"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^precision = .*$", 'precision = "bfloat16"', text), encoding="utf-8")
    return folders


def measure(folder: str, corpus: str, texts: int, rounds: int, has_scores: bool) -> dict[str, Any]:
    """What one side does, in this process."""
    import kernel
    from kernel.tokens import DocBin
    from kernel.training import Example

    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    nlp = kernel.load(folder)
    gold = list(DocBin().from_disk(corpus).get_docs(nlp.vocab))
    sentences = [doc.text for doc in gold[:texts]]
    documents = [" ".join(sentences[place : place + 10]) for place in range(0, len(sentences), 10)]
    words = sum(len(doc) for doc in nlp.pipe(documents))
    times = []
    for _ in range(rounds):
        before = process_time()
        for _doc in nlp.pipe(documents):
            pass
        times.append(process_time() - before)
    single = []
    for _ in range(rounds):
        before = process_time()
        for text in sentences[:50]:
            nlp(text)
        single.append((process_time() - before) / len(sentences[:50]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found: dict[str, Any] = {
        "words/s": round(words / min(times)),
        "ms a sentence": round(1000 * min(single), 2),
        "MB on disk": round(
            sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
        ),
        "MB of memory": round((peak - start) / 1024),
    }
    if has_scores:
        scores = nlp.evaluate([Example(nlp.make_doc(doc.text), doc) for doc in gold])
        found |= {
            key: round(scores[key], 4)
            for key in ("ents_f", "tag_acc", "cats_score")
            if scores.get(key) is not None
        }
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--scores", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(
            json.dumps(measure(options.side, options.corpus, options.texts, options.rounds, options.scores))
        )
        return 0
    with TemporaryDirectory() as name:
        folders = write_sides(options.model, Path(name))
        best: dict[str, dict[str, Any]] = {}
        for turn in range(2):
            for side, folder in folders.items():
                command = [sys.executable, __file__, options.model, options.corpus, "--side", str(folder)]
                command += ["--texts", str(options.texts), "--rounds", str(options.rounds)]
                command += ["--scores"] if turn == 0 else []
                done = subprocess.run(
                    command, env=environment(), stdout=subprocess.PIPE, text=True, check=True
                )
                found = json.loads(done.stdout.splitlines()[-1])
                if side in best:
                    found["words/s"] = max(found["words/s"], best[side]["words/s"])
                    found["ms a sentence"] = min(found["ms a sentence"], best[side]["ms a sentence"])
                best[side] = best.get(side, {}) | found
        for side, found in best.items():
            print(f"{side:15}", "  ".join(f"{key} {value}" for key, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
