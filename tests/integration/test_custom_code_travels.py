"""Custom code travels: trained with --code, evaluated, packaged, installed elsewhere; the same predictions throughout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import kernel
from kernel import registry
from kernel.cli.run import run as run_command
from kernel.discovery import scan
from kernel.errors import KernelWarning, RegistryError
from kernel.registries.code import load_code

LAYERS = """
from thinc.api import Model


def scaled(layer: Model, factor: float) -> Model:
    return Model("scaled", forward, init=init, layers=[layer], attrs={"factor": factor}, dims={"nO": None})


def forward(model, docs, is_train):
    outputs, back = model.layers[0](docs, is_train)
    factor = model.attrs["factor"]
    return [factor * one for one in outputs], lambda d: back([factor * one for one in d])


def init(model, X=None, Y=None):
    model.layers[0].initialize(X=X, Y=Y)
    model.set_dim("nO", model.layers[0].get_dim("nO"))
"""

MODEL = """
from thinc.api import Model

from kernel import registry

from .layers import scaled


@registry.architectures("demo.Scaled.v1")
def build_scaled(tok2vec: Model, factor: float = 2.0) -> Model:
    return scaled(tok2vec, factor)
"""

CONFIG = """
[paths]
train = null
dev = null

[nlp]
lang = "en"
pipeline = ["ner"]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 32
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "demo.Scaled.v1"
factor = 1.5

[components.ner.model.tok2vec.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
pretrained_vectors = null
width = 32
depth = 1
embed_size = 300
window_size = 1
maxout_pieces = 2
subword_features = true

[corpora.train]
@readers = "kernel.Corpus.v1"
path = ${paths.train}

[corpora.dev]
@readers = "kernel.Corpus.v1"
path = ${paths.dev}

[training]
max_steps = 30
eval_frequency = 15

[training.batcher]
@batchers = "kernel.batch_by_sequence.v1"
size = 16

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01
"""

TEXTS = ["Acme Mining moved to Berlin in 2014.", "Nobody in Lisbon had heard of Quayside Insurance."]
SENTENCES = [
    ("{0} moved to {1} in 2014.", 0),
    ("Nobody in {1} had heard of {0}.", 0),
    ("{0} opened an office in {1}.", 0),
]
FIRMS = ["Acme Mining", "Quayside Insurance", "Globex", "Initech"]
CITIES = ["Berlin", "Lisbon", "Oslo", "Quito"]


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with registry.restored():
        write_code(tmp_path)
        lines = []
        for pattern, _ in SENTENCES:
            for firm in FIRMS:
                for city in CITIES:
                    text = pattern.format(firm, city)
                    spans = [(text.index(firm), firm, "ORG"), (text.index(city), city, "GPE")]
                    lines.append(
                        {
                            "text": text,
                            "spans": [
                                {"start": s, "end": s + len(w), "label": x} for s, w, x in sorted(spans)
                            ],
                        }
                    )
        Path("data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        Path("texts.txt").write_text("\n".join(TEXTS) + "\n")
        Path("config.cfg").write_text(CONFIG)
        yield tmp_path


def write_code(folder: Path) -> Path:
    code = folder / "demo_code"
    code.mkdir(parents=True)
    (code / "layers.py").write_text(LAYERS)
    (code / "model.py").write_text(MODEL)
    return code


def command(*args: str) -> None:
    """Run a command as a new process would: without the code of earlier ones."""
    with registry.restored():
        assert run_command([*args]) == 0


def train() -> None:
    command(
        "train",
        "config.cfg",
        "-o",
        "out",
        "--code",
        "demo_code",
        "--paths.train=data.jsonl",
        "--paths.dev=data.jsonl",
    )


def elsewhere(*args: str, site: Path, cwd: Path) -> str:
    """Output of a Python in another directory, with the packages of `site` and without the checkout's tests."""
    place = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, cwd=cwd, env=place, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr, done.stderr
    return done.stdout


def entities(path: Path) -> list[list[tuple[int, int, str]]]:
    docs = [json.loads(line) for line in path.read_text().splitlines()]
    return [[(one["start"], one["end"], one["label"]) for one in doc["ents"]] for doc in docs]


def install(wheel: Path, target: Path) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)


def test_the_same_predictions_at_each_stage(workplace: Path) -> None:
    train()
    command("apply", "out/model-best", "texts.txt", "one.jsonl", "--code", "demo_code")
    command("evaluate", "out/model-best", "data.jsonl", "-o", "one.json", "--code", "demo_code")
    first = entities(Path("one.jsonl"))
    assert any(first)
    code = ["--code", "demo_code"]
    command("package", "out/model-best", "packages", "--name", "demo", "--version", "1.2.0", *code)
    wheel = Path("packages/en_demo-1.2.0/dist/en_demo-1.2.0-py3-none-any.whl")
    install(wheel, workplace / "site")
    # The code that it was trained with is gone, and so is the saved pipeline.
    other = workplace / "other"
    other.mkdir()
    for name in ("texts.txt", "data.jsonl"):
        shutil.copy(name, other / name)
    for name in ("demo_code", "out", "packages"):
        shutil.rmtree(name)
    site = workplace / "site"
    elsewhere("-m", "kernel", "apply", "en_demo", "texts.txt", "two.jsonl", site=site, cwd=other)
    assert entities(other / "two.jsonl") == first
    elsewhere("-m", "kernel", "evaluate", "en_demo", "data.jsonl", "-o", "two.json", site=site, cwd=other)
    before, after = (json.loads(path.read_text()) for path in (Path("one.json"), other / "two.json"))
    assert {**before, "speed": 0} == {**after, "speed": 0}
    program = (
        "import json, kernel, en_demo\n"
        f"texts = {TEXTS!r}\n"
        "def found(docs):\n    return [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs]\n"
        "if __name__ == '__main__':\n"
        "    nlp = kernel.load('en_demo')\n"
        "    one = found(nlp.pipe(texts)), found(en_demo.load().pipe(texts)), found(nlp.pipe(texts * 2, n_process=2))\n"
        "    print(json.dumps(one))\n"
    )
    (other / "use.py").write_text(program)
    by_name, by_package, in_processes = json.loads(elsewhere("use.py", site=site, cwd=other))
    expected = [[list(one) for one in doc] for doc in first]
    assert by_name == by_package == expected
    assert in_processes == expected * 2


def test_what_a_saved_pipeline_records(workplace: Path) -> None:
    train()
    record = json.loads(Path("out/model-best/meta.json").read_text())["provenance"]
    assert record["code"] == {
        f"demo_code/{name}": hashlib.sha256((workplace / "demo_code" / name).read_bytes()).hexdigest()
        for name in ("layers.py", "model.py")
    }
    assert record["names"]["architectures"]["demo.Scaled.v1"] == "code:demo_code/model.py"
    version = scan.installed_version("kernel-nlp-components")
    assert record["names"]["factories"]["ner"] == f"kernel-nlp-components=={version}"
    assert record["distributions"]["kernel-nlp-batchers"] == scan.installed_version("kernel-nlp-batchers")
    assert {"kernel-nlp", "numpy", "thinc"} <= record["distributions"].keys()
    assert record["kernel"] == kernel.__version__ and record["blas"] and record["python"]
    assert str(workplace) not in json.dumps(record)


def test_loading_without_the_code_says_which(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train()
    with registry.restored():
        with pytest.raises(RegistryError) as caught:
            kernel.load("out/model-best")
        assert run_command(["apply", "out/model-best", "texts.txt", "x.jsonl"]) == 2
    digest = hashlib.sha256(MODEL.encode()).hexdigest()
    for text in (str(caught.value), capsys.readouterr().err):
        assert "architectures 'demo.Scaled.v1', which came from the code file demo_code/model.py" in text
        assert f"(sha256 {digest})" in text and "--code demo_code" in text


def test_loading_with_other_code_warns(workplace: Path) -> None:
    train()
    with (workplace / "demo_code" / "layers.py").open("a") as file:
        file.write("# changed\n")
    load_code("demo_code")
    with pytest.warns(KernelWarning, match=r"saved with other code: demo_code/layers\.py \(sha256 "):
        kernel.load("out/model-best")


def test_packages_are_byte_stable_and_require_what_was_used(workplace: Path) -> None:
    train()
    for folder in ("one", "two"):
        command("package", "out/model-best", folder, "--code", "demo_code")
    names = ["en_pipeline-0.0.0-py3-none-any.whl", "en_pipeline-0.0.0.tar.gz"]
    for name in names:
        one, two = (Path(folder, "en_pipeline-0.0.0", "dist", name).read_bytes() for folder in ("one", "two"))
        assert one == two
    with zipfile.ZipFile(f"one/en_pipeline-0.0.0/dist/{names[0]}") as wheel:
        metadata = wheel.read("en_pipeline-0.0.0.dist-info/METADATA").decode()
        points = wheel.read("en_pipeline-0.0.0.dist-info/entry_points.txt").decode()
        assert {"en_pipeline/code/demo_code/model.py", "en_pipeline/code/demo_code/layers.py"} <= set(
            wheel.namelist()
        )
    required = {line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist")}
    for name in ("kernel-nlp", "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-languages"):
        assert f"{name}~={scan.installed_version(name)}" in required
    batchers = scan.installed_version("kernel-nlp-batchers")
    assert f'kernel-nlp-batchers~={batchers} ; extra == "training"' in required
    assert points == "[kernel_models]\nen_pipeline = en_pipeline\n"


def test_packaging_without_the_code(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train()
    with registry.restored():
        assert run_command(["package", "out/model-best", "packages"]) == 2
    error = capsys.readouterr().err
    assert "'demo.Scaled.v1' of demo_code/model.py (sha256 " in error and "--code demo_code" in error
    assert not Path("packages").exists()


def test_code_that_imports_itself_absolutely_is_not_packaged(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (workplace / "demo_code" / "__init__.py").write_text("")
    (workplace / "demo_code" / "model.py").write_text(MODEL.replace("from .layers", "from demo_code.layers"))
    monkeypatch.syspath_prepend(workplace)
    try:
        train()
        with registry.restored():
            assert run_command(["package", "out/model-best", "packages", "--code", "demo_code"]) == 3
        assert "relative imports" in capsys.readouterr().err
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "demo_code"]:
            del sys.modules[name]
