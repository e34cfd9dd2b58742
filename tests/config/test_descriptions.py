"""The text below a key of a section."""

from pydantic import Field

from kernel.config.descriptions import descriptions
from kernel.config.schemas import Section


class Outer(Section):
    """A section."""

    first: int = 1
    """What it is for,
    in two lines."""
    second: int = Field(default=2, description="as a field")
    """Not this."""
    third: int = 3


class Inner(Outer):
    third: int = 4
    """Told by the subclass."""
    fourth: int = 5


def test_texts_below_the_keys_of_a_section_and_of_those_it_comes_from() -> None:
    own = {"first": "What it is for,\nin two lines.", "second": "as a field"}
    assert descriptions(Outer) == own
    assert descriptions(Inner) == {**own, "third": "Told by the subclass."}


def test_a_class_without_source_has_none() -> None:
    names: dict[str, type[Section]] = {}
    exec("class Made(Section):\n    key: int = 1\n    'A text.'", {"Section": Section}, names)  # noqa: S102
    assert descriptions(names["Made"]) == {}
