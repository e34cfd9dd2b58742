"""Web addresses and e-mail addresses, which the tokenizer keeps whole."""

from __future__ import annotations

import re

_SCHEME = r"(?:[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://|mailto:)"
_USER = r"[\w.!#$%&'*+/=?^`{|}~:\-]{1,64}@"
# After a scheme, where nothing else can be meant, brackets and commas too.
_LOGIN = r"[\w.!#$%&'()*+,;/=?^`{|}~:\-]{1,64}@"
# The marks of Indic scripts are no letters to Python, nor are the signs that some names consist of.
_MARKS = "\u0300-\u036f\u0900-\u0963\u0966-\u0eff\u2300-\u27bf"
_LABEL = rf"(?:[^\W_]|[{_MARKS}])(?:[\w\-{_MARKS}]{{0,61}}(?:[^\W_]|[{_MARKS}]))?"
# The last label is a top-level domain, in lower case or in capitals throughout: "end.Start" is no host.
_TOP = (
    r"(?:[a-z]{2,24}|xn--[a-z0-9\-]{2,59}|(?=[^\W\d_a-zA-Z])(?:[^\W\d_]|[\u0900-\u0963\u0966-\u0eff]){2,24})"
)
_HOST = rf"(?:(?:{_LABEL}\.)+{_TOP}|(?:[A-Z0-9][A-Z0-9\-]*\.)+[A-Z]{{2,24}})"
_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PORT = r"(?::\d{2,5})?"
_PATH = r"(?:[/?#]\S*)?"

_URL = re.compile(
    rf"(?:{_SCHEME}(?:{_LOGIN})?(?:{_HOST}|{_IPV4}|localhost|{_LABEL}){_PORT}{_PATH}"
    rf"|(?:{_USER})?(?:{_HOST}|{_IPV4}){_PORT}{_PATH})\Z",
)
url_match = _URL.match

# An address that shows itself as one at its start and has no punctuation at its end, which might be the sentence's:
# it is not to lose "1m" or "'s" to the rules about units and clitics.
whole_url = re.compile(rf"(?={_SCHEME}|www\.)(?:{_URL.pattern})(?<=[^\W_]|/)", _URL.flags).match
