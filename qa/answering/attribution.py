"""The speaker that a sentence names, as a slice of the sentence.

Rules on the words, no parser: "according to X", "X said ...", "..., said X", "X told Y ...". What
stands in the speaker's own part of the sentence is the outlet's. Limits: English; a speaker named
only in an earlier sentence is found as "he" or "they".
"""

from __future__ import annotations

import re

Place = tuple[int, int]

_VERBS = """said says say saying told tells added adds accused accuses warned warns announced
    announces confirmed confirms denied denies argued argues stated insisted insists quipped joked
    responded answered reported reports wrote writes tweeted predicted predicts estimated estimates
    acknowledged admitted alleged alleges charged complained declared explained noted remarked
    replied agreed agrees continued continues advised advises stressed suggested suggests testified
    vowed promised pledged posted conceded contended cautioned revealed concluded found believes
    believe thinks held maintains maintained""".split()

# The pieces below are verbose patterns: white space in them does not count.
_PARTICLES = r"(?:of|the|de|del|da|di|van|von|der|al|el|bin|ibn|la|le|du|for|and)"
_PROPER = rf"""  # Ursula von der Leyen
    [A-Z][\w’'.&-]*
    (?:\s(?:{_PARTICLES}\s){{0,2}}[A-Z][\w’'.&-]*){{0,6}}
"""
_NO_ROLE = "with|in|from|on|by|to|as|after|before|that|who|which|when|while|because|but|and"
_ROLE = rf"(?:(?!(?:{_NO_ROLE})\b)[a-z][\w’'-]*\s){{1,4}}"  # defence minister
_PRONOUN = r"(?:[Hh]e|[Ss]he|[Tt]hey)"
_PEOPLE = r"""  # two senior officials in Kyiv
    (?:[A-Za-z][\w’'-]*\s){0,4}?
    (?i:
        officials? | police | authorities | experts? | scientists? | researchers? | prosecutors?
      | lawyers? | attorneys? | investigators? | analysts? | economists?
      | spokes(?:man|woman|person|people) | ministry | minister | department | agency | report
      | study | statement | sources? | company | office | government | president | governor
      | mayor | council | court | witness(?:es)? | residents? | family | critics | leaders?
      | lawmakers? | doctors? | firefighters | organi[sz]ers
    )
    (?:\s(?:for|of|at|from|in|with)\s(?:[\w’'.-]+\s){0,3}?[\w’'.-]+)?
"""
_NO_DESCRIPTION = """that|who|which|had|has|have|not|it|is|are|was|were|be|been|and|or|to|in|on|at|
    but|as|by|other|same|also|later|then|previously|earlier|would|will|did|does|when|while|because|
    after|before|with|of|for|from|said|says|told|he|she|they"""
_WORD = rf"(?!(?:{_NO_DESCRIPTION})\b)[\w’'.-]+"
_THING = rf"""  # after "the": former editor of the magazine
    (?:{_WORD}\s(?:(?:of|for|from)\s(?:the\s)?)?){{0,4}}?{_WORD}
"""
_SPEAKER = rf"""(?P<speaker>
      (?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Aa]n?)\s
        (?:(?:{_ROLE})?{_PROPER}|{_PEOPLE}|{_THING}
        )
    | {_PRONOUN}
    | {_PEOPLE}
    | (?:{_ROLE})?{_PROPER}
        (?:\s(?=[a-z]){_WORD}){{0,2}}
        (?:\s{_PROPER}
        )?
    )"""
_ADVERBS = "also|later|then|previously|earlier|recently|repeatedly|publicly|already"
_VERB = rf"""
    (?:(?:has|have|had|{_ADVERBS}|would|will|did)\s){{0,2}}
    (?:
      (?:{"|".join(_VERBS)})\b
    | claim(?:s|ed)?\b(?!\s(?:[\w,]+\s){{0,4}}(?:lives|victims)\b)       # not "claimed two lives"
    | call(?:s|ed)\b(?=\s(?:the|it|him|her|them|his|its|their|this|that|for|on)\b)
    )
"""
_ASIDE = r"(?:,\s[^,]{2,90},|\s\([^)]{2,60}\))?"  # ", a doctor in Nes,"

_ACCORDING = re.compile(  # according to the mayor of Nes,
    r"""\b(?:[Aa]ccording\ to|[Ii]n\ the\ words\ of)\s
    (?P<speaker>[^,;:.”"]{1,90}?(?:\b[A-Z]\.[^,;:.”"]{1,60}?)?)
    (?=[,;:”"]|\.(?:\s|$)|$|\s(?:who|which|that|said|adding)\b)""",
    re.VERBOSE,
)
_BEFORE = re.compile(  # the mayor said
    rf"""(?:^|(?<=[\s“"(])){_SPEAKER}{_ASIDE}\s{_VERB}""", re.VERBOSE
)
_INVERTED = re.compile(rf"""(?:[,”"])\s{_VERB}\s{_SPEAKER}""", re.VERBOSE)  # , said the mayor
_CLOSING = re.compile(  # , the mayor said
    rf"""(?:[,”"])\s{_SPEAKER}{_ASIDE}\s{_VERB}""", re.VERBOSE
)
_CLOSED = (
    re.compile(  # what may follow "X said" if that closes what was said: a comma, a time, a place
        r"""(?:\s(?:reporters|journalists|lawmakers|investors|viewers|the\s\w+|us|me)\b)?
    \s*(?:
      [.,;)] | $
    | (?:
        on|in|at|to|during|late|early|last|this|by|from|via|earlier|later|again|yesterday
      | Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|[A-Z]
      )\w*
    )""",
        re.VERBOSE,
    )
)
_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?")
_GOES_ON = re.compile(  # : "...
    r"""\s*[,:]?\s*(?:adding\b.{0,3})?\s*[“"] | \s*,\s(?:adding|noting|warning)\b""", re.VERBOSE
)
_CONJUNCTION = re.compile(r"(?:So|But|And|Then|Yet|Meanwhile|Still|However),?\s")
_REACH = 400  # characters to each side of the span


def speaker_of(sentence: str, start: int, end: int) -> Place | None:
    """Return where the sentence names the speaker of sentence[start:end].

    Returns None if it names nobody. "According to X" covers the whole sentence, "X said" what
    follows it, and "..., X said" at the end what stands before it. Nothing inside a speaker's own
    name or description is theirs.
    """
    cut = max(0, start - _REACH)  # a "sentence" without end is no sentence
    place = _speaker(sentence[cut : end + _REACH], start - cut, end - cut)
    return None if place is None else (place[0] + cut, place[1] + cut)


def _speaker(sentence: str, start: int, end: int) -> Place | None:
    quotations = [match.span() for match in _QUOTED.finditer(sentence)]
    for match in _by_outlet(_ACCORDING, sentence, quotations):
        place = _trimmed(sentence, *match.span("speaker"))
        if not _overlap(place, (start, end)):
            return place
    return _speaker_before(sentence, start, quotations) or _speaker_after(sentence, end, quotations)


def _by_outlet(
    pattern: re.Pattern[str], sentence: str, quotations: list[Place]
) -> list[re.Match[str]]:
    """Return the matches that the outlet itself writes.

    In a quotation "I said" is the speaker's own.
    """
    return [
        match
        for match in pattern.finditer(sentence)
        if not any(_overlap(match.span("speaker"), quotation) for quotation in quotations)
    ]


def _speaker_before(sentence: str, start: int, quotations: list[Place]) -> Place | None:
    openings = [
        match
        for match in _by_outlet(_BEFORE, sentence, quotations)
        if match.end() <= start and _opens(sentence, match)
    ]
    named = [match for match in openings if not re.fullmatch(_PRONOUN, match["speaker"])]
    if named:  # "Ann Berg said she believes that ...": she is Ann Berg
        openings = named
    if not openings:
        return None
    return _trimmed(sentence, *openings[-1].span("speaker"))


def _speaker_after(sentence: str, end: int, quotations: list[Place]) -> Place | None:
    closings = [
        match
        for match in _by_outlet(_CLOSING, sentence, quotations)
        if _CLOSED.match(sentence, match.end())
    ]
    found = [*_by_outlet(_INVERTED, sentence, quotations), *closings]
    for match in sorted(found, key=lambda match: match.start()):
        if match.start("speaker") >= end:
            return _trimmed(sentence, *match.span("speaker"))
    return None


def _opens(sentence: str, match: re.Match[str]) -> bool:
    """Whether what is said follows "X said", rather than standing before it."""
    after, before = sentence[match.end() :], sentence[: match.start()].rstrip()
    if _GOES_ON.match(after):
        return True
    if before.endswith(",") and after.lstrip().startswith(","):
        return True  # "needs work, she said, between ..."
    return not re.match(r"\s*[,.;]", after) and before[-1:] not in ("”", '"')


def _trimmed(sentence: str, start: int, end: int) -> Place:
    """Return the place without a conjunction before it or a mark after it.

    The mark is a comma, a semicolon, a colon, or the sentence's full stop.
    """
    opening = _CONJUNCTION.match(sentence, start, end)
    if opening is not None:
        start = opening.end()
    while end > start and _is_tail(sentence, end):
        end -= 1
    return start, end


def _is_tail(sentence: str, end: int) -> bool:
    last = sentence[end - 1]
    return last in ",;:" or (last == "." and end == len(sentence))


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]
