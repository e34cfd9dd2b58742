"""Pipelines that spaCy trained, loaded here: whether they say the same as in spaCy, how fast, and with how much memory.

    KERNEL_DATA=path/to/data python benchmarks/spacy_pipelines.py --pipelines FOLDER [--only make,same,itself,export,anew,speed,load] [NAME ...] [--write]

A pipeline is FOLDER/NAME (or FOLDER/NAME/NAME-VERSION, as a wheel has it), its texts are in FOLDER/NAME.texts.jsonl, and what spaCy
says about them in FOLDER/NAME.expected.jsonl. `make` trains those of spacy_pipelines_made.py that are not there yet, with the
spaCy of benchmarks/.venv, and lets it annotate the texts of pipelines that were put there.

same: per annotation the share that is equal, and the first differences. itself: the same for spaCy with another product of matrices
(np.matmul), which shows how much is decided by the last bits of sums. export: 20 further updates here, `kernel spacy export`,
and whether spaCy then says what we say. anew: the same with 20 updates from first weights. speed: `nlp.pipe` with all components, by CPU time, in turns.
load: time and peak memory of fresh processes. Results are kept in `.work/spacy_pipelines`. --write replaces the section of
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from compared import say, table
from page import put_section
from sides import HERE, SIDES, SPACY_PYTHON, compare, environment
from spacy_pipelines_side import TOKENS

WORK = HERE / ".work" / "spacy_pipelines"
SIDE, MADE = HERE / "spacy_pipelines_side.py", HERE / "spacy_pipelines_made.py"
# Scores are float32 sums: how far they may be apart.
CLOSE = 1e-4
SHOWN = 3
ROUNDS = 5


def folder_of(pipelines: Path, name: str) -> Path:
    """The folder with the config: of the name itself, or the one that a wheel has inside of its package."""
    path = pipelines / name
    inner = sorted(path.glob(f"{name}-*/config.cfg"))
    return inner[0].parent if inner else path


def called(side: str, *arguments: Any, allowed: float = 1200) -> dict[str, Any]:
    """What a job of spacy_pipelines_side.py answers in a fresh process; {"error": last lines} if it fails."""
    done = subprocess.run(
        [SIDES[side], str(SIDE), side, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=HERE,
        env=environment(),
        timeout=allowed,
        check=False,
    )
    if done.returncode:
        return {"error": done.stderr.strip()[-1500:]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def near(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= CLOSE * max(1.0, abs(theirs))


class Compared:
    """Counts of what was compared and what was equal, and the first differences, by annotation."""

    def __init__(self) -> None:
        self.all: Counter[str] = Counter()
        self.equal: Counter[str] = Counter()
        self.shown: dict[str, list[str]] = {}

    def add(self, name: str, count: int, equal: int, difference: str = "") -> None:
        self.all[name] += count
        self.equal[name] += equal
        if difference and len(self.shown.setdefault(name, [])) < SHOWN:
            self.shown[name].append(difference)

    def shares(self) -> dict[str, float]:
        return {name: self.equal[name] / count for name, count in self.all.items() if count}


def compare_docs(number: int, ours: Any, theirs: Any, to: Compared) -> None:
    words = theirs["words"]
    if ours["words"] != words or ours["spaces"] != theirs["spaces"]:
        place = next((i for i, (a, b) in enumerate(zip(ours["words"], words, strict=False)) if a != b), 0)
        around = slice(max(place - 2, 0), place + 4)
        shown = f"text {number}: {ours['words'][around]} for {words[around]}"
        for name in TOKENS:
            to.add(name, len(words), 0, shown if name == "words" else "")
        return
    # A text that begins with an exception of the tokenizer has no mark at its first word in spaCy, others do.
    ours["sent_start"][:1] = theirs["sent_start"][:1]
    for name in TOKENS:
        apart = [i for i, (a, b) in enumerate(zip(ours[name], theirs[name], strict=True)) if a != b]
        shown = ""
        if apart:
            place = apart[0]
            around = " ".join(words[max(place - 3, 0) : place + 4])
            shown = (
                f"text {number} word {place} {words[place]!r}: {ours[name][place]!r} for {theirs[name][place]!r}"
                f" ({len(apart)} in the text; …{around}…)"
            )
        to.add(name, len(words), len(words) - len(apart), shown)
    compare_groups(number, ours, theirs, to)
    compare_scores(number, ours, theirs, to)


def groups(found: Any) -> Iterator[tuple[str, Any]]:
    yield "ents", found["ents"]
    yield "noun_chunks", found["noun_chunks"]
    for key, spans in found["spans"].items():
        yield f"spans[{key}]", spans


def compare_groups(number: int, ours: Any, theirs: Any, to: Compared) -> None:
    """Spans of every kind: the order counts too."""
    mine, wanted = dict(groups(ours)), dict(groups(theirs))
    for name in {**wanted, **mine}:
        a, b = mine.get(name), wanted.get(name)
        both = [tuple(map(str, x)) for x in a or []], [tuple(map(str, x)) for x in b or []]
        total = max(map(len, both))
        same = sum((Counter(both[0]) & Counter(both[1])).values())
        if a == b:
            to.add(name, total, total)
        else:
            same -= both[0] != both[1] and same == total  # The same ones in another order.
            to.add(name, max(total, 1), min(same, max(total, 1) - 1), f"text {number}: {a} for {b}"[:400])


def compare_scores(number: int, ours: Any, theirs: Any, to: Compared) -> None:
    if ours["cats"].keys() != theirs["cats"].keys() or list(ours["cats"]) != list(theirs["cats"]):
        to.add(
            "cats",
            max(len(theirs["cats"]), 1),
            0,
            f"text {number}: {list(ours['cats'])} for {list(theirs['cats'])}",
        )
    else:
        apart = [label for label, score in theirs["cats"].items() if not near(ours["cats"][label], score)]
        shown = ""
        if apart:
            label = apart[0]
            shown = f"text {number}: {label} {ours['cats'][label]:.6f} for {theirs['cats'][label]:.6f}"
        to.add("cats", len(theirs["cats"]), len(theirs["cats"]) - len(apart), shown)
    for key, scores in theirs["scores"].items():
        mine = ours["scores"].get(key, [])
        equal = sum(near(a, b) for a, b in zip(mine, scores, strict=False))
        name = f"scores[{key}]"
        shown = "" if equal == len(scores) == len(mine) else f"text {number}: {mine[:5]} for {scores[:5]}"
        to.add(name, len(scores), equal, shown)
    for one, other in zip(ours.get("vector", []), theirs.get("vector", []), strict=False):
        to.add("vector", 1, near(one, other), "" if near(one, other) else f"text {number}: {one} for {other}")


def same(pipelines: Path, name: str, results: Path, side: str = "kernel") -> dict[str, Any]:
    """Annotate with a side and compare with what spaCy said."""
    out = results / f"{name}.{side}.jsonl"
    answer = called(side, "write", folder_of(pipelines, name), pipelines / f"{name}.texts.jsonl", out)
    if "error" in answer:
        return answer
    return compared_files(out, pipelines / f"{name}.expected.jsonl")


def compared_files(ours: Path, theirs: Path) -> dict[str, Any]:
    found = Compared()
    with ours.open(encoding="utf-8") as mine, theirs.open(encoding="utf-8") as wanted:
        for number, (a, b) in enumerate(zip(mine, wanted, strict=True)):
            compare_docs(number, json.loads(a), json.loads(b), found)
    return {"words": found.all["words"], "shares": found.shares(), "differences": found.shown}


def export(pipelines: Path, name: str, results: Path, anew: str = "") -> dict[str, Any]:
    """Train a loaded pipeline a little further, or anew, export it, and compare what spaCy says with it with what we say."""
    texts, expected = (pipelines / f"{name}.{kind}.jsonl" for kind in ("texts", "expected"))
    went_on, back = results / f"{name}.went_on", results / f"{name}.back"
    for made_before in (went_on, back):
        shutil.rmtree(made_before, ignore_errors=True)
    ours, theirs = results / f"{name}.went_on.jsonl", results / f"{name}.back.jsonl"
    answer = called("kernel", "go_on", folder_of(pipelines, name), expected, went_on, anew)
    if "error" in answer:
        return answer
    command = [SIDES["kernel"], "-m", "kernel", "spacy", "export", str(went_on), str(back)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment())
    if done.returncode:
        return {"error": done.stderr.strip()[-1500:]}
    for side, folder, out in (("kernel", went_on, ours), ("spacy", back, theirs)):
        answer = called(side, "write", folder, texts, out)
        if "error" in answer:
            return {"error": f"{side}: {answer['error']}"}
    return compared_files(ours, theirs)


def speed(pipelines: Path, name: str, rounds: int) -> dict[str, Any]:
    settings = {"model": str(folder_of(pipelines, name)), "texts": str(pipelines / f"{name}.texts.jsonl")}
    return compare("foreign_inference", dict.fromkeys(SIDES, settings), rounds=rounds)


def load(pipelines: Path, name: str, rounds: int) -> dict[str, Any]:
    """Medians of fresh processes that take turns: loading, and one run over the texts."""
    folder, texts = folder_of(pipelines, name), pipelines / f"{name}.texts.jsonl"
    found: dict[str, list[dict[str, Any]]] = {"kernel": [], "spacy": []}
    for _ in range(rounds):
        for side, kept in found.items():
            kept.append(called(side, "load", folder))
    result: dict[str, Any] = {}
    for side, kept in found.items():
        failed = [each["error"] for each in kept if "error" in each]
        if failed:
            return {"error": failed[0]}
        result[side] = {key: statistics.median(each[key] for each in kept) for key in kept[0]}
        result[side]["pipe peak MB"] = called(side, "pipe", folder, texts)["peak MB"]
    return result


def made(pipelines: Path, names: Sequence[str]) -> None:
    """Train what is missing, and annotate the texts that have no annotations yet."""
    if "KERNEL_DATA" not in os.environ:
        raise SystemExit("KERNEL_DATA must name the folder with ewt, ud, wnut17 and textcat")
    command = [SPACY_PYTHON, str(MADE), os.environ["KERNEL_DATA"], str(pipelines), *names]
    subprocess.run(command, cwd=HERE, env=environment(), check=True)


def annotated(pipelines: Path, name: str) -> None:
    expected = pipelines / f"{name}.expected.jsonl"
    if not expected.exists():
        say(f"{name}: spaCy annotates")
        answer = called(
            "spacy", "write", folder_of(pipelines, name), pipelines / f"{name}.texts.jsonl", expected
        )
        if "error" in answer:
            expected.unlink(missing_ok=True)
            raise SystemExit(f"{name}: {answer['error']}")


def show(name: str, result: dict[str, Any]) -> None:
    if "error" in result:
        say(f"{name}: ERROR {result['error'].splitlines()[-1]}")
        return
    below = {key: share for key, share in result["shares"].items() if share < 1}
    say(
        f"{name}: {result['words']:,} words, "
        + (", ".join(f"{k} {v:.4%}" for k, v in below.items()) or "all equal")
    )
    for key in below:
        for line in result["differences"].get(key, []):
            print(f"    {key}: {line}", file=sys.stderr)


# The page

INTRODUCTION = (
    "Pipelines that spaCy 3.8 trained, loaded from their folders by both libraries; the texts were not trained on. Percent of "
    "each annotation that is equal (of the least equal one, where several are put together):"
)

GROUPS = {
    "tokens": ("words", "spaces"),
    "tags": ("tag", "pos"),
    "morphs": ("morph",),
    "lemmas": ("lemma",),
    "heads": ("head",),
    "labels": ("dep",),
    "sentences": ("sent_start",),
    "entities": ("ent_iob", "ent_type", "ent_kb_id", "ent_id", "ents"),
    "spans, cats": ("cats", "spans", "scores"),
    "forms, vectors": ("norm", "shape", "has_vector", "vector"),
    "noun chunks": ("noun_chunks",),
    "stop words, numbers, addresses": ("is_stop", "like_num", "like_url"),
}


def row(name: str, result: dict[str, Any]) -> tuple[str, ...]:
    if "error" in result:
        return (name, "fails", *("" for _ in GROUPS))
    cells = []
    for own in GROUPS.values():
        shares = [share for key, share in result["shares"].items() if key.partition("[")[0] in own]
        cells.append(f"{100 * min(shares):.3f}".rstrip("0").rstrip(".") if shares else "")
    return (name, f"{result['words']:,}", *cells)


def results_of(kind: str, names: Sequence[str]) -> dict[str, Any]:
    files = {name: WORK / f"{name}.{kind}.json" for name in names}
    return {
        name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items() if path.exists()
    }


def page(names: Sequence[str]) -> str:
    """The tables of everything that was kept."""
    parts = [
        INTRODUCTION,
        table(
            ("pipeline", "words", *GROUPS),
            [row(name, each) for name, each in results_of("same", names).items()],
        ),
    ]
    speeds = results_of("speed", names)
    if speeds:
        rows = [
            (
                name,
                *(f"{each['speed'][side]:,.0f}" for side in ("kernel", "spacy")),
                *(f"{each['ratio'][side]:.2f}" for side in ("spacy", "spacy-matmul")),
            )
            for name, each in speeds.items()
        ]
        parts += ["Words a second of CPU time, `nlp.pipe`:"]
        parts += [table(("pipeline", "kernel", "spaCy", "ratio", "ratio to spaCy with np.matmul"), rows)]
    loads = {name: each for name, each in results_of("load", names).items() if "error" not in each}
    if loads:
        rows = [
            (
                name,
                *(f"{each[side]['wall']:.2f}" for side in ("kernel", "spacy")),
                f"{each['spacy']['wall'] / each['kernel']['wall']:.1f}",
                *(f"{each[side]['peak MB']:,.0f}" for side in ("kernel", "spacy")),
                *(f"{each[side]['pipe peak MB']:,.0f}" for side in ("kernel", "spacy")),
            )
            for name, each in loads.items()
        ]
        head = (
            "pipeline",
            "kernel, s",
            "spaCy, s",
            "ratio",
            "kernel, MB",
            "spaCy, MB",
            "kernel, run, MB",
            "spaCy, run, MB",
        )
        parts += ["Loading in a fresh process, and peak memory after it and after a run:", table(head, rows)]
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--pipelines", type=Path, required=True)
    parser.add_argument("--only", default="same")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    pipelines, parts = arguments.pipelines.resolve(), arguments.only.split(",")
    WORK.mkdir(parents=True, exist_ok=True)
    if "make" in parts:
        made(pipelines, arguments.names)
    names = arguments.names or sorted(
        path.name[: -len(".texts.jsonl")] for path in pipelines.glob("*.texts.jsonl")
    )
    for name in names:
        if "make" in parts or "same" in parts:
            annotated(pipelines, name)
        jobs = {
            "same": lambda name=name: same(pipelines, name, WORK),
            "itself": lambda name=name: same(pipelines, name, WORK, "spacy-matmul"),
            "export": lambda name=name: export(pipelines, name, WORK),
            "anew": lambda name=name: export(pipelines, name, WORK, "anew"),
            "speed": lambda name=name: speed(pipelines, name, arguments.rounds),
            "load": lambda name=name: load(pipelines, name, arguments.rounds),
        }
        for part in (each for each in parts if each in jobs):
            result = jobs[part]()
            (WORK / f"{name}.{part}.json").write_text(
                json.dumps(result, ensure_ascii=False), encoding="utf-8"
            )
            if part in ("same", "itself", "export", "anew"):
                show(name, result)
            else:
                say(f"{name}: {part} {result.get('error') or result.get('ratio') or result}")
    print(page(names))
    if arguments.write:
        put_section("Pipelines of spaCy", page(names))


if __name__ == "__main__":
    main()
