"""The table of articles is searched, sorted and turned; the status of the editor is told."""

from __future__ import annotations

import datetime as dt

import pytest

from index.types import Article
from qa.web.archive_tab import clicked_view
from qa.web.article_table import Row, View, select_rows, status_html, table_html
from qa.web.corpus_editor import EditorStatus
from tests.qa.web.parsed import ATTACKS, Parsed


def rows() -> list[Row]:
    def row(number: int, title: str, source: str, published: str, words: int) -> Row:
        return Row(str(number), title, source, published, f"{number}.txt", "", words)

    return [
        row(1, "Beta", "Globe", "2022-01-02", 30),
        row(2, "alpha", "Times", "", 10),
        row(3, "", "globe", "2021-01-02", 20),
    ]


@pytest.mark.parametrize(
    ("view", "ids"),
    [
        (View(), "132"),  # newest first, undated last
        (View(down=False), "312"),  # undated last in both directions
        (View(order="title", down=False), "213"),  # without regard to case, untitled last
        (View(order="words"), "132"),
        (View(search="GLOBE 2022"), "1"),
        (View(search="globe"), "13"),
        (View(search="3.txt"), "3"),
        (View(search="nothing"), ""),
        (View(order="no such column"), "132"),
    ],
)
def test_rows_are_searched_and_sorted(view: View, ids: str) -> None:
    assert "".join(row.id for row in select_rows(rows(), view)) == ids


def test_an_article_whose_text_holds_the_words_is_found_too() -> None:
    found = select_rows(rows(), View(search="globe 2022"), holding={"2"})
    assert [row.id for row in found] == ["1", "2"]
    assert select_rows(rows(), View(search="nothing"), holding=()) == []


def test_an_article_without_an_outlet_says_so() -> None:
    row = Row.of(Article("id", "Rain fell.", "about:blank", path="a.txt"))
    text = Parsed(table_html([row], View(), False)).text
    assert text.endswith("Rain fell.no outlet named2a.txt")  # nor is that a title


def test_a_row_is_what_the_table_shows_of_an_article() -> None:
    article = Article(
        "id", "Rain fell.", "Rain", "Globe", dt.date(2022, 10, 14), "https://a.example/", "a.txt"
    )
    assert Row.of(article) == Row(
        "id", "Rain", "Globe", "2022-10-14", "a.txt", "https://a.example/", 2
    )
    page = Parsed(table_html([Row.of(article)], View(), False))
    assert page.text.endswith("Rain original↗Globe14 October 20222a.txt")
    assert page.attributes("href") == ["?article=id", "https://a.example/"]


def test_a_long_table_comes_in_pages_and_a_page_beyond_is_the_last() -> None:
    many = [
        Row(str(number), f"Title {number}", "", "", f"{number:03}.txt", "", 1)
        for number in range(120)
    ]
    first = table_html(many, View(), True)
    assert "page 1 of 3" in first
    assert first.count("data-remove") == 50
    assert '<button type="button" class="plain" data-page="-1" disabled>' in first
    last = table_html(many, View(page=99), False)
    assert "page 3 of 3" in last
    assert last.count("<tr><td>") == 20
    assert "data-remove" not in last
    assert "page 1" not in table_html(many[:50], View(), False)


def test_what_was_searched_is_counted_and_the_sorted_column_is_marked() -> None:
    page = Parsed(table_html(rows(), View(search="globe", order="title", down=False), False))
    assert page.text.startswith("2 articles of 3Title ↑OutletDate")
    assert page.attributes("aria-sort") == ["ascending"]
    assert "Title ↓" in table_html(rows(), View(order="title"), False)


def test_a_click_sorts_turns_the_page_and_keeps_what_is_searched() -> None:
    seen = View("rain", "published", True, 2)
    assert clicked_view(seen, {"order": "title"}) == View("rain", "title", False)
    assert clicked_view(seen, {"order": "words"}) == View("rain", "words", True)
    assert clicked_view(seen, {"order": "published"}) == View("rain", "published", False)
    assert clicked_view(seen, {"page": "1"}) == View("rain", "published", True, 1)
    assert clicked_view(seen, {"page": "-1"}) == seen
    assert clicked_view(seen, {}) == seen


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_article_or_a_file_is_markup(attack: str) -> None:
    row = Row(attack, attack, attack, "", attack, f"javascript:{attack}", 1)
    page = Parsed(table_html([row], View(), True))
    assert page.is_ours()
    assert page.text.count(attack) == 3  # title, outlet, file
    assert all(str(link).startswith("?article=") for link in page.attributes("href"))
    for busy in (True, False):
        status = Parsed(status_html(EditorStatus(busy, attack, notes=(attack,))))
        assert status.is_ours()
        assert attack in status.text


def test_a_rebuild_has_a_bar_and_its_end_is_told() -> None:
    busy = status_html(EditorStatus(True, "encoding passages", 1_000, 2_000, ("a.txt: added",)))
    assert "Encoding passages (1,000 of 2,000) …" in busy
    assert '<progress aria-label="Progress of the rebuild" value="1000" max="2000">' in busy
    assert "a.txt: added" in busy
    unknown = status_html(EditorStatus(True, "loading"))
    assert '<progress aria-label="Progress of the rebuild"></progress>' in unknown
    assert "<p>Done.</p>" in status_html(EditorStatus(task="done"))
    failed = status_html(EditorStatus(task="done", failed=True))
    assert "Not everything could be done." in failed
    assert status_html(EditorStatus()) == ""
    removed = EditorStatus(task="done", undoable=True)
    assert "undo" in Parsed(status_html(removed)).text
    assert "undo" not in status_html(EditorStatus(task="done"))
