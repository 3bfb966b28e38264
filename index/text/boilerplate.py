"""Boilerplate: the lines of a saved page that are not the story.

The article keeps its text as it was found; boilerplate is only left out of its passages. Rules look at
whole lines and are few and conservative: a line that might be the story stays. Web pages proper
come through an extractor, which does this with the page's structure at hand. Beside these rules the corpus
itself shows what an outlet prints under every story.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Article

# A whole line that is one of these is boilerplate. Case does not matter.
_BOILERPLATE = re.compile(
    r"""
      (?: accessibility\ links? | skip\ to\ (?:main\ )?(?:content|navigation|search) | breaking\ news | advertisement s? | ad
        | please\ wait | loading (?:\.\.\.|…)? | no\ media\ source\ currently\ available | embed | share | print | comments? | menu | search
        | (?:share|print|e-?mail|tweet|follow)\ (?:this|on|us|via|with)\b .{0,60}
        | (?:see\ also|read\ (?:more|also|next)|also\ read|related(?:\ (?:articles?|stories|topics|content))?
            |watch(?:\ (?:now|live|more))?|more\ on\ this(?:\ story)?|recommended) (?: \s*[:\-–|] .* )?
        | (?:click|tap)\ (?:here|to)\ .{0,60} | (?:sign|log)\ (?:up|in)(?:\ .{0,80})? | subscribe(?:\ .{0,80})? | newsletter s?
        | \d{1,2}x\d{1,2}\ image | (?:enlarge|toggle|hide)\ (?:this\ )?(?:image|caption)(?:\ .{0,40})? | image\ source .{0,60} | getty\ images
        | (?:\d{1,2}:)?\d{1,2}:\d{2} (?: \s+ (?:/\s*)? (?:\d{1,2}:)?\d{1,2}:\d{2} )*      # a player's timings
        | (?:https?://|www\.)\S+                                                          # a bare address
        | .{2,60} [’']s\ website\ can\ (?:also\ )?be\ accessed\ .{0,80}
        | (?:all\ rights\ reserved|©|\(c\)\s|copyright\b) .{0,120}
        | (?:cookie|privacy)\ (?:policy|settings|notice) | terms\ (?:of\ (?:use|service)|and\ conditions)
        | [A-Z][\w'’. ]{1,24} (?: \s+/\s+ [A-Z][\w'’. ]{1,24} ){1,5}                       # News / Russia / Editor's Choice
        | [^\w\s]*
      )
    """,
    re.IGNORECASE | re.VERBOSE,
)

_REPEATED, _FEWEST_WORDS, _FEWEST_WORDS_OF_A_FACT = 4, 4, 8  # stories; words of a line
_PARAGRAPH = 20  # words

# What an outlet says of itself under every story.
_ABOUT_THE_OUTLET = re.compile(
    r"journalists? report the news in \d+ languages"
    r"|^(?:with )?(?:additional )?reporting (?:by|from) [^.]{0,200}\.?$"
    r"|^source\s*:\s*[^.]{1,80}$"
    r"|^\w[\w’' .&-]{0,30} (?:news )?roku$",
    re.IGNORECASE,
)


def boilerplate_lines(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the lines of `text` that are boilerplate, line ends included, in order."""
    spans, position = [], 0
    lines = text.splitlines(keepends=True)
    bare = [" ".join(line.split()).lstrip("•*·- ") for line in lines]
    for number, (line, words) in enumerate(zip(lines, bare, strict=True)):
        following = bare[number + 1] if number + 1 < len(bare) else ""
        repeated = len(words) >= 30 and following.startswith(
            words
        )  # a caption given twice, often cut the first time
        if words and (
            repeated or _BOILERPLATE.fullmatch(words[:400]) or _ABOUT_THE_OUTLET.search(words[:400])
        ):
            spans.append((position, position + len(line)))
        position += len(line)
    return spans


def without_boilerplate(text: str, more: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The story: spans (start, end) of `text` between its boilerplate lines and those of `more`, in order, empty ones left out."""
    spans, position = [], 0
    for start, end in [*sorted({*boilerplate_lines(text), *more}), (len(text), len(text))]:
        if text[position:start].strip():
            spans.append((position, start))
        position = max(position, end)
    return spans


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of articles that are long enough to be told apart, one article after the other, and which their outlets repeat."""

    ends: NDArray[np.int64]  # (articles,): where an article's lines end
    spans: NDArray[np.int32]  # (lines, 2): start and end in the article's text
    hashes: NDArray[np.uint64]  # of the outlet and the line's words
    paragraphs: NDArray[np.bool_]
    repeated: NDArray[np.bool_]
    taken: NDArray[
        np.bool_
    ]  # (articles,): whether the repeated lines are boilerplate: not where nothing would be left

    def boilerplate(self) -> list[tuple[tuple[int, int], ...]]:
        """For each article the spans of its repeated lines."""
        begins = np.concatenate([[0], self.ends])
        found: list[tuple[tuple[int, int], ...]] = [()] * len(self.ends)
        for row in np.flatnonzero(self.taken):
            some = slice(begins[row], begins[row + 1])
            found[row] = tuple(
                (start, end) for start, end in self.spans[some][self.repeated[some]].tolist()
            )
        return found


def repeated_lines(articles: Sequence[Article]) -> list[tuple[tuple[int, int], ...]]:
    """For each article the lines, as spans, that its outlet prints under at least four stories: newsletter prompts, lines about authors.

    A paragraph must stand under eight: one of the story itself may be in a few pages that are no near-copies.

    Near-copies (`Article.story`) count once, so a paragraph of a story that was updated ten times stays. Lines of fewer than four words
    stay too, they are headings more often than boilerplate, and short facts ("Incumbent: Ann Berg, Democrat"). Where nothing would be left of an article, nothing is taken.
    """
    return find_repeated_lines(articles).boilerplate()


def find_repeated_lines(
    articles: Sequence[Article], before: Lines | None = None, places: Sequence[int] | None = None
) -> Lines:
    """The lines of the articles, `repeated_lines` told. `places` gives for each its row in the lines `before`, or -1: the result is the same as without."""
    if before is None or places is None:
        before, places = _NONE, [-1] * len(articles)
    begins = np.concatenate([[0], before.ends])
    old = list(
        zip(
            *(
                np.split(flat, before.ends[:-1])
                for flat in (before.spans, before.hashes, before.paragraphs)
            ),
            strict=True,
        )
    )
    rows = [
        old[place] if place >= 0 else _read(article)
        for article, place in zip(articles, places, strict=True)
    ]
    lengths = np.array([len(hashes) for _, hashes, _ in rows], dtype=np.int64)
    spans, hashes, paragraphs = (
        np.concatenate([getattr(_NONE, name), *(row[column] for row in rows)])
        for column, name in enumerate(("spans", "hashes", "paragraphs"))
    )
    numbers: dict[str, int] = {}
    stories = np.repeat(
        [numbers.setdefault(article.story or article.id, len(numbers)) for article in articles],
        lengths,
    )
    order = np.lexsort((stories, hashes))
    distinct = np.ones(len(order), dtype=bool)  # a line within a story, once
    distinct[1:] = (np.diff(hashes[order]) != 0) | (np.diff(stories[order]) != 0)
    values, counts = np.unique(hashes[order][distinct], return_counts=True)
    repeated = (
        counts[np.searchsorted(values, hashes)] >= np.where(paragraphs, 2 * _REPEATED, _REPEATED)
        if len(values)
        else np.empty(0, bool)
    )

    ends, taken = np.cumsum(lengths), np.zeros(len(articles), dtype=bool)
    for row in np.unique(np.searchsorted(ends, np.flatnonzero(repeated), side="right")):
        article, place, some = (
            articles[row],
            places[row],
            slice(ends[row] - lengths[row], ends[row]),
        )
        if (
            place >= 0
            and before.repeated[begins[place] : begins[place + 1]].tobytes()
            == repeated[some].tobytes()
        ):
            taken[row] = before.taken[place]
        else:
            taken[row] = bool(
                without_boilerplate(
                    article.text,
                    [(start, end) for start, end in spans[some][repeated[some]].tolist()],
                )
            )
    return Lines(ends, spans, hashes, paragraphs, repeated, taken)


_NONE = Lines(
    np.empty(0, np.int64),
    np.empty((0, 2), np.int32),
    np.empty(0, np.uint64),
    np.empty(0, np.bool_),
    np.empty(0, np.bool_),
    np.empty(0, np.bool_),
)


def _read(article: Article) -> tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.bool_]]:
    """Spans, hashes and whether each is a paragraph, of the lines that are long enough."""
    spans, hashes, paragraphs, position = [], [], [], 0
    for line in article.text.splitlines(keepends=True):
        words = " ".join(line.casefold().split())
        if words.count(" ") >= (_FEWEST_WORDS_OF_A_FACT if ": " in words else _FEWEST_WORDS) - 1:
            spans.append((position, position + len(line)))
            hashes.append(
                hashlib.blake2b(repr((article.source, words)).encode(), digest_size=8).digest()
            )
            paragraphs.append(words.count(" ") >= _PARAGRAPH)
        position += len(line)
    return (
        np.array(spans, dtype=np.int32).reshape(-1, 2),
        np.frombuffer(b"".join(hashes), dtype=np.uint64),
        np.array(paragraphs, dtype=np.bool_),
    )
