"""Runs over data that are never held: where labels come from, and going on in the middle."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel import Config, registry
from kernel.tokens import Doc
from kernel.training import Example
from kernel.training.loop import train
from kernel.training.prepare import prepare

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)

CONFIG = """
[nlp]
lang = "xx"
pipeline = ["ner"]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 1
use_upper = true

[components.ner.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 8
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 1
subword_features = true

[corpora.train]
@readers = "kernel.StreamedCorpus.v1"
path = "train.jsonl"
buffer = 1

[corpora.dev]
@readers = "kernel.Corpus.v1"
path = "dev.jsonl"

[training]
max_epochs = 3
max_steps = 0
eval_frequency = 5

[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 60
tolerance = 0.2

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"

[initialize]
sample_size = 20
"""


def record(number: int, label: str = "PERSON") -> str:
    return json.dumps({"text": f"Ada{number} went to town", "spans": [[0, 3 + len(str(number)), label]]})


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A streamed run whose last record alone has the label RARE."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    records = [*(record(number) for number in range(80)), record(80, "RARE")]
    Path("train.jsonl").write_text("\n".join(records), encoding="utf-8")
    Path("dev.jsonl").write_text("\n".join(records[:3]), encoding="utf-8")
    made = Config.from_str(CONFIG)
    made["corpora"]["train"]["shuffle"] = False
    with registry.restored():
        yield made


def labels(config: Config) -> set[str]:
    return set(prepare(config).pipeline.get_pipe("ner").labels)


def test_labels_are_those_of_a_sample_unless_they_are_counted(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert labels(config) == {"PERSON"}
    assert "are those of its first 20 examples" in caplog.text
    config["initialize"]["labels_from"] = "count"
    assert labels(config) == {"PERSON", "RARE"}
    assert "its labels are counted in all of its examples" in caplog.text
    assert "corpora.train: 81 examples counted in 0:0" in caplog.text


def test_a_count_is_kept_until_the_data_or_the_components_change(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    config["initialize"]["labels_from"] = "count"
    first = prepare(config).pipeline
    caplog.set_level(logging.INFO)
    second = prepare(config).pipeline
    assert "are those that were counted before" in caplog.text and "examples counted in" not in caplog.text
    assert first.to_bytes() == second.to_bytes()
    with Path("train.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + record(81, "NEW"))
    assert labels(config) == {"PERSON", "RARE", "NEW"}
    assert "82 examples counted in" in caplog.text
    config["initialize"]["components"] = {"ner": {"labels": ["PERSON"]}}
    caplog.clear()
    assert labels(config) == {"PERSON"}
    assert "examples counted in" not in caplog.text, "labels that are given need no count"


def test_a_streamed_run_goes_on_as_if_it_had_not_stopped(config: Config, tmp_path: Path) -> None:
    config["corpora"]["train"]["shuffle"] = True
    config["initialize"]["labels_from"] = "count"
    config["training"]["checkpoint"] = {"every_steps": 1}
    kernel.train(config, "straight")
    for steps in (6, 8, 11):
        kernel.train(
            config,
            "parts",
            resume=True,
            overrides={"training.max_steps": steps},
            allow_drift=["training.max_steps"],
        )
    kernel.train(config, "parts", resume=True, allow_drift=["training.max_steps"])
    for file in sorted(Path("straight/model-last").rglob("*")):
        if file.is_file() and file.name not in ("config.cfg", "meta.json", "MANIFEST.json"):
            other = Path("parts/model-last") / file.relative_to("straight/model-last")
            assert file.name == "manifest.json" or other.read_bytes() == file.read_bytes(), file


class Simulated:
    """200 GB of texts of some 200 bytes, of which each is made when it is asked for, from its number."""

    def __init__(self, nlp: Any) -> None:
        self._nlp = nlp
        self.asked = 0

    def __len__(self) -> int:
        return 10**9

    def __getitem__(self, number: int) -> Example:
        self.asked += 1
        words = [f"w{(number * 7919 + place * 104729) % 5003}" for place in range(40)]
        words[number % 40] = f"Ada{number % 97}"
        ents = ["O"] * 40
        ents[number % 40] = "B-PERSON"
        return Example(Doc(self._nlp.vocab, words=words), Doc(self._nlp.vocab, words=words, ents=ents))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999999])
def test_a_source_of_any_size_is_read_where_the_run_stands(config: Config, share: float) -> None:
    sources: list[Simulated] = []

    def simulated() -> Any:
        def make(nlp: Any) -> Simulated:
            sources.append(Simulated(nlp))
            return sources[-1]

        return make

    registry.misc("test.Simulated.v1", simulated)
    config["corpora"]["train"] = {"@readers": "kernel.Shuffle.v1", "source": {"@misc": "test.Simulated.v1"}}
    config["initialize"]["components"] = {"ner": {"labels": ["PERSON"]}}
    config["training"].update({"max_steps": 6, "max_epochs": 0, "eval_frequency": 0})
    run = prepare(config)
    corpus: Any = run.train_corpus
    corpus.restore({"key": 7, "size": 10**9, "place": int(share * 10**9)})
    before = sum(source.asked for source in sources)
    assert len(list(train(run))) == 6
    assert corpus.state()["place"] - int(share * 10**9) == sum(s.asked for s in sources) - before < 100
