"""The tokenizer and the vocab of another pipeline, for one that is trained anew."""

from collections.abc import Callable
from typing import Any

from kernel.config import Config
from kernel.errors import ConfigError, DataError
from kernel.language import Language
from kernel.saving.directories import locate, read_pipeline, reading
from kernel.saving.saved import Saved

_MAKER = "@tokenizers"


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
            read_pipeline(locate(tokenizer), lambda saved: _copy_tokenizer(nlp, saved), is_built=False)
        if vocab is not None:
            read_pipeline(locate(vocab), lambda saved: _copy_vocab(nlp, saved), is_built=False)

    return copy


def _copy_tokenizer(nlp: Language, saved: Saved) -> None:
    theirs, ours = _tokenizer_of(saved.config), _tokenizer_of(nlp.config)
    if not _is_same(theirs, ours, nlp):
        raise ConfigError(
            f"initialize.before_init: the tokenizer of {saved.path} is made by {theirs}, and that of this pipeline by {ours}",
            hint="Write the same [nlp.tokenizer] as there.",
        )
    if not (saved.folder / "tokenizer").exists():
        raise DataError("the pipeline was saved without its tokenizer", path=saved.path)
    if saved.fill is not None:
        saved.fill(nlp, ["vocab", *nlp.component_names])
        return
    with reading(saved.folder / "tokenizer"):
        nlp.tokenizer.from_disk(saved.folder / "tokenizer")


def _tokenizer_of(config: Config) -> Any:
    return (config.interpolate().get("nlp") or {}).get("tokenizer")


def _is_same(one: Any, other: Any, nlp: Language) -> bool:
    """Whether two blocks name the same function, perhaps by two of its names, with the same settings."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return bool(one == other)
    first, second = str(one.get(_MAKER)), str(other.get(_MAKER))
    if {**one, _MAKER: ""} != {**other, _MAKER: ""}:
        return False
    makers = nlp.registry.tokenizers
    return first == second or (
        first in makers and second in makers and makers.get(first) is makers.get(second)
    )


def _copy_vocab(nlp: Language, saved: Saved) -> None:
    if not (saved.folder / "vocab").is_dir():
        raise DataError("the pipeline was saved without its vocab", path=saved.path)
    # Components that are taken from elsewhere have brought their labels.
    own = list(nlp.vocab.strings)
    if saved.fill is not None:
        saved.fill(nlp, ["tokenizer", *nlp.component_names])
    else:
        with reading(saved.folder / "vocab"):
            nlp.vocab.from_disk(saved.folder / "vocab")
    nlp.vocab.strings.add_many(own)
