"""What the keys of a section are for: the text below each of them in its class."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise

from pydantic import BaseModel


def descriptions(schema: type[BaseModel]) -> dict[str, str]:
    """Name of a field -> what its description says, or the text below it. Fields that have neither are left out.

    Looked up when somebody asks: pydantic's `use_attribute_docstrings` reads the source of a class whenever it is imported.
    """
    found: dict[str, str] = {}
    for cls in reversed(schema.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            found.update(_below(cls))
    own = {name: field.description for name, field in schema.model_fields.items()}
    return {name: text for name in own if (text := own[name] or found.get(name))}


def _below(cls: type) -> dict[str, str]:
    """Name of an attribute -> the text below it in the source of a class; nothing if the source isn't there."""
    try:
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    found = {}
    lines = body.body if isinstance(body, ast.ClassDef) else []
    for above, below in pairwise(lines):
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[above.target.id] = inspect.cleandoc(text)
    return found
