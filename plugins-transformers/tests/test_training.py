"""Runs of `kernel train` with a small transformer: from `init config` to a package that runs elsewhere."""

from __future__ import annotations

import json
import os
import pickle
import pickletools
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import srsly

pytest.importorskip("torch")
pytest.importorskip("transformers")

import kernel
from kernel.cli.run import run as command
from kernel.tokens import Doc, DocBin
from kernel.vocab import Vocab

from . import small

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
    "kernel-nlp-components",
    "kernel-nlp-languages",
    "kernel-nlp-readers",
)

SENTENCES = [
    "Anna lives in Berlin and works for a company .",
    "The quick fox jumps over Berlin .",
    "She sells sea shells to Acme and Anna .",
    "Researchers of Acme measured temperatures in Berlin since 2019 .",
    "They don't cost more .",
    "Anna and Acme walk near the river bank .",
]
LABELS = {"Anna": "PERSON", "Berlin": "PLACE", "Acme": "FIRM"}
# Kills its process after a step, once.
CODE = """
import os, signal
from kernel import hookimpl, registry

class Killer:
    @hookimpl
    def step_end(self, run):
        if run.step == 5 and os.environ.get("TEST_KILLED"):
            os.kill(os.getpid(), signal.SIGKILL)

@registry.callbacks("test.killer.v1")
def killer():
    return Killer()
"""


def gold(vocab: Vocab, text: str) -> Doc:
    words = text.split()
    tags = ["NAME" if word in LABELS else "WORD" for word in words]
    ents = [f"B-{LABELS[word]}" if word in LABELS else "O" for word in words]
    doc = Doc(vocab, words=words, tags=tags, ents=ents)
    doc.cats = {"LONG": float(len(words) > 8), "SHORT": float(len(words) <= 8)}
    return doc


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a transformer, data, and the config that `kernel init config --gpu` writes for three components."""
    place = tmp_path_factory.mktemp("training")
    small.network(place / "bert", "bert")
    vocab = Vocab()
    for name in ("train", "dev"):
        DocBin(docs=[gold(vocab, text) for text in SENTENCES * 4]).to_disk(place / f"{name}.kernel")
    names = "ner,tagger,textcat"
    assert (
        command(["init", "config", str(place / "config.cfg"), "--lang", "en", "--gpu", "--pipeline", names])
        == 0
    )
    (place / "code.py").write_text(CODE, encoding="utf-8")
    return place


def arguments(place: Path, output: str, **overrides: Any) -> list[str]:
    settings = {
        "paths.train": place / "train.kernel",
        "paths.dev": place / "dev.kernel",
        "components.transformer.model.name": place / "bert",
        "training.max_steps": 8,
        "training.eval_frequency": 4,
        "training.batcher.size": 60,
        "training.optimizer.learn_rate.initial_rate": 0.002,
        "training.optimizer.learn_rate.warmup_steps": 2,
        "training.optimizer.use_averages": "true",
        **overrides,
    }
    pairs = [part for key, value in settings.items() for part in (f"--{key}", str(value))]
    return ["train", str(place / "config.cfg"), "--output", str(place / output), *pairs]


def files(folder: Path) -> dict[str, bytes]:
    """The weights of a saved pipeline, by file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name in ("model", "cfg", "tokenizer")
    }


@pytest.fixture(scope="module")
def trained(place: Path) -> Path:
    """A pipeline after eight steps."""
    assert command(arguments(place, "plain")) == 0
    return place / "plain" / "model-last"


def test_the_recommended_config_trains_all_three_components(place: Path, trained: Path) -> None:
    nlp = kernel.load(trained)
    assert nlp.pipe_names == ["transformer", "ner", "tagger", "textcat"]
    doc = nlp("Anna lives in Berlin .")
    assert doc._.trf_data.width == 16 and all(token.tag_ for token in doc) and doc.cats


@pytest.fixture(scope="module")
def installed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for installed packages with that of the pipeline, which pip has built and installed without any index."""
    pytest.importorskip("hatchling")
    work = tmp_path_factory.mktemp("package")
    assert command(["package", str(trained), str(work), "--name", "reader", "--build", "sdist"]) == 0
    (archive,) = (work / "en_reader-0.0.0" / "dist").iterdir()
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    where = ["--target", str(work / "site"), str(archive)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *where], check=True)
    return work / "site"


def is_pickle(data: bytes) -> bool:
    """Whether bytes are a pickle of protocol 2 or later, or such zips of them as torch writes."""
    if data.startswith(b"PK"):
        return True
    if not (data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")):
        return False
    try:
        return [operation.name for operation, _, _ in pickletools.genops(data)][-1] == "STOP"
    except ValueError:
        return False


def parts_of(value: Any) -> Iterator[bytes]:
    """The bytes in a message, those in its mappings and lists too, and in messages within it."""
    if isinstance(value, dict):
        for each in value.values():
            yield from parts_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from parts_of(each)
    elif isinstance(value, bytes):
        yield value
        try:
            inside = srsly.msgpack_loads(value)
        except (ValueError, TypeError, KeyError):
            return
        if not isinstance(inside, bytes):
            yield from parts_of(inside)


def test_pickles_are_found() -> None:
    found = pickle.dumps({"a": [1]})
    assert is_pickle(found) and not is_pickle(b"\x80\x04 of something else") and not is_pickle(b"")
    nested = srsly.msgpack_dumps({"files": [{"state": srsly.msgpack_dumps({"rng": found})}]})
    assert [is_pickle(part) for part in parts_of(nested)].count(True) == 1


def test_saved_or_installed_weights_are_there_once_and_nothing_is_pickled(
    trained: Path, installed: Path
) -> None:
    found = sorted(str(path.relative_to(trained)) for path in (trained / "transformer").rglob("*"))
    assert found == ["transformer/cfg", "transformer/model"]
    module = kernel.load(trained).get_pipe("transformer").model.shims[0].module
    weights = {name: weight.detach().numpy().tobytes() for name, weight in module.named_parameters()}
    assert len(weights) > 30
    for folder in (trained, installed):
        contents = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
        assert not any(is_pickle(part) for data in contents for part in parts_of(data))
        assert not [path for path in folder.rglob("*") if path.suffix in (".bin", ".pt", ".pth", ".pkl")]
        together = b"\0".join(contents)
        assert {name: together.count(weight) for name, weight in weights.items()} == dict.fromkeys(weights, 1)


# Says what pipelines predict where neither the network can be reached nor a pickle be read.
ALONE = """
import json, sys
FORBIDDEN = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "pickle.find_class"}
def refuse(event, arguments):
    if event in FORBIDDEN:
        raise PermissionError(f"{event} {arguments}")
sys.addaudithook(refuse)
import kernel
text, *names = sys.argv[1:]
for name in names:
    doc = kernel.load(name)(text)
    words = [(token.text, token.tag_, token.ent_iob_, token.ent_type_) for token in doc]
    print(json.dumps([words, doc.cats, doc._.trf_data.rows.tobytes().hex()]))
"""


def test_saved_or_installed_it_predicts_the_same_alone_and_without_network(
    place: Path, trained: Path, installed: Path, tmp_path: Path
) -> None:
    text = "Anna lives in Berlin ."
    doc = kernel.load(trained)(text)
    words = [[token.text, token.tag_, token.ent_iob_, token.ent_type_] for token in doc]
    here = [words, doc.cats, doc._.trf_data.rows.tobytes().hex()]
    # The folder that the transformer came from is gone.
    hidden = place / "bert"
    hidden.rename(place / "hidden")
    try:
        # Nothing says that there is no network, and there is no cache of the hub either.
        variables = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
        done = subprocess.run(
            [sys.executable, "-c", ALONE, text, str(trained), "en_reader"],
            env={**variables, "HF_HOME": str(tmp_path), "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
    finally:
        (place / "hidden").rename(hidden)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [here, here]


def whole_and_resumed(place: Path, name: str, **settings: Any) -> list[dict[str, bytes]]:
    """The weights after a run, and after one of the same settings that was killed and resumed."""
    settings |= {
        "training.callbacks.killer": '{"@callbacks":"test.killer.v1"}',
        "training.checkpoint.every_steps": 2,
    }
    code = ["--code", str(place / "code.py")]
    killed = [*arguments(place, f"{name}-killed", **settings), *code]

    def run(words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
        # In processes of their own, which have equally many threads.
        return subprocess.run(
            [sys.executable, "-m", "kernel", *words],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    whole = run([*arguments(place, name, **settings), *code])
    assert whole.returncode == 0, whole.stderr
    assert run(killed, TEST_KILLED="1").returncode == -signal.SIGKILL
    resumed = run([*killed, "--resume"])
    assert resumed.returncode == 0, resumed.stderr
    return [files(place / one / "model-last") for one in (name, f"{name}-killed")]


def test_a_run_that_was_killed_ends_in_the_same_bytes(place: Path, trained: Path) -> None:
    whole, resumed = whole_and_resumed(place, "whole")
    assert whole == resumed


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("save", ["adapter", "merged"])
def test_half_precision_low_rank_layers_averages_and_shards_resume_together(
    place: Path, precision: str, save: str
) -> None:
    pytest.importorskip("peft")
    settings = {
        "components.transformer.model.precision": precision,
        "components.transformer.model.lora": json.dumps({"r": 2, "dropout": 0.1, "save": save}),
        "training.shards": 3,
        "training.accumulate_gradient": 1,
    }
    whole, resumed = whole_and_resumed(place, f"{precision}-{save}", **settings)
    assert whole == resumed and "transformer/model" in whole
    nlp = kernel.load(place / f"{precision}-{save}" / "model-last")
    assert all(token.tag_ for token in nlp("Anna lives in Berlin ."))


def test_shards_are_the_same_as_accumulation(place: Path) -> None:
    shards = {"training.shards": 4, "training.accumulate_gradient": 1}
    parts = {"training.shards": 1, "training.accumulate_gradient": 4}
    assert command(arguments(place, "shards", **shards)) == 0
    assert command(arguments(place, "parts", **parts)) == 0
    one, other = (files(place / name / "model-last") for name in ("shards", "parts"))
    assert one == other and any(name.startswith("transformer") for name in one)


def test_commands_take_it(
    place: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, config = str(place / "dev.kernel"), str(place / "config.cfg")
    name = ["--components.transformer.model.name", str(place / "bert")]
    # As many as `debug data` asks for.
    many = tmp_path / "many.kernel"
    DocBin(docs=[gold(Vocab(), text) for text in SENTENCES * 17]).to_disk(many)
    paths = ["--paths.train", str(many), "--paths.dev", data]
    texts = tmp_path / "texts.txt"
    texts.write_text("Anna lives in Berlin .\n", encoding="utf-8")
    # A pipeline is put together out of trained components.
    parts = "".join(
        f'[components.{part}]\nsource = "{trained.as_posix()}"\n' for part in ("transformer", "tagger")
    )
    assembled = tmp_path / "assembled.cfg"
    assembled.write_text(
        f'[nlp]\nlang = "en"\npipeline = ["transformer","tagger"]\n[components]\n{parts}', encoding="utf-8"
    )
    for words in (
        ["evaluate", str(trained), data],
        ["apply", str(trained), str(texts), str(tmp_path / "out.spacy")],
        ["info", str(trained)],
        ["debug", "config", config, *paths, *name],
        ["debug", "data", config, *paths, *name],
        ["debug", "model", config, "transformer", *paths, *name],
        ["debug", "model", config, "tagger", *paths, *name],
        ["assemble", str(assembled), str(tmp_path / "assembled")],
    ):
        code = command(words)
        captured = capsys.readouterr()
        assert code == 0, (words, captured.out[-2000:], captured.err[-2000:])


def test_listeners_become_copies_that_need_no_transformer_before_them(trained: Path, tmp_path: Path) -> None:
    nlp = kernel.load(trained)
    doc = nlp("Anna lives in Berlin .")
    nlp.replace_listeners("transformer", "tagger", ["model.tok2vec"])
    block = nlp.config["components"]["tagger"]["model"]["tok2vec"]
    assert block["@architectures"] == "kernel.Tok2VecTransformer.v3"
    assert block["pooling"] == {"@layers": "reduce_mean.v1"} and block["grad_factor"] == 1.0
    nlp.to_disk(tmp_path / "copy")
    alone = kernel.load(tmp_path / "copy", exclude=["transformer", "ner", "textcat"])
    assert [token.tag_ for token in alone("Anna lives in Berlin .")] == [token.tag_ for token in doc]


def test_a_transformer_of_ones_own_trains(place: Path) -> None:
    nlp = kernel.blank("en")
    own = {
        "@architectures": "kernel.Tok2VecTransformer.v3",
        "name": str(place / "bert"),
        "get_spans": {"@span_getters": "kernel.sent_spans.v1"},
        "pooling": {"@layers": "reduce_max.v1"},
    }
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": own}})
    examples = [kernel.training.Example(nlp.make_doc(text), gold(nlp.vocab, text)) for text in SENTENCES]
    nlp.initialize(lambda: examples)
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.003
    losses = [
        nlp.update(examples, sgd=optimizer, losses={}, annotates=["sentencizer"])["tagger"] for _ in range(12)
    ]
    assert losses[-1] < 0.8 * losses[0]


def test_a_tagger_on_a_transformer_learns_faster_from_random_first_weights(place: Path) -> None:
    """At the learn rate of fine-tuning, whose steps are too small to leave the zeros soon."""

    def learnt(**first: Any) -> float:
        nlp = kernel.blank("en")
        block = {
            "@architectures": "kernel.TransformerModel.v3",
            "name": str(place / "bert"),
            "get_spans": {"@span_getters": "kernel.doc_spans.v1"},
        }
        nlp.add_pipe("transformer", config={"model": block})
        listener = {
            "@architectures": "kernel.TransformerListener.v1",
            "pooling": {"@layers": "reduce_mean.v1"},
        }
        model = {"@architectures": "kernel.Tagger.v2", **first, "tok2vec": listener}
        nlp.add_pipe("tagger", config={"model": model})
        examples = [kernel.training.Example(nlp.make_doc(text), gold(nlp.vocab, text)) for text in SENTENCES]
        optimizer = nlp.initialize(lambda: examples)
        optimizer.learn_rate = 0.0005
        losses = [nlp.update(examples, sgd=optimizer, losses={})["tagger"] for _ in range(40)]
        return losses[0] - losses[-1]

    zeros, drawn = learnt(), learnt(init_W={"@initializers": "glorot_uniform_init.v1"})
    assert drawn > 1.5 * zeros > 0


def test_several_processes_give_the_same(trained: Path) -> None:
    nlp = kernel.load(trained)
    here = list(nlp.pipe(SENTENCES, batch_size=2))
    there = list(nlp.pipe(SENTENCES, batch_size=2, n_process=2))
    for one, other in zip(here, there, strict=True):
        assert [token.tag_ for token in one] == [token.tag_ for token in other]
        np.testing.assert_allclose(one._.trf_data.rows, other._.trf_data.rows, atol=1e-5)
        assert one._.trf_data.wordpieces.strings == other._.trf_data.wordpieces.strings


def test_a_copy_shares_nothing_with_the_original(trained: Path) -> None:
    nlp = kernel.load(trained)
    component = nlp.get_pipe("transformer")
    other = kernel.blank("en")
    other.add_pipe("transformer", source=nlp)
    examples = [kernel.training.Example(nlp.make_doc(text), gold(nlp.vocab, text)) for text in SENTENCES]
    before, copied = component.to_bytes(), other.get_pipe("transformer").to_bytes()
    assert before == copied
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    nlp.update(examples, sgd=optimizer)
    assert component.to_bytes() != before and other.get_pipe("transformer").to_bytes() == copied
