"""Which token has which pieces, one piece and one token at a time."""

from __future__ import annotations

import re


def windows_of(length, capacity):
    """(start, end) of the windows over so many pieces."""
    if length <= capacity:
        return [(0, length)]
    count = 2
    while any(
        i * (length - capacity) // (count - 1) + capacity
        < (i + 1) * (length - capacity) // (count - 1) + capacity // 4
        for i in range(count - 1)
    ):
        count += 1
    starts = [i * (length - capacity) // (count - 1) for i in range(count)]
    return [(start, start + capacity) for start in starts]


def best_windows(windows):
    """For each piece the window in which it is furthest from where the span was cut; of equal ones the last."""
    best = {}
    for number, (start, end) in enumerate(windows):
        for piece in range(start, end):
            before = piece - start if number else float("inf")
            after = end - 1 - piece if number < len(windows) - 1 else float("inf")
            best[piece] = max(best.get(piece, (-1, -1)), (min(before, after), number))
    return {piece: number for piece, (_, number) in best.items()}


def library_pieces(tokenizer, text):
    """(number, start, end) of each piece, as the library gives it."""
    found = tokenizer.library.encode(re.sub("[\ud800-\udfff]", "\ufffd", text), add_special_tokens=False)
    pieces = [(number, *offset) for number, offset in zip(found.ids, found.offsets, strict=True)]
    if not pieces and not len(tokenizer.prefix) and not len(tokenizer.suffix):
        pieces = [(tokenizer.unknown_id, 0, 0)]
    return pieces


def expected(tokenizer, docs, spans, gaps=False):
    """(ids of each window, rows of each token of all documents). gaps: a token without a piece has no row."""
    prefix, suffix = tokenizer.prefix.tolist(), tokenizer.suffix.tolist()
    all_ids, rows, row = [], {}, 0
    for number, parts in enumerate(spans):
        for span in parts:
            if span.start == span.end:
                continue
            pieces = library_pieces(tokenizer, span.text)
            windows = windows_of(len(pieces), tokenizer.capacity)
            best = best_windows(windows)
            where = {}
            first = row
            for place, (start, end) in enumerate(windows):
                ids = [*prefix, *(piece[0] for piece in pieces[start:end]), *suffix]
                for piece in range(start, end):
                    if best[piece] == place:
                        where[piece] = row + len(prefix) + piece - start
                all_ids.append(ids)
                row += len(ids)
            assert sorted(where) == list(range(len(pieces)))
            for token in span:
                begin = token.idx - span.start_char
                end = begin + len(token.text)
                own = [i for i, (_, a, b) in enumerate(pieces) if max(a, begin) < min(b, end)]
                if own or gaps:
                    found = [where[i] for i in own]
                else:
                    before = 0
                    while before < len(pieces) and pieces[before][1] <= begin:
                        before += 1
                    found = [where[before - 1] if before else first + max(len(prefix) - 1, 0)]
                rows.setdefault((number, token.i), []).extend(found)
    per_token = [rows.get((n, i), []) for n, doc in enumerate(docs) for i in range(len(doc))]
    return all_ids, per_token
