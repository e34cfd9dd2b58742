"""A page for the browser that puts configs together as `kernel init config` does, without Python there.

`trees` writes values as the page reads them, `functions` says what the functions of blocks have as defaults, `recipes` what a
component recommends; `parts` gathers all of this, and `page` makes the HTML of it. In the browser, `assemble.js` puts the parts
together, and `form.js` is the form. `command` is `kernel quickstart`.
"""
