"""TextCatEnsemble.v1: a bag of n-grams and a network with token vectors of its own side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from thinc.api import HashEmbed, Linear, Maxout, Model, chain, concatenate, ragged2list, with_array

from kernel.config.ranges import Fraction, NonNegativeInt, PositiveInt
from kernel.tokens import Doc
from kernel.vocab.attrs import intify
from kernel_architectures.textcat.attention import AttentionPooling
from kernel_architectures.textcat.bow_v1 import build_bow_v1
from kernel_architectures.textcat.output import Classify
from kernel_architectures.textcat.residual import through
from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors
from kernel_architectures.tok2vec.embeddings.type_embed import type_embed
from kernel_architectures.tok2vec.encoders.maxout_window_encoder import build_maxout_window_encoder
from kernel_architectures.tok2vec.encoders.window_encoder import encode_rows, padded

# The attributes that are embedded, with the field's seeds of their tables.
_SEEDS = {"LOWER": 10, "PREFIX": 11, "SUFFIX": 12, "SHAPE": 13}


def build_ensemble_v1(
    width: PositiveInt,
    embed_size: PositiveInt,
    pretrained_vectors: bool | None,
    exclusive_classes: bool,
    ngram_size: PositiveInt,
    window_size: PositiveInt,
    conv_depth: NonNegativeInt,
    dropout: Fraction | None,
    nO: PositiveInt | None = None,
) -> Model[list[Doc], Any]:
    """Classify documents by n-grams and by token vectors: List[Doc] -> (D, nO). For configs that name it: take TextCatEnsemble.v2.

    width, embed_size: of the embedding of LOWER, with tables half as wide for prefix, suffix and shape. pretrained_vectors: whether the
    vectors of the vocab are used as well. window_size, conv_depth: of the encoder, see MaxoutWindowEncoder.v2. ngram_size: see
    TextCatBOW.v1. dropout: of the embedding tables. Both parts score all classes by themselves, and their scores are the features of
    the last layer. Refs: tok2vec, linear_model, output_layer. Not resizable.
    """
    tok2vec = _token_vectors(width, embed_size, bool(pretrained_vectors), window_size, conv_depth, dropout)
    linear_model = build_bow_v1(exclusive_classes, ngram_size, no_output_layer=False, nO=nO)
    classify = Classify(exclusive_classes, nO)
    scored = Linear(nO, width)
    return Model(
        "textcat_ensemble_v1",
        _forward,
        init=_init,
        layers=[linear_model, tok2vec, AttentionPooling(width), Maxout(width, width, nP=3), scored, classify],
        dims={"nO": nO},
        refs={
            "tok2vec": tok2vec,
            "linear_model": linear_model,
            "output_layer": classify.get_ref("output_layer"),
        },
        attrs={"multi_label": not exclusive_classes},
    )


def _token_vectors(
    width: int, embed_size: int, static: bool, window_size: int, conv_depth: int, dropout: float | None
) -> Model[list[Doc], list[Any]]:
    tables: list[Model[Any, Any]] = [
        HashEmbed(width if attr == "LOWER" else max(1, width // 2), embed_size, seed=seed, dropout=dropout)
        for attr, seed in _SEEDS.items()
    ]
    embed: Model[Any, Any] = type_embed("multi_hash_embed", width, tables, [intify(attr) for attr in _SEEDS])
    if static:
        embed = concatenate(embed, chain(build_static_vectors(width), ragged2list()))
    mix: Model[Any, Any] = with_array(Maxout(width, width * (1 + static), nP=3, normalize=True))
    encode = build_maxout_window_encoder(
        width=width, window_size=window_size, maxout_pieces=3, depth=conv_depth
    )
    return Model(
        "ensemble_vectors",
        _forward_vectors,
        init=_init_vectors,
        layers=[embed, mix, encode],
        dims={"nO": encode.get_dim("nO")},
    )


def _init_vectors(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    embed, mix, encode = model.layers
    embed.initialize(X)
    # With a sample, thinc draws some weights twice: so they have always been drawn here.
    mix.initialize(None if X is None else embed.predict(X))
    encode.initialize()


def _forward_vectors(
    model: Model[Any, Any], docs: Sequence[Doc], is_train: bool
) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """Embedding, a layer for each token, encoder. Rows of zeros between documents, where the encoder has them, go through that layer too."""
    embed, mix, encode = model.layers
    ops, lengths = model.ops, [len(doc) for doc in docs]
    embedded, bp_embedded = embed(docs, is_train)
    rows, borders, places = ops.flatten(embedded), lengths, slice(None)
    if encode.attrs.get("padded"):
        rows, places = padded(encode, rows, lengths)
        borders = [len(rows)]
    mixed, bp_mixed = mix(rows, is_train)
    encoded, bp_encoded = encode_rows(encode, mixed, borders, is_train)

    def backprop(d_vectors: Sequence[Any]) -> Any:
        d_encoded = ops.xp.zeros(encoded.shape, dtype=encoded.dtype)
        d_encoded[places] = ops.flatten(d_vectors)
        d_rows = bp_mixed(bp_encoded(d_encoded))
        return bp_embedded(ops.unflatten(d_rows[places], lengths))

    return ops.unflatten(encoded[places], lengths), backprop


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    linear_model, tok2vec, attention, maxout, scored, classify = model.layers
    outputs = model.maybe_get_dim("nO")
    if outputs is not None:
        Y = model.ops.alloc2f(1, outputs)
    linear_model.initialize(X, Y)
    tok2vec.initialize(X)
    sample = model.ops.alloc2f(1, attention.get_dim("nO"))
    attention.initialize(sample)
    maxout.initialize(sample)
    scored.initialize(sample, Y if scored.has_dim("nO") is None else None)
    classify.initialize(model.ops.alloc2f(1, 2 * linear_model.get_dim("nO")), Y)
    model.set_dim("nO", classify.get_dim("nO"))


def _forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    linear_model, tok2vec, attention, maxout, scored, classify = model.layers
    xp = model.ops.xp
    linear, bp_linear = linear_model(docs, is_train)
    vectors, bp_vectors = tok2vec(docs, is_train)
    pooled, bp_pooled = attention(vectors, is_train)
    hidden, bp_hidden = through([maxout], pooled, is_train)
    neural, bp_neural = scored(hidden, is_train)
    scores, bp_scores = classify(xp.hstack([linear, neural]), is_train)
    classes = linear.shape[1]

    def backprop(d_scores: Any) -> Any:
        d_features = bp_scores(d_scores)
        bp_linear(xp.ascontiguousarray(d_features[:, :classes]))
        return bp_vectors(bp_pooled(bp_hidden(bp_neural(xp.ascontiguousarray(d_features[:, classes:])))))

    return scores, backprop
