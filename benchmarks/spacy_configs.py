"""Configs of spaCy as they are: each is checked and trained ten steps, with its names unchanged.

    python -m spacy init config configs/tagger.cfg --pipeline tagger
    python benchmarks/spacy_configs.py configs/ [--transformer DIRECTORY] [--filter TEXT]

What a config takes from elsewhere is replaced by overrides: corpora by some made sentences, vectors, lookup tables and knowledge bases by
small ones, weights of Hugging Face by a small network in a directory. A row says how a config fared: `trained`, `assembled` where nothing learns, `refused` with
the first line of what was said, or `failed`, which is a mistake of ours. Exit code 1 if there is such a row.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy

import kernel
from kernel import Config
from kernel.errors import KernelError
from kernel.tokens import Doc, DocBin, Span
from kernel.training.assemble import assemble

STEPS = 10
NOTHING = "there is nothing to train"
WORDS = [
    "the",
    "dog",
    "saw",
    "a",
    "cat",
    "in",
    "Paris",
    "and",
    "Ann",
    "likes",
    "big",
    "red",
    "houses",
    "near",
    "old",
    "rivers",
    "today",
]
TAGS = ["NN", "VBD", "DT", "JJ", "IN"]
POS = ["NOUN", "VERB", "DET", "ADJ", "ADP"]
ITEMS = {"Paris": "Q90", "Ann": "Q1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--transformer", type=Path, help="a network of Hugging Face, in place of those that configs name"
    )
    parser.add_argument("--filter", default="", help="a part of the names of the configs that are tried")
    parser.add_argument("--trace", action="store_true", help="print the traceback of what failed")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    print("| config | result | said |\n|---|---|---|")
    with TemporaryDirectory() as folder:
        assets = Assets(Path(folder), args.transformer)
        for path in sorted(args.folder.rglob("*.cfg")):
            if args.filter not in path.name:
                continue
            result, said = tried(path, assets, args.trace)
            counts[result] += 1
            print(f"| {path.relative_to(args.folder)} | {result} | {said} |", flush=True)
    print(f"\n{', '.join(f'{count} {result}' for result, count in sorted(counts.items()))}")
    sys.exit(bool(counts["failed"]))


def tried(path: Path, assets: Assets, trace: bool = False) -> tuple[str, str]:
    """What came of one config, and the first line of what was said."""
    try:
        config = Config.from_disk(path)
        overrides = assets.overrides(config)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            kernel.train(path, overrides=overrides)
    except KernelError as error:
        if NOTHING in str(error):
            return assembled(path, overrides)
        if trace:
            print(error, error.hint, file=sys.stderr)
        return "refused", " ".join(str(error).split())[:300]
    except Exception as error:  # noqa: BLE001 (what fails is shown, and the next config is tried)
        if trace:
            traceback.print_exc()
        return "failed", f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return "trained", ""


def assembled(path: Path, overrides: Mapping[str, Any]) -> tuple[str, str]:
    """A pipeline in which nothing learns, built and initialised."""
    try:
        assemble(Config.from_disk(path, overrides=overrides))
    except KernelError as error:
        return "refused", " ".join(str(error).split())[:300]
    return "assembled", "nothing in it learns"


class Assets:
    """What configs take from elsewhere, small, in one folder."""

    def __init__(self, folder: Path, transformer: Path | None) -> None:
        self.folder, self.transformer = folder, transformer
        self._made: dict[tuple[str, str, str], Path] = {}
        # Groups of spans that the config at hand learns.
        self._groups: list[str] = []

    def overrides(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Values over those of a config: data, sizes of the run, weights."""
        nlp = config.get("nlp", {})
        lang = nlp.get("lang") or "en"
        named = [block.get("spans_key") for block in config.get("components", {}).values()]
        self._groups = sorted({"sc", *(key for key in named if isinstance(key, str))})
        found: dict[str, Any] = {"training.max_steps": STEPS, "training.eval_frequency": STEPS // 2}
        # A rate that changes with the batch is scheduled for long runs; a patience may end them before.
        found["training.patience"] = 0
        for name, block in config.get("corpora", {}).items():
            if isinstance(block, Mapping) and "path" in block:
                kind = "texts" if "Jsonl" in str(block.get("@readers")) else "docs"
                found[f"corpora.{name}.path"] = str(self._asset(kind, lang))
        for name in ("train", "dev"):
            # Where [corpora] is left to the defaults.
            if name not in config.get("corpora", {}) and name in config.get("paths", {}):
                found[f"paths.{name}"] = str(self._asset("docs", lang))
        vectors = config.get("initialize", {}).get("vectors")
        is_static = any(block.get("include_static_vectors") is True for _, block in blocks(config))
        if is_static or (vectors and _value(config, vectors)):
            found["initialize.vectors"] = str(self._asset("vectors", lang))
        if config.get("initialize", {}).get("init_tok2vec") and config.get("pretraining"):
            found["initialize.init_tok2vec"] = None
        for path, block in blocks(config):
            name = block.get("@architectures", "")
            if "TransformerModel" in name or "Tok2VecTransformer" in name:
                found[f"{path}.name"] = str(self.transformer)
        for name, block in config.get("components", {}).items():
            given = config.get("initialize", {}).get("components", {}).get(name, {})
            if block.get("factory") == "lemmatizer" and "lookups" not in given:
                found[f"initialize.components.{name}.lookups"] = str(self._asset("tables", lang))
            if block.get("factory") == "entity_linker":
                loader = {"@misc": "spacy.KBFromFile.v1", "kb_path": str(self._asset("kb", lang))}
                found[f"initialize.components.{name}.kb_loader"] = loader
        return found

    def _asset(self, kind: str, lang: str) -> Path:
        key = kind, lang, "-".join(self._groups)
        if key not in self._made:
            path = self.folder / f"{kind}-{lang}-{len(self._made)}"
            getattr(self, f"_{kind}")(path, kernel.blank(lang))
            self._made[key] = path.with_suffix(".spacy") if kind == "docs" else path
        return self._made[key]

    def _docs(self, path: Path, nlp: Any) -> None:
        made = list(docs(nlp.vocab, self._groups))
        DocBin(docs=made, store_user_data=True).to_disk(path.with_suffix(".spacy"))

    @staticmethod
    def _texts(path: Path, nlp: Any) -> None:
        lines = [json.dumps({"text": doc.text}) for doc in docs(nlp.vocab)]
        path.write_text("\n".join(lines) + "\n", encoding="utf8")

    @staticmethod
    def _vectors(path: Path, nlp: Any) -> None:
        rows = numpy.random.default_rng(0).normal(size=(len(WORDS), 8)).astype("f")
        for word, row in zip(WORDS, rows, strict=True):
            nlp.vocab.set_vector(word, row)
        nlp.to_disk(path)

    @staticmethod
    def _tables(path: Path, nlp: Any) -> None:
        path.mkdir()
        rules = {"noun": [["s", ""]], "verb": [["ed", ""]]}
        tables: dict[str, Any] = {"lemma_rules": rules, "lemma_exc": {}, "lemma_index": {"noun": ["house"]}}
        tables["lemma_lookup"] = {"houses": "house"}
        for name, table in tables.items():
            (path / f"{name}.json").write_text(json.dumps(table), encoding="utf8")

    @staticmethod
    def _kb(path: Path, nlp: Any) -> None:
        from kernel.kb import InMemoryLookupKB

        kb = InMemoryLookupKB(nlp.vocab, entity_vector_length=64)
        for word, item in ITEMS.items():
            kb.add_entity(item, 5.0, [float(len(word))] * 64)
            kb.add_alias(word, [item], [0.9])
        kb.to_disk(path)


def docs(vocab: Any, groups: Iterable[str] = ()) -> Iterator[Doc]:
    """Sentences with all annotations that a component may learn."""
    numbers = numpy.random.default_rng(1)
    for count in range(40):
        size = 12
        words = [WORDS[number] for number in numbers.integers(0, len(WORDS), size)]
        words[2], words[7] = "Paris", "Ann"
        kinds = [len(word) % 5 for word in words]
        doc = Doc(
            vocab,
            words=words,
            tags=[TAGS[kind] for kind in kinds],
            pos=[POS[kind] for kind in kinds],
            morphs=["Number=Sing" if kind else "" for kind in kinds],
            lemmas=[word.lower() for word in words],
            heads=[1, 1, 1, 2, 3, 4, 7, 7, 7, 8, 9, 10],
            deps=["nsubj", "ROOT", "obj", *["dep"] * 4, "ROOT", *["amod"] * 4],
            sent_starts=[index in (0, 6) for index in range(size)],
        )
        doc.ents = [
            Span(doc, 2, 3, label="GPE", kb_id=ITEMS["Paris"]),
            Span(doc, 7, 8, label="PERSON", kb_id=ITEMS["Ann"]),
        ]
        for group in groups:
            doc.spans[group] = [Span(doc, 0, 2, label="A"), Span(doc, 2, 4, label="B")]
        doc.cats = {"POS": float(count % 2), "NEG": float(1 - count % 2)}
        yield doc


def blocks(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All sections, with their dotted paths."""
    if isinstance(value, Mapping):
        if path:
            yield path, value
        for key, item in value.items():
            yield from blocks(item, f"{path}.{key}" if path else str(key))


def _value(config: Mapping[str, Any], value: Any) -> Any:
    """A value, or that of the variable which it is."""
    text = str(value)
    if text.startswith("${") and text.endswith("}"):
        for key in text[2:-1].replace(":", ".").split("."):
            config = config.get(key) if isinstance(config, Mapping) else None
        return config
    return value


if __name__ == "__main__":
    main()
