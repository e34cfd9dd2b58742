"""The tokenizer and the vocab of another pipeline."""

from pathlib import Path

import numpy as np
import pytest

from kernel import Config, registry
from kernel.errors import ConfigError, DataError, MissingPath
from kernel.language import Language


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A pipeline that cuts at hyphens, knows vectors and a norm."""
    nlp = Language()
    nlp.tokenizer.add_special_case("well-known", [{"ORTH": "well"}, {"ORTH": "-"}, {"ORTH": "known"}])
    nlp.vocab.set_vector("tea", np.asarray([1.0, 2.0], dtype="float32"))
    nlp.vocab.set_lexeme_attr("colour", "norm", "color")
    nlp.vocab.lookups = {"table": {"a": 1}}
    nlp.to_disk(tmp_path / "base")
    return tmp_path / "base"


def begun(**settings: str) -> Language:
    """A pipeline that was initialised with the callback."""
    nlp = Language()
    nlp.vocab.strings.add("a label")
    callback = {"@callbacks": "kernel.copy_from_base_model.v1", **settings}
    nlp.config = Config({**nlp.config, "initialize": {**nlp.config["initialize"], "before_init": callback}})
    nlp.initialize()
    return nlp


def words(nlp: Language) -> list[str]:
    return [token.text for token in nlp("well-known")]


def test_the_tokenizer_is_taken(base: Path) -> None:
    nlp = begun(tokenizer=str(base))
    assert words(nlp) == ["well", "-", "known"]
    assert not nlp.vocab.has_vector("tea")


def test_the_vocab_is_taken(base: Path) -> None:
    nlp = begun(vocab=str(base))
    assert words(nlp) == words(Language())
    assert nlp.vocab.get_vector("tea").tolist() == [1.0, 2.0]
    assert nlp.vocab["colour"].norm_ == "color"
    assert nlp.vocab.lookups == {"table": {"a": 1}}
    # Its own strings stay.
    assert {"tea", "a label"} <= set(nlp.vocab.strings)


def test_both_are_saved_with_the_pipeline(base: Path, tmp_path: Path) -> None:
    begun(tokenizer=str(base), vocab=str(base)).to_disk(tmp_path / "made")
    loaded = Language.from_disk(tmp_path / "made")
    assert words(loaded) == ["well", "-", "known"] and loaded.vocab.has_vector("tea")


def test_what_cannot_be_taken_is_told(base: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingPath, match="can't find the pipeline 'nowhere'"):
        begun(vocab="nowhere")
    Language().to_disk(tmp_path / "poor", exclude=["vocab", "tokenizer"])
    for part in ("vocab", "tokenizer"):
        with pytest.raises(DataError, match=f"was saved without its {part}"):
            begun(**{part: str(tmp_path / "poor")})


def test_a_tokenizer_of_another_kind_is_refused(tmp_path: Path) -> None:
    with registry.restored():
        registry.tokenizers("tst.Tokenizer.v1", lambda: registry.tokenizers.get("kernel.Tokenizer.v1")())
        config = {"nlp": {"lang": None, "tokenizer": {"@tokenizers": "tst.Tokenizer.v1"}}}
        Language.from_config(config).to_disk(tmp_path / "other")
        with pytest.raises(
            ConfigError, match=r"made by .*tst.Tokenizer.v1.*, and that of this pipeline by .*kernel"
        ):
            begun(tokenizer=str(tmp_path / "other"))


def test_without_anything_to_take_nothing_happens() -> None:
    assert words(begun()) == words(Language())
