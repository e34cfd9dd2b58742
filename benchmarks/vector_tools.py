"""Train the tools on corpus.txt of a folder, and write their files there, each with what the tool itself says of every word.

Run by vector_files.py with the tools' own Python. Prints a line of JSON for each file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

WIDTH = 50
# What rounding to five digits changes at most, as a share of the largest number.
FIVE_DIGITS = 5e-5


def keep(folder: Path, file: str, words: list[str], vectors: Any, *, tolerance: float = 0.0) -> None:
    """Write down what a file is to hold."""
    np.savez(folder / f"{file}.npz", words=json.dumps(words), vectors=np.asarray(vectors, dtype=np.float32))
    print(json.dumps({"file": file, "source": file, "tolerance": tolerance}))


def gensim_files(folder: Path, sentences: list[list[str]]) -> None:
    from gensim.models import FastText, Word2Vec

    settings = {"vector_size": WIDTH, "min_count": 2, "epochs": 1, "seed": 1, "workers": 1}
    models = {"word2vec": Word2Vec(sentences, **settings)}
    models["fasttext"] = FastText(sentences, bucket=20_000, **settings)
    for name, model in models.items():
        words = list(model.wv.index_to_key)
        for file, binary in ((f"gensim-{name}.txt", False), (f"gensim-{name}.bin", True)):
            model.wv.save_word2vec_format(str(folder / file), binary=binary)
            keep(folder, file, words, model.wv.vectors)


def fasttext_files(folder: Path, sentences: list[list[str]]) -> None:
    import fasttext

    model = fasttext.train_unsupervised(
        str(folder / "corpus.txt"), dim=WIDTH, minCount=2, epoch=1, thread=1, bucket=20_000, verbose=0
    )
    words = model.get_words()
    vectors = np.array([model.get_word_vector(word) for word in words])
    # As its program writes them: five digits, and a space behind each number.
    lines = [f"{len(words)} {WIDTH}"]
    lines += [
        f"{word} " + "".join(f"{number:.5g} " for number in row)
        for word, row in zip(words, vectors, strict=True)
    ]
    (folder / "fasttext.vec").write_text("\n".join(lines) + "\n", encoding="utf-8")
    keep(folder, "fasttext.vec", words, vectors, tolerance=FIVE_DIGITS)


def floret_files(folder: Path, sentences: list[list[str]]) -> None:
    import floret

    model = floret.train_unsupervised(
        str(folder / "corpus.txt"), model="cbow", mode="floret", hashCount=2, bucket=5000, minn=2, maxn=4,
        minCount=2, dim=WIDTH, epoch=1, thread=1, verbose=0,
    )  # fmt: skip
    words = model.get_words()
    model.save_vectors(str(folder / "floret.vec"))
    keep(folder, "floret.vec", words, [model.get_word_vector(word) for word in words], tolerance=FIVE_DIGITS)
    # Words that it has not seen have a vector too. Its sign of the end of a sentence is no word of a text.
    asked = [word for word in words if word != "</s>"] + ["unseenish", "Łódź", "naïvety", "x", "😀😀"]
    model.save_floret_vectors(str(folder / "floret.floret"))
    keep(
        folder, "floret.floret", asked, [model.get_word_vector(word) for word in asked], tolerance=FIVE_DIGITS
    )


def spacy_files(folder: Path, sentences: list[list[str]]) -> None:
    import spacy

    vectors = spacy.load("fr_core_news_md", exclude=["parser", "ner", "morphologizer"]).vocab.vectors
    keys = np.array(list(vectors.key2row), dtype=np.uint64)
    file = "fr_core_news_md"
    np.savez(folder / f"{file}.npz", keys=keys, vectors=vectors.data[vectors.find(keys=keys)])
    source = next((Path(spacy.util.get_package_path(file))).glob("*/vocab"))
    print(json.dumps({"file": file, "source": str(source), "tolerance": 0}))


TOOLS: dict[str, tuple[tuple[str, ...], Callable[[Path, list[list[str]]], None]]] = {
    "gensim": (("gensim",), gensim_files),
    "fasttext": (("fasttext",), fasttext_files),
    "floret": (("floret",), floret_files),
    "fr_core_news_md": (("spacy", "fr_core_news_md"), spacy_files),
}


def main() -> None:
    folder = Path(sys.argv[1])
    lines = (folder / "corpus.txt").read_text(encoding="utf-8").splitlines()
    sentences = [line.split(" ") for line in lines]
    for name, (packages, write) in TOOLS.items():
        missing = [package for package in packages if find_spec(package) is None]
        if missing:
            print(json.dumps({"file": name, "missing": f"not installed: {', '.join(missing)}"}))
        else:
            write(folder, sentences)


if __name__ == "__main__":
    main()
