"""Validators of the schemas of sections."""

import pytest
from pydantic import Field, StrictInt, field_validator, model_validator

from kernel import Config
from kernel.config import resolve, resolve_section
from kernel.config.checking import check
from kernel.config.schemas import Section
from kernel.config.validators import validated
from kernel.config.written import Refused
from kernel.errors import ConfigError
from kernel.registries.family import registry


class Plain(Section):
    words: StrictInt = 3
    """w"""


class Strict(Section):
    words: StrictInt = Field(default=3, ge=1)
    """w"""
    more: StrictInt = 9
    """m"""

    @field_validator("words")
    @classmethod
    def not_five(cls, value):
        if value == 5:
            raise ValueError("five is bad")
        if value == 6:
            raise RuntimeError("boom")
        return 70 if value == 7 else value

    @model_validator(mode="after")
    def fits(self):
        assert self.words <= self.more or self.words == 70, "words > more"
        return self


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():
        registry.sections("strict", func=Strict)
        registry.misc("test.Words.v1", func=lambda value: value)
        yield


def test_values_go_through_the_validators():
    assert validated(Plain, {"words": "not looked at"}) == {"words": "not looked at"}
    assert validated(Strict, {"words": 7, "more": 9}) == {"words": 70, "more": 9}
    with pytest.raises(Refused) as caught:
        validated(Strict, {"words": 5, "more": 9})
    assert [(fault.place, fault.reason) for fault in caught.value.faults] == [(("words",), "five is bad")]


@pytest.mark.parametrize(
    ("text", "path", "line", "message"),
    [
        ("words = 5", "strict.words", 2, "five is bad"),
        ("more = 1", "strict", 1, "words > more"),
        ("words = 6", "strict", 1, "a validator of [strict] failed: RuntimeError: boom"),
        ("words = 0", "strict.words", 2, "must be greater than or equal to 1"),
    ],
)
def test_what_they_refuse_is_a_problem_with_a_place(text, path, line, message):
    config = Config.from_str(f"[strict]\n{text}\n")
    for look in (lambda: check(config), lambda: resolve_section(config, "strict")):
        with pytest.raises(ConfigError) as caught:
            look()
        (problem,) = [one for one in caught.value.problems if (one.path or "").startswith("strict")]
        assert (problem.path, problem.line) == (path, line) and problem.message.startswith(message)
    if "validator" in message:
        assert caught.value.exit_code == 3


def test_what_they_return_is_what_counts():
    assert vars(resolve_section(Config.from_str("[strict]\nwords = 7\n"), "strict")) == {
        "words": 70,
        "more": 9,
    }


@pytest.mark.parametrize(("value", "message"), [(5, "five is bad"), (10, "words > more"), (7, "")])
def test_what_a_block_describes_is_looked_at_when_it_is_built(value, message):
    text = f'[strict.words]\n@misc = "test.Words.v1"\nvalue = {value}\n'
    config = Config.from_str(text)
    if message:
        with pytest.raises(ConfigError, match=message):
            resolve_section(config, "strict")
        settings = resolve(config["strict"], config=config, path="strict", schema=Strict, validate=False)
        assert settings["words"] == value
    else:
        assert resolve_section(config, "strict").words == 70
