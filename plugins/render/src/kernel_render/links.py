"""Links to entries of knowledge bases: only addresses of the web, whatever a document or a template says."""

from urllib.parse import urlsplit

from kernel_render.text import readable


def web_address(url: object) -> str | None:
    """An address that a page may link to, None for any other text."""
    text = str(url or "").strip()
    if readable(text) != text or any(map(str.isspace, text)):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None
