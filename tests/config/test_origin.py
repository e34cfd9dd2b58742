"""A block's own settings, and those that say where its weights come from."""

from kernel.config.origin import apart, together


def test_a_block_without_a_source_has_no_origin() -> None:
    block = {"factory": "tagger", "component": "a setting of its own", "model": {"width": 3}}
    assert apart(block) == (block, {})


def test_what_was_taken_apart_can_be_put_together_again() -> None:
    block = {"source": "models/a", "component": "ner", "replace_listeners": ["model.tok2vec"]}
    settings, origin = apart(block)
    assert (settings, origin) == ({}, block)
    saved = together({"factory": "ner", "model": {"width": 3}}, origin)
    assert saved == {"factory": "ner", **block, "model": {"width": 3}}
    assert next(iter(saved)) == "factory"
    assert apart(saved) == ({"factory": "ner", "model": {"width": 3}}, block)
