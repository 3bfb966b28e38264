"""Every kind of file: its text, title, outlet, day, address and authors are right.

Broken files: test_bad_files.py.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import index
import qa
from index.corpus.loaders import tables
from index.corpus.loaders.columns import read_mapping
from index.corpus.loaders.pdf import joined
from index.corpus.loaders.registry import LOADERS, TRUSTED
from index.corpus.loading import load_articles
from index.stores.local.generations import open_index
from index.types import Article, DatelineError, Note, Skipped
from qa.answering.citing import cite
from qa.rendering.text import hits_as_text
from qa.types import Span
from tests.conftest import Write
from tests.fakes import CapitalReader, WordEmbedder
from tests.index.corpus import samples
from tests.index.corpus.samples import PARAGRAPHS, STORY, TITLE

MARCH_9 = dt.date(2023, 3, 9)
COURIER = "The Norvik Courier"


def loaded(*corpora: Path, **mapping: str) -> tuple[dict[str, Article], dict[str, str], list[Note]]:
    items = list(load_articles(corpora, mapping))
    return (
        {item.id: item for item in items if isinstance(item, Article)},
        {item.path: item.reason for item in items if isinstance(item, Skipped)},
        [item for item in items if isinstance(item, Note)],
    )


def test_a_saved_page_gives_its_story_without_the_page_around_it(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(samples.PAGE)
    (tmp_path / "a.mhtml").write_bytes(samples.mhtml())
    (tmp_path / "b.htm").write_text(samples.PAGE_IN_JSON_LD)
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    for article in articles.values():
        assert (article.title, article.source, article.published, article.authors) == (
            TITLE,
            COURIER,
            MARCH_9,
            ("Marit Aas",),
        )
        assert article.url == "https://courier.example/2023/03/bridge"
        assert [line for line in article.text.split("\n") if line and line != TITLE] == list(
            PARAGRAPHS
        )
    assert set(articles) == {"a.html", "a.mhtml", "b.htm"}


def test_a_page_without_a_date_of_its_own_gets_none_from_its_words(tmp_path: Path) -> None:
    page = samples.PAGE.replace(
        '<meta property="article:published_time" content="2023-03-09T18:20:00+01:00">', ""
    )
    (tmp_path / "a.html").write_text(page.replace("built in 1962", "opened on 5 June 1962"))
    assert loaded(tmp_path)[0]["a.html"].published is None


def test_a_page_without_metadata_of_its_day_has_it_from_a_line_above_the_story(
    tmp_path: Path,
) -> None:
    page = samples.PAGE.replace(
        '<meta property="article:published_time" content="2023-03-09T18:20:00+01:00">', ""
    )
    line = "<p>Posted by Marit Aas on March 9, 2023</p>"
    assert f"<p>{PARAGRAPHS[0]}" in page
    for name, given in (("a.html", page), ("b.html", samples.PAGE)):
        given = given.replace(f"<p>{PARAGRAPHS[0]}", f"{line}<p>{PARAGRAPHS[0]}")
        if name == "b.html":  # metadata outranks the line
            given = given.replace("March 9, 2023", "March 8, 2023")
        (tmp_path / name).write_text(given)
    articles = loaded(tmp_path)[0]
    assert [articles[name].published for name in ("a.html", "b.html")] == [MARCH_9, MARCH_9]


def test_a_pdf_keeps_where_its_pages_start(tmp_path: Path) -> None:
    heads = [f"The Norvik Courier, page {number}" for number in (1, 2, 3)]
    first, second = PARAGRAPHS[0][:70].rsplit(" ", 1)[0], PARAGRAPHS[1][:70].rsplit(" ", 1)[0]
    pages = [
        f"{heads[0]}\n{TITLE}\n{first}\n{PARAGRAPHS[0][len(first) + 1 :]}\n{second}",
        f"{heads[1]}\n{PARAGRAPHS[1][len(second) + 1 :]}",
        f"{heads[2]}\nThe end-of-year report is due.",
    ]
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.pdf").write_bytes(samples.pdf(*pages, title=TITLE))
    article = loaded(tmp_path)[0]["reports/a.pdf"]
    assert (article.title, article.authors, article.published) == (TITLE, ("Marit Aas",), None)
    assert PARAGRAPHS[0] in article.text
    assert (
        PARAGRAPHS[1] in article.text
    )  # it goes on over the page, without the page's head between
    assert "page 2" not in article.text
    for words, page in (("council", 1), ("Ingrid", 2), ("report", 3)):
        start = article.text.index(words)
        span = Span(article, start, start + len(words))
        assert (span.text, span.page, span.file) == (words, page, f"reports/a.pdf#page={page}")
        assert words in pages[page - 1]
    assert Span(article, 0, 3).page == 1
    assert Span(article, article.pages[1], article.pages[1] + 1).page == 2
    assert Span(article, article.pages[1] - 1, article.pages[1] + 1).page == 1


def test_a_citation_of_a_pdf_on_the_web_opens_at_its_page() -> None:
    article = Article("a", "One. Two.", url="https://example.org/a.pdf#top", pages=(0, 5))
    assert cite(Span(article, 5, 8)).link == "https://example.org/a.pdf#page=2"
    assert cite(Span(article, 5, 8)).to_dict()["page"] == 2
    plain = Article("a", "One. Two.", url="https://example.org/a", path="a.txt")
    assert (Span(plain, 5, 8).page, cite(Span(plain, 5, 8)).link, Span(plain, 5, 8).file) == (
        None,
        "https://example.org/a#:~:text=Two.",
        "a.txt",
    )


def test_lines_of_a_page_are_joined_to_paragraphs() -> None:
    wide = "The council met on Monday to discuss the nego-"
    text, starts = joined(
        [
            (
                f"Short title\n{wide}\ntiations about the bridge over the harbour and\nthe "
                f"road.\nSecond paragraph."
            ),
            "",
            "Last page.",
        ]
    )
    assert text == (
        "Short title\n\nThe council met on Monday to discuss the negotiations about the "
        "bridge over the harbour and the road."
        "\n\nSecond paragraph.\n\nLast page."
    )
    assert starts == (0, text.index("Last"), text.index("Last"))
    assert joined(["", "A."]) == ("A.", (0, 0))


def test_word_and_epub(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(samples.docx())
    (tmp_path / "a.epub").write_bytes(samples.epub())
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    word, one, two = (
        articles["a.docx"],
        articles["a.epub:OPS/text/one.xhtml"],
        articles["a.epub:OPS/text/two.xhtml"],
    )
    assert len(articles) == 3  # neither the cover nor the table of contents
    assert (word.title, word.authors, word.published) == (TITLE, ("Marit Aas",), None)
    assert word.text.split("\n\n") == [
        TITLE,
        *PARAGRAPHS[:2],
        "Vehicles a day | 9,000",
        PARAGRAPHS[3],
    ]
    assert (one.title, one.source, one.published, one.authors) == (
        TITLE,
        "Norvik Press",
        dt.date(2023, 3, 11),
        ("Marit Aas",),
    )
    assert one.text.split("\n\n") == [TITLE, *PARAGRAPHS[:2]]
    assert two.title == "Ferries take over"
    assert {one.path, two.path} == {"a.epub"}


def test_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(samples.mail().as_bytes())
    (tmp_path / "letters.mbox").write_bytes(samples.mbox())
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert set(articles) == {
        "a.eml",
        "letters.mbox:1@courier.example",
        "letters.mbox:2@courier.example",
    }
    for article in articles.values():
        assert article.text.strip() == STORY  # of the HTML where the plain text is a stub
        assert (article.source, article.published) == (
            COURIER,
            MARCH_9,
        )  # the sender's day: in London it was the 10th
    assert articles["letters.mbox:2@courier.example"].title == "Ferries take over"


def test_feeds(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(samples.RSS)
    (tmp_path / "b.xml").write_text(samples.ATOM)
    articles, skipped, _ = loaded(tmp_path)
    full, short = (
        articles["a.rss:urn:courier:1"],
        articles["a.rss:https://courier.example/2023/03/ferries"],
    )
    assert (full.text, full.title, full.source, full.published, full.authors) == (
        STORY,
        TITLE,
        COURIER,
        MARCH_9,
        ("Marit Aas",),
    )
    assert full.url == "https://courier.example/2023/03/bridge"
    assert (short.title, short.text, short.published) == (
        "Ferries & buses",
        "Ferries run every twenty minutes.",
        None,
    )
    atom = articles["b.xml:urn:w:1"]
    assert (atom.text, atom.source, atom.published, atom.url) == (
        PARAGRAPHS[0],
        "Norvik wire",
        MARCH_9,
        "https://wire.example/1",
    )
    assert list(skipped) == ["a.rss:https://courier.example/2023/03/empty"]


def test_an_entry_that_only_says_when_it_was_updated_has_that_day(tmp_path: Path) -> None:
    """Atom demands `updated` alone. The day of the feed itself is not that of an entry."""
    published = "<published>2023-03-09T18:20:00Z</published>"
    updated = "<updated>2023-04-02T06:00:00Z</updated>"
    (tmp_path / "a.atom").write_text(samples.ATOM.replace(published, updated))
    (tmp_path / "b.atom").write_text(samples.ATOM.replace(published, updated + published))
    (tmp_path / "c.atom").write_text(samples.ATOM.replace(published, ""))
    days = {article.path: article.published for article in loaded(tmp_path)[0].values()}
    assert days == {"a.atom": dt.date(2023, 4, 2), "b.atom": MARCH_9, "c.atom": None}


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_web_archives(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(samples.warc(packed=name.endswith("gz")))
    articles, skipped, _ = loaded(tmp_path)
    page, plan = (
        articles[f"{name}:https://courier.example/2023/03/bridge?utm=1"],
        articles[f"{name}:https://courier.example/plan.pdf"],
    )
    assert len(articles) == 2  # not the 404, not the style sheet
    assert (page.title, page.url, page.published) == (
        TITLE,
        "https://courier.example/2023/03/bridge",
        MARCH_9,
    )
    assert (
        cite(Span(plan, plan.text.index("Ingrid"), plan.text.index("Ingrid") + 6)).link
        == "https://courier.example/plan.pdf#page=2"
    )
    assert list(skipped) == [f"{name}:https://courier.example/broken.pdf"]


TABLES: dict[str, Callable[[Path], object]] = {
    "a.csv": lambda path: path.write_text(samples.table_csv()),
    "b.csv": lambda path: path.write_bytes(
        b"\xef\xbb\xbf" + samples.table_csv(";").replace("\n", "\r\n").encode()
    ),
    "a.json": lambda path: path.write_text(json.dumps({"status": "ok", "articles": samples.ROWS})),
    "a.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, samples.ROWS))),
    "a.jsonl.gz": lambda path: path.write_bytes(
        gzip.compress("\n".join(map(json.dumps, samples.ROWS)).encode())
    ),
    "a.parquet": lambda path: path.write_bytes(samples.parquet()),
    "a.xlsx": lambda path: path.write_bytes(samples.xlsx()),
    "a.xlsm": lambda path: path.write_bytes(samples.xlsx()),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_of_tables_are_guessed_and_shown(tmp_path: Path, name: str) -> None:
    TABLES[name](tmp_path / name)
    articles, skipped, (note,) = loaded(tmp_path)
    assert not skipped
    first, second = articles.values()
    assert (first.text.replace("\r\n", "\n"), first.title, first.source, first.published) == (
        STORY,
        TITLE,
        COURIER,
        MARCH_9,
    )
    assert (first.url, first.authors, first.path) == (
        "https://courier.example/1",
        ("Marit Aas",),
        name,
    )
    assert (second.text, second.published, second.url, second.authors) == (
        PARAGRAPHS[2],
        dt.date(2023, 3, 10),
        None,
        (),
    )
    assert note == Note(
        name,
        (
            "columns: text from content, title from headline, source from publisher, "
            "published from date, url from link, authors from byline"
        ),
    )


def test_the_folder_one_stands_in_is_a_corpus(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write({"a.txt": "Rain fell.", "sub/b.html": samples.PAGE})
    monkeypatch.chdir(corpus)
    assert set(loaded(Path())[0]) == {"a.txt", "sub/b.html"}
    assert set(loaded(Path("a.txt"))[0]) == {"a.txt"}


def test_parquet_without_its_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (skipped,) = tables.load_parquet(tmp_path / "a.parquet")
    assert isinstance(skipped, Skipped)
    assert (
        skipped.reason == "expected pyarrow to read it, found none; "
        "do, in a clone of Dateline: pip install '.[parquet]'"
    )


def test_a_mapping_says_otherwise(write: Write) -> None:
    corpus = write(
        {"a.csv": "headline,summary,content,when\nA title of it,Short.,The long text.,2022-10-14\n"}
    )
    article = next(iter(loaded(corpus, text="summary", published="when")[0].values()))
    assert (article.text, article.published, article.title) == (
        "Short.",
        dt.date(2022, 10, 14),
        "A title of it",
    )
    titled = write(
        {
            "b.csv": "title,headline\nThe long text.,A headline.\n",
            "c.csv": "title,headline,content\nA title.,A headline.,A text.\n",
        }
    )
    named = {
        article.path: (article.text, article.title)
        for article in loaded(titled, text="title")[0].values()
    }
    assert named == {
        "b.csv": ("The long text.", "A headline."),
        "c.csv": ("A title.", "A headline."),
    }  # what is the text is no title
    corpus = write(
        {"a.csv": "headline,summary,content,when\nA title of it,Short.,The long text.,2022-10-14\n"}
    )
    _, skipped, _ = loaded(corpus, text="story")
    assert skipped == {
        "a.csv": (
            "expected a string 'story', found the columns 'headline', 'summary', 'content', "
            "'when'; say which column holds the text"
        )
    }
    for wrong in ("text", "words=story", "text="):
        with pytest.raises(
            DatelineError, match="expected FIELD=COLUMN with one of the fields text, title"
        ):
            read_mapping([wrong])


def test_a_table_with_a_column_that_has_no_name(tmp_path: Path) -> None:
    """What pandas writes with its index."""
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(
            f",title,text\n0,First,Rain fell in {name}.\n1,Second,Snow lay in {name}.\n"
        )
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert list(articles) == ["a.csv:2", "a.csv:3", "b.csv:2", "b.csv:3"]
    assert {(article.source, article.url, article.authors) for article in articles.values()} == {
        (None, None, ())
    }


def test_a_cell_may_hold_any_separator_of_lines_but_that_of_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'title,text\nA,one\u2028two\nB,x\u2029y\nC,"three\nfour"\n', encoding="utf-8"
    )
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert [article.text for article in articles.values()] == [
        "one\u2028two",
        "x\u2029y",
        "three\nfour",
    ]


def test_a_json_article_with_a_list_of_its_own_is_an_article(write: Write) -> None:
    folder = write(
        {
            "a.json": '{"title": "A", "text": "Rain fell.", "results": []}',
            "b.json": '{"description": "All.", "items": [{"text": "Snow lay."}]}',
        }
    )
    assert [article.text for article in loaded(folder)[0].values()] == ["Rain fell.", "Snow lay."]


def test_what_stands_between_two_rules_and_is_no_front_matter_is_text(write: Write) -> None:
    text = "---\n\nRain fell all day. Nobody went out.\n\n---\n\nSnow lay."
    assert loaded(write({"a.md": text}))[0]["a.md"].text.strip() == text


def test_an_ambiguous_day_stays_unknown(write: Write) -> None:
    corpus = write(
        {"a.csv": "text,date\nOne,5/6/2022\nTwo,2022-06-05T01:00\nThree,1665705600\nFour,soon\n"}
    )
    assert [article.published for article in loaded(corpus)[0].values()] == [
        None,
        dt.date(2022, 6, 5),
        dt.date(2022, 10, 14),  # a Unix time is one in a table too
        None,
    ]
    corpus = write(
        {
            "a.jsonl": (
                '{"text": "One", "date": 1665705600}\n'
                '{"text": "Two", "date": "Fri, 14 Oct 2022 23:00:00 -0800"}'
            )
        }
    )
    assert {article.published for article in loaded(corpus)[0].values()} == {dt.date(2022, 10, 14)}


def test_document_lists_of_langchain_and_haystack(write: Write) -> None:
    articles, skipped, _ = loaded(
        write(
            {
                "a.json": samples.LANGCHAIN,
                "b.json": samples.LANGCHAIN_DUMPED,
                "c.json": samples.HAYSTACK,
            }
        )
    )
    assert not skipped
    assert {id: (article.text, article.title) for id, article in articles.items()} == dict.fromkeys(
        ("a.json:lc1", "b.json:lc2", "c.json:h1", "c.json:h2"), (STORY, TITLE)
    )
    assert (articles["a.json:lc1"].url, articles["a.json:lc1"].source) == (
        "https://courier.example/1",
        "courier.example",
    )
    assert {(articles[id].source, articles[id].published) for id in ("c.json:h1", "c.json:h2")} == {
        ("Courier", MARCH_9)
    }


def test_documents_as_langchain_itself_writes_them(tmp_path: Path) -> None:
    from langchain_core.documents import Document
    from langchain_core.load import dumps

    documents = [Document(STORY, metadata={"title": TITLE, "source": "Courier"}, id="x")]
    (tmp_path / "dumped.json").write_text(dumps(documents))
    (tmp_path / "model.jsonl").write_text(
        documents[0].model_copy(update={"id": "y"}).model_dump_json()
    )
    articles, skipped, _ = loaded(tmp_path)
    assert not skipped
    assert {id: (one.text, one.title, one.source) for id, one in articles.items()} == dict.fromkeys(
        ("dumped.json:x", "model.jsonl:y"), (STORY, TITLE, "Courier")
    )


def test_a_beir_folder_gives_its_corpus_and_not_its_questions(write: Write) -> None:
    corpus = write(
        {
            "corpus.jsonl": json.dumps(
                {
                    "_id": "d1",
                    "title": TITLE,
                    "text": STORY,
                    "metadata": {"url": "https://a.example"},
                }
            ),
            "queries.jsonl": json.dumps({"_id": "q1", "text": "What was closed?"}),
            "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
        }
    )
    articles, skipped, _ = loaded(corpus)
    assert {id: (article.title, article.url) for id, article in articles.items()} == {
        "corpus.jsonl:d1": (TITLE, "https://a.example")
    }
    assert set(skipped) == {"queries.jsonl", "qrels/test.tsv"}
    assert all("dateline evaluate" in reason for reason in skipped.values())


MEMBERS = {
    "in/a.txt": b"Rain fell.",
    "b.html": samples.PAGE.encode(),
    "inner.zip": b"PK",
    "photo.jpg": b"\xff",
    "../../up.txt": b"Up.",
    "c.csv": b"nothing\nx\n",
}


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_archives_of_articles(tmp_path: Path, name: str) -> None:
    data = (
        samples.zipped(MEMBERS)
        if name == "a.zip"
        else samples.tarred(MEMBERS, "gz" if name.endswith("gz") else "")
    )
    (tmp_path / name).write_bytes(data)
    articles, skipped, _ = loaded(tmp_path)
    assert set(articles) == {f"{name}/in/a.txt", f"{name}/b.html"}
    assert articles[f"{name}/b.html"].published == MARCH_9
    assert {article.path for article in articles.values()} == set(articles)
    assert skipped[f"{name}/inner.zip"] == "an archive within an archive is not opened"
    assert skipped[f"{name}/up.txt"] == "its name leads out of the archive"
    assert "found .jpg" in skipped[f"{name}/photo.jpg"]


def test_ids_stay_when_a_file_grows(tmp_path: Path) -> None:
    """What stands later in a feed or an archive keeps its id when something comes before it."""
    (tmp_path / "a.rss").write_text(samples.RSS)
    (tmp_path / "a.zip").write_bytes(samples.zipped({"b.txt": b"B."}))
    before = set(loaded(tmp_path)[0])
    (tmp_path / "a.rss").write_text(
        samples.RSS.replace(
            "<item>", "<item><guid>urn:new</guid><description>New.</description></item><item>", 1
        )
    )
    (tmp_path / "a.zip").write_bytes(samples.zipped({"a.txt": b"A.", "b.txt": b"B."}))
    assert set(loaded(tmp_path)[0]) == before | {"a.rss:urn:new", "a.zip/a.txt"}


def test_every_suffix_is_tried_here() -> None:
    """A loader that nobody tests is named: none of the tests here speaks of its suffix."""
    tests = sorted(Path(__file__).parent.glob("test_*.py"))
    tried = "".join(test.read_text() for test in tests).replace('"', "'")
    twins = {
        ".htm",
        ".xhtml",
        ".mht",
        ".atom",
        ".tgz",
        ".tar.bz2",
        ".tar.xz",
    }  # the same loader under another name
    assert [suffix for suffix in LOADERS if f"{suffix}'" not in tried and suffix not in twins] == []
    assert set(LOADERS) > TRUSTED


GERMAN = (
    "Der Bürgermeister der Stadt sagte am Freitag, die Brücke werde nach dem Sturm drei Wochen "
    "lang gesperrt bleiben, und die Fähren fahren weiter."
)


def test_the_language_of_an_article_is_marked(write: Write) -> None:
    """A code that the file gives wins; what is no code is left to the text."""
    files = {
        "a.txt": GERMAN,
        "b.md": "---\nlanguage: nn-NO\n---\nDette er ei melding.",
        "c.txt": STORY,
        "d.md": f"---\nlanguage: German\n---\n{GERMAN}",
    }
    articles, _, _ = loaded(write(files))
    assert {id: article.language for id, article in articles.items()} == {
        "a.txt": "de",
        "b.md": "nn",
        "c.txt": "en",
        "d.md": "de",
    }


def test_pages_language_and_notes_come_through_a_build(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(samples.pdf(PARAGRAPHS[0], PARAGRAPHS[1]))
    (tmp_path / "in" / "b.csv").write_text(f"story\n{GERMAN.replace(',', ';')}\n")
    summary = index.build(
        tmp_path / "in", tmp_path / "index", embedder=WordEmbedder(), columns={"text": "story"}
    )
    assert [note.path for note in summary.notes] == ["b.csv", ""]
    assert summary.notes[1].text.startswith("not in English: de 1. They are indexed and marked")
    archive = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    article = archive.article("a.pdf")
    assert article is not None
    assert (article.pages, article.language) == ((0, article.text.index("Engineers")), "en")
    (hit, *_) = archive.retrieve("What did the mayor Ingrid Dahl tell residents?")
    assert f"[a.pdf#page={Span(hit.article, hit.start, hit.end).page}:" in hits_as_text([hit])
    german = archive.article("b.csv:2")
    assert german is not None
    assert german.language == "de"
    assert f"b.csv:2:0-{len(GERMAN)}], in de " in hits_as_text(
        [hit for hit in archive.retrieve("Bürgermeister Brücke", k=9) if hit.article == german]
    )
    again = index.build(
        tmp_path / "in", tmp_path / "index", embedder=WordEmbedder(), columns={"text": "story"}
    )
    assert (again.unchanged, again.generation) == (2, summary.generation)


def test_offsets_hold_in_every_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, data in samples.files().items():
        stem, suffix = name.split(".", 1)
        (tmp_path / "in" / f"{stem}-{suffix.replace('.', '-')}.{suffix}").write_bytes(data)
    index.build(tmp_path / "in", tmp_path / "index", embedder=WordEmbedder())
    store = open_index(tmp_path / "index")
    assert not list(store.problems())
    texts = {article.id: article.text for article in loaded(tmp_path / "in")[0].values()}
    assert {
        article.id: article.text for article in store.articles()
    } == texts  # to the letter: an offset counts in either
    passages = store.passages(range(store.manifest["counts"]["passages"])).values()
    places = {id: text.index("Ingrid Dahl") for id, text in texts.items() if "Ingrid Dahl" in text}
    assert len(places) > 15
    for id, place in places.items():  # the words are found where they stand, in every kind of file
        assert [
            p
            for p in passages
            if p.article.id == id and p.text.startswith("Ingrid Dahl", place - p.start)
        ], id
    kinds = {Path(article.path.split("/")[0]).name.split(".", 1)[1] for article in store.articles()}
    assert kinds == {name.split(".", 1)[1] for name in samples.files()}
    archive = qa.open(tmp_path / "index", embedder=WordEmbedder(), reader=CapitalReader())
    reply = archive.ask(
        "Who told residents that repairs of the harbour bridge could take three weeks?", k=100
    )
    assert reply.answered
    saved = json.loads(json.dumps(reply.to_dict()))  # as another program sees it
    stated = [citation for answer in saved["answers"] for citation in answer["citations"]]
    for place in (*stated, *saved["passages"]):
        assert texts[place["article"]["id"]][place["start"] : place["end"]] == place["text"]
    assert stated
