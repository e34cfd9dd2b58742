"""A JSON Schema of every config that works with what is installed, for editors that complete and check.

The schema is of a config as nested data, such as JSON or TOML. It is draft 2020-12, and says a little less than the kernel
checks: what a block's function returns isn't part of it, and a text with a variable may stand anywhere.
"""

from __future__ import annotations

import inspect
import re
from collections import abc
from collections.abc import Callable, Mapping
from typing import Any, get_origin

from pydantic import TypeAdapter

from kernel.config.descriptions import descriptions
from kernel.config.hints import alternatives, bare, item_hint
from kernel.config.schemas import Section
from kernel.config.sections import KIND, OWN, schema_of
from kernel.config.signatures import REQUIRED, Parameter, Signature, of_function, of_schema
from kernel.config.values import is_plain
from kernel.config.written import writable
from kernel.errors import KernelError, warn
from kernel.registries.family import registry

TITLE = "A config of kernel"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
# Bounds of a union, which pydantic leaves as they are.
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
Schema = dict[str, Any]


def config_schema() -> Schema:
    """The schema. Imports every function that is installed; those that can't be imported are only named, with a warning."""
    return _Writer().run()


class _Writer:
    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {
            "variable": {
                "type": "string",
                "pattern": r"\$\{[^{}$]+\}",
                "description": "A text with a variable.",
            }
        }

    def run(self) -> Schema:
        for kind in registry.kinds():
            if kind not in ("factories", "languages", "converters", "writers", "modules", "sections"):
                self.defs[kind] = self._kind(kind, f"@{kind}", ())
        self.defs["factories"] = self._kind("factories", "factory", ("nlp", "name"))
        kinds = [kind for kind in registry.kinds() if kind in self.defs and kind != "factories"]
        keys = [{"required": [f"@{kind}"], **_ref(kind)} for kind in kinds]
        self.defs["block"] = {"description": "A block that names a registered function.", "anyOf": keys}
        sections = {name: self._section(name, schema) for name, schema in OWN.items()}
        self._add_supplied(sections)
        if "lang" in sections["nlp"]["properties"]:
            sections["nlp"]["properties"]["lang"] = {"enum": registry.names("languages")}
        source = {"type": "object", "required": ["source"], "properties": {"source": {"type": "string"}}}
        component = {"if": {"required": ["source"]}, "then": source, "else": _ref("factories")}
        sections["components"] = {"type": "object", "additionalProperties": component}
        sections["corpora"] = {
            "type": "object",
            "if": {"required": ["@readers"]},
            "then": _ref("readers"),
            "else": {"additionalProperties": _ref("block")},
        }
        # Whatever a variable refers to.
        sections["system"]["additionalProperties"] = True
        return {
            "$schema": DRAFT,
            "title": TITLE,
            "type": "object",
            "properties": dict(sorted(sections.items())),
            "additionalProperties": {"type": "object"},
            "$defs": dict(sorted(self.defs.items())),
        }

    def _add_supplied(self, sections: dict[str, Schema]) -> None:
        """Add the sections that packages supply, also to the sections that they lie in."""
        for path in registry.names(KIND):
            try:
                found = self._section(path, schema_of(path))
            except KernelError as error:
                warn(f"the schema has the section [{path}] without its keys: {error.message}")
                continue
            around, _, name = path.rpartition(".")
            place = sections
            for part in around.split(".") if around else ():
                place = place.setdefault(part, {"type": "object"}).setdefault("properties", {})
            place[name] = found

    def _section(self, name: str, schema: type[Section]) -> Schema:
        signature = of_schema(schema, f"[{name}]")
        found = self._object(signature, f"section.{name}", schema.__doc__ or "")
        # A config may leave out whatever the kernel's defaults have.
        found.pop("required", None)
        keys = found["properties"]
        for key, kind in schema.kinds.items():
            keys[key].update(self._made_by(kind, signature.parameters[key].hint, keys[key]))
        for key, text in descriptions(schema).items():
            keys[schema.model_fields[key].alias or key]["description"] = text
        return found

    def _made_by(self, kind: str, hint: Any, value: Schema) -> Schema:
        """What a key takes whose value functions of a registry make: their blocks, and whatever else its hint allows."""
        if get_origin(bare(hint)) is dict:
            blocks = {"type": "object", "additionalProperties": _ref(kind)}
            return {"anyOf": [blocks, _ref("variable")]}
        others = value.get("anyOf") or [_ref("block"), {"not": {"type": "object"}}]
        return {"anyOf": [_ref(kind), *others]}

    def _kind(self, kind: str, key: str, given: tuple[str, ...]) -> Schema:
        """Blocks of one kind: the name decides what else stands in them."""
        names = registry.names(kind)
        cases = []
        for name in names:
            self.defs[f"{kind}.{name}"] = self._function(kind, name, key, given)
            is_this = {"properties": {key: {"const": name}}, "required": [key]}
            cases.append({"if": is_this, "then": _ref(f"{kind}.{name}")})
        found: Schema = {"type": "object", "required": [key], "properties": {key: {"enum": names}}}
        return {**found, "allOf": cases} if cases else found

    def _function(self, kind: str, name: str, key: str, given: tuple[str, ...]) -> Schema:
        origin = str(registry.origin(kind, name))
        try:
            function: Callable[..., Any] = registry.get(kind, name)
        except KernelError as error:
            warn(f"{kind}: the schema has {name!r} without its arguments: {error.message}")
            return {"title": name, "$comment": origin}
        signature = of_function(function, name, given=given)
        defaults = getattr(getattr(function, "__kernel_factory__", None), "default_config", {})
        found = self._object(signature, f"{kind}.{name}", inspect.getdoc(function) or "", defaults)
        found["properties"] = {key: {"const": name}, **found["properties"]}
        if kind != "factories" and (signature.positional or signature.varargs is not REQUIRED):
            # What stands in * fills the first parameters, so none of them can be required.
            found["properties"]["*"] = {"type": ["array", "object"]}
            required = found.pop("required", [])
            if required:
                found["if"], found["then"] = {"not": {"required": ["*"]}}, {"required": required}
        return {"title": name, "$comment": origin, **found}

    def _object(
        self, signature: Signature, owner: str, doc: str, defaults: Mapping[str, Any] | None = None
    ) -> Schema:
        described = described_parameters(doc)
        properties: dict[str, Schema] = {}
        required = []
        for name, parameter in signature.parameters.items():
            schema = self._value(parameter.hint, f"{owner}.{name}")
            if name in described:
                schema["description"] = described[name]
            if defaults and name in defaults:
                schema["default"] = defaults[name]
            elif parameter.is_required:
                required.append(name)
            elif is_plain(parameter.default):
                schema["default"] = _listed(parameter)
            properties[name] = schema
        found: Schema = {"type": "object", "properties": properties}
        if doc:
            found["description"] = doc.split("\n\n")[0].strip()
        if required:
            found["required"] = required
        found["additionalProperties"] = (
            self._value(signature.varkwargs, owner) if signature.takes_more else False
        )
        return found

    def _value(self, hint: Any, owner: str) -> Schema:
        """What can be written where a hint stands: a value, a block that makes one, or a variable."""
        if hint is Any or isinstance(hint, str):
            return {}
        whole = self._written(hint, owner)
        options = [whole] if whole else []
        for one in () if whole else alternatives(hint):
            part = self._written(one, owner) or self._of_blocks(one, owner)
            options += [part] if part else []
        return {"anyOf": [*options, _ref("block"), _ref("variable")]}

    def _written(self, hint: Any, owner: str) -> Schema | None:
        """The values of a hint, None if nothing that can be written fits it."""
        try:
            adapter = TypeAdapter(writable(hint))
            schema = adapter.json_schema(ref_template=f"#/$defs/{owner}.{{model}}")
        except Exception:  # noqa: BLE001 (classes of strangers may fail in any way)
            return None
        for name, part in schema.pop("$defs", {}).items():
            self.defs[f"{owner}.{name}"] = part
        bounded: Schema = _with_bounds(schema)
        return bounded

    def _of_blocks(self, hint: Any, owner: str) -> Schema | None:
        """A list or a mapping of what only blocks can make."""
        origin = get_origin(bare(hint))
        if not isinstance(origin, type) or issubclass(origin, (abc.Iterator, type)):
            return None
        if issubclass(origin, abc.Mapping):
            return {"type": "object", "additionalProperties": self._value(item_hint(hint, ""), owner)}
        if issubclass(origin, abc.Iterable):
            return {"type": "array", "items": self._value(item_hint(hint, 0), owner)}
        return None


def _with_bounds(schema: Any) -> Any:
    """A schema with bounds as JSON Schema calls them, at any depth."""
    if isinstance(schema, dict):
        return {
            _BOUNDS.get(word, word) if isinstance(value, (int, float)) else word: _with_bounds(value)
            for word, value in schema.items()
        }
    return [_with_bounds(part) for part in schema] if isinstance(schema, list) else schema


def described_parameters(doc: str) -> dict[str, str]:
    """What a docstring says of parameters, in lines such as `width: width of the output` or `width, depth: ...`."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in doc.split("\n"):
        match = re.match(r"\s*([a-zA-Z_]\w*(?:, [a-zA-Z_]\w*)*): (\S.*)$", line)
        if match:
            names = match[1].split(", ")
            found.update(dict.fromkeys(names, match[2]))
        elif names and line.startswith(" ") and line.strip():
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
        else:
            names = []
    return found


def _listed(parameter: Parameter) -> Any:
    value = parameter.default
    return list(value) if isinstance(value, tuple) else value


def _ref(name: str) -> Schema:
    # A slash or a tilde has a meaning in a JSON pointer.
    return {"$ref": "#/$defs/" + name.replace("~", "~0").replace("/", "~1")}
