"""The page of benchmarks: sections that scripts of their own write, between those that `run.py` writes."""

from sides import HERE

PAGE = HERE.parent / "docs" / "benchmarks.md"
_AFTER, _LAST = "## Scores after training", "## Repeat it"


def put_section(heading: str, content: str) -> None:
    """Replace the section of the page with this heading, or add it before the last one."""
    text = PAGE.read_text(encoding="utf-8")
    before, found, rest = text.partition(f"## {heading}\n")
    if found:
        rest = rest[rest.index("\n## ") + 1 :]
    else:
        before, _, rest = text.partition(_LAST)
        rest = _LAST + rest
    PAGE.write_text(f"{before}## {heading}\n\n{content.strip()}\n\n{rest}", encoding="utf-8")


def kept_sections() -> str:
    """What the other scripts have written."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    start, end = text.find("\n## ", text.find(_AFTER)), text.find(_LAST)
    return text[start + 1 : end] if _AFTER in text and 0 <= start < end else ""
