"""The blocks of components and models that the recipes of spacy_pipelines_made.py are put together from."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]
WIDTH = 64


# Models


def hash_embed(version: int = 2, vectors: bool = False, attrs: str = "NORM PREFIX SUFFIX SHAPE") -> Block:
    return {
        "@architectures": f"spacy.MultiHashEmbed.v{version}",
        "width": WIDTH,
        "attrs": attrs.split(),
        "rows": [2000, 500, 1000, 500, 50, 50][: len(attrs.split())],
        "include_static_vectors": vectors,
    }


def encoder(name: str = "MaxoutWindowEncoder.v2", depth: int = 3) -> Block:
    block = {"@architectures": f"spacy.{name}", "width": WIDTH, "depth": depth, "window_size": 1}
    return {**block, "maxout_pieces": 3} if "Maxout" in name else block


def tok2vec(embed: Block | None = None, encode: Block | None = None, version: int = 2) -> Block:
    return {
        "@architectures": f"spacy.Tok2Vec.v{version}",
        "embed": embed or hash_embed(),
        "encode": encode or encoder(),
    }


def cnn(version: int) -> Block:
    return {
        "@architectures": f"spacy.HashEmbedCNN.v{version}",
        "width": WIDTH,
        "depth": 2,
        "embed_size": 1000,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
        "pretrained_vectors": None,
    }


def listener(width: int = WIDTH, upstream: str = "*") -> Block:
    return {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": upstream}


# Components


def shared(model: Block | None = None) -> Block:
    return {"factory": "tok2vec", "model": model or tok2vec()}


def tagger(inner: Block | None = None, factory: str = "tagger", version: int = 2, **settings: Any) -> Block:
    model = {"@architectures": f"spacy.Tagger.v{version}", "tok2vec": inner or tok2vec()}
    return {"factory": factory, "model": model, **settings}


def trees(inner: Block | None = None, **settings: Any) -> Block:
    return tagger(inner, "trainable_lemmatizer", min_tree_freq=2, **settings)


def transitions(
    factory: str,
    inner: Block | None = None,
    version: int = 2,
    slots: bool = False,
    upper: bool = True,
    pieces: int = 2,
    **settings: Any,
) -> Block:
    model = {
        "@architectures": f"spacy.TransitionBasedParser.v{version}",
        "state_type": "ner" if "ner" in factory else "parser",
        "extra_state_tokens": slots,
        "hidden_width": 48,
        "maxout_pieces": pieces,
        "use_upper": upper,
        "nO": None,
        "tok2vec": inner or tok2vec(),
    }
    return {"factory": factory, "model": model, **settings}


def textcat(architecture: str, *, exclusive: bool, **arguments: Any) -> Block:
    factory = "textcat" if exclusive else "textcat_multilabel"
    return {"factory": factory, "model": {"@architectures": f"spacy.{architecture}", **arguments}}


def bow(version: int, exclusive: bool, ngrams: int = 1, **arguments: Any) -> Block:
    return {
        "@architectures": f"spacy.TextCatBOW.v{version}",
        "exclusive_classes": exclusive,
        "ngram_size": ngrams,
        "no_output_layer": False,
        **arguments,
    }


def textcat_bow(version: int, *, exclusive: bool, **arguments: Any) -> Block:
    block = bow(version, exclusive, **arguments)
    return {"factory": "textcat" if exclusive else "textcat_multilabel", "model": block}


def ensemble(version: int, *, exclusive: bool) -> Block:
    if version == 1:
        return textcat(
            "TextCatEnsemble.v1",
            exclusive=exclusive,
            exclusive_classes=exclusive,
            pretrained_vectors=None,
            width=WIDTH,
            embed_size=500,
            conv_depth=2,
            window_size=1,
            ngram_size=1,
            dropout=None,
        )
    linear = bow(3 if exclusive else 2, exclusive, **({"length": 5000} if exclusive else {}))
    return textcat("TextCatEnsemble.v2", exclusive=exclusive, tok2vec=tok2vec(), linear_model=linear)


def reduce_model(exclusive: bool, first: bool, last: bool, most: bool, mean: bool) -> Block:
    return textcat(
        "TextCatReduce.v1",
        exclusive=exclusive,
        tok2vec=tok2vec(),
        exclusive_classes=exclusive,
        use_reduce_first=first,
        use_reduce_last=last,
        use_reduce_max=most,
        use_reduce_mean=mean,
    )


NGRAMS = {"@misc": "spacy.ngram_suggester.v1", "sizes": [1, 2, 3]}
RANGE = {"@misc": "spacy.ngram_range_suggester.v1", "min_size": 1, "max_size": 2}


def spancat(inner: Block | None = None, factory: str = "spancat", **settings: Any) -> Block:
    model = {
        "@architectures": "spacy.SpanCategorizer.v1",
        "tok2vec": inner or tok2vec(),
        "reducer": {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": 48},
        "scorer": {"@layers": "spacy.LinearLogistic.v1", "nO": None, "nI": None}
        if factory == "spancat"
        else {"@layers": "Softmax.v2", "nO": None, "nI": None},
    }
    return {"factory": factory, "model": model, "suggester": NGRAMS, **settings}


def finder(inner: Block | None = None, **settings: Any) -> Block:
    model = {
        "@architectures": "spacy.SpanFinder.v1",
        "tok2vec": inner or tok2vec(),
        "scorer": {"@layers": "spacy.LinearLogistic.v1", "nO": 2},
    }
    return {"factory": "span_finder", "model": model, "threshold": 0.15, **settings}
