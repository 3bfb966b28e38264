"""Pages of the web: the story is found, in its charset, and no day is guessed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from index.corpus.loaders.pages import page as loaders_page
from tests.index.corpus import samples
from tests.index.corpus.test_loaders import loaded

BANNER = "<p>We and our partners store cookies on a device and process personal data number {}.</p>"
CONSENT = f"<div id='consent' class='cookie-banner'>{''.join(map(BANNER.format, range(30)))}</div>"


def page(head: str = "", above: str = "", story: str = samples.MARKED) -> str:
    return (
        f"<!doctype html><html><head><title>T</title>{head}</head><body>{above}"
        f"<article><h1>{samples.TITLE}</h1>{story}</article></body></html>"
    )


def read(folder: Path, html: str | bytes) -> tuple[str, list[str]]:
    """Return the text of a page, and the notes on it."""
    if isinstance(html, str):
        html = html.encode()
    (folder / "a.html").write_bytes(html)
    articles, skipped, notes = loaded(folder)
    assert not skipped
    return articles["a.html"].text, [note.text for note in notes]


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        ("<meta charset='iso-8859-1'>", "cp1252"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=latin1'>", "cp1252"),
        ("<meta charset=windows-1251>", "cp1251"),
        ("<meta charset='utf-8'>", "utf-8"),
        ("<meta charset='utf-16'>", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_a_page_is_read_in_the_charset_that_it_declares(
    tmp_path: Path, head: str, charset: str
) -> None:
    said = "It costs €4 – “too much”, the mayor of the town told the council on Friday."
    text, notes = read(tmp_path, page(head, story=f"{samples.MARKED}<p>{said}</p>").encode(charset))
    assert said in text
    assert notes == []


def test_a_page_of_xhtml_may_declare_its_charset_first(tmp_path: Path) -> None:
    html = "<?xml version='1.0' encoding='iso-8859-1'?>" + page(story=samples.MARKED + "<p>€4</p>")
    (tmp_path / "a.xhtml").write_bytes(html.encode("cp1252"))
    assert "€4" in loaded(tmp_path)[0]["a.xhtml"].text


def test_a_longer_banner_is_not_the_story(tmp_path: Path) -> None:
    text, notes = read(tmp_path, page(above=CONSENT))
    assert samples.PARAGRAPHS[0] in text
    assert "cookies" not in text
    assert notes == []


@pytest.mark.parametrize(
    "attributes",
    ["role='dialog' aria-label='Cookie consent'", "id='sp_message_container_7'", "class='modal'"],
)
def test_a_banner_is_known_by_its_label_or_its_words(tmp_path: Path, attributes: str) -> None:
    asked = "<p>With your agreement, we and our 843 partners use cookies or similar ones.</p>" * 20
    banner = f"<div {attributes}><h2>Before you go on</h2>{asked}<button>Accept all</button></div>"
    text, _ = read(tmp_path, page(above=banner))
    assert samples.PARAGRAPHS[0] in text
    assert "843" not in text


def test_a_story_that_quotes_a_banner_keeps_it(tmp_path: Path) -> None:
    quoted = "“We and our partners use cookies”, says the site of the town; “Accept all” is green."
    text, _ = read(tmp_path, page(story=f"<div><p>{quoted}</p></div>{samples.MARKED}"))
    assert quoted in text


def test_a_charset_far_down_a_head_is_declared(tmp_path: Path) -> None:
    head = f"<script>{'x' * 9_000}</script><meta charset=windows-1251>"
    said = "Мэр сказал в пятницу, что мост закроют на 14 дней."
    text, notes = read(tmp_path, page(head, story=f"<p>{said}</p>" * 3).encode("cp1251"))
    assert said in text
    assert notes == []


def test_elements_of_a_page_do_not_count_when_its_charset_is_guessed(tmp_path: Path) -> None:
    said = "Мэр сказал в пятницу, что мост закроют на 14 дней."
    text, notes = read(tmp_path, page(story=f"<p class='story-body'>{said}</p>").encode("cp1251"))
    assert said in text
    assert notes == ["it declares no charset; read as Windows-1251, a guess"]


def test_a_story_about_cookies_is_a_story(tmp_path: Path) -> None:
    told = "<p>The council will ask for consent before its site stores cookies, it said.</p>"
    html = page().replace("<article>", f"<div class='post-cookies'><article>{told}", 1)
    text, _ = read(tmp_path, html.replace("</article>", "</article></div>"))
    assert "before its site stores cookies" in text
    assert samples.PARAGRAPHS[3] in text


def test_rows_of_tables_are_lines_of_their_cells(tmp_path: Path) -> None:
    table = (
        "<table><caption>The vote</caption><tr><th>District</th><th>Yes</th></tr>"
        "<tr><td>Norddal</td><td><ul><li>1,204</li><li>by post</li></ul></td></tr></table>"
    )
    text, _ = read(tmp_path, page(story=samples.MARKED + table))
    lines = text.split("\n")
    assert "District | Yes" in lines
    assert "Norddal | 1,204 by post" in lines
    assert "---" not in text


def test_a_page_laid_out_by_a_table_keeps_its_story(tmp_path: Path) -> None:
    html = f"<html><body><table><tr><td>Menu</td><td><h1>{samples.TITLE}</h1>{samples.MARKED}</td>"
    text, _ = read(tmp_path, html + "</tr></table></body></html>")
    for paragraph in samples.PARAGRAPHS:
        assert paragraph in text.split("\n")


def test_soft_hyphens_of_a_page_are_no_letters(tmp_path: Path) -> None:
    text, _ = read(tmp_path, page(story=samples.MARKED.replace("statement", "state&shy;ment")))
    assert samples.PARAGRAPHS[0] in text


@pytest.mark.parametrize(
    ("declared", "published"),
    [
        ("03/04/2026", None),
        ("3.4.2026", None),
        ("25/04/2026", dt.date(2026, 4, 25)),
        ("04/04/2026", dt.date(2026, 4, 4)),
        ("2026-04-03", dt.date(2026, 4, 3)),
        ("3 April 2026", dt.date(2026, 4, 3)),
    ],
)
def test_a_day_that_may_be_two_is_not_known(
    tmp_path: Path, declared: str, published: dt.date | None
) -> None:
    (tmp_path / "a.html").write_text(page(f"<meta name='date' content='{declared}'>"))
    assert loaded(tmp_path)[0]["a.html"].published == published


TIME = "<time datetime='2026-03-03'>3 March</time>"
OTHER_DAYS = {
    "foot": ("", "<footer>Page made on 3 March 2026</footer>"),
    "foot by name": ("", "<div class='site-footer'>Page made on 3 March 2026</div>"),
    "related": ("", f"<ul class='related'><li>Old story {TIME}</li></ul>"),
    "aside": ("", f"<aside><h3>More</h3>{TIME}</aside>"),
    "comment": ("", f"<div class='comments'><p>{TIME} Nice.</p></div>"),
    "today": (f"<header>{TIME}</header>", ""),
    "today by name": ("<header><span class='date'>3 March 2026</span></header>", ""),
    "deadline": ("", "<p>Deadline for comments: June 30, 2027</p>"),
}


@pytest.mark.parametrize("name", OTHER_DAYS)
def test_a_day_of_something_else_is_not_that_of_the_page(name: str) -> None:
    above, below = OTHER_DAYS[name]
    html = page(above=above).replace("</body>", f"{below}</body>")
    assert loaders_page(html.encode()).published is None


@pytest.mark.parametrize(
    "own",
    [
        TIME,
        f"<header><h1>T</h1>{TIME}</header>",
        f"<footer>Posted on {TIME}</footer>",
        "<div class='byline'>By Ann Lee | <span class='date'>3 March 2026</span></div>",
    ],
)
def test_a_day_within_the_story_is_that_of_the_page(own: str) -> None:
    found = loaders_page(page(story=own + samples.MARKED).encode())
    assert found.published == dt.date(2026, 3, 3)


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-8", "utf-16"])
def test_a_feed_is_read_in_the_charset_that_it_declares(tmp_path: Path, declared: str) -> None:
    """Its title has one damaged character; its other letters stay what they are."""
    charset = {"iso-8859-1": "cp1252"}.get(declared, declared)
    feed = samples.RSS.replace('encoding="utf-8"', f'encoding="{declared}"')
    feed = feed.replace("The Norvik Courier</title>", "Norvik’s Café – €</title>")
    data = feed.encode(charset)
    if declared == "utf-8":
        data = data.replace(b"statement", b"state\xffment")
    (tmp_path / "a.rss").write_bytes(data)
    articles, _, notes = loaded(tmp_path)
    assert {article.source for article in articles.values()} == {"Norvik’s Café – €"}
    assert [note.text for note in notes] == ["damaged characters, kept as \ufffd: 1"] * (
        declared == "utf-8"
    )


def test_entities_of_a_feed_in_utf_16_are_seen(tmp_path: Path) -> None:
    feed = samples.RSS.replace("<rss", '<!DOCTYPE r [<!ENTITY a "b">]><rss')
    (tmp_path / "a.rss").write_bytes(feed.replace("utf-8", "utf-16").encode("utf-16"))
    assert "entity declarations" in loaded(tmp_path)[1]["a.rss"]
