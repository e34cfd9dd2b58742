"""What differs between two runs, from their manifests: a resumed run is exact where nothing does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from kernel.errors import UsageError, note
from kernel.visible import shell_word

# Sections that others take their values from: a change there is one where it is used, too.
_VARIABLES = ("paths", "system", "variables")
# Said of files whose names are listed.
_SHOWN = 5
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs.

    name: the word for it, as `--allow-drift` takes it: `seed`, `data:corpora.train`, `training.max_steps`, `code:functions.py`,
    `versions:numpy`, `blas`, `threads`, `device`, `platform`. detail: which part of it, "" for all. old, new: plain data,
    None for what is not there.
    """

    name: str
    detail: str
    old: Any
    new: Any

    @property
    def kind(self) -> str:
        """`seed`, `data`, `config`, `code`, `versions`, `blas`, `threads`, `device` or `platform`: the word for all of a kind."""
        first = self.name.partition(":")[0]
        return first if first in KINDS else "config"

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.name}{detail}: {_show(self.old)}, now {_show(self.new)}"

    def is_covered(self, word: str) -> bool:
        """Whether a word of `--allow-drift` means this: its name, its kind, or the section that a setting lies in."""
        return word in (self.name, self.kind) or self.name.startswith(f"{word}.")


KINDS = ("seed", "data", "config", "code", "versions", "blas", "threads", "device", "platform")
"""What may differ, most suspicious first."""


def strange(manifest: Any) -> str | None:
    """Which part of what should be a manifest is of another kind, so that it can't be compared; None if none is."""
    if not isinstance(manifest, dict):
        return "all of it"
    for name in ("settings", "data", "packages", "code", "sources", "threads", "platform"):
        if not isinstance(manifest.get(name), dict | None):
            return name
    for name in ("data", "sources"):
        if not all(isinstance(each, dict) for each in (manifest.get(name) or {}).values()):
            return name
    for each in (manifest.get("data") or {}).values():
        if not isinstance(each.get("sha256"), str) or not isinstance(each.get("files"), dict | None):
            return "data"
    blas = manifest.get("blas") or []
    if not isinstance(blas, list) or not all(isinstance(each, dict) for each in blas):
        return "blas"
    return None if isinstance(manifest.get("gpu_id"), int | None) else "gpu_id"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two manifests (see `kernel.training.manifest.facts`), most suspicious first.

    What a manifest does not have is not compared.
    """
    return [
        *_seed(old, new),
        *_data(old.get("data"), new.get("data")),
        *_settings(old.get("settings"), new.get("settings"), f"{new.get('section', 'training')}.seed"),
        *_code(old, new),
        *_versions(old, new),
        *_machine(old, new),
    ]


def refuse(found: Sequence[Change], allowed: Sequence[str], where: str) -> list[Change]:
    """`UsageError` with all changes that no allowed word covers, and with the words that would; returns the others.

    where: what was begun with the old ones, for the message: "the checkpoint output/checkpoints/step-00000200". The same error
    for an allowed word that nothing can be called; a note names one that allows nothing, unless it is a kind.
    """
    check_words(allowed)
    left = [change for change in found if not any(map(change.is_covered, allowed))]
    for word in dict.fromkeys(allowed):
        if word not in KINDS and not any(change.is_covered(word) for change in found):
            note(_idle(word, found))
    if left:
        lines = "\n".join(f"  {change}" for change in left)
        words = " ".join(f"--allow-drift {shell_word(change.name)}" for change in left)
        raise UsageError(
            f"{where} comes from a run that differs from this one, so going on would not repeat it:\n{lines}",
            hint=f"Put it back as it was, or go on all the same with {words}. A kind allows all of its changes: {', '.join(KINDS)}.",
        )
    return list(found)


def check_words(words: Sequence[str]) -> None:
    """`UsageError` for a word of `--allow-drift` that nothing can be called."""
    for word in words:
        _check_word(word)


def _idle(word: str, found: Sequence[Change]) -> str:
    """What to say of a word that covers none of the changes."""
    close = get_close_matches(word, [change.name for change in found], 1)
    meant = f": did you mean {close[0]}?" if close else ""
    return (
        f"--allow-drift {shell_word(word)} allows nothing, because nothing that it names has changed{meant}"
    )


def _check_word(word: str) -> None:
    kind, colon, _ = word.partition(":")
    if kind in KINDS or (not colon and "." in word.strip(".")):
        return
    # A section of the config is one word too; a misspelt kind looks like one.
    close = get_close_matches(kind, KINDS, 1, 0.75)
    if colon or close or not word.strip("."):
        hint = f"Did you mean {word.replace(kind, close[0], 1)}?" if close else ""
        known = (
            f"It takes {', '.join(KINDS)}, a setting such as training.max_steps, or the name of one change."
        )
        raise UsageError(f"--allow-drift {shell_word(word)}: nothing is called so", hint=hint or known)


def _seed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if _both(old, new, "seed") and old["seed"] != new["seed"]:
        yield Change("seed", "", old["seed"], new["seed"])


def _data(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
    if old is None or new is None:
        return
    for key in _keys(old, new):
        before, after = old.get(key), new.get(key)
        if (before or {}).get("sha256") != (after or {}).get("sha256"):
            detail = _files((before or {}).get("files"), (after or {}).get("files"))
            yield Change(f"data:{key}", detail, _sum(before), _sum(after))


def _sum(entry: Mapping[str, Any] | None) -> str | None:
    return None if entry is None else f"sha256 {entry['sha256'][:12]}"


def _settings(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, seed: str) -> Iterator[Change]:
    if old is None or new is None:
        return
    before, after = dict(_leaves(old)), dict(_leaves(new))
    found = [
        Change(key, "", before.get(key), after.get(key))
        for key in _keys(before, after)
        if not _same(before.get(key, ...), after.get(key, ...))
    ]
    pairs = [(change.old, change.new) for change in found if not _is_variable(change)]
    for change in found:
        # That of a run is compared by itself, wherever it came from.
        if change.name != seed and not (_is_variable(change) and (change.old, change.new) in pairs):
            yield change


def _is_variable(change: Change) -> bool:
    return change.name.partition(".")[0] in _VARIABLES


def _leaves(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _code(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if _both(old, new, "code"):
        for key in _keys(old["code"], new["code"]):
            before, after = old["code"].get(key), new["code"].get(key)
            if before != after:
                yield Change(f"code:{key}", "", _short(before), _short(after))
    if not _both(old, new, "sources"):
        return
    for name in _keys(old["sources"], new["sources"]):
        earlier, later = old["sources"].get(name), new["sources"].get(name)
        # A package that only one of them has is named by its version.
        if earlier is None or later is None or earlier == later:
            continue
        version = _version(old, name), _version(new, name)
        if version[0] == version[1]:
            yield Change(f"code:{name}", _files(earlier, later), _together(earlier), _together(later))


def _version(manifest: Mapping[str, Any], name: str) -> str:
    return str((manifest.get("packages") or {}).get(name, ""))


def _together(files: Mapping[str, str]) -> str:
    import hashlib

    return f"sha256 {hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]}"


def _versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if _both(old, new, "python") and old["python"] != new["python"]:
        yield Change("versions:python", "", old["python"], new["python"])
    if _both(old, new, "packages"):
        for name in _keys(old["packages"], new["packages"]):
            before, after = old["packages"].get(name), new["packages"].get(name)
            if before != after:
                yield Change(f"versions:{name}", "", before, after)


def _machine(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if _both(old, new, "blas"):
        before, after = (
            [{key: value for key, value in one.items() if key != "threads"} for one in manifest["blas"]]
            for manifest in (old, new)
        )
        # A second library that some other package has loaded computes nothing of ours.
        if not (_within(before, after) or _within(after, before)):
            yield Change("blas", "", _line(before), _line(after))
    if _both(old, new, "threads"):
        for key in ("blas", "torch"):
            # What one of them has not loaded, it has not computed with.
            if _both(old["threads"], new["threads"], key) and old["threads"][key] != new["threads"][key]:
                yield Change("threads", key, old["threads"][key], new["threads"][key])
    yield from _device(old, new)
    if _both(old, new, "platform"):
        for key in ("system", "machine", "libc", "vectors"):
            before, after = old["platform"].get(key), new["platform"].get(key)
            if before != after:
                yield Change("platform", key, before, after)


def _device(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if not _both(old, new, "gpu_id"):
        return
    before, after = (
        "CPU" if one["gpu_id"] < 0 else _line([one.get("gpu") or {"name": "GPU"}]) for one in (old, new)
    )
    # Another number of an equal GPU is the same device.
    if before != after:
        yield Change("device", "", before, after)


def _within(some: list[Any], others: list[Any]) -> bool:
    return bool(some) and all(one in others for one in some)


def _line(entries: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(" ".join(str(value) for value in one.values() if value is not None) for one in entries)


def _both(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> bool:
    return old.get(key) is not None and new.get(key) is not None


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [*old, *(key for key in new if key not in old)]


def _same(old: Any, new: Any) -> bool:
    # As text, in which a NaN equals itself, and 1 is not 1.0 nor true.
    return old is new or (
        ... not in (old, new) and json.dumps(old, default=str) == json.dumps(new, default=str)
    )


def _files(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> str:
    """ "a.jsonl changed, b.jsonl added" of files with digests; "" where they are not known one by one."""
    if old is None or new is None:
        return ""
    notes = [
        f"{name} " + ("added" if name not in old else "removed" if name not in new else "changed")
        for name in _keys(old, new)
        if old.get(name) != new.get(name)
    ]
    more = f" and {len(notes) - _SHOWN} more" if len(notes) > _SHOWN else ""
    return ", ".join(notes[:_SHOWN]) + more


def _short(digest: str | None) -> str | None:
    return None if digest is None else f"sha256 {digest[:12]}"


def _show(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
