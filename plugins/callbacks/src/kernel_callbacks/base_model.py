"""The tokenizer and the vocab of another pipeline, for one that is trained anew."""

from collections.abc import Callable
from pathlib import Path

from kernel.config import Config
from kernel.errors import ConfigError, DataError
from kernel.files.atomic import read_whole
from kernel.language import Language
from kernel.saving.directories import locate, read_saved, reading


def copy_from_base_model(
    tokenizer: str | None = None, vocab: str | None = None
) -> Callable[[Language], None]:
    """Begin with the tokenizer and the vocab of saved pipelines, for `[initialize.before_init]`.

    tokenizer: a pipeline, as a directory or an installed package, whose rules of the tokenizer are taken; the same function has to make
    it in both. vocab: one whose strings, attributes of word forms, vectors and lookups are taken. null leaves the own. `ConfigError` if
    the tokenizers differ, `DataError` if there is nothing to take.
    """

    def copy(nlp: Language) -> None:
        if tokenizer is not None:
            where = locate(tokenizer)
            read_whole(where, lambda folder: _copy_tokenizer(nlp, folder, where))
        if vocab is not None:
            where = locate(vocab)
            read_whole(where, lambda folder: _copy_vocab(nlp, folder, where))

    return copy


def _copy_tokenizer(nlp: Language, folder: Path, where: Path) -> None:
    theirs, ours = _tokenizer_of(read_saved(folder, where).config), _tokenizer_of(nlp.config)
    if theirs != ours:
        raise ConfigError(
            f"initialize.before_init: the tokenizer of {where} is made by {theirs}, and that of this pipeline by {ours}",
            hint="Write the same [nlp.tokenizer] as there.",
        )
    if not (folder / "tokenizer").exists():
        raise DataError("the pipeline was saved without its tokenizer", path=where)
    with reading(folder / "tokenizer"):
        nlp.tokenizer.from_disk(folder / "tokenizer")


def _tokenizer_of(config: Config) -> object:
    return (config.interpolate().get("nlp") or {}).get("tokenizer")


def _copy_vocab(nlp: Language, folder: Path, where: Path) -> None:
    if not (folder / "vocab").is_dir():
        raise DataError("the pipeline was saved without its vocab", path=where)
    # Components that are taken from elsewhere have brought their labels.
    own = list(nlp.vocab.strings)
    with reading(folder / "vocab"):
        nlp.vocab.from_disk(folder / "vocab")
    nlp.vocab.strings.add_many(own)
