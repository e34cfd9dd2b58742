"""Whole runs: a config that is recommended, links in JSON lines, a run that is resumed."""

import json
from contextlib import closing
from importlib.util import find_spec

import pytest
from click.testing import CliRunner
from kernel_linking.command import init_kb

import kernel
from kernel.cli.run import run as kernel_command
from kernel.config import load_config
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find

pytestmark = pytest.mark.skipif(
    not all(
        find_spec(f"kernel_{name}")
        for name in ("architectures", "components", "readers", "batchers", "callbacks")
    ),
    reason="needs other packages of ours",
)
ENTITIES = [
    {"id": "Q1", "aliases": ["Adams"], "description": "writer of a novel"},
    {"id": "Q2", "aliases": ["Adams"], "description": "actress in a film"},
]
TEXTS = [("Adams wrote a novel.", "Q1"), ("Adams acts in a film.", "Q2"), ("A book by Adams.", "Q1")]


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The path of the config that `kernel init config` recommends, with data and a knowledge base beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "entities.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ENTITIES))
    assert CliRunner().invoke(init_kb, ["entities.jsonl", "entities.kb"]).exit_code == 0
    with (tmp_path / "train.jsonl").open("w") as file:
        for text, kb_id in TEXTS:
            start = text.index("Adams")
            span = {"start": start, "end": start + 5, "label": "PERSON", "kb_id": kb_id}
            file.write(json.dumps({"text": text, "spans": [span]}) + "\n")
    assert kernel_command(["init", "config", "--pipeline", "sentencizer,ner,entity_linker", "link.cfg"]) == 0
    return tmp_path / "link.cfg"


def ready(config, output, **training):
    changes = {f"training.{key}": value for key, value in training.items()}
    paths = {"paths.train": "train.jsonl", "paths.dev": "train.jsonl", "paths.kb": "entities.kb"}
    found = load_config(
        config, overrides={**paths, "training.annotating_components": ["sentencizer"], **changes}
    )
    return prepare(found, output=output)


def test_a_recommended_config_learns_links_of_json_lines(config, tmp_path):
    run = ready(config, tmp_path / "out", max_steps=30, eval_frequency=30)
    losses = [info.losses["entity_linker"] for info in train(run)]
    assert losses[-1] < 0.5 * losses[0]
    nlp = kernel.load(tmp_path / "out" / "model-last")
    for example in run.dev_examples:
        doc = example.reference.copy()
        doc = nlp.get_pipe("entity_linker")(nlp.get_pipe("sentencizer")(nlp.get_pipe("tok2vec")(doc)))
        assert [ent.kb_id_ for ent in doc.ents] == [ent.kb_id_ for ent in example.reference.ents]


def test_a_recommended_config_needs_no_sentences(config, tmp_path):
    kernel_command(["init", "config", "--pipeline", "ner,entity_linker", "bare.cfg"])
    run = ready("bare.cfg", tmp_path / "out", max_steps=2, eval_frequency=2, annotating_components=[])
    with pytest.warns(UserWarning, match="the context of an entity is the whole document there"):
        assert all(info.losses["entity_linker"] > 0 for info in train(run))


def test_a_resumed_run_equals_one_without_a_break(config, tmp_path):
    every_step = {
        "training.checkpoint.every_steps": 1,
        "training.checkpoint.every_minutes": 0,
        "training.checkpoint.at_evaluation": False,
    }
    settings = {key.removeprefix("training."): value for key, value in every_step.items()}
    settings |= {"max_steps": 4, "eval_frequency": 4}
    for _ in train(ready(config, tmp_path / "straight", **settings)):
        pass
    with closing(train(ready(config, tmp_path / "left", **settings))) as steps:
        next(steps)
        next(steps)
    run = ready(config, tmp_path / "left", **settings)
    left = find(tmp_path / "left", resume=True)
    assert left is not None and left.step == 2
    check(run, left)
    assert [info.step for info in train(run)] == [3, 4]
    for name in ("entity_linker/cfg", "entity_linker/kb", "entity_linker/model", "tok2vec/model"):
        one, other = ((tmp_path / place / "model-last" / name).read_bytes() for place in ("straight", "left"))
        assert one == other
