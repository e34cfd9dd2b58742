"""A Python file: its imports, what it says of what they brought in, and its strings.

It is parsed by LibCST, and edited where names stand; everything else keeps its bytes.
"""

from __future__ import annotations

import re
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
# Variables that are called like what they hold tell of members that are not here.
_MEMBERS = re.compile(
    r"spacy\.(?:\w+\.)*(?P<cls>Doc|Span|Token|Lexeme|Vocab|Language|Tokenizer)\.(?P<member>\w+)"
)


def migrated(source: bytes) -> tuple[bytes, list[Finding]]:
    """A Python file as ours, and what of it is not here. It stays as it is if it can't be parsed."""
    if b"spacy" not in source:
        return source, []
    try:
        wrapper = metadata.MetadataWrapper(cst.parse_module(source))
    except (cst.ParserSyntaxError, UnicodeError, LookupError) as error:
        line = getattr(error, "raw_line", 1)
        return source, [Finding(line, "syntax error", _UNREADABLE)]
    visitor = _Visitor(wrapper)
    wrapper.visit(visitor)
    return edited(source, visitor.edits, wrapper.module.encoding), sorted(set(visitor.findings))


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
        # Modules that edits name, and that nothing imports yet.
        self._needed: set[str] = set()
        self._first_import: cst.CSTNode | None = None
        scopes = [
            scope for scope in set(wrapper.resolve(metadata.ScopeProvider).values()) if scope is not None
        ]
        self._keeps_name = _keeps_name(scopes)

    def leave_Module(self, original_node: cst.Module) -> None:
        """Add the imports that edits need, before the first of spaCy's."""
        if not self._needed or self._first_import is None:
            return
        start = self._span(self._first_import)[0]
        indent = self._indent(self._first_import)
        lines = "".join(f"import {name}\n{indent}" for name in sorted(self._needed))
        there = next((edit for edit in self.edits if edit.start == start), Edit(start, start, ""))
        self.edits = [edit for edit in self.edits if edit is not there]
        self.edits.append(Edit(start, there.end, lines + there.text))

    def visit_Import(self, node: cst.Import) -> bool:
        names = [get_full_name_for_node(alias.name) or "" for alias in node.names]
        if any(is_of_spacy(name) for name in names):
            self._first_import = self._first_import or node
        self._take(node, imports.plain(node, keeps_name=self._keeps_name))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        self._first_import = self._first_import or (
            node if node.module and is_of_spacy(get_full_name_for_node(node.module) or "") else None
        )
        self._take(node, imports.from_import(node, self.module, self._indent(node)))
        return False

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
            else:
                self._needed.add(_module_of(place.path))
                self._edit(node, place.path)
        elif root.value == ROOT and is_package and not self._keeps_name:
            self._edit(root, OURS)

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
            self.edits.append(Edit(start, start + len(text.encode(self.module.encoding)), new))

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
        """What stands before a statement in its line, if that is nothing but space."""
        column = self.get_metadata(metadata.PositionProvider, node).start.column
        line = self.module.code.split("\n")[self.get_metadata(metadata.PositionProvider, node).start.line - 1]
        return line[:column] if not line[:column].strip() else ""

    def _edit(self, node: cst.CSTNode, text: str) -> None:
        start, end = self._span(node)
        self.edits.append(Edit(start, end, text))

    def _tell(self, node: cst.CSTNode, what: str, why: str) -> None:
        self.findings.append(
            Finding(self.get_metadata(metadata.PositionProvider, node).start.line, what, why)
        )


def _keeps_name(scopes: Iterable[metadata.Scope]) -> bool:
    """Whether `import spacy` has to become `import kernel as spacy`: the one name is taken, or the other has several meanings."""
    for scope in scopes:
        for assignment in scope.assignments:
            is_import = isinstance(assignment, metadata.ImportAssignment)
            if assignment.name == OURS and not (is_import and _imports(assignment, OURS)):
                return True
            if assignment.name == ROOT and not is_import and _is_mixed(scope):
                return True
    return False


def _is_mixed(scope: metadata.Scope) -> bool:
    return any(isinstance(one, metadata.ImportAssignment) for one in scope[ROOT])


def _imports(assignment: metadata.BaseAssignment, name: str) -> bool:
    node = getattr(assignment, "node", None)
    names = node.names if isinstance(node, cst.Import) else ()
    return any((get_full_name_for_node(alias.name) or "").partition(".")[0] == name for alias in names)


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
