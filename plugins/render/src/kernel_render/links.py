"""Links to entries of knowledge bases: only addresses of the web, whatever a document or a template says."""

from urllib.parse import quote, urlsplit

from kernel.errors import UsageError
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


def filled(template: str, known: str) -> str:
    """An address with an id in the place of {}. What means something in an address is encoded: no id leads to another host.

    `UsageError` if the template has not one place for an id.
    """
    try:
        return template.format(quote(known, safe="", errors="replace"))
    except (IndexError, KeyError, ValueError, AttributeError, TypeError):
        raise UsageError(
            f"the address for links has not one {{}} for the id: {template}",
            hint="Such as https://example.org/{}",
        ) from None
