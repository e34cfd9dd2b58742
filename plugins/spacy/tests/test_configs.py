"""Configs are converted: what is in the place of what, what stays, what is said."""

from pathlib import Path

import pytest
from kernel_spacy.configs import check, convert

from kernel import Config, registry

WHOLE = Path(__file__).with_name("whole.cfg").read_text(encoding="utf8")


def converted(text):
    config, notes = convert(Config.from_str(text, name="a.cfg"))
    return config, {note.path: note for note in notes}


def line(part):
    """Number of the line of the whole config that has a text."""
    return next(number for number, text in enumerate(WHOLE.splitlines(), 1) if part in text)


def outcomes(notes):
    return {note.path: note.outcome for note in notes if note.outcome != "same"}


@pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-components", "kernel-nlp-batchers"
)
def test_names_become_ours_and_all_else_stays():
    config = Config.from_str(WHOLE, name="a.cfg")
    before = config.to_str()
    found, notes = convert(config)
    assert config.to_str() == before
    expected = before.replace('"spacy.', '"kernel.')
    assert found.to_str() == expected
    assert {note.outcome for note in notes} == {"same"}
    lines = {note.path: note.line for note in notes}
    assert lines["components.tagger.model.@architectures"] == line("spacy.Tagger.v1")
    assert lines["nlp.tokenizer.@tokenizers"] == line("spacy.Tokenizer.v1")
    assert [note.line for note in notes] == sorted(note.line for note in notes)


@pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-components", "kernel-nlp-batchers",
    "kernel-nlp-callbacks", "kernel-nlp-architectures",
)  # fmt: skip
def test_a_config_that_carries_over_is_right_before_and_after():
    for text in (WHOLE, WHOLE.replace('"spacy.', '"kernel.')):
        assert outcomes(check(Config.from_str(text))) == {}


def test_a_converted_config_stays_as_it_is():
    once = convert(Config.from_str(WHOLE))[0]
    assert convert(once)[0].to_str() == once.to_str()


def test_a_default_that_is_another_one_here_is_written():
    name = "spacy.overlapping_labeled_spans_scorer.v1"
    config, _ = converted(
        f'[components.r]\nfactory = "span_ruler"\n[components.r.scorer]\n@scorers = "{name}"\n'
    )
    if registry.has("scorers", name):
        assert config["components"]["r"]["scorer"]["spans_key"] == "ruler"


@pytest.mark.parametrize(
    ("kind", "name"), [("loggers", "spacy.WandbLogger.v5"), ("loggers", "spacy.ChainLogger.v1")]
)
def test_a_logger_that_is_not_there_makes_way(kind, name):
    text = f'[training.logger]\n# sends\n@{kind} = "{name}"\nproject_name = "x"\n'
    config, notes = converted(text)
    assert config["training"]["logger"] == {"@loggers": "kernel.ConsoleLogger.v3", "progress_bar": None}
    note = notes["training.logger.@loggers"]
    assert (note.outcome, note.before, note.line) == ("refused", name, 3)


def test_a_callback_for_a_profiler_is_left_out():
    config, notes = converted(
        '[nlp.after_pipeline_creation]\n@callbacks = "spacy.models_with_nvtx_range.v1"\nforward_color = 1\n'
    )
    assert config["nlp"]["after_pipeline_creation"] is None
    assert notes["nlp.after_pipeline_creation.@callbacks"].after == "null"


def test_what_spacy_passes_over_is_left_out():
    config, notes = converted(
        "[training]\nscores = 1\nseed = 2\n[nlp]\nload_vocab_data = true\n[initialize]\nx = 1\n"
    )
    assert dict(config) == {"training": {"seed": 2}, "nlp": {}, "initialize": {}}
    assert {note.outcome for note in notes.values()} == {"changed"} and len(notes) == 3


def test_sections_that_nothing_refers_to_are_left_out():
    text = "[variables]\nx = 1\n[mine]\ny = 2\n[optimizer]\nz = 3\n[training]\nseed = ${mine.y}\n"
    config, notes = converted(text)
    assert set(config) == {"variables", "mine", "training"}
    assert [(note.path, note.line) for note in notes.values()] == [("optimizer", 5)]


def test_a_path_that_is_to_be_set_is_not_refused():
    assert not outcomes(check(Config.from_str(WHOLE.replace('train = "train.spacy"', 'train = ""'))))


def test_a_beam_becomes_one_analysis():
    config, notes = converted(
        '[components.ner]\nfactory = "beam_ner"\nbeam_width = 4\nbeam_density = 0.1\nbeam_update_prob = 0.5\nmoves = null\n'
    )
    assert config["components"]["ner"] == {"factory": "ner", "moves": None}
    assert notes["components.ner.factory"].after == "ner"


def test_a_component_from_elsewhere_keeps_its_three_keys():
    config, notes = converted(
        '[components.ner]\nsource = "x"\ncomponent = "y"\nreplace_listeners = ["model.tok2vec"]\nfactory = "ner"\nmoves = 1\n'
    )
    assert set(config["components"]["ner"]) == {"source", "component", "replace_listeners"}
    assert set(notes) == {"components.ner.factory", "components.ner.moves"}


CURATED = """
[components.transformer]
factory = "curated_transformer"
frozen = true

[components.transformer.model]
@architectures = "spacy-curated-transformers.RobertaTransformer.v1"
vocab_size = 50265

[components.transformer.model.with_spans]
@architectures = "spacy-curated-transformers.WithStridedSpans.v1"
stride = 90
window = 120

[components.ner]
factory = "ner"

[components.ner.model.tok2vec]
@architectures = "spacy-curated-transformers.LastTransformerLayerListener.v1"
width = 768
upstream = "transformer"
grad_factor = 0.5
pooling = {"@layers": "reduce_mean.v1"}

[initialize.components.transformer.encoder_loader]
@model_loaders = "spacy-curated-transformers.HFTransformerEncoderLoader.v1"
name = "roberta-base"
revision = "abc"

[initialize.components.transformer.piecer_loader]
@model_loaders = "spacy-curated-transformers.HFPieceEncoderLoader.v1"
name = "roberta-base"
"""


def test_a_curated_transformer_becomes_one_with_the_same_weights():
    config, notes = converted(CURATED)
    block = config["components"]["transformer"]
    assert block["factory"] == "transformer"
    assert block["model"]["name"] == "roberta-base"
    assert block["model"]["transformer_config"] == {"revision": "abc"}
    assert block["model"]["get_spans"]["window"] == 120 and block["model"]["get_spans"]["stride"] == 90
    assert config["components"]["ner"]["model"]["tok2vec"] == {
        "@architectures": "kernel.TransformerListener.v1",
        "grad_factor": 0.5,
        "pooling": {"@layers": "reduce_mean.v1"},
        "upstream": "transformer",
    }
    assert config["initialize"]["components"] == {}
    assert config["training"]["frozen_components"] == ["transformer"]
    assert notes["components.transformer.factory"].outcome == "changed"
    assert not [note for note in notes.values() if note.outcome == "refused" and "curated" in note.before]


def test_a_curated_transformer_without_a_name_is_refused():
    text = CURATED.partition("[initialize")[0]
    config, notes = converted(text)
    assert config["components"]["transformer"]["factory"] == "curated_transformer"
    assert "Hugging Face" in notes["components.transformer.factory"].text


def test_what_nobody_has_is_told_once_with_its_line():
    text = WHOLE.replace("spacy.batch_by_words.v1", "mine.batches.v1").replace('lang = "en"', 'lang = "qq"')
    notes = [note for note in check(Config.from_str(text)) if note.outcome == "refused"]
    assert [(note.path, note.line) for note in notes] == [
        ("nlp.lang", line("lang =")),
        ("training.batcher.@batchers", line("batch_by_words")),
    ]


def test_other_mistakes_are_told_with_the_lines_of_the_file():
    notes = check(Config.from_str(WHOLE.replace("depth = 1", 'depth = "much"')))
    assert [(note.line, note.path) for note in notes if note.outcome == "refused"] == [
        (line("depth ="), "components.tagger.model.tok2vec.depth")
    ]


@pytest.mark.needs("kernel-nlp-architectures")
def test_a_package_that_the_config_denies_counts_as_missing():
    text = f'{WHOLE}\n[plugins]\ndeny = ["kernel-nlp-architectures"]\n'
    refused = [note for note in check(Config.from_str(text, name="a.cfg")) if note.outcome == "refused"]
    assert any("denied by [plugins] deny of the config" in note.text for note in refused)
    assert all(note.line for note in refused)


@pytest.mark.parametrize("model", ["model = 3", "[components.a.model]\nwith_spans = 4"])
def test_a_block_that_is_none_is_no_reason_to_end(model):
    found, notes = converted(
        f"""
        [components.a]
        factory = "curated_transformer"
        {model}

        [initialize.components.a.encoder_loader]
        @model_loaders = "spacy-curated-transformers.HFTransformerEncoderLoader.v1"
        name = "small"
        """.replace("        ", "")
    )
    assert notes["components.a.factory"].outcome == "changed"
    assert found["components"]["a"]["model"]["get_spans"]["window"] == 128
