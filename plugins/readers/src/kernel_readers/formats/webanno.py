"""WebAnno TSV 3, which INCEpTION and WebAnno export: a token a line, a column a feature of a layer of annotations.

The form: https://inception-project.github.io/releases/latest/docs/user-guide.html#sect_formats_webannotsv3. A file is a
document. What its layers become:

| layer | becomes |
|---|---|
| NamedEntity | entities; where some overlap, all are in the group `sc`; its identifier is the `kb_id` |
| POS, Lemma, MorphologicalFeatures | `tag_` and `pos_`, `lemma_`, `morph` |
| Dependency | `head` and `dep_`, if every token has a head; else relations |
| other layers of spans | a group of spans with the name of the layer; the label is the feature `value`, or the first one |
| chains | a group for each chain: `coref_clusters_1` of coreference, else the name of the layer and the number |
| relations and slots | relations, see `relations` |
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.tokens import Doc
from kernel_readers.formats.format import Format, Settings
from kernel_readers.formats.offsets import Offset, Places, Placing
from kernel_readers.formats.record import Record
from kernel_readers.formats.relations import Relation, keep_relations
from kernel_readers.formats.universal import UPOS
from kernel_readers.formats.webanno_cells import annotations_of, unreadable
from kernel_readers.formats.webanno_rows import BEGINNING, Layer, Row, Text, parsed
from kernel_readers.formats.webanno_trees import trees_of
from kernel_readers.formats.webanno_values import Unit, raw_values, unescaped, units, values
from kernel_readers.problems import collected
from kernel_readers.report import Report

__all__ = ["BEGINNING", "read"]

GROUP = "sc"
_CHAIN = re.compile(r"(?P<label>.*?)->(?P<chain>\d{1,9})-\d{1,9}", re.DOTALL)
_ENTITIES, _COREFERENCE = "NamedEntity", "CoreferenceLink"
_TOKEN_LAYERS = {"POS", "Lemma", "MorphologicalFeatures"}
_BASE = "BT_"
_FEATURE = re.compile(r"[^|=\s]+=[^|=]+(?:\|[^|=\s]+=[^|=]+)*")


@dataclass
class Annotation:
    """What somebody marked: some rows, and the values of the layer's features, the first that each has."""

    layer: Layer
    rows: list[Row] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    slots: list[tuple[str, Unit]] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        """From its first character to after its last one."""
        return min(row.start for row in self.rows), max(row.end for row in self.rows)


@Format
def read(path: Path, nlp: Any, settings: Settings, report: Report) -> Iterator[Doc]:
    """Yield the document of a file, with words, sentence starts, and what its layers hold.

    Raises DataError with the line for a wrong number of columns, ids and places out of order, and cells that can't be read.
    """
    layers, text = parsed(path)
    annotations = _Annotations(path, layers, text, report)
    given: dict[str, Any] = annotations.of_tokens()
    if not {"heads", "deps"} & given.keys():
        starts = set(text.sentences)
        given["sent_starts"] = [place in starts for place in range(len(text.words))]
    try:
        doc = Doc(nlp.vocab, words=text.words, spaces=text.spaces, **given)
    except DataError as error:
        raise error.at(path) from error
    annotations.set_spans(doc, settings)
    keep_relations(doc, annotations.relations())
    report.line = text.rows[0].number
    yield doc


class _Annotations:
    """The annotations of a text, layer by layer."""

    def __init__(self, path: Path, layers: Sequence[Layer], text: Text, report: Report) -> None:
        self._path, self._layers, self._text, self._report = path, layers, text, report
        self._rows = {row.id: row for row in text.rows}
        self._found: dict[str, list[Annotation]] = {}
        # (layer, row, number) -> the annotation that is named so.
        self._named: dict[tuple[str, str, int], Annotation] = {}
        with collected("cells") as problems:
            for layer in layers:
                if layer.kind == "SP":
                    try:
                        self._found[layer.full] = self._spans(layer)
                    except DataError as error:
                        problems.add(error)
        self._relations: list[Relation] = []
        self._arcs: list[tuple[int, int, str]] = []

    def _spans(self, layer: Layer) -> list[Annotation]:
        """The annotations of a layer of spans, in the order of their beginnings."""
        found: dict[tuple[str, int], Annotation] = {}
        for row in self._text.rows:
            for place, (number, texts, slots) in enumerate(annotations_of(self._path, layer, row)):
                key = ("", number) if number else (row.id, -place)
                annotation = found.setdefault(key, Annotation(layer))
                annotation.rows.append(row)
                for name, text in texts.items():
                    if text:
                        annotation.texts.setdefault(name, text)
                if not annotation.slots:
                    annotation.slots = slots
                self._named[layer.full, row.id, number] = annotation
        return list(found.values())

    def _place(self, annotation: Annotation) -> str:
        return self._report.place(self._path, annotation.rows[0].number)

    def of_tokens(self) -> dict[str, list[Any]]:
        """What a document has for each token."""
        size = len(self._text.words)
        given: dict[str, list[Any]] = {}

        def put(key: str, annotation: Annotation, value: str) -> None:
            given.setdefault(key, [""] * size)[annotation.rows[0].token] = value

        for annotation in self._of_layers(_TOKEN_LAYERS):
            name, texts = annotation.layer.name, dict(annotation.texts)
            if len({row.token for row in annotation.rows}) > 1:
                self._report.remark(
                    f"{{}} annotations of {name} on several tokens are not read", self._place(annotation)
                )
                continue
            if name == "POS":
                tag, pos = texts.pop("PosValue", ""), texts.pop("coarseValue", "")
                if pos and pos not in UPOS:
                    self._report.remark(
                        "{} parts of speech are not universal ones, and not read", self._place(annotation)
                    )
                    pos = ""
                for key, value in (("tags", tag), ("pos", pos)):
                    if value:
                        put(key, annotation, value)
            elif name == "Lemma":
                put("lemmas", annotation, texts.pop("value", ""))
            else:
                morph = texts.pop("value", "")
                if morph and not _FEATURE.fullmatch(morph):
                    self._report.remark(
                        "{} features are no list Name=Value|Name=Value, and not read", self._place(annotation)
                    )
                elif morph:
                    put("morphs", annotation, morph)
            self._unread(annotation, texts)
        self._read_relations()
        if self._arcs:
            trees, why = trees_of(self._arcs, size)
            given.update(trees)
            if why:
                self._keep_arcs(why)
        return given

    def _of_layers(self, names: set[str]) -> Iterator[Annotation]:
        for layer in self._layers:
            if layer.name in names:
                yield from self._found.get(layer.full, ())

    def _unread(self, annotation: Annotation, texts: dict[str, str]) -> None:
        """Count the features that nothing is made of."""
        for feature in (feature for feature, text in texts.items() if text):
            self._report.remark(
                f"{{}} values of {annotation.layer.name}.{feature} are not read", self._place(annotation)
            )

    def set_spans(self, doc: Doc, settings: Settings) -> None:
        """Give the document its entities and groups of spans."""
        for layer in self._layers:
            if layer.kind == "CH":
                self._set_chains(doc, layer, settings)
            if layer.kind != "SP" or layer.name in _TOKEN_LAYERS:
                continue
            found = self._found[layer.full]
            if layer.name != _ENTITIES:
                if found:
                    doc.spans[layer.name] = self._placed(doc, found, settings)
                continue
            offsets = [self._offset(annotation, is_read=True) for annotation in found]
            self._placing(doc, found, settings).set_entities(doc, sorted(offsets), group=GROUP)

    def _placing(self, doc: Doc, found: Sequence[Annotation], settings: Settings) -> Placing:
        numbers = {self._offset(each)[:3]: each.rows[0].number for each in reversed(found)}
        record = Record(self._path, self._text.rows[0].number, {})
        return Placing(record, Places.of(doc), self._report, trim=settings.trim, lines=numbers)

    def _placed(self, doc: Doc, found: Sequence[Annotation], settings: Settings) -> list[Any]:
        offsets = sorted(self._offset(annotation, is_read=True) for annotation in found)
        return self._placing(doc, found, settings).spans(doc, offsets)[0]

    def _offset(self, annotation: Annotation, *, is_read: bool = False) -> Offset:
        """The span of an annotation. is_read: whether this is where it is read, so that what is left of it is counted."""
        texts = dict(annotation.texts)
        label = texts.pop("value", "")
        if not label and annotation.layer.name != _ENTITIES:
            name = next((name for name in annotation.layer.features if texts.get(name)), "")
            label = texts.pop(name, "")
        kb_id = texts.pop("identifier", "") if annotation.layer.name == _ENTITIES else ""
        if is_read:
            self._unread(annotation, texts)
            if not label:
                self._report.remark(
                    "{} annotations without a value are labelled with the name of their layer",
                    self._place(annotation),
                    is_harmless=True,
                )
        return Offset(*annotation.place, label or annotation.layer.name, kb_id)

    def _set_chains(self, doc: Doc, layer: Layer, settings: Settings) -> None:
        chains: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        labels: dict[tuple[str, str], str] = {}
        for row in self._text.rows:
            cells = row.cells[layer.first - 3 : layer.first - 3 + len(layer.features)]
            links = raw_values(cells[0])
            for place, link in enumerate(links):
                match = _CHAIN.fullmatch(link)
                if match is None:
                    raise unreadable(self._path, row, layer, 0, cells[0])
                chains[match["chain"]][link].append(row)
                types = [text for cell in cells[1:] for text in raw_values(cell)[place : place + 1]]
                label = next((text for text in types if text not in ("*", "_")), match["label"])
                labels[match["chain"], link] = "" if label in ("*", "_") else unescaped(label)
        name = "coref_clusters" if layer.name == _COREFERENCE else layer.name
        for chain in sorted(chains, key=int):
            links_of = chains[chain]
            made = [
                Annotation(layer, rows, {"value": labels[chain, link]} if labels[chain, link] else {})
                for link, rows in links_of.items()
            ]
            doc.spans[f"{name}_{chain}"] = self._placed(doc, made, settings)

    def relations(self) -> list[Relation]:
        """The relations of spans, and slots."""
        slots = [
            Relation(role or annotation.layer.name, self._offset(annotation), self._target(annotation, unit))
            for found in self._found.values()
            for annotation in found
            for role, unit in annotation.slots
        ]
        return [*self._relations, *slots]

    def _target(self, annotation: Annotation, unit: Unit) -> Offset:
        row = self._row(annotation.rows[0], unit)
        for layer in self._layers:
            named = self._named.get((layer.full, row.id, unit.number))
            if named is not None and unit.number:
                return self._offset(named)
        for layer in self._layers:
            named = self._named.get((layer.full, row.id, 0))
            if named is not None and layer.name not in _TOKEN_LAYERS:
                return self._offset(named)
        return Offset(row.start, row.end, "")

    def _row(self, row: Row, unit: Unit) -> Row:
        if unit.id not in self._rows:
            raise DataError(
                f"a cell names the token {unit.id}, which no line has", path=self._path, line=row.number
            )
        return self._rows[unit.id]

    def _read_relations(self) -> None:
        with collected("cells") as problems:
            for layer in self._layers:
                for row in self._text.rows if layer.kind == "RL" else ():
                    try:
                        self._read_row(layer, row)
                    except DataError as error:
                        problems.add(error)

    def _read_row(self, layer: Layer, row: Row) -> None:
        cells = row.cells[layer.first - 3 : layer.first - 3 + len(layer.features)]
        bases = [place for place, name in enumerate(layer.features) if name.startswith(_BASE)]
        if not bases:
            raise DataError(f"the layer of relations {layer.name} names no {_BASE} column", path=self._path)
        named = units(cells[bases[0]])
        columns = {
            name: values(cells[place]) for place, name in enumerate(layer.features) if place != bases[0]
        }
        for place, name in enumerate(layer.features):
            if (
                named is None
                or place != bases[0]
                and (columns[name] is None or len(columns[name] or ()) not in (0, len(named)))
            ):
                raise unreadable(self._path, row, layer, place, cells[place])
        base = layer.features[bases[0]].removeprefix(_BASE)
        for number, unit in enumerate(each[0] for each in named or () if each):
            texts = {name: found[number].text for name, found in columns.items() if found}
            self._add(layer, row, base, unit, texts)

    def _add(self, layer: Layer, row: Row, base: str, unit: Unit, texts: dict[str, str]) -> None:
        """A relation from what a row names to what is in the row."""
        head = self._row(row, unit)
        is_basic = layer.name == "Dependency" and texts.pop("flavor", "") in ("", "basic")
        name = next((name for name in layer.features if texts.get(name)), "")
        label = texts.pop(name, "") or layer.name
        for feature in (feature for feature, text in texts.items() if text):
            self._report.remark(
                f"{{}} values of {layer.name}.{feature} are not read",
                self._report.place(self._path, row.number),
            )
        if is_basic:
            self._arcs.append((head.token, row.token, label))
            return
        ends = [
            self._offset(found)
            if (found := self._named.get((base, each.id, number))) is not None
            else Offset(each.start, each.end, "")
            for each, number in ((head, unit.number), (row, unit.other))
        ]
        self._relations.append(Relation(label, *ends))

    def _keep_arcs(self, why: str) -> None:
        """Make relations of dependencies. why: what keeps them from being heads."""
        rows = {row.token: row for row in reversed(self._text.rows)}
        first = rows[self._arcs[0][1]].number
        self._report.remark(
            f"{{}} dependencies are kept as relations, and no heads, because {why}",
            self._report.place(self._path, first),
            len(self._arcs),
        )
        for head, child, label in self._arcs:
            ends = [Offset(rows[token].start, rows[token].end, "") for token in (head, child)]
            self._relations.append(Relation(label, *ends))
