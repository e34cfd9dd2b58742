"""The public names of spaCy, one a line, printed by a Python in which spaCy is installed: they are kept in `names.txt`.

    python scripts/migration/public_names.py > scripts/migration/names.txt

What is listed: names without an underscore in front of the modules below, members of the classes, other names that scripts import, registered functions as
`registry:name`, commands as `commands:name`.
"""

from __future__ import annotations

import importlib
import inspect
import types
import warnings
from collections.abc import Iterator
from typing import Any

MODULES = (
    "spacy",
    "spacy.attrs",
    "spacy.displacy",
    "spacy.glossary",
    "spacy.kb",
    "spacy.lang.char_classes",
    "spacy.lang.lex_attrs",
    "spacy.lang.punctuation",
    "spacy.lang.tokenizer_exceptions",
    "spacy.lookups",
    "spacy.matcher",
    "spacy.pipe_analysis",
    "spacy.pipeline",
    "spacy.scorer",
    "spacy.strings",
    "spacy.training",
    "spacy.util",
)
CLASSES = (
    "spacy.language.Language",
    "spacy.lexeme.Lexeme",
    "spacy.lookups.Lookups",
    "spacy.lookups.Table",
    "spacy.morphology.Morphology",
    "spacy.pipeline.TrainablePipe",
    "spacy.scorer.Scorer",
    "spacy.strings.StringStore",
    "spacy.tokenizer.Tokenizer",
    "spacy.tokens.Doc",
    "spacy.tokens.DocBin",
    "spacy.tokens.MorphAnalysis",
    "spacy.tokens.Span",
    "spacy.tokens.SpanGroup",
    "spacy.tokens.Token",
    "spacy.training.Alignment",
    "spacy.training.Example",
    "spacy.vectors.Vectors",
    "spacy.vocab.Vocab",
)
# What scripts import besides, from modules that are not listed whole.
OTHERS = (
    "spacy.errors.Errors",
    "spacy.errors.Warnings",
    "spacy.errors.setup_default_warnings",
    "spacy.ty",
    "spacy.ty.TrainableComponent",
    "spacy.language.create_tokenizer",
    "spacy.vocab.create_vocab",
    "spacy.schemas.TokenPattern",
    "spacy.compat.Literal",
    "spacy.util.logger",
    "spacy.lang.norm_exceptions.BASE_NORMS",
    "spacy.training.corpus.Corpus",
    "spacy.training.corpus.JsonlCorpus",
    "spacy.training.corpus.PlainTextCorpus",
    "spacy.training.batchers.minibatch",
    "spacy.training.batchers.minibatch_by_padded_size",
    "spacy.training.batchers.minibatch_by_words",
    "spacy.tokens._serialize.DocBin",
)
REGISTRIES = (
    "architectures",
    "augmenters",
    "batchers",
    "callbacks",
    "layers",
    "loggers",
    "misc",
    "readers",
    "scorers",
    "tokenizers",
    "vectors",
)


def names() -> Iterator[str]:
    """All of them, in order."""
    seen: set[tuple[str, int]] = set()
    for path in MODULES:
        module = importlib.import_module(path)
        for name, value in sorted(vars(module).items()):
            # What a module has imported from one before is not listed again.
            if _is_public(path, name, value) and (name, id(value)) not in seen:
                yield f"{path}.{name}"
                if path != "spacy":
                    seen.add((name, id(value)))
    for path in CLASSES:
        module, _, name = path.rpartition(".")
        yield path
        cls = getattr(importlib.import_module(module), name)
        ours = {member for base in cls.__mro__ if base not in (object, dict, list) for member in vars(base)}
        yield from (f"{path}.{member}" for member in sorted(ours) if not member.startswith("_"))
    yield from OTHERS
    yield from _registered()


# Names that a module has from elsewhere, and that are not for scripts.
_NOT_MEANT = {
    "Errors",
    "REGISTRY_POPULATED",
    "TYPE_CHECKING",
    "Warnings",
    "populate_registry",
    "setup_default_warnings",
}


def _is_public(path: str, name: str, value: Any) -> bool:
    if name.startswith("_") or isinstance(value, types.ModuleType) or name in _NOT_MEANT:
        return False
    if inspect.isclass(value) or inspect.isroutine(value):
        home = getattr(value, "__module__", None) or ""
        return home.startswith(path) or (
            path == "spacy" and home.startswith(("thinc.util", "thinc.backends"))
        )
    return name.isupper() or name == "registry"


def _registered() -> Iterator[str]:
    import spacy
    from spacy import registrations
    from spacy.cli._util import app

    registrations.populate_registry()
    for kind in REGISTRIES:
        found = getattr(spacy.registry, kind).get_all()
        yield from (f"{kind}:{name}" for name in sorted(found) if name.startswith("spacy."))
    yield from (f"factories:{name}" for name in sorted(spacy.blank("xx").factory_names) if "." not in name)
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]
    groups = [
        f"{group.typer_instance.info.name} {command.name or command.callback.__name__}"
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands
    ]
    yield from (f"commands:{name}" for name in sorted({*commands, *groups}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print("\n".join(dict.fromkeys(names())))
