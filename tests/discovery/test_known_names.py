"""Names that are known to be ours, whether or not their packages are installed."""

import pytest

from kernel.discovery.known_names import FIRST_PARTY, is_awaited, our_name, provider


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("architectures", "kernel.Tok2Vec.v2", "kernel-nlp-architectures"),
        ("factories", "ner", "kernel-nlp-components"),
        ("factories", "transformer", "kernel-nlp-transformers"),
        ("architectures", "kernel.TransformerModel.v3", "kernel-nlp-transformers"),
        ("architectures", "kernel.Tok2VecTransformer.v3", "kernel-nlp-transformers"),
        ("architectures", "kernel.PretrainCharacters.v1", "kernel-nlp-pretraining"),
        ("factories", "attribute_ruler", "kernel-nlp-matchers"),
        ("scorers", "kernel.attribute_ruler_scorer.v1", "kernel-nlp-matchers"),
        ("modules", "kernel.pipeline.attributeruler", "kernel-nlp-matchers"),
        ("factories", "span_ruler", "kernel-nlp-matchers"),
        ("misc", "kernel.levenshtein_compare.v1", "kernel-nlp-matchers"),
        ("modules", "kernel.pipeline.entityruler", "kernel-nlp-matchers"),
        ("modules", "kernel.matcher.levenshtein", "kernel-nlp-matchers"),
        ("modules", "kernel.displacy", "kernel-nlp-render"),
        ("writers", "kernel.html.v1", "kernel-nlp-render"),
        ("writers", "kernel.conllu.v1", "kernel-nlp-readers"),
        ("modules", "kernel.pipeline.ner", "kernel-nlp-components"),
        ("languages", "en", "kernel-nlp-languages"),
        ("languages", "fr", "kernel-nlp-languages"),
        ("languages", "lt", "kernel-nlp-languages"),
        ("readers", "acme.R.v1", None),
        ("readers", "spacy.Corpus.v1", "kernel-nlp-spacy"),
        ("readers", "spacy-ray.Corpus.v1", None),
        ("readers", "ner", None),
        ("tokenizers", "kernel.Tokenizer.v1", None),
        ("sections", "pretraining", "kernel-nlp-pretraining"),
        ("sections", "pretraining.objective", "kernel-nlp-pretraining"),
        ("sections", "pretrainings", None),
        ("modules", "kernel.lang.en", "kernel-nlp-languages"),
        ("modules", "kernel.language", None),
    ],
)
def test_who_provides_a_name(kind, name, owner):
    assert provider(kind, name) == owner
    assert owner is None or owner in FIRST_PARTY


@pytest.mark.parametrize(
    ("kind", "name", "awaited"),
    [
        ("factories", "span_ruler", False),
        ("factories", "parser", False),
        ("factories", "curated_transformer", True),
        ("factories", "transformer", False),
        ("architectures", "kernel.TransformerModel.v3", False),
        ("architectures", "kernel.TorchBiLSTMEncoder.v1", False),
        ("architectures", "kernel.Tok2Vec.v2", False),
        ("languages", "lt", False),
        ("languages", "en", False),
        ("languages", "uk", False),
        ("factories", "ner", False),
        ("factories", "attribute_ruler", False),
        ("modules", "kernel.pipeline.attributeruler", False),
        ("modules", "kernel.pipeline.entityruler", False),
        ("modules", "kernel.matcher", False),
        ("modules", "kernel.displacy.render", False),
        ("modules", "kernel.lang.norm_exceptions", True),
        ("modules", "kernel.lang.lt", True),
        ("modules", "kernel.lang.en", False),
        ("modules", "kernel.matchers", False),
        ("factories", "nerr", False),
        ("languages", "span_ruler", False),
        ("sections", "pretraining", False),
    ],
)
def test_names_that_nothing_provides_yet(kind, name, awaited):
    assert is_awaited(kind, name) is awaited


def test_names_of_the_field_have_our_prefix():
    assert our_name("spacy.Corpus.v1") == "kernel.Corpus.v1" and our_name("Adam.v1") == "Adam.v1"
    assert our_name("spacy-transformers.TransformerModel.v3") == "kernel.TransformerModel.v3"
    assert our_name("spacy-legacy.Tok2Vec.v1") == "kernel.Tok2Vec.v1"
    assert our_name("srsly.read_json.v1") == "kernel.read_json.v1"
    assert our_name("spacy-ray.Worker.v1") == "spacy-ray.Worker.v1"
