"""Tables and lists of objects, as other programs and services write them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.loaders.column_names import COLUMNS, column_of
from index.corpus.loaders.columns import Columns
from index.corpus.loaders.fields import Fields, Record
from index.corpus.loaders.numeric_days import DayOrder
from index.corpus.loaders.tables import load_csv
from index.types import Article, Passage
from qa.rendering.text import hits_as_text
from qa.types import Hit
from tests.conftest import Write
from tests.index.corpus.test_loaders import loaded

CRACKS = "Engineers found 17 cracks in the Olden dam; none is deeper than 4 cm, they said."


def days(articles: dict[str, Article]) -> list[dt.date | None]:
    return [article.published for article in articles.values()]


def test_a_first_line_may_name_the_separator(write: Write) -> None:
    """Excel writes it, and a comma in a cell must not win over it."""
    table = f'sep=;\nheadline, long;outlet;text\n"Dam, seen";River Post;"{CRACKS}"\n'
    shouted, quoted = table.replace("sep=;", "SEP=;"), table.replace("sep=;", '"sep=;"')
    spaced = table.replace("sep=;", "sep=; ")
    for text in (table, table.replace("\n", "\r\n"), "\ufeff" + table, shouted, quoted, spaced):
        articles, skipped, _ = loaded(write({"a.csv": text}))
        assert not skipped
        assert [(id, one.text, one.source) for id, one in articles.items()] == [
            ("a.csv:3", CRACKS, "River Post")
        ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_told_by_the_columns_they_name(write: Write, separator: str) -> None:
    """Not by how often they stand in the first line, in brackets and in quotation marks."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["title (up to 80, required; a | b)", "text", "tags, many; or | few"])
    writer.writerow(["Dam", CRACKS, "dam, water; a | b"])
    articles, skipped, _ = loaded(write({"a.csv": out.getvalue()}))
    assert not skipped
    assert [(one.title, one.text) for one in articles.values()] == [("Dam", CRACKS)]


def test_single_quotation_marks_quote_if_there_are_no_others(write: Write) -> None:
    quoted = "id;title;text\n1;'Dam';'Ten cracks; two are deep.'\n2;'Pier';'One; two.'\n"
    letters = "title,text\nDam,'Ten' say no\nPier,It's 5' deep\n"
    articles, skipped, _ = loaded(write({"a.csv": quoted, "b.csv": letters}))
    assert not skipped
    assert [(one.title, one.text) for one in articles.values()] == [
        ("Dam", "Ten cracks; two are deep."), ("Pier", "One; two."),
        ("Dam", "'Ten' say no"), ("Pier", "It's 5' deep"),
    ]  # fmt: skip


def test_a_table_separated_by_tabs_may_have_quotation_marks_as_letters(write: Write) -> None:
    rows = f'title\ttext\n"Ten" say no\tThe 5" pipe burst.\n"Dam\t{CRACKS}\n'
    quoted = f'title\ttext\nA\t"One\tand two,\nin two lines."\nB\t{CRACKS}\n'
    articles, skipped, _ = loaded(write({"a.tsv": rows, "b.tsv": quoted}))
    assert not skipped
    assert [article.text for article in articles.values()] == [
        'The 5" pipe burst.',
        CRACKS,
        "One\tand two,\nin two lines.",
        CRACKS,
    ]


@pytest.mark.parametrize(
    "table",
    [
        f'\n\n\ntitle,text\n"Dam, seen","{CRACKS}"\n\n',
        f'Export of 9 March 2023\n\ntitle;text\n"Dam, seen";"{CRACKS}"\n',
        f'title, text\n"Dam, seen", "{CRACKS}"\n',
        f'title,text\n"Dam, seen","{CRACKS}"\n' + '"A, b","He said \\"no\\", twice."\n',
    ],
    ids=["empty lines", "a line above", "spaces", "backslashes"],
)
def test_names_of_columns_below_other_lines_and_other_ways_to_quote(
    write: Write, table: str
) -> None:
    articles, skipped, _ = loaded(write({"a.csv": table}))
    assert not skipped
    first, *rest = articles.values()
    assert (first.title, first.text) == ("Dam, seen", CRACKS)
    assert [one.text for one in rest] == ['He said "no", twice.'][: len(rest)]


def test_a_cell_that_reads_like_a_name_of_a_column_is_a_cell(write: Write) -> None:
    """Only the names of a whole row of columns are looked for below the first line."""
    table = f'kop,inhoud\nNews,Rain fell.\nDam,"{CRACKS}"\n'
    columns = {"text": "inhoud", "title": "kop"}
    found = Columns(columns).fields(load_csv(write({"a.csv": table}) / "a.csv"))
    assert [(one.title, one.text) for one in found if isinstance(one, Fields)] == [
        ("News", "Rain fell."),
        ("Dam", CRACKS),
    ]


def test_what_programs_write_for_nothing_is_no_outlet_and_no_date(write: Write) -> None:
    rows = "Dam,nan,NaT\nPier,None,null\nNone,Wire,1678386000\n"
    table = f"text,source,date\n{rows}".replace("None,Wire", "N/A,Wire")
    lines = '{"text": "Rain fell.", "date": NaN, "source": "<NA>"}'
    articles, _, notes = loaded(write({"a.csv": table, "b.jsonl": lines}))
    assert [(one.text, one.source, one.published) for one in articles.values()] == [
        ("Dam", None, None), ("Pier", None, None), ("N/A", "Wire", dt.date(2023, 3, 9)),
        ("Rain fell.", None, None),
    ]  # fmt: skip
    assert not [note for note in notes if "dates" in note.text]


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n\r\t")


@given(
    st.lists(st.tuples(st.text(LETTERS), st.text(LETTERS)), min_size=1, max_size=5),
    st.sampled_from(",;\t|"),
)
def test_whatever_csv_writes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], separator: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "text"), *rows])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    found = [
        (item.columns["title"], item.columns["text"])
        for item in load_csv(path)
        if isinstance(item, Record)
    ]
    lines = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in rows]
    assert found == lines


PACKED = {
    "a.csv.gz": f"title,text\nDam,{CRACKS.replace(',', ' -')}\n",
    "a.tsv.gz": f"title\ttext\nDam\t{CRACKS.replace(',', ' -')}\n",
    "a.json.gz": json.dumps([{"title": "Dam", "text": CRACKS.replace(",", " -")}]),
    "a.ndjson": json.dumps({"title": "Dam", "text": CRACKS.replace(",", " -")}),
    "a.ndjson.gz": json.dumps({"title": "Dam", "text": CRACKS.replace(",", " -")}),
}


@pytest.mark.parametrize("name", list(PACKED))
def test_packed_tables_and_other_suffixes(tmp_path: Path, name: str) -> None:
    data = PACKED[name].encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert [(one.title, one.text) for one in articles.values()] == [
        ("Dam", CRACKS.replace(",", " -"))
    ]


def test_a_packed_table_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_TABLE_MB", "1")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\n" + b"Rain fell.\n" * 200_000))
    assert "at most 1 MB unpacked" in loaded(tmp_path)[1]["a.csv.gz"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(("pub_date", "published"), ("pubDate", "published"), ("seendate", "published")),
        *(("webPublicationDate", "published"), ("Publication Date (UTC)", "published")),
        *(("article_body", "text"), ("articleBody", "text"), ("Body Text", "text")),
        *(("webTitle", "title"), ("web-url", "url"), ("source_name", "source"), ("_id", "id")),
    ],
)
def test_names_of_columns_are_compared_without_case_and_signs(name: str, field: str) -> None:
    assert column_of({name: "x", "other": "y"}, field, {}) == name


def test_no_name_of_a_column_is_that_of_two_fields() -> None:
    bare = [name.replace(" ", "") for names in COLUMNS.values() for name in names]
    assert len(bare) == len(set(bare))


@pytest.mark.parametrize(
    "text",
    [
        ["One boat sank.", ["Two stayed."]],
        ["One boat sank.", {"type": "image", "url": "u"}, {"text": "Two stayed."}],
        [{"type": "paragraph", "content": [{"value": "One boat sank."}, {"value": "Two stayed."}]}],
        {"paragraphs": [{"text": "One boat sank."}, {"text": "Two stayed."}]},
        '["One boat sank.", "Two stayed."]',
        "['One boat sank.', 'Two stayed.']",
    ],
    ids=["lists", "pictures", "editor", "object", "json", "python"],
)
def test_paragraphs_of_a_text_are_found_in_lists_and_objects(write: Write, text: object) -> None:
    articles, skipped, _ = loaded(write({"a.json": json.dumps([{"title": "A", "body": text}])}))
    assert not skipped
    assert [one.text for one in articles.values()] == ["One boat sank.\n\nTwo stayed."]


@pytest.mark.parametrize("text", [[1, 2], {}, [[]], {"url": "u"}, [[[[[[[["deep"]]]]]]]]])
def test_what_holds_no_paragraphs_is_no_text(write: Write, text: object) -> None:
    cited = "[1] is cited, and ['this' is no list]"
    rows = [{"text": text}, {"text": cited}]
    articles, skipped, _ = loaded(write({"a.json": json.dumps(rows)}))
    assert list(skipped) == ["a.json:1"]
    assert [one.text for one in articles.values()] == [cited]


def test_an_object_may_have_each_article_under_its_id(write: Write) -> None:
    files = {
        "a.json": {"x7": {"title": "Dam", "text": CRACKS}, "x8": {"headline": "P", "body": "One."}},
        "b.json": {"metadata": {"text": "Two."}},
    }
    folder = write({name: json.dumps(found) for name, found in files.items()})
    articles, skipped, _ = loaded(folder)
    assert not skipped
    assert {id: one.text for id, one in articles.items()} == {
        "a.json:x7": CRACKS, "a.json:x8": "One.", "b.json:1": "Two.",
    }  # fmt: skip


def test_a_text_may_be_a_list_of_paragraphs_or_html(write: Write) -> None:
    rows = [
        {"title": "A", "text": ["The library opens.", "Entrance is free."]},
        {"title": "B", "text": [{"text": "One."}, {"text": "Two."}]},
        {"title": "C", "content": "<p>The pool &amp; the <b>baths</b> close.</p><p>In May.</p>"},
        {"title": "D", "text": "Prices < 5 and > 3 & so on"},
        {"title": "E", "text": []},
        {"title": "F", "text": [1, 2]},
    ]
    articles, skipped, _ = loaded(write({"a.json": json.dumps(rows)}))
    assert {one.title: one.text for one in articles.values()} == {
        "A": "The library opens.\n\nEntrance is free.",
        "B": "One.\n\nTwo.",
        "C": "The pool & the baths close.\n\nIn May.",
        "D": "Prices < 5 and > 3 & so on",
    }
    assert set(skipped) == {"a.json:5", "a.json:6"}


def test_a_column_settles_whether_the_day_comes_first(write: Write) -> None:
    """One day above 12 tells for all, before it and after it. Without one they stay unknown."""

    def read(*values: str) -> list[dt.date | None]:
        text = "".join(f"Rain fell.;{value}\n" for value in values)
        return days(loaded(write({"a.csv": f"text;date\n{text}"}))[0])

    may, june = dt.date(2022, 5, 6), dt.date(2022, 6, 5)
    assert read("5/6/2022", "25/12/2022", "5/6/2022") == [june, dt.date(2022, 12, 25), june]
    assert read("5/6/2022", "12/25/2022 10:30") == [may, dt.date(2022, 12, 25)]
    assert read("5-6-2022 8:00", "13-1-2022") == [june, dt.date(2022, 1, 13)]
    assert read("5/6/2022", "7/8/2022") == [None, None]
    assert read("5/6/2022", "25/12/2022", "12/25/2022") == [None, None, None]
    assert read("5.6.2022") == [june]
    assert read("5 June 2022", "June 5th, 2022", "Sun, 5 Jun 2022", "Jun 5, 2022") == [june] * 4
    assert read("2 days ago", "yesterday", "1 day, 6:00:00", "last week", "May 5") == [None] * 5
    assert read("6/6/2022", "31/2/2022", "2022/06/05") == [dt.date(2022, 6, 6), None, june]
    assert read("20220605T103000Z", "20220605103000", "20220605", "") == [june] * 3 + [None]
    assert read("1654423200", "1654423200000", "1999010112") == [june, june, None]
    assert read("2022-06-05 08:00:00", "2022060510300", "123456789012") == [june, None, None]


@given(st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), min_size=1))
def test_no_day_of_a_column_is_ever_read_as_another(written: list[dt.date]) -> None:
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        order = DayOrder()
        values = [day.strftime(form) for day in written]
        for value in values:
            assert order.see(value)
        for day, value in zip(written, values, strict=True):
            assert order.day(value) in (day, None)
        if any(day.day > 12 for day in written):
            assert [order.day(value) for value in values] == written


def test_dates_that_are_not_understood_are_counted(write: Write) -> None:
    rows = "One,soon\nTwo,5/6/2022\nThree,\nFour,2022-06-05\n"
    articles, _, notes = loaded(write({"a.csv": f"text,published\n{rows}"}))
    assert len(articles) == 4
    assert [note.text for note in notes] == ["dates not understood: 2, the first 'soon' in a.csv:2"]


def test_lines_of_objects_may_be_called_json(write: Write) -> None:
    lines = '{"text": "One."}\n{"text": "Two."}\n'
    articles, skipped, _ = loaded(write({"a.json": lines}))
    assert not skipped
    assert [article.text for article in articles.values()] == ["One.", "Two."]


def test_a_terminal_citation_names_the_row(write: Write) -> None:
    table = 'id,text\nx7,"Rain fell."\n,"Snow lay."\n'
    articles, _, _ = loaded(write({"a.csv": table, "b.txt": "Hail fell."}))

    def shown(id: str) -> str:
        article = articles[id]
        return hits_as_text([Hit(Passage(article, 0, len(article.text)), 0.5)])

    assert "[a.csv:x7:0-10]" in shown("a.csv:x7")
    assert "[a.csv:3:0-9]" in shown("a.csv:3")
    assert "[b.txt:0-10]" in shown("b.txt")
