"""What the page corrects of an article: its title, outlet and day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.corpus.corrections import FILE, Fields, save_correction
from index.types import Article, DatelineError
from qa.web.article_files import typed_day
from qa.web.corpus_files import Change, find_file, restorer
from qa.web.markup import title_of

LONGEST = 300  # characters of a title or an outlet


def shown_fields(article: Article) -> dict[str, str]:
    """Return what the page shows of an article, as the boxes have it."""
    day = "" if article.published is None else article.published.isoformat()
    return {"title": title_of(article), "source": article.source or "", "published": day}


def changed_fields(article: Article, title: str, source: str, published: str) -> Fields:
    """Return the fields that were typed anew; an empty one is not known.

    Raises DatelineError for a bad day, too long a text, and no change.
    """
    day = typed_day(published.strip())
    typed = {
        "title": " ".join(title.split()),
        "source": " ".join(source.split()),
        "published": "" if day is None else day.isoformat(),
    }
    longest = max(map(len, typed.values()))
    if longest > LONGEST:
        raise DatelineError(f"expected at most {LONGEST} characters, found {longest:,}")
    shown = shown_fields(article)
    changed: Fields = {name: value or None for name, value in typed.items() if value != shown[name]}
    if not changed:
        raise DatelineError("expected another title, outlet or date, found those of before")
    return changed


def correct(article: Article, fields: Fields, corpora: Sequence[Path]) -> Change:
    """Keep a correction in the folder that the article's file lies in."""
    return _changed(article, fields, corpora, (f"{article.path}: corrected",))


def forget(article: Article, corpora: Sequence[Path]) -> Change:
    """Forget the correction of an article, if there is one."""
    return _changed(article, None, corpora, ())


def _changed(
    article: Article, fields: Fields | None, corpora: Sequence[Path], notes: tuple[str, ...]
) -> Change:
    folders = [corpus for corpus in corpora if corpus.is_dir()]
    if not folders:
        raise DatelineError(
            "expected a folder of articles, found single files; serve the page with their folder"
        )
    own = next((one for one in folders if find_file(article, [one]) is not None), folders[0])
    undo = restorer(own / FILE)
    save_correction(own, article.id, fields)
    return Change(notes, undo)
