"""Pictures of annotations as HTML and SVG, and the module `kernel.displacy`.

`parsing` takes what is drawn out of documents, as plain data; `entities`, `spans`, `trees`, `categories` and `differences` draw
it, each with a template; `pages` makes whole pages. `rows` and `arcs` compute where things lie, `colors`, `css`, `links` and
`text` what may stand in HTML.
"""
