"""What a whole file may cost: time, rows, what it unpacks to, and what the builder keeps of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus import fetching, loading
from index.corpus.loaders import columns
from index.corpus.loaders.bounds import Bounds
from index.corpus.loaders.registry import TRUSTED
from index.corpus.loaders.sandbox import Sandbox
from index.corpus.notes import MergedNotes, merge_notes
from index.types import Article, Note, Skipped
from tests.conftest import Write
from tests.index.corpus import samples
from tests.index.corpus.test_exports import FACTIVA, NEXIS, OLD_NEXIS
from tests.index.corpus.test_loaders import loaded
from tests.index.corpus.test_sandbox import write_stand_in


def test_only_plain_text_is_read_in_the_building_process(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Front matter too is parsed in the other one."""
    here: list[str] = []
    read_file = loading.read_file
    monkeypatch.setattr(
        loading, "read_file", lambda path, name: here.append(name) or read_file(path, name)
    )
    corpus = write(
        {
            "a.txt": "Rain fell.",
            "b.md": "---\ntitle: B\n---\nRain fell.",
            "c.json": '[{"text": "Rain fell."}]',
            "d.csv": "text\nRain fell.\n",
        }
    )
    assert len(loaded(corpus)[0]) == 4
    assert here == ["a.txt"]
    assert {".txt"} == TRUSTED


def test_front_matter_that_swells_costs_itself_alone(tmp_path: Path) -> None:
    """550 bytes of merge keys would take gigabytes."""
    lines = ["a0: &a0 {k: v}"] + [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)
    ]
    (tmp_path / "a.md").write_text("---\n" + "\n".join(lines) + "\n---\nText.\n")
    (tmp_path / "b.md").write_text("---\ntitle: B\n---\nRain fell.")
    with Sandbox(Bounds(read_seconds=3, read_mb=300)) as apart:
        (swollen,) = apart.read(tmp_path / "a.md", "a.md")
        assert isinstance(swollen, Skipped)
        (whole,) = apart.read(tmp_path / "b.md", "b.md")
        assert not isinstance(whole, Skipped)


def test_a_file_whose_articles_never_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for feedparser gives an entry each tenth of a second, for ever."""
    act = (
        "import itertools, time\n"
        "class Feed:\n"
        "    version, feed = 'rss20', {}\n"
        "    @property\n"
        "    def entries(self):\n"
        "        for number in itertools.count():\n"
        "            time.sleep(0.1)\n"
        "            yield {'id': str(number), 'summary': 'Rain fell.'}\n"
        "parse = lambda *given, **options: Feed()\n"
    )
    write_stand_in(tmp_path / "site", "feedparser", act)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    (tmp_path / "a.rss").write_text(samples.RSS)
    with Sandbox(Bounds(read_seconds=4)) as apart:
        *entries, last = apart.read(tmp_path / "a.rss", "a.rss")
    assert isinstance(last, Skipped)
    assert last.reason.startswith("it took over 4 s to read; what was read of it by then is kept")
    assert 0 < len(entries) < 60


def test_a_larger_file_has_more_time(tmp_path: Path) -> None:
    with Sandbox(Bounds(read_seconds=5)) as apart:
        for megabytes, seconds in ((0, 5), (1, 5), (2, 10), (64, 320)):
            with (tmp_path / "a.mbox").open("wb") as file:
                file.truncate(megabytes << 20)
            assert apart._seconds_for(tmp_path / "a.mbox") == seconds
        assert apart._seconds_for(tmp_path / "gone.mbox") == 5


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.json.gz", "a.csv.gz"])
def test_a_table_that_unpacks_to_many_times_its_size_is_refused(tmp_path: Path, name: str) -> None:
    text = "a" * 4_000
    line = f"{text}\n" if name == "a.csv.gz" else json.dumps({"text": text}) + "\n"
    (tmp_path / name).write_bytes(
        gzip.compress(("text\n" * (name == "a.csv.gz") + line * 2_000).encode())
    )
    articles, skipped, _ = loaded(tmp_path)
    assert "expected at most 100 times its size unpacked" in skipped[name]
    assert len(articles) < 1_100


def test_articles_of_a_file_are_bounded(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_ROWS", "3")
    rows = "".join(json.dumps({"text": f"Rain {n}."}) + "\n" for n in range(5))
    articles, skipped, _ = loaded(write({"a.jsonl": rows, "b.jsonl": rows}))
    assert [one.text for one in articles.values()] == ["Rain 0.", "Rain 1.", "Rain 2."] * 2
    reason = "expected at most 3 articles in a file, found more; or set DATELINE_ROWS"
    assert skipped == {"a.jsonl": reason, "b.jsonl": reason}


def test_rows_that_are_left_out_are_counted_not_kept(write: Write) -> None:
    rows = "".join(f'"{n}"\n' for n in range(5_000)) + '{"text": "Rain fell."}\n'
    articles, skipped, _ = loaded(write({"a.jsonl": rows}))
    assert list(articles) == ["a.jsonl:5001"]
    assert len(skipped) == 101
    assert skipped["a.jsonl"] == "left out for such reasons too: 4,900 more"


def test_days_in_numbers_wait_for_their_column_for_a_while(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that cannot wait have no day; what follows a settled column has one at once."""
    corpus = write({"a.csv": "text;date\n" + "Rain.;5/6/2022\n" * 4 + "Rain.;25/12/2022\n" * 2})
    monkeypatch.setattr(columns, "_MOST_WAITING", 3)
    articles, _, notes = loaded(corpus)
    months = [one.published and one.published.month for one in articles.values()]
    assert months == [None, None, None, None, 12, 12]
    assert "dates not understood: 4, the first '5/6/2022' in a.csv:2" in [n.text for n in notes]
    monkeypatch.setattr(columns, "_MOST_WAITING", 20)
    months = [one.published and one.published.month for one in loaded(corpus)[0].values()]
    assert months == [6, 6, 6, 6, 12, 12]


def test_a_book_that_names_a_chapter_in_many_ways_has_it_once(tmp_path: Path) -> None:
    ways = ("text/one.xhtml", "./text/one.xhtml", "x/../text/one.xhtml", "TEXT/ONE.xhtml")
    hrefs = [f"{way}#{n}" for n in range(5_000) for way in ways]
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(hrefs)
    )
    order = "".join(f'<itemref idref="i{n}"/>' for n in range(len(hrefs)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/>'
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    (tmp_path / "a.epub").write_bytes(samples.epub(**{"OPS/book.opf": package.encode()}))
    articles, skipped, _ = loaded(tmp_path)
    assert list(articles) == ["a.epub:OPS/text/one.xhtml"]
    assert not skipped


def test_a_book_that_names_many_missing_chapters_names_some_of_them(tmp_path: Path) -> None:
    items = "".join(
        f'<item id="i{n}" href="no{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(20_000)
    )
    order = "".join(f'<itemref idref="i{n}"/>' for n in range(20_000))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/>'
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    (tmp_path / "a.epub").write_bytes(samples.epub(**{"OPS/book.opf": package.encode()}))
    articles, skipped, _ = loaded(tmp_path)
    assert not articles
    assert len(skipped) == 101
    assert skipped["a.epub"] == "left out for such reasons too: 19,900 more"


@pytest.mark.parametrize("export", [NEXIS, OLD_NEXIS, FACTIVA])
def test_a_text_too_long_is_refused_unless_it_is_an_export(
    write: Write, monkeypatch: pytest.MonkeyPatch, export: list[str]
) -> None:
    monkeypatch.setenv("DATELINE_ARTICLE_CHARACTERS", "500")
    text = "\n\n".join(export * 3)
    articles, skipped, _ = loaded(write({"a.txt": text, "b.txt": "Rain fell. " * 400}))
    assert len(articles) == 6
    assert "an article of at most 500 characters, found 1,1" in skipped["b.txt"]


def test_fetched_pages_and_feeds_are_parsed_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-ins end the process that imports them."""
    act = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    for module in ("trafilatura", "feedparser"):
        write_stand_in(tmp_path / "site", module, act)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    with Sandbox(Bounds()) as apart:
        page = fetching.Answer("https://a.example/1", "text/html", None, samples.PAGE.encode())
        with pytest.raises(ValueError, match="its reader crashed"):
            fetching._keep(page, tmp_path, apart)
        feed = fetching.Answer("https://a.example/f", "text/xml", None, samples.RSS.encode())
        with pytest.raises(ValueError, match="its reader crashed"):
            fetching._links_of_feed(feed, apart)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 99)), max_size=30))
def test_notes_are_merged_as_they_come(said: list[tuple[str, int]]) -> None:
    """At most three that say the same, in order, and the last tells how many more there are."""
    notes = [Note(f"{n}.txt", f"{word} of {number}") for n, (word, number) in enumerate(said)]
    merged = merge_notes(notes)
    for word in "ab":
        alike = [note for note in notes if note.text[0] == word]
        kept = [note for note in merged if note.text[0] == word]
        assert len(kept) == min(3, len(alike))
        assert [note.path for note in kept] == [note.path for note in alike[:3]]
        more = f" (the same of {len(alike) - 3} more)" if len(alike) > 3 else ""
        assert not kept or kept[-1].text == alike[len(kept) - 1].text + more
    found = MergedNotes()
    for note in notes:
        found.add(note)
    assert found.merged() == merged


def test_what_waits_is_let_go(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of many characters ends the waiting too."""
    monkeypatch.setattr(columns, "_MOST_CHARACTERS", 100)
    rows: list[dict[str, Any]] = [{"text": "Rain fell. " * 20, "date": "5/6/2022"}] * 2
    rows.append({"text": "Rain fell.", "date": "25/12/2022"})
    articles, _, _ = loaded(write({"a.json": json.dumps(rows)}))
    assert [one.published is None for one in articles.values()] == [True, True, False]
    assert all(isinstance(one, Article) for one in articles.values())
