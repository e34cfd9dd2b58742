"""Keys and sections of earlier forms of this config format, and what they are called now."""

from __future__ import annotations

_CORPUS = 'Its block is [corpora.{0}] now, and [training] says: {0}_corpus = "corpora.{0}"'
_IN_CORPUS = "It is a setting of the reader: [corpora.train]."
_BLOCKS = {f"training.{part}_corpus": _CORPUS.format(part) for part in ("train", "dev")} | {
    "nlp.pipeline": "It is a list of names; the settings of each component are in [components.NAME]."
}
_KEYS = {
    "optimizer": "It is [training.optimizer].",
    "training.base_model": "A component is taken from another pipeline with source = PATH in its block.",
    "training.batch_by": "It is the function of [training.batcher].",
    "training.batch_size": "It is the size of [training.batcher]: a number, or the block [training.batcher.size].",
    "training.eval_batch_size": "It is batch_size of [nlp].",
    "training.evaluation_batch_size": "It is batch_size of [nlp].",
    "training.gold_preproc": _IN_CORPUS,
    "training.gpu_id": "It is an option: kernel train --gpu-id 0",
    "training.init_tok2vec": "It is init_tok2vec of [initialize].",
    "training.limit": _IN_CORPUS,
    "training.lookups": "It is lookups of [initialize].",
    "training.max_length": _IN_CORPUS,
    "training.n_iter": "It is max_epochs.",
    "training.omit_extra_lookups": "It is lookups of [initialize].",
    "training.orth_variant_level": "It is the augmenter of the reader: [corpora.train].",
    "training.raw_text": "It is the corpus of [pretraining].",
    "training.scores": "They are the keys of [training.score_weights].",
    "training.use_gpu": "It is an option: kernel train --gpu-id 0",
    "training.vectors": "It is vectors of [initialize].",
}  # fmt: skip


def former_key(path: str) -> str:
    """What a key or section that there is no more is called now, as a hint; "" for any other."""
    return _KEYS.get(path, "")


def former_block(path: str) -> str:
    """Where the settings are to be that were a block at this place, which takes names now; "" for any other place."""
    return _BLOCKS.get(path, "")
