"""A stranger's package, as the configs of this folder name it."""

from collections.abc import Callable, Generator, Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from kernel.language import Language


class Encoder:
    """Something that a model is made of."""


class Net:
    """A model."""


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int
    names: list[str] = []


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: StrictInt
    rate: float = Field(default=0.5, ge=0, le=1)
    inner: Inner | None = None


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Zz(Language):
    lang = "zz"


def encoder(width: int, rows: list[int] = [100], window: Annotated[int, Field(ge=1)] = 1) -> Encoder:  # noqa: B006
    return Encoder()


def net(encode: Encoder, depth: int = 2, name: StrictStr = "net") -> Net:
    return Net()


def chain(*layers: Encoder) -> Encoder:
    return Encoder()


def pair(first: Encoder, second: Encoder, scale: float = 1.0) -> Encoder:
    return Encoder()


def group(parts: list[Encoder], by_name: dict[str, Encoder] = {}) -> Encoder:  # noqa: B006
    return Encoder()


def strict(
    count: StrictInt = 1,
    mode: Literal["sum", "mean"] = "sum",
    path: Path | None = None,
    flag: StrictBool = False,
    shape: tuple[int, int] = (1, 2),
    table: dict[str, int] = {},  # noqa: B006
    either: int | list[int] = 1,
    color: Color = Color.RED,
    stream: Generator[int, None, None] | None = None,
    pairs: list[tuple[str, int]] = [],  # noqa: B006
    options: Options | None = None,
    text: str = "a",
    ratio: float = 0.1,
) -> Encoder:
    return Encoder()


def lines(path: Path | None = None, limit: Annotated[int, Field(ge=0)] = 0) -> Callable[[Any], Iterable[Any]]:
    return lambda nlp: []


def batch(size: int | list[int] = 8) -> Callable[[Iterable[Any]], Iterable[list[Any]]]:
    return lambda items: []


def log() -> Callable[..., Any]:
    return lambda *args: None


def number() -> int:
    return 5


def default_wrong(size: Annotated[int, Field(ge=1)] = "many") -> Callable[[Any], Iterable[Any]]:  # type: ignore[assignment]
    return lambda nlp: []


class Marker:
    def __call__(self, doc: Any) -> Any:
        return doc

    def initialize(self, get_examples: Any, *, nlp: Any = None, labels: list[str] | None = None) -> None:
        """Take the labels."""


@Language.factory("acme_mark", default_config={"threshold": 0.5})
def make_mark(
    nlp: Language,
    name: str,
    model: Net,
    threshold: Annotated[float, Field(ge=0, le=1)],
    labels: list[str] = [],  # noqa: B006
) -> Marker:
    return Marker()


ENTRY_POINTS = {
    "kernel_architectures": {
        "acme.Encoder.v1": "acme_nlp:encoder",
        "acme.Net.v1": "acme_nlp:net",
        "acme.Chain.v1": "acme_nlp:chain",
        "acme.Pair.v1": "acme_nlp:pair",
        "acme.Group.v1": "acme_nlp:group",
        "acme.Strict.v1": "acme_nlp:strict",
        "acme.Gone.v1": "acme_nlp:gone",
    },
    "kernel_readers": {"acme.Lines.v1": "acme_nlp:lines", "acme.Wrong.v1": "acme_nlp:default_wrong"},
    "kernel_batchers": {"acme.batch.v1": "acme_nlp:batch"},
    "kernel_loggers": {"acme.Log.v1": "acme_nlp:log"},
    "kernel_misc": {"acme.number.v1": "acme_nlp:number"},
    "kernel_factories": {"acme_mark": "acme_nlp:make_mark"},
    "kernel_languages": {"zz": "acme_nlp:Zz"},
}
