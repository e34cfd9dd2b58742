"""Fuzzing the readers and loaders: whatever a file holds, it is read or refused with one of our errors, its name, and soon.

    python tests/fuzz/fuzz_files.py --format conllu --examples 5000 --seed 1

Files are valid ones with a few faults in their structure: in cells, lines, JSON or msgpack values, bytes. A file that fails
is kept, and its path is printed.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import sys
import tempfile
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

# Draws a number from 0 to n - 1.
Draw = Callable[[int], int]
# Seconds that one file may take.
LIMIT = 20

LARGE = "9" * 5000
SURROGATE = "\ud800"
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    2**31,
    2**63,
    2**64 - 1,
    -(2**63),
    0.5,
    float("nan"),
    float("inf"),
    -float("inf"),
    1e308,
    "",
    "x",
    "\n",
    "\u00e9" * 50,
    "B-PER",
    "é\x00",
    [],
    {},
    [None],
    [[1, 2, 3]],
    [0, 1, "X"],
    {"start": 0, "end": 3, "label": "X"},
    {"": 1},
    {"a": None},
    ["a", 1],
]
# What JSON may hold and Python does not write, put in place of a marker.
RAW = [
    LARGE,
    f"-{LARGE}",
    "1e999",
    '"\\ud800"',
    "[" * 5000,
    '{"a":' * 3000,
    "NaN",
    "-Infinity",
    "1.5e-400",
    "\\",
]
CELLS = [
    "",
    "_",
    "-",
    "0",
    "1",
    "3.",
    "1.1",
    "1-2",
    "2-1",
    "1-5000000000",
    "-1",
    "99",
    LARGE,
    "\u0663",
    "\u00b2",
    "a=b|c=d",
    "a",
    "|",
    "=",
    "B-X",
    "I-X",
    "L-X",
    "B-",
    "O",
    "#",
    "# newdoc",
    "-DOCSTART-",
    "root",
    "SpaceAfter=No",
    "name=B-X",
    "NE=L-X",
    " ",
    "\u00a0",
    "\r",
    "\x0b",
    "\x85",
    "\u2028",
    "\ufeff",
]
BYTES = [b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b"\x1f\x8b", b"\x78\x9c"]

CONLLU = """# newdoc id = a
# text = Anna likes it. Zum
1\tAnna\tAnna\tPROPN\tNNP\tNumber=Sing|Case=Nom\t2\tnsubj\t_\tname=B-PER
2\tlikes\tlike\tVERB\tVBZ\t_\t0\troot\t_\t_
3\tit\tit\tPRON\t_\t_\t2\tobj\t_\tSpaceAfter=No
4\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

1-2\tZum\t_\t_\t_\t_\t_\t_\t_\t_
1\tzu\tzu\tADP\t_\t_\t3\tcase\t_\t_
2\tdem\tder\tDET\t_\t_\t3\tdet\t_\t_
2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_
3\tHaus\tHaus\tNOUN\t_\t_\t0\troot\t_\t_
"""
COLUMNS = [
    "-DOCSTART- -X- O O\n\nAnna NNP B-NP B-PER\nlikes VBZ O O\nRome NNP I-NP I-LOC\n\nStop VB O O\n",
    "Anna\tB-PER\nlikes\tO\n\nRome\tU-LOC\n",
    "# id = 1\n1\tAnna\tB-PER\t-\n2\tlikes\tO\t-\n\n# id = 2\n1\tRome\tB-LOC\tO\n2\tBay\tI-LOC\tO\n",
]
LINES = "Anna|NNP|B-PER likes|VBZ|O Rome|NNP|U-LOC\nStop|VB|O\n"
TABLE = 'sep=,\ntext,label,x\n"a ""b"", c",L,1\nd,M,0\n"e\nf",,\n'
RECORDS: list[Any] = [
    {
        "text": "Anna likes Rome",
        "spans": [{"start": 0, "end": 4, "label": "PER"}],
        "cats": {"a": 1.0, "b": 0},
    },
    {"text": "Anna likes Rome", "entities": [[0, 4, "PER"], [11, 15, "LOC"]], "meta": {"a": [1]}},
    {
        "text": "Anna likes Rome",
        "words": ["Anna", "likes", "Rome"],
        "spaces": [True, True, False],
        "tags": ["A", "B", "C"],
        "pos": ["PROPN", "VERB", "PROPN"],
        "lemmas": ["a", "b", "c"],
        "morphs": ["", "A=B", ""],
        "heads": [1, 1, 1],
        "deps": ["x", "ROOT", "y"],
        "sent_starts": [1, 0, -1],
    },
    ["Anna likes Rome", {"entities": [[0, 4, "PER"]], "cats": {"a": 1}}],
    {"text": "Anna likes", "label": "a", "answer": "reject", "_view_id": "classification", "_input_hash": 1},
    {"text": "Anna", "options": [{"id": "a", "text": "A"}, {"id": "b"}], "accept": ["a"], "answer": "accept"},
    {
        "text": "Anna ran",
        "tokens": [{"text": "Anna", "start": 0, "end": 4, "id": 0, "ws": True}],
        "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "PER"}],
        "answer": "accept",
        "_view_id": "ner_manual",
    },
    {"id": 1, "text": "Anna ran", "label": [[0, 4, "PER"]]},
    {"id": 1, "data": "Anna ran", "label": ["a", "b"]},
    {
        "id": 1,
        "data": {"text": "Anna ran"},
        "annotations": [
            {
                "was_cancelled": False,
                "result": [
                    {"type": "labels", "value": {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}},
                    {"type": "choices", "value": {"choices": ["a"]}},
                ],
            }
        ],
    },
    {"text": "Anna ran", "label": [{"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}], "choice": "a"},
    {"text": "Anna ran", "spans": {"sc": [{"start": 0, "end": 4, "label": "PER", "kb_id": "Q", "id": ""}]}},
    {
        "text": "Anna ran. Bob",
        "ents": [{"start": 0, "end": 4, "label": "PER"}],
        "sents": [{"start": 0, "end": 9}, {"start": 10, "end": 13}],
        "tokens": [
            {
                "id": 0,
                "start": 0,
                "end": 4,
                "tag": "A",
                "pos": "PROPN",
                "morph": "",
                "lemma": "a",
                "dep": "x",
                "head": 1,
            },
            {
                "id": 1,
                "start": 5,
                "end": 8,
                "tag": "A",
                "pos": "VERB",
                "morph": "",
                "lemma": "a",
                "dep": "ROOT",
                "head": 1,
            },
            {
                "id": 2,
                "start": 8,
                "end": 9,
                "tag": "A",
                "pos": "PUNCT",
                "morph": "",
                "lemma": "a",
                "dep": "x",
                "head": 1,
            },
            {
                "id": 3,
                "start": 10,
                "end": 13,
                "tag": "A",
                "pos": "X",
                "morph": "",
                "lemma": "a",
                "dep": "ROOT",
                "head": 3,
            },
        ],
    },
]


def changed_value(draw: Draw, value: Any) -> Any:
    """A value of lists, tables and scalars with another in some place of it."""
    if draw(4) == 0 or not isinstance(value, dict | list) or not value:
        return VALUES[draw(len(VALUES))]
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = places[draw(len(places))]
    kind = draw(8)
    copy = dict(value) if isinstance(value, dict) else list(value)
    if kind == 0:
        del copy[place]
    elif kind == 1 and isinstance(copy, list):
        copy.insert(place, copy[draw(len(copy))])
    elif kind == 1 and isinstance(copy, dict):
        copy["text" if draw(2) else "x"] = copy[place]
    else:
        copy[place] = changed_value(draw, copy[place])
    return copy


def changed_json(draw: Draw, value: Any) -> str:
    """JSON of a value with faults, some of which Python would not write."""
    for _ in range(1 + draw(3)):
        value = changed_value(draw, value)
    text = json.dumps(value)
    if draw(5) == 0:
        scalars = [at for at, mark in enumerate(text) if mark in "0123456789"] or [0]
        at = scalars[draw(len(scalars))]
        text = text[:at] + RAW[draw(len(RAW))] + text[at + 1 :]
    return text


def changed_rows(draw: Draw, text: str) -> str:
    """Lines of cells with faults in them."""
    lines = text.split("\n")
    for _ in range(1 + draw(4)):
        place, kind = draw(len(lines)), draw(7)
        separator = "\t" if "\t" in lines[place] else "|" if "|" in lines[place] else " "
        cells = lines[place].split(separator)
        at = draw(len(cells))
        if kind == 0:
            lines[place : place + 1] = [lines[draw(len(lines))]]
        elif kind == 1:
            lines.insert(place, lines[draw(len(lines))])
        elif kind == 2:
            lines.insert(place, CELLS[draw(len(CELLS))])
        elif kind == 3:
            del cells[at]
            lines[place] = separator.join(cells)
        elif kind == 4:
            cells.insert(at, CELLS[draw(len(CELLS))])
            lines[place] = separator.join(cells)
        else:
            cells[at] = CELLS[draw(len(CELLS))]
            lines[place] = separator.join(cells)
    return "\n".join(lines)


def changed_bytes(draw: Draw, data: bytes) -> bytes:
    """Bytes with a few put in, taken out or replaced."""
    at, kind = draw(len(data) + 1), draw(4)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[at + 1 + draw(30) :]
    if kind == 2:
        return data[:at] + bytes([draw(256)]) + data[at + 1 :]
    return data[:at] + BYTES[draw(len(BYTES))] + data[at:]


def some_bytes(draw: Draw, data: bytes) -> bytes:
    """Seldom with faults in the bytes, for formats whose structure was changed before."""
    return changed_bytes(draw, data) if draw(6) == 0 else data


def changed_packed(
    draw: Draw, data: bytes, *, unpack: Callable[[bytes], Any], pack: Callable[[Any], bytes]
) -> bytes:
    """msgpack data with faults in its values or its bytes."""
    if draw(4) == 0:
        return changed_bytes(draw, data)
    value = unpack(data)
    for _ in range(1 + draw(2)):
        value = _changed_part(draw, value)
    try:
        return pack(value)
    except (OverflowError, ValueError, TypeError):
        return changed_bytes(draw, data)


def _changed_part(draw: Draw, value: Any) -> Any:
    if isinstance(value, bytes) and value and draw(3):
        return changed_bytes(draw, value)
    if isinstance(value, dict | list) and value and draw(8):
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        place = places[draw(len(places))]
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[place] = _changed_part(draw, copy[place])
        return copy
    return changed_value(draw, value)


def changed_config(draw: Draw, text: str) -> str:
    """A config with other values, or lines that come twice or not at all."""
    lines = text.split("\n")
    for _ in range(1 + draw(3)):
        place, kind = draw(len(lines)), draw(6)
        if kind == 0:
            del lines[place]
        elif kind == 1:
            lines.insert(place, lines[draw(len(lines))])
        else:
            key, _, value = lines[place].partition(" = ")
            try:
                changed = changed_json(draw, json.loads(value))
            except ValueError:
                changed = json.dumps(VALUES[draw(len(VALUES))])
            lines[place] = f"{key} = {changed}"
    return "\n".join(lines)


def make(name: str, draw: Draw, seeds: dict[str, bytes]) -> bytes:
    """The content of a file of a format."""
    if name == "conllu":
        return some_bytes(draw, changed_rows(draw, CONLLU).encode("utf-8", "surrogatepass"))
    if name == "iob":
        return some_bytes(draw, changed_rows(draw, COLUMNS[draw(len(COLUMNS))]).encode())
    if name == "iob_lines":
        return some_bytes(draw, changed_rows(draw, LINES).encode())
    if name == "jsonl":
        records = [RECORDS[draw(len(RECORDS))] for _ in range(1 + draw(3))]
        at = draw(len(records))
        lines = [
            changed_json(draw, record) if n == at else json.dumps(record) for n, record in enumerate(records)
        ]
        return some_bytes(draw, "\n".join(lines).encode())
    if name == "json":
        return some_bytes(draw, changed_json(draw, [RECORDS[draw(len(RECORDS))] for _ in range(3)]).encode())
    if name == "config.cfg":
        return changed_config(draw, seeds[name].decode()).encode("utf-8", "surrogatepass")
    if name == "csv":
        return some_bytes(draw, changed_rows(draw, TABLE).encode())
    if name == "text":
        return changed_bytes(draw, changed_bytes(draw, "Eins zwei.\n\nDrei é\r\n".encode()))
    return changed_saved(name, draw, seeds[name])


def changed_saved(name: str, draw: Draw, data: bytes) -> bytes:
    """The content of a file that the kernel writes: compressed msgpack, msgpack, JSON, or anything."""
    from kernel.vocab.packing import pack, unpack

    if name == "spacy":
        if draw(6) == 0:
            return changed_bytes(draw, data)
        return zlib.compress(changed_packed(draw, zlib.decompress(data), unpack=unpack, pack=pack))
    try:
        return some_bytes(draw, changed_json(draw, json.loads(data)).encode())
    except ValueError:
        pass
    try:
        return changed_packed(draw, data, unpack=unpack, pack=pack)
    except Exception:  # noqa: BLE001 (not msgpack: then any bytes)
        return changed_bytes(draw, data)


SUFFIXES = {"iob": ".iob", "iob_lines": ".iob", "text": ".txt"}
READ = ("conllu", "iob", "iob_lines", "jsonl", "json", "csv", "text", "spacy")


def check_file(name: str, content: bytes, *, path: Path, nlp: Any) -> bool:
    """Read a file as examples; whether it was refused. Raises for what may not happen."""
    from kernel_readers.corpus import make_corpus

    from kernel.errors import KernelError

    path.write_bytes(content)
    try:
        for example in make_corpus(path, format=name if name in ("iob_lines", "text") else "auto")(nlp):
            str(example.reference)
            example.reference.to_json()
    except KernelError as error:
        assert str(path) in str(error), f"without its file: {error}"
        str(error).encode()
        return True
    return False


def check_saved(part: str, content: bytes, *, folder: Path, load: Callable[[Path], Any]) -> bool:
    """Load a saved pipeline with one file replaced; whether it was refused. Raises for what may not happen."""
    from kernel.errors import KernelError

    file = folder / part
    before = file.read_bytes()
    try:
        file.write_bytes(content)
        try:
            load(folder)
        except KernelError as error:
            assert str(folder) in str(error), f"without its file: {error}"
            str(error).encode()
            return True
        return False
    finally:
        file.write_bytes(before)


def saved_pipeline(folder: Path) -> tuple[Any, dict[str, bytes]]:
    """Make a small pipeline and write it; returns it, and the content of each of its files."""
    import kernel
    from kernel.training import Example

    nlp = kernel.blank("en")
    tok2vec = {
        "@architectures": "kernel.Tok2Vec.v2",
        "embed": {
            "@architectures": "kernel.MultiHashEmbed.v2",
            "width": 4,
            "attrs": ["NORM"],
            "rows": [8],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "kernel.MaxoutWindowEncoder.v2",
            "width": 4,
            "depth": 1,
            "window_size": 1,
            "maxout_pieces": 2,
        },
    }
    model = {"@architectures": "kernel.Tagger.v2", "nO": None, "normalize": False, "tok2vec": tok2vec}
    nlp.add_pipe("tagger", config={"model": model})
    nlp.add_pipe("sentencizer")
    nlp.vocab["Anna"].is_stop = True
    nlp.vocab.set_vector("Anna", np.array([1.0, 2.0], dtype="f"))
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("Anna ran"), {"tags": ["A", "B"]})])
    nlp.to_disk(folder)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return nlp, {str(file.relative_to(folder)): file.read_bytes() for file in files}


def loader(part: str, nlp: Any) -> Callable[[Path], Any]:
    """What reads one file of a saved pipeline, in a folder with the others."""
    import kernel
    from kernel.files.atomic import check_manifest
    from kernel.language.saving import read_data

    if part == "manifest.json":
        return check_manifest
    return kernel.load if part in ("meta.json", "config.cfg") else partial(_read_data, read_data, nlp)


def _read_data(read: Callable[..., Any], nlp: Any, folder: Path) -> None:
    from kernel.errors import KernelError

    read(nlp, folder, ())
    # What was read may not fit together: then a component says so.
    with suppress(KernelError):
        nlp("Anna ran to Rome.").to_json()


def corpus_seeds(nlp: Any) -> dict[str, bytes]:
    """Files that are made, not written here."""
    from kernel.tokens import Doc, DocBin

    doc = Doc(
        nlp.vocab,
        words=["Anna", "likes", "Rome"],
        tags=["A", "B", "C"],
        heads=[1, 1, 1],
        deps=["x", "ROOT", "y"],
        ents=["B-PER", "O", "B-LOC"],
    )
    doc.cats = {"a": 1.0}
    doc.spans["sc"] = [doc[0:2]]
    return {"spacy": DocBin(docs=[doc, nlp.make_doc("Stop it")]).to_bytes()}


def run(name: str, examples: int, seed: int, keep: Path) -> tuple[int, int]:
    """Random files of a format; returns how many, and how many of them were refused. What fails is kept."""
    import kernel

    generator = random.Random(seed)
    nlp = kernel.blank("en")
    seeds = corpus_seeds(nlp)
    check: Callable[[bytes], bool]
    if name in READ:
        suffix = SUFFIXES.get(name, f".{name}")
        check = partial(check_file, name, path=keep / f"fuzz{suffix}", nlp=nlp)
    else:
        saved, seeds = saved_pipeline(keep / "saved")
        if name != "manifest.json":
            (keep / "saved" / "manifest.json").unlink()
        check = partial(check_saved, name, folder=keep / "saved", load=loader(name, saved))
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for count in range(examples):
            content = make(name, generator.randrange, seeds)
            faulthandler.dump_traceback_later(LIMIT, exit=True)
            try:
                refused += check(content)
            except BaseException:
                failed = keep / f"failed-{name.replace('/', '-')}-{seed}-{count}"
                failed.write_bytes(content)
                print(f"after {count} files: {failed}: {content[:300]!r}", file=sys.stderr)
                raise
            finally:
                faulthandler.cancel_dump_traceback_later()
    return examples, refused


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--format", action="append", help="all formats of corpora, if none is given")
    parser.add_argument("--examples", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for chosen in options.format or READ:
        made, no = run(chosen, options.examples, options.seed, Path(tempfile.mkdtemp()))
        print(f"{chosen}: {made} files, {no} refused, no fault")
