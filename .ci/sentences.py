"""List the sentences of the documents that are too long; a test runs this.

    .venv/bin/python .ci/sentences.py                 (README, docs/ and the documents beside it)
    .venv/bin/python .ci/sentences.py docs/speed.md   (these alone)

A sentence ends at a full stop, a question or exclamation mark, or with its paragraph or its item
of a list. In a cell of a table a comma or semicolon ends it too, since cells enumerate. A piece of
code counts as one word, and blocks of code do not count.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md")
MOST_WORDS = 25
_END = re.compile(r"(?<=[.!?])[”\")\]]*\s+(?=[“\"(]?[A-Z0-9*\x00])")
_END_IN_CELL = re.compile(_END.pattern + r"|[,;] ")
_WORD = re.compile(r"\S*[^\W_]\S*|\x00\S*")
_TEXTS = {"text": None, "code_inline": "\x00", "softbreak": " ", "hardbreak": " "}


def long_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a page that have more words than they may."""
    in_cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in ("td_open", "td_close"):
            in_cell = token.type == "td_open"
        parts = []
        for child in token.children or ():
            kept = _TEXTS.get(child.type, "")
            parts.append(child.content if kept is None else kept)
        end = _END_IN_CELL if in_cell else _END
        for sentence in end.split("".join(parts)):
            if len(_WORD.findall(sentence)) > MOST_WORDS:
                yield sentence.replace("\x00", "`code`").strip()


def main(names: list[str]) -> int:
    """Print each long sentence after its page; return 1 if there is one."""
    pages = [Path(name) for name in names]
    if not pages:
        pages = [page for pattern in DOCUMENTS for page in sorted(ROOT.glob(pattern))]
    found = 0
    for page in pages:
        for sentence in long_sentences(page.read_text(encoding="utf-8")):
            found += 1
            print(f"{page.name}: {len(_WORD.findall(sentence))} words: {sentence}")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
