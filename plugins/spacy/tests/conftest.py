"""Small pipelines as spaCy saves them, written from what is known of its format."""

import json
from pathlib import Path

import numpy as np
import pytest
import srsly

TOKENIZER = {
    "prefix_search": r"^\(|^\"",
    "suffix_search": r"[\).,!?]$|'s$",
    "infix_finditer": r"(?<=[a-z])-(?=[a-z])",
    "token_match": None,
    "url_match": r"https?://\S+",
    "exceptions": {"don't": [{65: "do"}, {65: "n't", 67: "not"}]},
    "faster_heuristics": True,
}
CONFIG = """\
[paths]
train = null

[nlp]
lang = "{lang}"
pipeline = {pipeline}
disabled = []
before_creation = null
after_creation = null
after_pipeline_creation = null
batch_size = 256
tokenizer = {{"@tokenizers":"spacy.Tokenizer.v1"}}

[components]
"""


def write_spacy(folder: Path, *, lang: str = "xx", blocks: dict[str, str] | None = None, meta=None) -> Path:
    """A directory as spaCy 3 writes it. blocks: name of a component -> the text of its block, in the order of the pipeline."""
    blocks = blocks or {}
    (folder / "vocab").mkdir(parents=True)
    text = CONFIG.format(lang=lang, pipeline=json.dumps(list(blocks)))
    text += "".join(f"\n[components.{name}]\n{block}\n" for name, block in blocks.items())
    (folder / "config.cfg").write_text(text, encoding="utf8")
    meta = {"lang": lang, "name": "small", "version": "0.0.0", "spacy_version": ">=3.8.18,<3.9.0"} | (
        meta or {}
    )
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf8")
    (folder / "tokenizer").write_bytes(srsly.msgpack_dumps(TOKENIZER))
    (folder / "vocab" / "strings.json").write_text(json.dumps(["house", "tree"]), encoding="utf8")
    (folder / "vocab" / "lookups.bin").write_bytes(srsly.msgpack_dumps({}))
    (folder / "vocab" / "key2row").write_bytes(srsly.msgpack_dumps({}))
    np.save(folder / "vocab" / "vectors.npy", np.zeros((0, 0), dtype=np.float32))
    (folder / "vocab" / "vectors.npy").rename(folder / "vocab" / "vectors")
    (folder / "vocab" / "vectors.cfg").write_text('{"mode":"default"}')
    return folder


@pytest.fixture
def spacy_folder(tmp_path):
    """Writes a pipeline into a new directory: called with the keywords of `write_spacy`."""

    def write(name: str = "theirs", **settings) -> Path:
        return write_spacy(tmp_path / name, **settings)

    return write
