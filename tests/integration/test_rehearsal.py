"""Training on other labels, with and without rehearsal: what was known stays, and a run that is resumed ends in the same bytes."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kernel import load, registry
from kernel.cli.run import run as command
from kernel.config import load_config
from kernel.language import Language
from kernel.training import Example
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find

from ..small import json_lines
from .conftest import Result

pytestmark = pytest.mark.needs("kernel-nlp-callbacks", "kernel-nlp-components", "kernel-nlp-readers")
Kernel = Callable[..., Result]

PEOPLE = ["Ada", "Bob", "Cid", "Dora", "Eve", "Fritz", "Gil", "Hans"]
CITIES = ["Paris", "Rome", "Lima", "Oslo", "Bern", "Kiew", "Riga", "Porto"]
VERBS = ["lives in", "drove to", "likes", "left"]
TOK2VEC = """
[components.tok2vec]
factory = "tok2vec"
[components.tok2vec.model]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 16
depth = 1
embed_size = 200
window_size = 1
maxout_pieces = 2
subword_features = true
"""
NER = """
[components.ner]
factory = "ner"
[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
use_upper = true
nO = null
[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 16
"""
CONFIG = """
[paths]
train = "{train}.jsonl"
dev = "both.jsonl"
[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]
[components]
{components}
[corpora]
[corpora.raw]
@readers = "kernel.Corpus.v1"
path = "raw.jsonl"
[corpora.train]
@readers = "kernel.Corpus.v1"
path = ${{paths.train}}
[corpora.dev]
@readers = "kernel.Corpus.v1"
path = ${{paths.dev}}
[training]
seed = 1
dropout = 0.1
max_steps = {steps}
eval_frequency = {steps}
[training.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 100
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01
[training.checkpoint]
every_steps = 1
{more}
"""
SOURCE = "".join(f'[components.{name}]\nsource = "old/model-last"\n' for name in ("tok2vec", "ner"))


def record(person: str, city: str, verb: str, labels: str) -> dict[str, Any]:
    text = f"{person} {verb} {city} today"
    start = len(person) + len(verb) + 2
    spans = [[0, len(person), "PERSON"], [start, start + len(city), "CITY"]]
    return {"text": text, "spans": [span for span in spans if span[2] in labels]}


def records(labels: str) -> list[dict[str, Any]]:
    return [
        record(person, city, VERBS[(one + other) % len(VERBS)], labels)
        for one, person in enumerate(PEOPLE)
        for other, city in enumerate(CITIES)
    ]


def write(folder: Path) -> None:
    (folder / "old.cfg").write_text(
        CONFIG.format(train="people", components=TOK2VEC + NER, steps=40, more="")
    )
    for name, labels in (("people", "PERSON"), ("cities", "CITY"), ("both", "PERSON CITY")):
        (folder / f"{name}.jsonl").write_text(json_lines(records(labels)))
    (folder / "few.jsonl").write_text(json_lines({"text": f"{name} left today"} for name in PEOPLE))
    (folder / "raw.jsonl").write_text(json_lines({"text": each["text"]} for each in records("")))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and a pipeline that knows people; not to be changed."""
    folder = tmp_path_factory.mktemp("rehearsal")
    write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command(["train", "old.cfg", "-o", "old"]) == 0
    return folder


@pytest.fixture
def here(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own with the same data, and the trained pipeline."""
    write(tmp_path)
    (tmp_path / "old").symlink_to(old / "old")
    monkeypatch.chdir(tmp_path)
    with registry.restored():
        yield tmp_path


def new_config(rehearsal: str | None, *, steps: int = 40) -> str:
    more = f'[training.callbacks.keep]\n@callbacks = "kernel.Rehearse.v1"\n{rehearsal}'
    return CONFIG.format(
        train="cities", components=SOURCE, steps=steps, more="" if rehearsal is None else more
    )


def scores(model: Path) -> dict[str, float]:
    nlp = load(model)
    examples = [
        Example.from_dict(nlp.make_doc(each["text"]), {"entities": [tuple(span) for span in each["spans"]]})
        for each in records("PERSON CITY")
    ]
    found = nlp.evaluate(examples)["ents_per_type"]
    return {label: found.get(label, {"f": 0.0})["f"] for label in ("PERSON", "CITY")}


@pytest.mark.parametrize("settings", ["weight = 2.0\n", 'corpus = "corpora.raw"\nweight = 2.0\n'])
def test_half_of_what_would_be_forgotten_and_more_is_kept(here: Path, settings: str) -> None:
    before = scores(here / "old" / "model-last")
    assert before["PERSON"] > 0.95
    found = {}
    for name, rehearsal in (("without", None), ("with", settings)):
        (here / f"{name}.cfg").write_text(new_config(rehearsal))
        assert command(["train", f"{name}.cfg", "-o", name]) == 0
        found[name] = scores(here / name / "model-last")
    assert found["with"]["CITY"] > 0.9
    lost, lost_with = (before["PERSON"] - found[name]["PERSON"] for name in ("without", "with"))
    assert lost > 0.5
    assert lost_with < lost / 2


@pytest.mark.parametrize(
    "settings",
    [
        "",
        'corpus = "corpora.raw"\nevery = 2\ndropout = 0.2\n',
        # A corpus that says where it stands; several passes of it.
        'corpus = "corpora.few"\n[corpora.few]\n@readers = "kernel.StreamedCorpus.v1"\npath = "few.jsonl"\n',
    ],
)
@pytest.mark.parametrize("step", [1, 5])
def test_a_run_that_is_resumed_ends_in_the_same_bytes(here: Path, settings: str, step: int) -> None:
    config = load_config(write_config(here, new_config(settings, steps=8)), {"paths.dev": "people.jsonl"})
    for _ in train(prepare(config, output=here / "straight")):
        pass
    with closing(train(prepare(config, output=here / "left"))) as steps:
        for info in steps:
            if info.step == step:
                break
    run = prepare(config, output=here / "left")
    left = find(here / "left", resume=True)
    assert left is not None and left.step == step
    check(run, left)
    assert [info.step for info in train(run)] == list(range(step + 1, 9))
    for name in ("tok2vec/model", "ner/model", "ner/moves"):
        one, other = ((here / folder / "model-last" / name).read_bytes() for folder in ("straight", "left"))
        assert one == other


def test_texts_of_a_corpus_come_beside_those_of_the_batch(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, list[list[str]]] = {"update": [], "rehearse": []}
    for name, texts in seen.items():
        monkeypatch.setattr(Language, name, remembering(getattr(Language, name), texts))
    settings = 'corpus = "corpora.few"\n[corpora.few]\n@readers = "kernel.Corpus.v1"\npath = "few.jsonl"\n'
    config = load_config(write_config(here, new_config(settings, steps=3)), {"paths.dev": "people.jsonl"})
    for _ in train(prepare(config, output=here / "new")):
        pass
    few = {json.loads(line)["text"] for line in (here / "few.jsonl").read_text().splitlines()}
    for learnt, rehearsed in zip(seen["update"], seen["rehearse"], strict=True):
        more = [text for text in rehearsed if text in few]
        assert sorted(more + learnt) == sorted(rehearsed)
        # About as many words.
        words, wanted = (sum(len(text.split()) for text in texts) for texts in (more, learnt))
        assert wanted <= words < wanted + 3


def remembering(method: Any, texts: list[list[str]]) -> Any:
    def called(self: Any, examples: Any, **settings: Any) -> Any:
        texts.append([example.reference.text for example in examples])
        return method(self, examples, **settings)

    return called


def write_config(folder: Path, text: str) -> Path:
    (folder / "config.cfg").write_text(text)
    return folder / "config.cfg"


def test_the_loss_of_rehearsal_is_told_apart(here: Path) -> None:
    write_config(here, new_config("", steps=3))
    assert command(["train", "config.cfg", "-o", "new"]) == 0
    rows = [json.loads(line) for line in (here / "new" / "history.jsonl").read_text().splitlines()]
    losses = [row["losses"] for row in rows if "learn_rate" in row]
    names = {"tok2vec", "ner", "tok2vec_rehearsal", "ner_rehearsal"}
    assert [set(each) for each in losses] == [names] * 3
    # Nothing has changed before the first step.
    assert losses[0]["ner_rehearsal"] == 0.0
    assert losses[2]["ner_rehearsal"] > 0.0


@pytest.mark.parametrize(
    ("settings", "config", "said"),
    [
        ("", TOK2VEC + NER, "has nothing to keep: no component that is trained is taken from a trained"),
        (
            'corpus = "corpora.rwa"\n',
            SOURCE,
            "training.callbacks.keep.corpus: 'corpora.rwa' is not in the config",
        ),
        ('corpus = "corpora.rwa"\n', SOURCE, "Did you mean 'corpora.raw'?"),
        (
            'components = ["nre"]\n',
            SOURCE,
            "training.callbacks.keep.components: the pipeline has no component 'nre'",
        ),
        ('components = ["nre"]\n', SOURCE, "Did you mean 'ner'?"),
        ("weight = 0\n", SOURCE, "weight"),
    ],
)
def test_what_can_not_be_rehearsed_is_refused_before_the_first_step(
    here: Path, capsys: pytest.CaptureFixture[str], settings: str, config: str, said: str
) -> None:
    write_config(here, new_config(settings).replace(SOURCE, config))
    capsys.readouterr()
    code = command(["train", "config.cfg", "-o", "new"])
    assert code == (1 if "nothing to keep" in said else 2)
    assert said in capsys.readouterr().err
    assert not (here / "new" / "model-last").exists()


def test_first_weights_that_are_kept_are_warned_of(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(here, new_config('components = ["ner"]\n', steps=1).replace(SOURCE, TOK2VEC + NER))
    capsys.readouterr()
    assert command(["train", "config.cfg", "-o", "new"]) == 0
    assert (
        "kernel.Rehearse.v1 keeps the first weights of 'ner', which know nothing" in capsys.readouterr().err
    )


def test_other_texts_to_rehearse_on_are_drift(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(here, new_config('corpus = "corpora.raw"\n', steps=2))
    assert command(["train", "config.cfg", "-o", "new"]) == 0
    (here / "raw.jsonl").write_text(json_lines([{"text": "Something else"}]))
    capsys.readouterr()
    assert command(["train", "config.cfg", "-o", "new", "--resume"]) == 2
    assert "corpora.raw" in capsys.readouterr().err


def test_a_corpus_without_texts_is_an_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(here, new_config('corpus = "corpora.none"\n', steps=2))
    config = (here / "config.cfg").read_text() + '[corpora.none]\n@readers = "own.None.v1"\n'
    (here / "config.cfg").write_text(config)
    (here / "own.py").write_text(
        "from kernel import registry\n"
        "@registry.readers('own.None.v1')\n"
        "def none():\n"
        "    return lambda nlp: iter([])\n"
    )
    assert command(["train", "config.cfg", "-o", "new", "--code", "own.py"]) != 0
    assert "corpora.none has no examples to rehearse on" in capsys.readouterr().err
