"""Page furniture: the lines of a saved page that are not the story.

The article keeps its text as it was found; furniture is only left out of its passages. Rules look at
whole lines and are few and conservative: a line that might be the story stays. Web pages proper
come through an extractor, which does this with the page's structure at hand.
"""

from __future__ import annotations

import re

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


def without_furniture(text: str) -> list[tuple[int, int]]:
    """The story: spans (start, end) of `text` between its furniture lines, in order, empty ones left out."""
    spans, position = [], 0
    for start, end in [*furniture_lines(text), (len(text), len(text))]:
        if text[position:start].strip():
            spans.append((position, start))
        position = end
    return spans
