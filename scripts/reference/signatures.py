"""Signatures as they stand in the source: the same for every version of Python."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any


def signature(function: Any) -> str:
    """The signature as it stands in the source, with one parameter a line if it is long."""
    name = getattr(function, "__name__", type(function).__name__)
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return f"{name}(...)"
    if isinstance(node, ast.ClassDef):
        return f"class {name}({', '.join(map(ast.unparse, node.bases))})"
    if not isinstance(node, ast.FunctionDef):
        return f"{name}(...)"
    arrow = f" -> {ast.unparse(node.returns).strip(chr(39))}" if node.returns is not None else ""
    line = f"{name}({ast.unparse(node.args)}){arrow}"
    if len(line) <= 100:
        return line
    return f"{name}(\n" + "".join(f"    {one},\n" for one in _parameters(node.args)) + f"){arrow}"


def attributes(owner: type) -> Iterator[tuple[str, str, str]]:
    """(name, type, text) of the fields and properties of a class as they stand in the source."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(node, ast.ClassDef)
    for one, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(one, ast.AnnAssign):
            is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            text = str(after.value.value) if is_text else ""
            yield ast.unparse(one.target), ast.unparse(one.annotation), " ".join(text.split())
        elif isinstance(one, ast.FunctionDef) and "property" in map(ast.unparse, one.decorator_list):
            yield one.name, ast.unparse(one.returns or ast.Constant(None)), ast.get_docstring(one) or ""


def _parameters(args: ast.arguments) -> Iterator[str]:
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    for one, default in zip(positional, defaults, strict=True):
        yield _parameter(one, default)
    if args.vararg:
        yield "*" + ast.unparse(args.vararg)
    elif args.kwonlyargs:
        yield "*"
    for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _parameter(one, default)
    if args.kwarg:
        yield "**" + ast.unparse(args.kwarg)


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return ast.unparse(one)
    equals = " = " if one.annotation else "="
    return f"{ast.unparse(one)}{equals}{ast.unparse(default)}"
