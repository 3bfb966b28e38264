"""Dateline for Python: the names that most programs need.

import dateline
dateline.build("articles", "var/index")
archive = dateline.open("var/index")
archive.ask("who brokered the truce?").answers[0].text

More is in the packages `qa` (asking) and `index` (building).
"""

import sys

from index import Article, DatelineError, build
from qa import Archive, Reply, __version__, ask, open, retrieve
from qa.cli import main

__all__ = [
    "Archive",
    "Article",
    "DatelineError",
    "Reply",
    "__version__",
    "ask",
    "build",
    "open",
    "retrieve",
]

if __name__ == "__main__":
    sys.exit(main())
