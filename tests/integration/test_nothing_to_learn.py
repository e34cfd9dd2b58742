"""Data in which a component finds no label: training stops and says what they hold; labels from elsewhere let it go on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ..small import json_lines, textcat_config
from .conftest import RECORDS, Result

Kernel = Callable[..., Result]
TEXTS = [{"text": "Ada ran.", "sentiment": 1}, {"text": "Bob sat.", "sentiment": 0}]
CATS = [{"text": "Ada ran.", "cats": {"A": 1, "B": 0}}, {"text": "Bob sat.", "cats": {"A": 0, "B": 1}}]
TEXTCAT = textcat_config() + "[training]\nmax_steps = 2\neval_frequency = 1\n"


def put(name: str, records: list[dict[str, object]]) -> None:
    Path(name).write_text(json_lines(records))


def test_training_stops_and_says_what_the_records_hold(kernel: Kernel) -> None:
    put("train.jsonl", TEXTS)
    result = kernel("train", "config.cfg", "-o", "out")
    result.is_refused(
        2, "corpora.train has no label for 'ner' to learn. It holds 2 documents, and nothing is"
    )
    assert "'sentiment' (2)" in result.err.rpartition("error: ")[2]
    assert not list(Path("out").glob("model*"))


@pytest.mark.parametrize(
    ("records", "holds"),
    [
        (CATS, "2 documents: categories in 2"),
        ([{"text": "Ada ran.", "spans": []}], "1 document: entity annotation in 1 (but no entity)"),
        ([{"text": "Ada ran.", "spans": [[0, 2, "PERSON"]]}], "entity annotation in 1 (but no entity)\n"),
        ([{"text": "Ada", "words": ["Ada"], "tags": ["N"]}], "tags in 1"),
    ],
)
def test_what_is_held_instead(kernel: Kernel, records: list[dict[str, object]], holds: str) -> None:
    put("train.jsonl", records)
    kernel("train", "config.cfg").is_refused(2, holds)


def test_entities_that_are_all_lost_are_counted_in_the_message(kernel: Kernel) -> None:
    put("train.jsonl", [{"text": "Ada ran.", "spans": [[0, 2, "PERSON"]]}])
    err = kernel("train", "config.cfg").err.rpartition("error: ")[2]
    assert "PERSON: 0 kept, 1 lost (1 ends one character before its last word does)" in err


def test_other_components_are_asked_too(kernel: Kernel) -> None:
    Path("config.cfg").write_text(TEXTCAT)
    kernel("train", "config.cfg").is_refused(2, "no label for 'textcat' to learn", "entity annotation in 3")


def test_spans_of_another_group_are_named_with_what_to_set(kernel: Kernel) -> None:
    spans = {"findings": [{"start": 0, "end": 3, "label": "A"}]}
    put("train.jsonl", [{"text": "Ada ran.", "spans": spans}])
    Path("config.cfg").write_text(
        '[nlp]\nlang = "en"\npipeline = ["spancat"]\n[components.spancat]\nfactory = "spancat"\n'
        '[paths]\ntrain = "train.jsonl"\ndev = "dev.jsonl"\n'
    )
    kernel("train", "config.cfg").is_refused(
        2,
        "no label for 'spancat' to learn. It holds 1 document: spans['findings'] in 1. 'spancat' learns spans['sc']",
        'set it in [components.spancat]: spans_key = "findings"',
    )


def test_labels_that_the_config_gives_are_enough(kernel: Kernel) -> None:
    put("train.jsonl", TEXTS)
    assert kernel("train", "config.cfg", "--initialize.components.ner.labels", '["PERSON"]').code == 0
    Path("ner.json").write_text(json.dumps(["PERSON"]))
    labels = '{"@readers": "kernel.read_labels.v1", "path": "ner.json"}'
    assert kernel("train", "config.cfg", "--initialize.components.ner.labels", labels).code == 0


def test_a_file_of_labels_that_is_missing_is_not(kernel: Kernel) -> None:
    put("train.jsonl", TEXTS)
    labels = '{"@readers": "kernel.read_labels.v1", "path": "nowhere.json"}'
    result = kernel("train", "config.cfg", "--initialize.components.ner.labels", labels)
    result.is_refused(2, "none of the examples has entities")


def test_a_component_of_another_pipeline_has_its_labels(kernel: Kernel, model: Path) -> None:
    put("train.jsonl", TEXTS)
    Path("config.cfg").write_text(
        f'[nlp]\nlang = "en"\npipeline = ["ner"]\n[components.ner]\nsource = "{model}"\n'
        '[paths]\ntrain = "train.jsonl"\ndev = "dev.jsonl"\n[training]\nmax_steps = 2\neval_frequency = 1\n'
    )
    assert kernel("train", "config.cfg").code == 0


def test_a_frozen_component_needs_none(kernel: Kernel, model: Path) -> None:
    Path("config.cfg").write_text(
        TEXTCAT.replace('["textcat"]', '["ner", "textcat"]')
        + f'frozen_components = ["ner"]\n[components.ner]\nsource = "{model}"\n'
    )
    put("train.jsonl", CATS)
    put("dev.jsonl", CATS)
    assert kernel("train", "config.cfg").code == 0


def test_a_development_corpus_without_labels_is_a_warning(kernel: Kernel) -> None:
    put("dev.jsonl", CATS)
    result = kernel("train", "config.cfg")
    assert result.code == 0
    assert (
        "corpora.dev has no label for 'ner', so that its scores say nothing. It holds 2 documents"
        in result.err
    )


def test_debug_data_fails_too(kernel: Kernel) -> None:
    put("train.jsonl", TEXTS * 60)
    result = kernel("debug", "data", "config.cfg", "--format", "json")
    assert result.code == 1
    topics = json.loads(result.out)["topics"]
    wanted = "no document to train on has a label; there are 120 documents, and nothing is annotated in any of them"
    assert ["fail", wanted] in [[one["level"], one["message"]] for one in topics["ner"]]


def test_debug_data_lists_every_entity_that_is_lost(kernel: Kernel) -> None:
    wrong = [{"text": "Ada ran.", "spans": [[0, 2, "PERSON"]]} for _ in range(20)]
    put("train.jsonl", RECORDS * 40 + wrong * 5)
    result = kernel("debug", "data", "config.cfg", "--format", "json")
    (found,) = [one for one in json.loads(result.out)["topics"]["files"] if "kept" in one["message"]]
    assert (found["level"], len(found["items"])) == ("fail", 100)
    assert "PERSON: 80 kept, 100 lost" in found["message"] and result.code == 1
    assert "offset 0: 'PERSON' 'Ad' ends one character" in kernel("debug", "data", "config.cfg", "-V").out


def test_debug_data_finds_labels_that_look_alike_and_texts_with_two_annotations(kernel: Kernel) -> None:
    text = "Ada ran."
    labels = ["PER", "per", "P ER", "LOC", "LOC"]
    put("train.jsonl", RECORDS * 40 + [{"text": text, "spans": [[0, 3, label]]} for label in labels])
    result = kernel("debug", "data", "config.cfg", "--format", "json")
    shown = [
        (one["message"], one["items"]) for found in json.loads(result.out)["topics"].values() for one in found
    ]
    assert ("labels that differ only in case or blanks", ["'P ER' and 'PER' and 'per'"]) in shown
    assert ("1 text to train on is annotated in several ways", ["'Ada ran.'"]) in shown


def test_annotate_correct_and_train_again(kernel: Kernel, model: Path) -> None:
    for output in ("found.jsonl", "found.spacy"):
        assert kernel("apply", str(model), "train.jsonl", output).code == 0
        kernel("evaluate", str(model), output, "--output", f"{output}.json")
    scores = [json.loads(Path(f"found.{kind}.json").read_text()) for kind in ("jsonl", "spacy")]
    assert scores[0]["ents_f"] == scores[1]["ents_f"]
    rows = [json.loads(line) for line in Path("found.jsonl").read_text().splitlines()]
    rows[0]["ents"] = [{"start": 0, "end": 12, "label": "PERSON"}]
    put("corrected.jsonl", rows)
    assert kernel("train", "config.cfg", "--paths.train", "corrected.jsonl").code == 0


def test_records_of_apply_hold_one_annotation(kernel: Kernel, model: Path) -> None:
    put("in.jsonl", [{"text": "Ada ran.", "entities": [[0, 3, "X"]], "words": ["Ada", "ran."], "id": 7}])
    assert kernel("apply", str(model), "in.jsonl", "out.jsonl").code == 0
    assert not {"entities", "words"} & json.loads(Path("out.jsonl").read_text()).keys()
