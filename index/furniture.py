"""Page furniture: the lines of a saved page that are not the story.

The article keeps its text as it was found; furniture is only left out of its passages. Rules look at
whole lines and are few and conservative: a line that might be the story stays. Web pages proper
come through an extractor, which does this with the page's structure at hand. Beside these rules the corpus
itself shows what an outlet prints under every story.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from index.types import Article

# A whole line that is one of these is furniture. Case does not matter.
_FURNITURE = re.compile(
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


def furniture_lines(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the lines of `text` that are page furniture, line ends included, in order."""
    spans, position = [], 0
    lines = text.splitlines(keepends=True)
    bare = [" ".join(line.split()).lstrip("•*·- ") for line in lines]
    for number, (line, words) in enumerate(zip(lines, bare, strict=True)):
        following = bare[number + 1] if number + 1 < len(bare) else ""
        repeated = len(words) >= 30 and following.startswith(words)  # a caption given twice, often cut the first time
        if words and (repeated or _FURNITURE.fullmatch(words[:400]) or _ABOUT_THE_OUTLET.search(words[:400])):
            spans.append((position, position + len(line)))
        position += len(line)
    return spans


def without_furniture(text: str, more: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The story: spans (start, end) of `text` between its furniture lines and those of `more`, in order, empty ones left out."""
    spans, position = [], 0
    for start, end in [*sorted({*furniture_lines(text), *more}), (len(text), len(text))]:
        if text[position:start].strip():
            spans.append((position, start))
        position = max(position, end)
    return spans


def repeated_lines(articles: Sequence[Article]) -> list[tuple[tuple[int, int], ...]]:
    """For each article the lines, as spans, that its outlet prints under at least four stories: newsletter prompts, lines about authors.

    A paragraph must stand under eight: one of the story itself may be in a few pages that are no near-copies.

    Near-copies (`Article.story`) count once, so a paragraph of a story that was updated ten times stays. Lines of fewer than four words
    stay too, they are headings more often than furniture, and short facts ("Incumbent: Ann Berg, Democrat"). Where nothing would be left of an article, nothing is taken.
    """
    printed: dict[tuple[str | None, str], set[str | None]] = defaultdict(set)
    for article in articles:
        for _, _, words in _lines(article.text):
            printed[article.source, words].add(article.story or article.id)
    found = []
    for article in articles:
        spans = tuple(
            (start, end)
            for start, end, words in _lines(article.text)
            if len(printed[article.source, words]) >= (_REPEATED if words.count(" ") < _PARAGRAPH else 2 * _REPEATED)
        )
        found.append(spans if without_furniture(article.text, spans) else ())
    return found


def _lines(text: str) -> list[tuple[int, int, str]]:
    """(start, end, words) of the lines that are long enough."""
    lines, position = [], 0
    for line in text.splitlines(keepends=True):
        words = " ".join(line.casefold().split())
        if words.count(" ") >= (_FEWEST_WORDS_OF_A_FACT if ": " in words else _FEWEST_WORDS) - 1:
            lines.append((position, position + len(line), words))
        position += len(line)
    return lines
