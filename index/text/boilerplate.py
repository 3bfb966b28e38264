"""Boilerplate: the lines of a saved page that are not the story.

An article keeps its text as it was found; boilerplate is only left out of its passages. Some lines
show themselves to be boilerplate ("Share this article"). Others are known by the corpus: an outlet
prints them under many stories.

Limits: the rules look at whole lines and are few, so a line that might be the story stays. The
lines' wording is English. Web pages come through an extractor, which uses the page's structure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.types import Listed

Spans = tuple[tuple[int, int], ...]

# A whole line that is one of these is boilerplate. Case does not matter.
_BOILERPLATE = re.compile(
    r"""
    (?: accessibility\ links?
      | skip\ to\ (?:main\ )?(?:content|navigation|search)          # Skip to main content
      | breaking\ news
      | ad | advertisements?
      | please\ wait
      | loading(?:\.\.\.|…)?                                        # Loading...
      | no\ media\ source\ currently\ available
      | embed | share | print | comments? | menu | search
      | (?:share|print|e-?mail|tweet|follow)                        # Share this article
        \ (?:this|on|us|via|with)\b .{0,60}
      | (?: see\ also
          | read\ (?:more|also|next) | also\ read
          | related(?:\ (?:articles?|stories|topics|content))?      # Related stories
          | watch(?:\ (?:now|live|more))?
          | more\ on\ this(?:\ story)?
          | recommended
        ) (?: \s*[:\-–|] .* )?                                      # See also: Leaders meet
      | (?:click|tap)\ (?:here|to)\ .{0,60}                         # Click here to read
      | (?:sign|log)\ (?:up|in)(?:\ .{0,80})?                       # Sign up for our newsletter
      | subscribe(?:\ .{0,80})?                                     # Subscribe now
      | newsletters?
      | \d{1,2}x\d{1,2}\ image                                      # 16x9 image
      | (?:enlarge|toggle|hide)\ (?:this\ )?                        # Enlarge this image
        (?:image|caption)(?:\ .{0,40})?
      | image\ source .{0,60}                                       # Image source, Example
      | getty\ images
      | (?:\d{1,2}:)?\d{1,2}:\d{2}                                  # 0:00 0:03:27, a player's
        (?: \s+ (?:/\s*)? (?:\d{1,2}:)?\d{1,2}:\d{2} )*
      | (?:https?://|www\.)\S+                                      # www.example.org
      | .{2,60} [’']s\ website\ can\ (?:also\ )?be\ accessed\ .{0,80}
      | (?:all\ rights\ reserved|©|\(c\)\s|copyright\b) .{0,120}    # © 2022 Example Media
      | (?:cookie|privacy)\ (?:policy|settings|notice)              # Privacy policy
      | terms\ (?:of\ (?:use|service)|and\ conditions)              # Terms of use
      | [A-Z][\w'’. ]{1,24}                                         # News / Asia / Our Choice
        (?: \s+/\s+ [A-Z][\w'’. ]{1,24} ){1,5}
      | [^\w\s]*                                                    # ###
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A line with one of these is boilerplate: what an outlet says of itself under every story.
_ABOUT_THE_OUTLET = re.compile(
    r"""
    journalists?\ report\ the\ news\ in\ \d+\ languages
  | ^(?:with\ )?(?:additional\ )?reporting\ (?:by|from)\ [^.]{0,200}\.?$  # With reporting by AP
  | ^source\s*:\s*[^.]{1,80}$                                             # Source: Example World
  | ^\w[\w’'\ .&-]{0,30}\ (?:news\ )?roku$                                # Example News Roku
    """,
    re.IGNORECASE | re.VERBOSE,
)
_READ = 400  # characters of a line that the patterns are given
_CAPTION = 30  # characters at least of a line that the next one repeats

# How many stories of an outlet a line must stand under to be boilerplate, and words of a line.
_STORIES, _STORIES_OF_A_PARAGRAPH = 4, 8
_FEWEST_WORDS, _FEWEST_WORDS_OF_A_FACT, _WORDS_OF_A_PARAGRAPH = 4, 8, 21


def boilerplate_lines(text: str) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the boilerplate lines, in order.

    The spans include line ends.
    """
    spans = []
    position = 0
    lines = text.splitlines(keepends=True)
    words = [" ".join(line.split()).lstrip("•*·- ") for line in lines]
    for line, here, following in zip(lines, words, [*words, ""][1:], strict=True):
        if _is_boilerplate(here, following):
            spans.append((position, position + len(line)))
        position += len(line)
    return spans


def without_boilerplate(text: str, more: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the story, in order.

    They lie between the text's boilerplate lines and the spans of `more`. Spans of white space are
    left out.
    """
    spans = []
    position = 0
    for start, end in [*sorted({*boilerplate_lines(text), *more}), (len(text), len(text))]:
        if text[position:start].strip():
            spans.append((position, start))
        position = max(position, end)
    return spans


def _is_boilerplate(line: str, following: str) -> bool:
    if not line:
        return False
    if len(line) >= _CAPTION and following.startswith(line):
        return True  # a caption given twice, often cut the first time
    head = line[:_READ]
    return bool(_BOILERPLATE.fullmatch(head) or _ABOUT_THE_OUTLET.search(head))


@dataclass(frozen=True, slots=True)
class Lines:
    """The longer lines of articles, row after row.

    It also says which of them their outlets repeat.
    """

    ends: NDArray[np.int64]  # (articles,): where an article's lines end
    spans: NDArray[np.int32]  # (lines, 2): start and end in the article's text
    hashes: NDArray[np.uint64]  # (lines,): of the outlet and the line's words
    paragraphs: NDArray[np.bool_]  # (lines,): whether a line is a whole paragraph
    repeated: NDArray[np.bool_]  # (lines,): whether it stands under many stories
    taken: NDArray[np.bool_]  # (articles,): whether its repeated lines are boilerplate

    def boilerplate(self) -> list[Spans]:
        """Return for each article the spans of its boilerplate."""
        found: list[Spans] = [()] * len(self.ends)
        for row in np.flatnonzero(self.taken).tolist():
            found[row] = self.repeated_in(row)
        return found

    def repeated_in(self, row: int) -> Spans:
        """Return the spans of an article's repeated lines."""
        lines = self.slice_of(row)
        return tuple(
            (start, end) for start, end in self.spans[lines][self.repeated[lines]].tolist()
        )

    def slice_of(self, row: int) -> slice:
        """Return the places of an article's lines."""
        start = self.ends[row - 1] if row else 0
        return slice(start, self.ends[row])


_NO_LINES = Lines(
    ends=np.empty(0, np.int64),
    spans=np.empty((0, 2), np.int32),
    hashes=np.empty(0, np.uint64),
    paragraphs=np.empty(0, np.bool_),
    repeated=np.empty(0, np.bool_),
    taken=np.empty(0, np.bool_),
)
_Columns = tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.bool_]]


def find_repeated_lines(
    articles: Sequence[Listed],
    before: Lines | None = None,
    places: Sequence[int] | None = None,
    done: Callable[[int], None] = lambda number: None,
) -> Lines:
    """Find the lines that an outlet prints under many stories.

    Newsletter prompts are such lines. Articles of one `story` count once, so a line of a story that
    was updated ten times stays. A paragraph must stand under more stories than a shorter line,
    since a story's own may be in a few pages. Short lines stay: they are headings ("What we know")
    or facts ("Incumbent: Ann Berg"). If nothing would be left of an article, nothing is taken from
    it.

    `places` gives for each article its row in `before`, an earlier result, or -1. The result is
    the same as without them, and sooner there. `done` is told how many were read.
    """
    if before is None or places is None:
        before, places = _NO_LINES, [-1] * len(articles)
    rows = []
    for number, (article, place) in enumerate(zip(articles, places, strict=True), 1):
        rows.append(_read_lines(article) if place < 0 else _columns(before, place))
        done(number)
    lengths = np.array([len(hashes) for _, hashes, _ in rows], dtype=np.int64)
    spans = np.concatenate([_NO_LINES.spans, *(spans for spans, _, _ in rows)])
    hashes = np.concatenate([_NO_LINES.hashes, *(hashes for _, hashes, _ in rows)])
    paragraphs = np.concatenate([_NO_LINES.paragraphs, *(flags for _, _, flags in rows)])
    repeated = _repeated(hashes, np.repeat(_story_numbers(articles), lengths), paragraphs)
    none = np.zeros(len(articles), dtype=bool)
    lines = Lines(np.cumsum(lengths), spans, hashes, paragraphs, repeated, taken=none)
    return replace(lines, taken=_taken(articles, lines, before, places))


def _columns(lines: Lines, row: int) -> _Columns:
    places = lines.slice_of(row)
    return lines.spans[places], lines.hashes[places], lines.paragraphs[places]


def _read_lines(article: Listed) -> _Columns:
    """Return spans, hashes, and whether each is a paragraph, of the lines long enough."""
    spans, hashes, paragraphs = [], [], []
    position = 0
    for line in article.text.splitlines(keepends=True):
        words = " ".join(line.casefold().split())
        count = words.count(" ") + 1
        if count >= (_FEWEST_WORDS_OF_A_FACT if ": " in words else _FEWEST_WORDS):
            key = repr((article.source, words)).encode()
            spans.append((position, position + len(line)))
            hashes.append(hashlib.blake2b(key, digest_size=8).digest())
            paragraphs.append(count >= _WORDS_OF_A_PARAGRAPH)
        position += len(line)
    return (
        np.array(spans, dtype=np.int32).reshape(-1, 2),
        np.frombuffer(b"".join(hashes), dtype=np.uint64),
        np.array(paragraphs, dtype=np.bool_),
    )


def _story_numbers(articles: Sequence[Listed]) -> NDArray[np.int64]:
    """Return the number of each article's story.

    An article of no known story is a story by itself.
    """
    numbers: dict[str, int] = {}
    found = []
    for article in articles:
        story = article.id if article.story is None else article.story
        found.append(numbers.setdefault(story, len(numbers)))
    return np.array(found, dtype=np.int64)


def _repeated(
    hashes: NDArray[np.uint64], stories: NDArray[np.int64], paragraphs: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each line stands under enough stories of its outlet."""
    if not len(hashes):
        return np.empty(0, np.bool_)
    order = np.lexsort((stories, hashes))
    first = np.ones(len(order), dtype=bool)  # a line counts once in a story
    first[1:] = (np.diff(hashes[order]) != 0) | (np.diff(stories[order]) != 0)
    values, counts = np.unique(hashes[order][first], return_counts=True)
    needed = np.where(paragraphs, _STORIES_OF_A_PARAGRAPH, _STORIES)
    found: NDArray[np.bool_] = counts[np.searchsorted(values, hashes)] >= needed
    return found


def _taken(
    articles: Sequence[Listed], lines: Lines, before: Lines, places: Sequence[int]
) -> NDArray[np.bool_]:
    """Whether something would be left of each article without its repeated lines."""
    taken = np.zeros(len(articles), dtype=bool)
    for row in np.unique(np.searchsorted(lines.ends, np.flatnonzero(lines.repeated), side="right")):
        place = places[row]
        if place >= 0 and lines.repeated_in(row) == before.repeated_in(place):
            taken[row] = before.taken[place]
        else:
            taken[row] = bool(without_boilerplate(articles[row].text, lines.repeated_in(row)))
    return taken
