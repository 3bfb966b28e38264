"""A page of the web put in order before its story is looked for.

Banners that ask for consent go. An `<aside>` that holds the story becomes a plain part of the page.
Each row of a table of data becomes a line of its cells ("Norddal | 1,204 | 988"). A table that lays
out the page becomes plain parts. A `<div>` of a story that holds a sentence becomes a paragraph.
The updates of a live report become one story. What its author deleted (`<del>`) goes.
"""

from __future__ import annotations

import re
from typing import Any

from index.corpus.loaders.markup import line_of_cells

_CONSENT_NAME = re.compile(
    r"cookie|consent|gdpr|onetrust|didomi|usercentrics|truste|privacy|\bcmp\b", re.IGNORECASE
)
_CONSENT_WORDS = re.compile(r"\b(?:cookies?|consent|privacy|partners|personal data)\b", re.I)
_FEWEST_CONSENT_WORDS = 2
_CONSENT_ASKED = re.compile(
    r"""
    \b(?: we\ (?:and\ our\ (?:\d+\ )?partners\ )?(?:use|store|process)\b [^.]{0,40} \bcookies
      | (?:we\ and\ )?our\ (?:\d+\ )?partners | we\ value\ your\ privacy    # our 843 partners
      | accept\ (?:all|cookies) | reject\ all | manage\ (?:cookies|consent|preferences)
      | your\ (?:consent|agreement|privacy\ choices) | privacy\ policy
      | this\ (?:web)?site\ uses\ cookies | cookies\ or\ similar\ technologies
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WORDS_A_PHRASE = 25  # of a banner: the fewer, the surer
_PARTS = "//div | //section | //aside | //form | //dialog"
_STORIES = ".//h1 | .//article | .//main | .//*[@itemprop='articleBody']"
_IN_STORY = "ancestor::article | ancestor::main"
_OTHER_NAMES = "footer related recommended most-read trending more-stories weather masthead".split()
_BESIDE = "//aside | //header[not(ancestor::article or ancestor::main)]"
_BESIDE += " | //*[contains(concat(@id, ' ', @class), 'comment')]"
_DAYS = ".//time | .//*[contains(concat(@id, ' ', @class), 'date')]"
_OTHERS = "//footer[not(ancestor::article)] | " + " | ".join(
    f"//*[self::div or self::section or self::aside or self::ul]"
    f"[contains(concat(@id, ' ', @class), '{name}')]"
    for name in _OTHER_NAMES
)
_UPDATES = "//*[self::article or self::div or self::section][not(ancestor::aside)]"
_UPDATES_WITHIN = ".//article | .//li"
_HEADING = "./descendant::*[self::h2 or self::h3 or self::h4]"
_LEADS_AWAY = "(ancestor::a | .//a)[@href and not(starts-with(@href, '#'))]"
_NO_UPDATE = re.compile(
    r"comment|related|teaser|card|promo|recommend|sidebar|widget|foot|menu", re.IGNORECASE
)
_ELSEWHERE = "nav footer header form button script style noscript".split()
_BLOCKS = ".//div | .//p | .//ul | .//ol | .//dl | .//table | .//blockquote | .//pre | .//figure"
_SENTENCE = re.compile(r"^(?:\S+\s+){7}.*[.!?][\"”’')]?$", re.DOTALL)  # eight words or more
_LONGEST_CELL = 300  # characters: a longer cell is a part of the page's layout
_IS_LONG = f"string-length(normalize-space()) > {_LONGEST_CELL}"
_BEGINNING = 60  # characters by which a paragraph is known


def put_in_order(tree: Any) -> None:
    """Change a page so that its story can be found."""
    _remove_banners(tree)
    _free_stories(tree)
    _join_updates(tree)
    _remove_deleted(tree)
    _remove_other_days(tree)
    _mark_paragraphs(tree)
    _flatten_tables(tree)


def share_left_out(tree: Any, story: str) -> float:
    """Return the share of the words in a page's paragraphs that are not in its story."""
    known = _letters(story)
    total = missing = 0
    for paragraph in _paragraphs(tree):
        words = len(paragraph.split())
        total += words
        if _letters(paragraph)[:_BEGINNING] not in known:
            missing += words
    return missing / max(1, total)


def _remove_banners(tree: Any) -> None:
    for part in tree.xpath(_PARTS):
        if part.getparent() is None or part.xpath(_STORIES):
            continue
        names = " ".join(part.get(name, "") for name in ("id", "class", "aria-label"))
        words = part.text_content()
        if _CONSENT_NAME.search(names):
            banner = len(_CONSENT_WORDS.findall(words)) >= _FEWEST_CONSENT_WORDS
        else:
            banner = _asks_for_consent(words) and not part.xpath(_IN_STORY)
        if banner:
            part.drop_tree()


def _remove_other_days(tree: Any) -> None:
    """Take out what has days that are not the story's.

    Feet of the page and lists of other stories go; of heads, asides and comments their days.
    """
    for part in tree.xpath(_OTHERS):
        if part.getparent() is not None and not part.xpath(_STORIES):
            part.drop_tree()
    for part in tree.xpath(_BESIDE):
        for day in [] if part.xpath(_STORIES) else part.xpath(_DAYS):
            if day.getparent() is not None:
                day.drop_tree()


def _asks_for_consent(words: str) -> bool:
    """Tell whether most of some words ask their reader for consent."""
    asked = len(_CONSENT_ASKED.findall(words))
    return asked >= _FEWEST_CONSENT_WORDS and _WORDS_A_PHRASE * asked >= len(words.split())


def _free_stories(tree: Any) -> None:
    """Make an `<aside>` with the heading or most of the words a plain part."""
    whole = sum(map(len, _paragraphs(tree)))
    for aside in tree.xpath("//aside"):
        own = sum(map(len, _paragraphs(aside)))
        if aside.xpath(_STORIES) or own > whole / 2:
            aside.tag = "div"


def _join_updates(tree: Any) -> None:
    """Make one story of parts that follow each other, each with its heading and words.

    So is a live report written. Teasers are other stories: their headings lead to a page.
    """
    groups: dict[tuple[Any, str, str], list[Any]] = {}
    for part in tree.xpath(_UPDATES):
        names = part.get("class", "")
        if (
            part.getparent() is not None
            and (names or part.tag == "article")
            and not _NO_UPDATE.search(names + part.get("id", ""))
        ):
            groups.setdefault((part.getparent(), part.tag, names), []).append(part)
    for (parent, _, _), parts in groups.items():
        around = parent.xpath("(ancestor-or-self::main | ancestor-or-self::article)[last()]")
        if len(parts) < 2 or not around or not all(map(_is_update, parts)):
            continue
        for part in parts:
            part.tag = "div"
            part.attrib.clear()
        around[0].tag = "article"
        for other in around[0].xpath(_UPDATES_WITHIN):
            if _is_teaser(other):
                other.tag = "aside"


def _is_update(part: Any) -> bool:
    """Tell whether a part has a heading of its own, and a sentence."""
    if not part.xpath(_HEADING) or _is_teaser(part):
        return False
    return any(_SENTENCE.search(words) for words in _paragraphs(part))


def _is_teaser(part: Any) -> bool:
    """Tell whether the heading of a part leads to another page."""
    return any(heading.xpath(_LEADS_AWAY) for heading in part.xpath(_HEADING))


def _remove_deleted(tree: Any) -> None:
    for part in tree.xpath("//del"):
        part.drop_tree()


def _mark_paragraphs(tree: Any) -> None:
    """Make paragraphs of a story's divisions that hold a sentence alone."""
    for part in tree.xpath("//article//div | //main//div | //*[@itemprop='articleBody']//div"):
        if part.xpath(_BLOCKS) or part.xpath("ancestor::table | ancestor::aside"):
            continue
        if _SENTENCE.search(part.text_content().strip()):
            part.tag = "p"


def _flatten_tables(tree: Any) -> None:
    """Make lines of the tables of data, and plain parts of those of the layout."""
    for table in tree.xpath("//table[not(.//table)]"):
        rows = table.xpath(".//tr")
        cells = table.xpath(".//td | .//th")
        if len(cells) <= len(rows) or max(_length(cell) for cell in cells) > _LONGEST_CELL:
            continue
        lines = [line_of_cells(row) for row in rows]
        tail = table.tail
        captions = [" ".join(caption.text_content().split()) for caption in table.xpath("caption")]
        table.clear()
        table.tag, table.tail = "div", tail
        for line in filter(None, captions + lines):
            paragraph = table.makeelement("p")
            paragraph.text = line
            table.append(paragraph)
    for part in tree.xpath(f"//table[.//*[self::td or self::th][{_IS_LONG}]]"):
        for inner in part.iter("table", "tbody", "thead", "tr", "td", "th"):
            inner.tag = "div"


def _paragraphs(tree: Any) -> list[str]:
    """Return the words of each paragraph outside menus and forms."""
    outside = "".join(f"[not(ancestor::{name})]" for name in _ELSEWHERE)
    found = (" ".join(one.text_content().split()) for one in tree.xpath(f".//p{outside}"))
    return [words for words in found if words]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _length(cell: Any) -> int:
    return len(cell.text_content())
