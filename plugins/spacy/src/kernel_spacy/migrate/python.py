"""A Python file: its imports, what it says of what they brought in, and its strings.

It is parsed by LibCST, and edited where names stand; everything else keeps its bytes.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable
from importlib.util import find_spec

import libcst as cst
from libcst import metadata
from libcst.helpers import get_full_name_for_node

from kernel_spacy.migrate import imports, strings
from kernel_spacy.migrate.edits import Edit, edited
from kernel_spacy.migrate.findings import Finding
from kernel_spacy.migrate.imports import OURS, ROOT, is_of_spacy
from kernel_spacy.migrate.places import find, is_there, notes

_UNREADABLE = "it is no Python that can be parsed, and stays as it is"
_DEEP = "it is nested too deeply to be read, and stays as it is"
_NOT_KEPT = "its ends of lines or form feeds could not be kept, so it stays as it is"
_NOT_PARSED = "what it would become is no Python, so it stays as it is"
_ELSEWHERE = "another file brings it in, where it may be called kernel now"
_TYPE_COMMENT = "types in comments stay as they are: write an annotation"
# Python takes a form feed at the start of a line for nothing, and LibCST drops it.
_FORM_FEED = re.compile(r"^\f+", re.MULTILINE)
_EXPORTED = re.compile(rf"""__all__\b[^=\n]*=\s*[\[(][^\])]*['"]{ROOT}['"]""")
# Variables that are called like what they hold tell of members that are not here.
_MEMBERS = re.compile(
    r"spacy\.(?:\w+\.)*(?P<cls>Doc|Span|Token|Lexeme|Vocab|Language|Tokenizer)\.(?P<member>\w+)"
)


def migrated(source: bytes) -> tuple[bytes, list[Finding]]:
    """A Python file as ours, and what of it is not here. It stays as it is if it can't be parsed."""
    if b"spacy" not in source:
        return source, []
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        written = source.decode(encoding)
        text, dropped = _without_form_feeds(written)
        module = cst.parse_module(text)
        # What comes from the parser has no node twice, and needs no copy.
        wrapper = metadata.MetadataWrapper(module, unsafe_skip_copy=True)
        visitor = _Visitor(wrapper)
        if module.code == text:
            wrapper.visit(visitor)
    except (cst.ParserSyntaxError, SyntaxError, UnicodeError) as error:
        return source, [Finding(getattr(error, "raw_line", 1), "syntax error", _UNREADABLE)]
    except RecursionError:
        return source, [Finding(1, "nesting", _DEEP)]
    edits = [_moved(edit, dropped) for edit in visitor.edits]
    if module.code != text or None in edits:
        return source, [Finding(1, "layout", _NOT_KEPT)]
    new = edited(written.encode(), filter(None, edits)).decode()
    if not is_readable(new):
        return source, [Finding(1, "result", _NOT_PARSED)]
    return new.encode(encoding), sorted(set(visitor.findings))


def is_readable(text: str) -> bool:
    """Whether a text can be parsed as Python."""
    try:
        cst.parse_module(text)
    except (cst.ParserSyntaxError, UnicodeError, RecursionError):
        return False
    return True


def _without_form_feeds(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without form feeds at the starts of lines, and (offset in what is left, number) of each, in bytes of UTF-8."""
    parts, dropped, done, size = [], [], 0, 0
    for found in _FORM_FEED.finditer(text):
        parts.append(text[done : found.start()])
        size += len(parts[-1].encode())
        dropped.append((size, len(found[0])))
        done = found.end()
    return "".join([*parts, text[done:]]), dropped


def _moved(edit: Edit, dropped: list[tuple[int, int]]) -> Edit | None:
    """The edit in the text with its form feeds; None if one is within what it replaces."""
    before = sum(number for offset, number in dropped if offset <= edit.start)
    if any(edit.start < offset < edit.end for offset, _ in dropped):
        return None
    return Edit(edit.start + before, edit.end + before, edit.text)


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (
        metadata.ByteSpanPositionProvider,
        metadata.ParentNodeProvider,
        metadata.PositionProvider,
        metadata.QualifiedNameProvider,
        metadata.ScopeProvider,
    )

    def __init__(self, wrapper: metadata.MetadataWrapper) -> None:
        super().__init__()
        self.module = wrapper.module
        self.edits: list[Edit] = []
        self.findings: list[Finding] = []
        self._lines = wrapper.module.code.split("\n")
        # For a statement that brings in spaCy: the modules that edits name where it brought in a name.
        self._needed: dict[cst.CSTNode, set[str]] = defaultdict(set)
        scopes = [
            scope for scope in set(wrapper.resolve(metadata.ScopeProvider).values()) if scope is not None
        ]
        self._taken = _taken(scopes)
        self._keeps_name = (
            OURS in self._taken
            or any(map(_has_to_stay, scopes))
            or _EXPORTED.search(wrapper.module.code) is not None
        )

    def leave_Module(self, original_node: cst.Module) -> None:
        """Add the imports that edits need, before those that brought in what they replace."""
        for node, needed in self._needed.items():
            start = self._span(node)[0]
            lines = "".join(f"import {name}{self._joint(node)}" for name in sorted(needed))
            there = next((edit for edit in self.edits if edit.start == start), Edit(start, start, ""))
            self.edits = [edit for edit in self.edits if edit is not there]
            self.edits.append(Edit(start, there.end, lines + there.text))

    def visit_Comment(self, node: cst.Comment) -> None:
        if re.match(rf"#\s*type:.*\b{ROOT}\.", node.value):
            self._tell(node, node.value, _TYPE_COMMENT)

    def visit_Import(self, node: cst.Import) -> bool:
        self._take(node, imports.plain(node, keeps_name=self._keeps_name))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        self._take(
            node, imports.from_import(node, self.module, joint=self._joint(node), indent=self._indent(node))
        )
        if not isinstance(node.names, cst.ImportStar) and (node.relative or node.module):
            self._look_at_other_files(node)
        return False

    def _look_at_other_files(self, node: cst.ImportFrom) -> None:
        assert not isinstance(node.names, cst.ImportStar)
        if any(get_full_name_for_node(alias.name) == ROOT for alias in node.names):
            self._tell(node, f"import {ROOT}", _ELSEWHERE)

    def _take(self, node: cst.CSTNode, found: imports.Imported) -> None:
        if found.text is not None:
            self._edit(node, found.text)
        for name, why in found.missing:
            self._tell(node, name, why)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        name = self._imported_name(node) if _root(node) is not None else None
        if name is None:
            self._look_at_member(node)
            return True
        self._name(node, name)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        if node.value != ROOT or self._keeps_name or (isinstance(parent, cst.Arg) and parent.keyword is node):
            return
        if self._imported_name(node) == ROOT:
            self._edit(node, OURS)

    def _imported_name(self, node: cst.CSTNode) -> str | None:
        """The dotted name of what an expression stands for, if it was imported from spaCy."""
        found = self.get_metadata(metadata.QualifiedNameProvider, node, set())
        names = [one.name for one in found if one.source is metadata.QualifiedNameSource.IMPORT]
        return names[0] if len(names) == 1 == len(found) and is_of_spacy(names[0]) else None

    def _name(self, node: cst.Attribute, name: str) -> None:
        written = get_full_name_for_node(node) or ""
        root = _root(node)
        assert root is not None
        place = find(name)
        # `spacy` itself, as which name ever, and then what is in it.
        is_package = name.removeprefix(f"{ROOT}.") == written.partition(".")[2]
        same = OURS + name.removeprefix(ROOT)
        if not place.path:
            self._tell(node, name, place.why)
        if place.path and place.path != same:
            if is_package and place.path.startswith(f"{OURS}."):
                called = OURS if root.value == ROOT and not self._keeps_name else root.value
                self._edit(node, called + place.path.removeprefix(OURS))
            elif self._may_import(root, place.path.partition(".")[0]):
                self._edit(node, place.path)
                for node_of_import in self._brought_in_by(root):
                    self._needed[node_of_import].add(_module_of(place.path))
            else:
                self._tell(node, name, f"it is {place.path} here: import that under a name that is free")
        elif root.value == ROOT and is_package and not self._keeps_name:
            self._edit(root, OURS)

    def _may_import(self, root: cst.Name, name: str) -> bool:
        """Whether a name may be imported wherever the root of an expression is, and means nothing else in this file."""
        return name not in self._taken and bool(self._brought_in_by(root))

    def _brought_in_by(self, root: cst.Name) -> list[cst.CSTNode]:
        """The statements that import a name, if what they import stays in the scope that they are in."""
        scope = self.get_metadata(metadata.ScopeProvider, root, None)
        found = [] if scope is None else list(scope[root.value])
        nodes: list[cst.CSTNode] = [one.node for one in found if isinstance(one, metadata.ImportAssignment)]
        # `global spacy` in a function brings it to all of the others, but not what is imported beside it.
        is_near = all(
            self.get_metadata(metadata.ScopeProvider, node, None) is one.scope
            for node, one in zip(nodes, found, strict=False)
        )
        return nodes if is_near and len(nodes) == len(found) else []

    def _look_at_member(self, node: cst.Attribute) -> None:
        """Tell of members that classes of spaCy have and ours have not, where a variable says of which class it is."""
        owner = get_full_name_for_node(node.value) or ""
        why = _members().get((re.split(r"[._]", owner)[-1].lower(), node.attr.value))
        if why is not None:
            self._tell(node, f"{owner}.{node.attr.value}", why)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if ROOT not in node.value or node.prefix in ("b", "br", "rb"):
            return
        quotes = len(node.prefix) + len(node.quote)
        inner = node.value[quotes : -len(node.quote)]
        self._string(node, inner, len((node.prefix + node.quote).encode()))

    def visit_FormattedStringText(self, node: cst.FormattedStringText) -> None:
        if ROOT in node.value:
            self._string(node, node.value, 0)

    def _string(self, node: cst.CSTNode, text: str, before: int) -> None:
        if self._is_docstring(node):
            return
        line = self.get_metadata(metadata.PositionProvider, node).start.line

        def tell(offset: int, what: str, why: str) -> None:
            self.findings.append(Finding(line + text.count("\n", 0, offset), what, why))

        called, after_m, is_hint = self._around(node)
        new = strings.ours(
            text, tell, called=called, after_m=after_m, keeps_name=self._keeps_name, is_hint=is_hint
        )
        if new != text:
            start = self._span(node)[0] + before
            self.edits.append(Edit(start, start + len(text.encode()), new))

    def _around(self, node: cst.CSTNode) -> tuple[str, bool, bool]:
        """The function that a string is an argument of; whether it follows "-m"; whether it is a type."""
        called, after_m = "", False
        child, parent = node, self.get_metadata(metadata.ParentNodeProvider, node)
        if isinstance(parent, cst.Element):
            whole = self.get_metadata(metadata.ParentNodeProvider, parent)
            elements = list(getattr(whole, "elements", ()))
            number = next((at for at, one in enumerate(elements) if one is parent), 0)
            before = elements[number - 1].value if number else None
            after_m = isinstance(before, cst.SimpleString) and before.evaluated_value == "-m"
        while not isinstance(parent, cst.Module | cst.BaseSmallStatement | cst.BaseCompoundStatement):
            if isinstance(parent, cst.Annotation):
                return called, after_m, True
            if isinstance(parent, cst.Call) and not called and child is not parent.func:
                called = (get_full_name_for_node(parent.func) or "").rpartition(".")[2]
            child, parent = parent, self.get_metadata(metadata.ParentNodeProvider, parent)
        return called, after_m, False

    def _is_docstring(self, node: cst.CSTNode) -> bool:
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        return isinstance(parent, cst.Expr)

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self.get_metadata(metadata.ByteSpanPositionProvider, node)
        return span.start, span.start + span.length

    def _indent(self, node: cst.CSTNode) -> str:
        """The indent of the line that a statement begins in."""
        line = self._lines[self.get_metadata(metadata.PositionProvider, node).start.line - 1]
        return line[: len(line) - len(line.lstrip())]

    def _joint(self, node: cst.CSTNode) -> str:
        """What goes between two statements that take the place of one."""
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        is_alone = isinstance(parent, cst.SimpleStatementLine) and len(parent.body) == 1
        return self.module.default_newline + self._indent(node) if is_alone else "; "

    def _edit(self, node: cst.CSTNode, text: str) -> None:
        start, end = self._span(node)
        self.edits.append(Edit(start, end, text))

    def _tell(self, node: cst.CSTNode, what: str, why: str) -> None:
        self.findings.append(
            Finding(self.get_metadata(metadata.PositionProvider, node).start.line, what, why)
        )


def _taken(scopes: Iterable[metadata.Scope]) -> frozenset[str]:
    """Names that mean something else in a file than the module of that name."""
    return frozenset(one.name for scope in scopes for one in scope.assignments if not _imports(one, one.name))


def _has_to_stay(scope: metadata.Scope) -> bool:
    """Whether `spacy` is imported in a scope, and goes on to be called so: it has another meaning too, or is an attribute."""
    found = list(scope.assignments[ROOT])
    number = sum(_imports(one, ROOT) for one in found)
    return bool(number) and (number < len(found) or isinstance(scope, metadata.ClassScope))


def _imports(assignment: metadata.BaseAssignment, name: str) -> bool:
    """Whether an assignment is that of `import name` or `import name.b`."""
    node = getattr(assignment, "node", None)
    names = node.names if isinstance(node, cst.Import) else ()
    return any(
        (get_full_name_for_node(alias.name) or "").partition(".")[0] == name
        and (alias.asname is None or get_full_name_for_node(alias.asname.name) == alias.evaluated_name)
        for alias in names
    )


def _root(node: cst.Attribute) -> cst.Name | None:
    """The name that a chain of attributes begins with; None if something is called or looked up on the way."""
    found: cst.BaseExpression = node
    while isinstance(found, cst.Attribute):
        found = found.value
    return found if isinstance(found, cst.Name) else None


def _module_of(path: str) -> str:
    """The module to import for a dotted path to be there."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            if find_spec(".".join(parts[:cut])) is not None:
                return ".".join(parts[:cut])
        except ModuleNotFoundError:
            continue
    return parts[0]


def _members() -> dict[tuple[str, str], str]:
    """(variable of the class, member) -> why it is not here."""
    found = {}
    for name, why in notes()["different"].items():
        match = _MEMBERS.fullmatch(name)
        if match and not is_there("kernel" + name.removeprefix("spacy")):
            variable = "nlp" if match["cls"] == "Language" else match["cls"].lower()
            found[variable, match["member"]] = why
    return found
