"""A config gets a section that its user asks for, with all that the section wants of the rest of the config."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import StrictInt, StrictStr

from kernel import registry
from kernel.config import Config
from kernel.config.schemas import Section
from kernel.errors import KernelError, RegistryError
from kernel.language import Language
from kernel.training.prepare import add_section

BASE = """
# Mine.
[paths]
more = "here.txt"

[nlp]
lang = "xx"
pipeline = ["test_silent"]

[components.test_silent]
factory = "test_silent"
"""


class Asking(Section):
    """A section that wants a corpus, and goes by a component."""

    size: StrictInt
    note: StrictStr
    times: StrictInt = 3

    @classmethod
    def recommend(cls, config: Mapping[str, Any]) -> str:
        return f"""
[paths]
more = null

[corpora.more]
@readers = "test.reader.v1"
path = ${{paths.more}}

# What it is for.
[asking]
size = {config["components"]["test_silent"]["size"]}
note = "recommended"
"""


@pytest.fixture(autouse=True)
def parts():
    with registry.restored():

        @Language.factory("test_silent")
        def silent(nlp, name: str, size: int = 4):
            return lambda doc: doc

        for name in ("test.reader.v1", "kernel.Corpus.v1"):
            registry.readers(name, func=lambda path, **settings: lambda nlp: [])
        registry.sections("asking", func=Asking)
        yield


def added(text: str) -> Config:
    return add_section(Language, Config.from_str(text), "asking")


def test_what_the_section_recommends_goes_under_what_the_config_says():
    config = added(BASE + '\n[asking]\nnote = "mine"\n')
    assert config["asking"] == {"size": 4, "note": "mine"}
    assert config["paths"]["more"] == "here.txt"
    assert config["corpora"]["more"] == {"@readers": "test.reader.v1", "path": "${paths.more}"}
    assert config["components"] == Config.from_str(BASE)["components"]
    text = config.to_str()
    assert "# What it is for.\n[asking]" in text and "# Mine.\n[paths]" in text


def test_a_section_that_has_it_all_gets_nothing():
    once = added(BASE)
    assert add_section(Language, once, "asking").to_str() == once.to_str()


def test_a_header_without_keys_gets_everything():
    assert added(BASE + "\n[asking]\n")["asking"] == {"size": 4, "note": "recommended"}


def test_a_section_that_recommends_nothing_is_there():
    registry.sections("quiet", func=type("Quiet", (Section,), {}))
    assert add_section(Language, Config.from_str(BASE), "quiet")["quiet"] == {}


def test_a_section_of_no_package_is_refused():
    with pytest.raises(RegistryError, match=r"no package supplies the section \[absent\]"):
        add_section(Language, Config.from_str(BASE), "absent")


def test_a_recommendation_that_fails_names_its_package():
    class Broken(Asking):
        @classmethod
        def recommend(cls, config: Mapping[str, Any]) -> str:
            raise ValueError("no idea")

    registry.sections("broken", func=Broken)
    with pytest.raises(KernelError, match=r"the recommendation of .* for \[broken\].*no idea"):
        add_section(Language, Config.from_str(BASE), "broken")
