"""What is imported when, and in how many threads it works."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from kernel_transformers import needed

from kernel.errors import UsageError

from .small import save_tokenizer, wordpiece

FORKING = """
import os, sys
from kernel_transformers.pieces.tokenizer import PieceTokenizer

tokenizer = PieceTokenizer.from_folder(sys.argv[1])
texts = [f"the quick brown fox {number}" for number in range(200)]
before = tokenizer.encode(texts).table.tolist()
threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
worker = os.fork()
if not worker:
    os._exit(0 if tokenizer.encode(texts).table.tolist() == before else 1)
print(threads, os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forked workers on this system")
@pytest.mark.parametrize("parallel", [None, "true"])
def test_a_forked_worker_goes_on_cutting_texts(tmp_path, parallel):
    pytest.importorskip("tokenizers")
    folder = save_tokenizer(tmp_path, wordpiece())
    environment = {key: value for key, value in os.environ.items() if key != "TOKENIZERS_PARALLELISM"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    if parallel:
        environment["TOKENIZERS_PARALLELISM"] = parallel
    run = subprocess.run(
        [sys.executable, "-c", FORKING, str(folder)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0 and not run.stderr, run.stderr
    threads, code = map(int, run.stdout.split())
    assert code == 0
    if parallel is None:
        assert threads in (0, 1)


def test_an_older_library_is_refused_by_its_version(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", SimpleNamespace(__version__="4.57.6"))
    with pytest.raises(UsageError, match=r"version 5 or later; 4\.57\.6 is installed"):
        needed.transformers()


def test_nothing_is_imported_before_it_is_used():
    code = (
        "import sys, kernel_transformers.hub, kernel_transformers.convert, kernel_transformers.pieces.encode;"
        "print(sorted({'torch', 'transformers', 'tokenizers', 'safetensors', 'huggingface_hub'} & set(sys.modules)))"
    )
    # thinc imports torch wherever it is installed.
    code = "import sys, thinc.api; had = set(sys.modules);" + code.replace(
        "set(sys.modules)", "set(sys.modules) - had"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
