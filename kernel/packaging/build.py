"""The package of a saved pipeline: a source tree, and the archives made of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel.config import Config
from kernel.discovery import providers
from kernel.errors import CodeError, DataError, UsageError
from kernel.files.atomic import (
    MANIFEST,
    atomic_directory,
    check_kinds,
    check_manifest,
    read_whole,
    write_manifest,
)
from kernel.packaging import texts
from kernel.packaging.archives import write_sdist, write_wheel
from kernel.packaging.requirements import check_code, pins
from kernel.registries.code import Code, identifier
from kernel.saving.directories import CONFIG, EDITABLE, META, existing, read_meta, saved_in
from kernel.saving.provenance import CODE, compare_code
from kernel.visible import visible

DIST = "dist"
FORMATS = ("sdist", "wheel")


def build_package(
    model: str | Path,
    output: str | Path,
    *,
    name: str = "",
    version: str = "",
    codes: Sequence[Code] = (),
    formats: Collection[str] = FORMATS,
    meta: Mapping[str, Any] | None = None,
    force: bool = False,
) -> Path:
    """Write the package of a saved pipeline below `output` and return its folder, `output/<name>-<version>`.

    name, version: instead of those of the pipeline's meta; the language goes before the name. codes: its custom code,
    imported already. formats: archives to write into its folder `dist`. meta: entries over the pipeline's meta.
    `UsageError` for a name or version that a package can't have, and for code that is missing.
    """
    model = saved_in(Path(model))
    with TemporaryDirectory(prefix="kernel-") as place:
        source = Path(place) / "pipeline"
        config, saved = read_whole(model, partial(_take, copy=source))
        table = {**saved, **(meta or {})}
        package = package_name(
            name or str(table.get("name") or "pipeline"), str(config["nlp"].get("lang") or "")
        )
        release = package_version(version or str(table.get("version") or "0.0.0"))
        record = table.get("provenance") or {}
        check_code(config, record, list(codes))
        compare_code(config, record, model)
        targets = code_targets(codes)
        if targets:
            table["provenance"] = _renamed(record, targets)
        table.update(name=package.removeprefix(f"{config['nlp'].get('lang')}_"), version=release)
        requires, training = pins(config, record, codes)
        table["requirements"] = requires
        described = texts.Description(package, release, table, requires, training)
        folder = Path(output) / f"{package}-{release}"
        if folder.exists() and any(folder.iterdir()) and not force:
            raise UsageError(f"{folder} exists", hint="Use --force to replace it.")
        with atomic_directory(folder) as root:
            _write_tree(root, described, source, targets)
            (root / DIST).mkdir()
            _write_archives(root, described, formats)
            if not formats:
                (root / DIST).rmdir()
    return folder


def _take(folder: Path, copy: Path) -> tuple[Config, dict[str, Any]]:
    """Config and meta of a saved pipeline, which is copied: somebody may save another one while its package is built."""
    check_manifest(existing(folder), editable=EDITABLE)
    # Of links, only what they lead to is packed: that must be the pipeline's own.
    check_kinds(folder, inside=True)
    config, meta = Config.from_disk(folder / CONFIG), read_meta(folder)
    shutil.rmtree(copy, ignore_errors=True)
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if visible(str(name)) != str(name) or "\n" in str(name):
            raise DataError("its name has characters that no archive can hold", path=visible(str(file)))
        if file.is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy / name)
        elif file.is_dir():
            (copy / name).mkdir(parents=True, exist_ok=True)
    return config, meta


def package_name(name: str, lang: str) -> str:
    """The name of the package: the language, then the name: `en_demo`."""
    plain = re.sub(r"[-. ]+", "_", name.strip()).lower()
    if lang and not plain.startswith(f"{lang}_"):
        plain = f"{lang}_{plain}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", plain):
        raise UsageError(
            f"{name!r} can't be the name of a package",
            hint="Use letters, digits and underscores: --name demo.",
        )
    return plain


def package_version(version: str) -> str:
    """The version in the one form that archives use."""
    from packaging.version import Version

    try:
        return str(Version(version))
    except ValueError:
        raise UsageError(
            f"{version!r} is not a version number", hint="Use one such as --version 1.0.0."
        ) from None


def code_targets(codes: Sequence[Code]) -> dict[str, Code]:
    """Name in the package -> custom code. `CodeError` where the code would not work there."""
    found: dict[str, Code] = {}
    for code in codes:
        target = identifier(code.path) + (".py" if code.path.is_file() else "")
        if identifier(Path(target)) in {identifier(Path(other)) for other in found}:
            raise CodeError(
                f"two pieces of code are called {code.name}", hint="Rename one of them, and train again."
            )
        for file in _python_files(code):
            if code.path.is_dir() and code.name in providers.imported(file):
                raise CodeError(
                    f"{file} imports {code.name}, but the code has another name in the package",
                    hint="Import other modules of the folder with relative imports: from .name import ...",
                )
        found[target] = code
    return found


def _write_tree(root: Path, one: texts.Description, source: Path, targets: Mapping[str, Code]) -> None:
    package = root / one.name
    package.mkdir()
    (root / "pyproject.toml").write_text(texts.pyproject(one), encoding="utf8")
    (root / "README.md").write_text(texts.readme(one), encoding="utf8")
    (package / "__init__.py").write_text(texts.init(one), encoding="utf8")
    data = package / f"{one.name}-{one.version}"
    for file in sorted(source.rglob("*")):
        if file.is_file() and file.name != MANIFEST:
            target = data / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        elif file.is_dir():
            (data / file.relative_to(source)).mkdir(parents=True, exist_ok=True)
    meta = json.dumps(dict(one.meta), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    for folder in (package, data):
        (folder / META).write_text(meta, encoding="utf8")
    write_manifest(data)
    if targets:
        (package / "code").mkdir()
        (package / "code" / "__init__.py").write_text(texts.CODE_INIT, encoding="utf8")
    for name, code in targets.items():
        for part in code.files:
            inside = package / "code" / name
            target = inside / part[len(code.name) + 1 :] if code.path.is_dir() else inside
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_path(code, part), target)


def _write_archives(root: Path, one: texts.Description, formats: Collection[str]) -> None:
    files = {
        file.relative_to(root).as_posix(): file
        for file in sorted(root.rglob("*"))
        if file.is_file() and file.relative_to(root).parts[0] != DIST
    }
    metadata = texts.core_metadata(one)
    if "sdist" in formats:
        write_sdist(root / DIST, one.name, one.version, files, metadata)
    if "wheel" in formats:
        inside = {path: file for path, file in files.items() if path.startswith(f"{one.name}/")}
        write_wheel(root / DIST, one.name, one.version, inside, metadata, texts.entry_points(one))


def _renamed(record: Mapping[str, Any], targets: Mapping[str, Code]) -> dict[str, Any]:
    """The provenance with the code's files as they are called in the package."""
    names = {code.name: target for target, code in targets.items()}

    def rename(file: str) -> str:
        top, slash, rest = file.partition("/")
        return names.get(top, top) + slash + rest

    def origin(text: str) -> str:
        return CODE + rename(text.removeprefix(CODE)) if text.startswith(CODE) else text

    return {
        **record,
        "code": {rename(file): sha256 for file, sha256 in (record.get("code") or {}).items()},
        "names": {
            kind: {name: origin(text) for name, text in found.items()}
            for kind, found in (record.get("names") or {}).items()
        },
    }


def _python_files(code: Code) -> list[Path]:
    return [_path(code, file) for file in code.files if file.endswith(".py")]


def _path(code: Code, file: str) -> Path:
    return code.path if code.path.is_file() else code.path.parent / file
