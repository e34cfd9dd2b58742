"""What `kernel init config --gpu` writes."""

import pytest
from kernel_transformers.recommended import MODELS, MULTILINGUAL, MULTILINGUAL_ACCURACY, model_for

import kernel
from kernel.language.new_config import new_config

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures", "kernel-nlp-components", "kernel-nlp-batchers", "kernel-nlp-readers"
)


def test_every_language_has_a_transformer():
    assert model_for("en", "efficiency") == model_for("en", "accuracy") == "roberta-base"
    assert model_for("de", "efficiency") == "bert-base-german-cased"
    assert (
        model_for("xx", "efficiency") == MULTILINGUAL != model_for("xx", "accuracy") == MULTILINGUAL_ACCURACY
    )
    assert all(name == name.strip() and name.count("/") <= 1 for name in MODELS.values())
    assert list(MODELS) == sorted(MODELS)


@pytest.mark.parametrize("optimize", ["efficiency", "accuracy"])
def test_a_config_for_a_gpu_has_a_transformer_that_all_listen_to(optimize):
    names = ["ner", "tagger", "textcat"]
    made = new_config("en", names, optimize=optimize, gpu=True)
    config = made.config.interpolate()
    assert config["nlp"]["pipeline"] == ["transformer", *names] and made.gpu and not made.notes
    assert config["components"]["transformer"]["model"]["name"] == "roberta-base"
    for name in names:
        listener = config["components"][name]["model"]["tok2vec"]
        assert listener["@architectures"] == "kernel.TransformerListener.v1"
        assert listener["pooling"] == {"@layers": "reduce_mean.v1"} and listener["grad_factor"] == 1.0
    assert config["components"]["ner"]["model"]["use_upper"] is False
    training = config["training"]
    assert training["accumulate_gradient"] == 3
    assert training["batcher"]["@batchers"] == "kernel.batch_by_padded.v1"
    assert training["optimizer"]["learn_rate"]["initial_rate"] == 0.00005
    assert config["system"]["gpu_allocator"] == "pytorch" and config["nlp"]["batch_size"] == 128
    text = made.config.to_str()
    assert text.count("# Words of a batch, counted with the padding") == 1 and "few at first" not in text


def test_without_a_gpu_the_small_network_comes_first():
    config = new_config("en", ["ner"], gpu=False).config
    assert config["nlp"]["pipeline"] == ["tok2vec", "ner"]
    assert "# Words per batch: few at first" in config.to_str()
    config = new_config("en", ["transformer", "ner"], gpu=False).config
    assert config["nlp"]["pipeline"] == ["transformer", "ner"]
    assert config["system"]["gpu_allocator"] is None


def test_the_default_of_the_factory_is_complete():
    meta = kernel.Language.get_factory_meta("transformer")
    assert meta.shares and meta.default_config["max_batch_items"] == 4096
    assert meta.assigns == ("doc._.trf_data",)
