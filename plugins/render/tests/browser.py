"""How a browser reads what was drawn."""

import html5lib

# What drawings consist of. Nothing of it runs or loads anything.
TAGS = {
    "html",
    "head",
    "body",
    "meta",
    "title",
    "style",
    "main",
    "figure",
    "h2",
    "h3",
    "div",
    "span",
    "mark",
    "bdi",
    "a",
    "svg",
    "desc",
    "g",
    "text",
    "tspan",
    "path",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "section",
    "strong",
    "p",
    "ol",
    "li",
}
ATTRIBUTES = {
    "class",
    "style",
    "dir",
    "lang",
    "href",
    "rel",
    "tabindex",
    "title",
    "scope",
    "charset",
    "name",
    "content",
    "http-equiv",
    "xmlns",
    "role",
    "width",
    "height",
    "viewBox",
    "direction",
    "fill",
    "text-anchor",
    "font-size",
    "transform",
    "x",
    "y",
    "dx",
    "dy",
    "d",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "data-head",
    "data-dependent",
}


def read(markup):
    """The tree that a browser makes of markup, without names of namespaces."""
    root = html5lib.parse(markup, treebuilder="etree", namespaceHTMLElements=False)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element):
    return "".join(element.itertext())


def by_class(root, name):
    return [each for each in root.iter() if name in (each.get("class") or "").split()]


def check_harmless(markup):
    """Only elements and attributes of ours, only links to the web, only our declarations of CSS."""
    root = read(markup)
    for element in root.iter():
        assert element.tag in TAGS, element.tag
        for name, value in element.attrib.items():
            assert str(name).rpartition("}")[2] in ATTRIBUTES | {"lang"}, (element.tag, name)
            if name == "href":
                assert value.startswith(("https://", "http://")), value
            if name == "style":
                assert "url" not in value and "expression" not in value and "position" not in value, value
    return root
