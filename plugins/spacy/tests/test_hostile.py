"""Folders that are damaged, of another version, or made to do harm: one message each, nothing run, nothing written."""

import io
import json
import os
import pickle
import random
import resource
import shutil
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import srsly
from kernel_spacy import wheels
from kernel_spacy.pickles import with_pickles
from kernel_spacy.safe import Folder
from kernel_spacy.source import Source

import kernel
from kernel.errors import ConfigError, DataError, KernelError, KernelWarning, MissingPath


def raised(folder, **settings):
    """The error for a folder: one of ours, told shortly, that names the folder or a part of it; nothing of the folder is changed."""
    before = content(folder)
    with pytest.raises(KernelError) as caught:
        kernel.load(folder, **settings)
    assert content(folder) == before
    assert len(str(caught.value)) < 1500
    return caught.value


def content(folder):
    if folder.is_file():
        return folder.read_bytes()
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink() and path.is_file()
    }


def test_of_spacy_2(spacy_folder):
    folder = spacy_folder(meta={"spacy_version": ">=2.3.0,<2.4.0"})
    (folder / "config.cfg").unlink()
    error = raised(folder)
    assert (
        "a pipeline of spaCy 2 (made for spaCy >=2.3.0,<2.4.0)" in error.message
        and "for spaCy 3" in error.hint
    )
    assert str(error.path) == str(folder)


def test_of_spacy_4(spacy_folder):
    error = raised(spacy_folder(meta={"spacy_version": ">=4.0.0.dev3,<4.1.0"}))
    assert "a pipeline of spaCy 4 (made for spaCy >=4.0.0.dev3,<4.1.0)" in error.message


def test_without_a_config(spacy_folder):
    folder = spacy_folder()
    (folder / "config.cfg").unlink()
    assert "or one that is not whole" in raised(folder).message


def test_without_a_meta_table(spacy_folder):
    folder = spacy_folder()
    (folder / "meta.json").unlink()
    assert kernel.load(folder).lang == "xx"


@pytest.mark.parametrize("meta", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_meta_table(spacy_folder, meta):
    folder = spacy_folder()
    (folder / "meta.json").write_bytes(meta)
    assert "meta.json" in str(raised(folder))


def test_a_component_that_nothing_here_makes(spacy_folder):
    block = 'factory = "acme_parts"\n[components.parts.model]\n@architectures = "acme.Parts.v1"'
    meta = {"requirements": ["spacy>=3.8.0,<3.9.0", "acme-parts>=1.2", "spacy-acme"]}
    folder = spacy_folder(blocks={"parts": block}, meta=meta)
    error = raised(folder)
    assert isinstance(error, ConfigError)
    assert "no installed package has the factory 'acme_parts'" in str(error) and "config.cfg:" in str(error)
    assert "requires acme-parts>=1.2, spacy-acme." in str(error) and "exclude=['parts']" in str(error)
    assert kernel.load(folder, exclude=["parts"]).component_names == []


# As in a pipeline that was trained from a model of the hub: its config, for training, becomes one with our `transformer`.
LOADER = """
[initialize.components.trf.encoder_loader]
@model_loaders = "spacy-curated-transformers.HFTransformerEncoderLoader.v1"
name = "roberta-base"
"""


@pytest.mark.parametrize("loader", ["", LOADER])
def test_a_component_of_spacy_whose_weights_are_not_carried_over(spacy_folder, loader):
    folder = spacy_folder(blocks={"trf": f'factory = "curated_transformer"\n{loader}'})
    (folder / "trf").mkdir()
    (folder / "trf" / "model").write_bytes(b"")
    error = raised(folder)
    assert isinstance(error, ConfigError) and "config.cfg:17" in str(error)
    assert "'curated_transformer' is a network of another implementation of transformers" in str(error)
    assert "exclude=['trf']" in str(error)
    assert kernel.load(folder, exclude=["trf"]).component_names == []


class Bomb:
    """What a pickle would do."""

    def __reduce__(self):
        return (os.mkdir, ("pickle-was-read",))


@pytest.mark.parametrize("name", ["parts/model", "parts/sub/anything", "parts/model.pkl", "parts"])
def test_a_pickle_is_never_read(spacy_folder, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    folder = spacy_folder(
        blocks={"parts": 'factory = "acme_parts"', "merge_entities": 'factory = "merge_entities"'}
    )
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(pickle.dumps(Bomb(), 0 if name.endswith(".pkl") else 4))
    with pytest.warns(
        KernelWarning, match=rf"'parts' is left out: {name} is a pickle, which could run any code"
    ):
        nlp = kernel.load(folder)
    assert nlp.component_names == ["merge_entities"] and not (tmp_path / "pickle-was-read").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_in_the_place_of_a_file(spacy_folder, monkeypatch, tmp_path, protocol):
    monkeypatch.chdir(tmp_path)
    for file in (
        "config.cfg",
        "meta.json",
        "tokenizer",
        "vocab/strings.json",
        "vocab/key2row",
        "vocab/lookups.bin",
        "vocab/vectors",
    ):
        folder = spacy_folder(file.replace("/", "-") + str(protocol))
        (folder / file).write_bytes(pickle.dumps(Bomb(), protocol))
        assert Path(file).name in str(raised(folder))
    assert not (tmp_path / "pickle-was-read").exists()


def test_what_variables_of_others_refer_to_stays(spacy_folder):
    blocks = {
        "parts": 'factory = "acme_parts"\nwidth = 7',
        "doc_cleaner": 'factory = "doc_cleaner"\n[components.doc_cleaner.attrs]\ntensor = ${components.parts.width}',
    }
    folder = spacy_folder(blocks=blocks)
    (folder / "parts").mkdir()
    (folder / "parts" / "model").write_bytes(pickle.dumps(1))
    with pytest.warns(KernelWarning, match="'parts' is left out"):
        nlp = kernel.load(folder)
    assert nlp.config.interpolate()["components"]["doc_cleaner"]["attrs"]["tensor"] == 7


LINKS = ["vocab/strings.json", "tokenizer", "config.cfg", "meta.json", "parts/model", "vocab/vectors"]


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_leads_out(spacy_folder, tmp_path, name):
    folder = spacy_folder()
    secret = tmp_path / "secret"
    secret.write_text("[]")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(secret)
    error = raised(folder)
    assert "a link that leads out of" in error.message and Path(name).name in str(error)


def test_a_folder_that_is_a_link(spacy_folder, tmp_path):
    folder = spacy_folder()
    shutil.move(folder / "vocab", tmp_path / "elsewhere")
    (folder / "vocab").symlink_to(tmp_path / "elsewhere")
    assert "a link that leads out of" in raised(folder).message
    (tmp_path / "link").symlink_to(spacy_folder("whole"))
    assert kernel.load(tmp_path / "link").lang == "xx"


def test_a_link_to_itself(spacy_folder):
    folder = spacy_folder()
    (folder / "tokenizer").unlink()
    (folder / "tokenizer").symlink_to("tokenizer")
    assert "tokenizer" in str(raised(folder))


@pytest.mark.parametrize(
    "name", ["vocab/strings.json", "tokenizer", "config.cfg", "meta.json", "parts/model", "vocab/vectors"]
)
def test_a_fifo_or_a_device(spacy_folder, name):
    folder = spacy_folder()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert "FIFO" in raised(folder).message


def test_a_name_that_leads_out(tmp_path):
    folder = Folder(tmp_path / "in")
    (tmp_path / "in").mkdir()
    (tmp_path / "out").write_text("x")
    with pytest.raises(DataError, match="leads out"):
        folder.read("../out")
    with pytest.raises(DataError, match="leads out"):
        folder.read(str(tmp_path / "out"))


HUGE = {
    "an array of MessagePack": b"\xdd\xff\xff\xff\xff",
    "a map of MessagePack": b"\xdf\xff\xff\xff\xff",
    "bytes of MessagePack": b"\xc6\xff\xff\xff\xff",
    "a text of MessagePack": b"\xdb\xff\xff\xff\xff",
    "arrays in arrays": b"\xdd\x00\x01\x00\x00" * 13_000,
    "deep arrays": b"\x91" * 1_000_000,
    "deep maps": b"\x81\xa1a" * 300_000,
    "deep lists of JSON": b"[" * 1_000_000,
    "an extension": b"\xc9\xff\xff\xff\xff\x01",
}


@contextmanager
def little_memory(more: int):
    """No more than so many bytes above what the process has: who allocates what a header says gets an error."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode().ljust(118 - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


TABLES = {
    "too many rows": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 300)}", bytes(64)),
    "absurd rows": npy(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (10000000000000000000000, 3)}", bytes(64)
    ),
    "less than nothing": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 3)}", bytes(64)),
    "objects": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1)}", pickle.dumps(Bomb())),
    "one dimension": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (16,)}", bytes(64)),
    "no header": npy("print('run')", bytes(64)),
    "texts": npy("{'descr': '<U4', 'fortran_order': False, 'shape': (2, 2)}", bytes(64)),
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory")
@pytest.mark.parametrize(
    "file", ["tokenizer", "vocab/strings.json", "vocab/key2row", "vocab/lookups.bin", "meta.json"]
)
@pytest.mark.parametrize("what", HUGE)
def test_a_header_that_says_much(spacy_folder, file, what):
    folder = spacy_folder()
    (folder / file).write_bytes(HUGE[what])
    start = time.process_time()
    with little_memory(1 << 30):
        assert Path(file).name in str(raised(folder))
    assert time.process_time() - start < 3


@pytest.mark.parametrize("what", TABLES)
def test_a_table_of_vectors_that_is_none(spacy_folder, what):
    folder = spacy_folder()
    (folder / "vocab" / "vectors").write_bytes(TABLES[what])
    assert "vectors" in str(raised(folder))


def test_keys_that_point_nowhere(spacy_folder):
    folder = spacy_folder()
    for keys in ({5: 3}, {5: -2}, {5: "a"}, {"a": 1}, [1], {2**64 - 1: 2**63}):
        (folder / "vocab" / "key2row").write_bytes(srsly.msgpack_dumps(keys))
        assert "key2row" in str(raised(folder))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A pipeline of every kind of file that this package reads itself, with vectors and tables."""
    from .conftest import write_spacy

    folder = write_spacy(tmp_path_factory.mktemp("whole") / "theirs")
    vocab = folder / "vocab"
    with (vocab / "vectors").open("wb") as file:
        np.save(file, np.arange(6, dtype=np.float32).reshape(2, 3))
    from kernel.vocab.strings import hash_string

    keys = {hash_string("house"): 0, hash_string("tree"): 1, hash_string("trees"): 1}
    (vocab / "key2row").write_bytes(srsly.msgpack_dumps(keys))
    norms = {hash_string("colour"): "color"}
    (vocab / "lookups.bin").write_bytes(srsly.msgpack_dumps({"lexeme_norm": norms, "lexeme_prob": {}}))
    return folder


def test_it_is_whole(whole):
    nlp = kernel.load(whole)
    assert nlp.vocab["tree"].vector.tolist() == nlp.vocab["trees"].vector.tolist() == [3, 4, 5]
    assert [token.norm_ for token in nlp("the colour don't")] == ["the", "color", "do", "not"]


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 30))]
)
def test_files_that_are_cut_off_or_changed(whole, tmp_path, seed):
    """Each file, cut at any place or with bits flipped: it is read, or one error of ours is raised, in short time."""
    chance = random.Random(seed)
    names = [path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file()]
    for name in names:
        data = bytearray((whole / name).read_bytes())
        for way in ("cut", "flip", "flip", "zeros"):
            damaged = bytearray(data)
            if way == "cut":
                del damaged[chance.randrange(len(data)) :]
            elif way == "flip":
                for _ in range(chance.randint(1, 3)):
                    damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            else:
                start = chance.randrange(len(data))
                damaged[start : start + 20] = bytes(len(damaged[start : start + 20]))
            folder = tmp_path / f"{seed}-{way}-{chance.random()}"
            shutil.copytree(whole, folder)
            (folder / name).write_bytes(damaged)
            begun = time.process_time()
            try:
                nlp = kernel.load(folder)
                nlp("It doesn't matter: see the tree-house.")
            except KernelError as error:
                assert str(error)
            assert time.process_time() - begun < 3
            shutil.rmtree(folder)


def test_a_missing_file_of_the_vocab(whole, tmp_path):
    for name in ("strings.json", "vectors", "key2row", "lookups.bin", "vectors.cfg"):
        folder = tmp_path / name
        shutil.copytree(whole, folder)
        (folder / "vocab" / name).unlink()
        try:
            kernel.load(folder)
        except KernelError as error:
            assert "vocab" in str(error), name


@pytest.mark.slow
def test_a_million_strings(spacy_folder):
    folder = spacy_folder()
    many = [f"string {number}" for number in range(1_000_000)]
    (folder / "vocab" / "strings.json").write_text(json.dumps(many, indent=2), encoding="utf8")
    begun = time.process_time()
    assert "string 999999" in kernel.load(folder).vocab.strings
    assert time.process_time() - begun < 8


# Wheels


def wheel(path, folder, change=lambda archive: None, top="xx_small/xx_small-0.0.0"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{top.partition('/')[0]}/__init__.py", "raise RuntimeError('it was imported')")
        for file in sorted(folder.rglob("*")) if folder else ():
            if file.is_file():
                archive.write(file, f"{top}/{file.relative_to(folder).as_posix()}")
        change(archive)
    return path


def test_a_wheel(spacy_folder, tmp_path):
    path = wheel(tmp_path / "xx_small-0.0.0-py3-none-any.whl", spacy_folder())
    nlp = kernel.load(path)
    assert nlp.path == path and [token.text for token in nlp("I don't.")] == ["I", "do", "n't", "."]
    assert kernel.load(str(path)).meta["name"] == "small"


@pytest.mark.parametrize("name", ["../../out", "/abs", "a/../../b", "a\\..\\b", "C:out"])
def test_an_entry_that_leads_out(spacy_folder, tmp_path, name):
    def add(archive):
        archive.writestr(f"xx_small/xx_small-0.0.0/{name}", "x")

    path = wheel(tmp_path / "a.whl", spacy_folder(), add)
    assert "leads out of the pipeline" in raised(path).message
    assert not (tmp_path.parent / "out").exists()


def test_an_entry_that_is_a_link(spacy_folder, tmp_path):
    def add(archive):
        entry = zipfile.ZipInfo("xx_small/xx_small-0.0.0/vocab/more")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")

    assert "a link or a device" in raised(wheel(tmp_path / "a.whl", spacy_folder(), add)).message


def test_a_bomb(spacy_folder, tmp_path, monkeypatch):
    def add(archive):
        with archive.open("xx_small/xx_small-0.0.0/tokenizer2", "w") as file:
            for _ in range(64):
                file.write(bytes(1 << 20))

    path = wheel(tmp_path / "a.whl", spacy_folder(), add)
    assert "it would become 67," in raised(path).message
    monkeypatch.setattr(wheels.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(9, 9, 9))
    assert "has no room for" in raised(wheel(tmp_path / "b.whl", spacy_folder("other"))).message


def test_an_entry_that_lies_about_its_size(spacy_folder, tmp_path):
    path = wheel(tmp_path / "a.whl", spacy_folder())
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xx_small/xx_small-0.0.0/config.cfg")
        size = info.file_size.to_bytes(4, "little")
        central = archive.start_dir
    place = data.index(size, central)
    data[place : place + 4] = (3).to_bytes(4, "little")
    path.write_bytes(data)
    assert "a.whl" in str(raised(path))


@pytest.mark.parametrize("what", ["empty", "text", "cut", "nothing", "two", "encrypted", "of ours"])
def test_wheels_that_are_none(spacy_folder, tmp_path, what):
    path = wheel(tmp_path / "a.whl", spacy_folder())
    if what == "empty":
        path.write_bytes(b"")
    elif what == "text":
        path.write_text("no wheel")
    elif what == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    elif what == "nothing":
        wheel(path, None)
    elif what == "two":
        wheel(path, spacy_folder("a"), lambda archive: archive.writestr("b/c/config.cfg", ""))
    elif what == "encrypted":
        data = bytearray(path.read_bytes())
        for place in range(len(data) - 4):
            if data[place : place + 4] == b"PK\x01\x02":
                data[place + 8] |= 1
        path.write_bytes(data)
    else:
        kernel.blank("xx").to_disk(tmp_path / "ours")
        wheel(path, tmp_path / "ours")
    assert "a.whl" in str(raised(path))


@pytest.mark.parametrize("seed", range(20))
def test_wheels_that_are_damaged(spacy_folder, tmp_path, seed):
    chance = random.Random(seed)
    path = wheel(tmp_path / "a.whl", spacy_folder())
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    if seed % 3 == 0:
        del data[chance.randrange(len(data)) :]
    path.write_bytes(data)
    try:
        kernel.load(path)
    except KernelError as error:
        assert str(error)


def test_a_wheel_that_is_not_there(tmp_path):
    with pytest.raises(MissingPath):
        kernel.load(tmp_path / "absent.whl")


def test_which_components_have_pickles(spacy_folder):
    folder = spacy_folder(blocks={"one": 'factory = "a"', "two": 'factory = "b"'})
    (folder / "one").mkdir()
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    (folder / "one" / "table.npy").write_bytes(buffer.getvalue())
    (folder / "one" / "model").write_bytes(srsly.msgpack_dumps({"nodes": []}))
    assert with_pickles(Source(folder, folder), ["one", "two"]) == {}
