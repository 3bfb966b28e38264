"""A rebuild keeps what is unchanged and forgets what is gone; a bad corpus changes nothing."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import index
import qa
from index.build_cache import CACHE
from index.corpus import cleaning, loading
from index.passages import encoded_text, passages_of
from index.stores.local.generations import current, open_index
from index.stores.local.place import FolderPlace
from index.stores.local.writer import LocalWriter
from index.types import DatelineError, Passage, Vectors
from tests.conftest import ROOT, Write
from tests.fakes import CapitalReader, WordEmbedder

PROMPT = "Get the best of our paper every day."
LONG = " ".join(
    f"The minister of Town{number} signed paper number {number} on that day."
    for number in range(40)
)


def test_a_rebuild_encodes_only_what_changed(tmp_path: Path, write: Write) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()
    first = index.build(
        write({"a.txt": LONG, "b.txt": "The museum opens at nine.", "c.txt": "Rain fell."}),
        folder,
        embedder=embedder,
    )
    assert (first.articles, first.added, first.unchanged, first.vectors_reused) == (3, 3, 0, 0)
    assert len(embedder.encoded) == first.passages

    embedder.encoded.clear()
    again = index.build(
        write({"a.txt": LONG, "b.txt": "The museum opens at nine.", "c.txt": "Rain fell."}),
        folder,
        embedder=embedder,
    )
    assert (again.generation, again.unchanged, again.vectors_reused, embedder.encoded) == (
        first.generation,
        3,
        first.passages,
        [],
    )

    edited = LONG + " A new last sentence stands here."
    second = index.build(
        write({"a.txt": edited, "b.txt": "The museum opens at nine.", "d.txt": "Snow fell."}),
        folder,
        embedder=embedder,
    )
    assert (second.added, second.changed, second.removed, second.unchanged) == (1, 1, 1, 1)
    assert len(embedder.encoded) == 2  # the edited passage and the new article
    assert second.vectors_reused == second.passages - 2

    embedder.encoded.clear()
    full = index.build(
        write({"a.txt": edited, "b.txt": "The museum opens at nine.", "d.txt": "Snow fell."}),
        folder,
        embedder=embedder,
        full=True,
    )
    assert (full.vectors_reused, len(embedder.encoded)) == (0, full.passages)


def test_what_an_outlet_repeats_is_learned_and_forgotten_as_articles_come_and_go(
    tmp_path: Path, write: Write
) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()

    def passages_after(count: int) -> set[str]:
        index.build(
            write({f"{n}.txt": f"Boat {n} left the harbour.\n{PROMPT}\n" for n in range(count)}),
            folder,
            embedder=embedder,
        )
        store = open_index(folder)
        return {
            passage.text for article in store.articles() for passage in store.indexed(article.id)[0]
        }

    assert f"Boat 0 left the harbour.\n{PROMPT}" in passages_after(3)
    assert passages_after(4) == {
        f"Boat {n} left the harbour." for n in range(4)
    }  # the first three are passages anew
    assert f"Boat 0 left the harbour.\n{PROMPT}" in passages_after(3)


def test_near_copies_are_known_as_one_story(tmp_path: Path, write: Write) -> None:
    folder = tmp_path / "index"
    index.build(
        write({"a.txt": LONG, "b.txt": LONG + " A last word.", "c.txt": "Rain fell."}),
        folder,
        embedder=WordEmbedder(),
    )
    assert {article.id: article.story for article in open_index(folder).articles()} == {
        "a.txt": "a.txt",
        "b.txt": "a.txt",
        "c.txt": "c.txt",
    }
    index.build(
        write({"b.txt": LONG + " A last word.", "c.txt": "Rain fell."}),
        folder,
        embedder=WordEmbedder(),
    )
    assert {article.story for article in open_index(folder).articles()} == {"b.txt", "c.txt"}


def test_where_articles_only_come_only_they_are_written_and_a_copy_before_another_is_its_origin(
    tmp_path: Path, write: Write
) -> None:
    story = (
        "Rain fell on the harbour of Norvik for three days, and the ferry did not sail. "
        + " ".join(f"Word{n}" for n in range(40))
    )
    folder = tmp_path / "index"
    files = {"b.txt": story, "d.txt": "Snow fell on the hills."}
    index.build(write(files), folder, embedder=WordEmbedder())
    added: list[str] = []
    add = LocalWriter.add

    def noted(writer: LocalWriter, passages: Sequence[Passage], vectors: Vectors) -> None:
        added.extend(passage.article.id for passage in passages)
        add(writer, passages, vectors)

    with patch.object(LocalWriter, "add", noted):
        index.build(write({"a.txt": story} | files), folder, embedder=WordEmbedder())
    assert added == ["a.txt"]
    store = open_index(folder)
    assert [(article.id, article.story) for article in store.articles()] == [
        ("a.txt", "a.txt"),
        ("b.txt", "a.txt"),
        ("d.txt", "d.txt"),
    ]


def test_reused_vectors_stand_with_their_own_passages(tmp_path: Path, write: Write) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()
    index.build(
        write({"a.txt": LONG, "b.txt": "The museum opens at nine."}), folder, embedder=embedder
    )
    index.build(
        write(
            {
                "0.txt": "A new first article.",
                "a.txt": "Short now. " + LONG,
                "b.txt": "The museum opens at nine.",
            }
        ),
        folder,
        embedder=embedder,
    )
    store = open_index(folder)
    for article in store.articles():
        passages, vectors = store.indexed(article.id)
        assert passages == passages_of(article)
        assert np.allclose(
            vectors, embedder.encode([encoded_text(passage) for passage in passages]), atol=1e-6
        )


def test_removed_and_edited_articles_are_never_cited_again(tmp_path: Path, write: Write) -> None:
    folder, embedder, reader = tmp_path / "index", WordEmbedder(), CapitalReader()
    index.build(
        write(
            {
                "a.txt": "the truce was brokered by Atlantis.",
                "b.txt": "the truce was praised by Lemuria.",
            }
        ),
        folder,
        embedder=embedder,
    )
    archive = qa.open(folder, embedder=embedder, reader=reader)
    question = "Who brokered the truce?"
    assert {answer.text for answer in archive.ask(question).answers} == {"Atlantis", "Lemuria"}
    index.build(write({"a.txt": "the truce was brokered by Thule."}), folder, embedder=embedder)
    archive.refresh()
    reply = archive.ask(question)
    assert {answer.text for answer in reply.answers} == {"Thule"}
    assert not any("Atlantis" in hit.text or "Lemuria" in hit.text for hit in reply.passages)


@hypothesis.settings(max_examples=12)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("abcdefg"),
            st.sampled_from(
                [
                    "Rain fell.",
                    "Snow fell. It was cold.",
                    LONG[:900],
                    LONG[:700],
                    "Talks.",
                    *(f"Boat {n}.\n{PROMPT}" for n in range(5)),
                ]
            ),
            min_size=1,
        ),
        max_size=4,
    ),
    st.booleans(),
    st.booleans(),
)
def test_any_series_of_builds_ends_as_one_fresh_build(
    tmp_path_factory: pytest.TempPathFactory,
    states: list[dict[str, str]],
    growing: bool,
    settled: bool,
) -> None:
    """A series ends as one fresh build.

    Words of passages that are dead still count in BM25, so then scores of words may differ, and
    what is found may not. `growing`: articles only come, between those that are there. `settled`:
    files that did not change are not read again.
    """
    root = tmp_path_factory.mktemp("series")
    files: dict[str, str] = {}
    for state in states:
        files = {**state, **files} if growing else state
        corpus = root / "articles"
        corpus.mkdir(exist_ok=True)
        for path in corpus.iterdir():
            if files.get(path.stem) != path.read_text():
                path.unlink()
        for name, text in files.items():
            if not (corpus / f"{name}.txt").exists():
                (corpus / f"{name}.txt").write_text(text)
        with patch("index.corpus.file_cache._SETTLED", -(10**12) if settled else 10**12):
            index.build(corpus, root / "kept", embedder=WordEmbedder())
        index.build(corpus, root / "fresh", embedder=WordEmbedder(), full=True)
        kept, fresh = open_index(root / "kept"), open_index(root / "fresh")
        assert list(kept.articles()) == list(fresh.articles())
        assert kept.manifest["counts"] == fresh.manifest["counts"]
        for article in fresh.articles():
            passages, vectors = kept.indexed(article.id)
            others, expected = fresh.indexed(article.id)
            assert passages == others
            assert np.array_equal(vectors, expected)
        for question in ("rain and snow", "which boat", "minister of Town7"):
            vector = WordEmbedder().encode_question(question)
            assert kept.search(vector, "zzz", 3) == fresh.search(vector, "zzz", 3)
            found, expected_found = (
                {match.passage for match in store.search(vector, question, 1000)}
                for store in (kept, fresh)
            )
            assert found == expected_found
            if not kept.dead:
                assert kept.search(vector, question, 3) == fresh.search(vector, question, 3)
    if states:
        assert FolderPlace(root / "kept").verify() == []


def test_only_files_that_changed_are_read_again_and_only_new_lines_become_articles(
    tmp_path: Path, write: Write
) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()
    lines = [json.dumps({"id": str(n), "text": f"Rain fell on Town{n}."}) + "\n" for n in range(4)]
    corpus = write(
        {
            "a.txt": "Snow fell.",
            "b.jsonl": "".join(lines[:3]),
            "c.md": "---\nx: [\n---\nBad front matter.",
        }
    )

    def built() -> tuple[list[str], list[str]]:
        """Build; return the files that were read and the articles that were made of them."""
        with (
            patch("index.corpus.file_cache._SETTLED", -(10**12)),
            patch("index.corpus.loading._read", wraps=loading._read) as read,
            patch("index.corpus.loading.make_article", wraps=cleaning.make_article) as made,
        ):
            index.build(corpus, folder, embedder=embedder)
        return [call.args[0].location.name for call in read.call_args_list], [
            call.args[1] for call in made.call_args_list
        ]

    everything = (["a.txt", "b.jsonl", "c.md"], ["a.txt", "b.jsonl", "b.jsonl", "b.jsonl"])
    assert built() == everything
    assert built() == (["c.md"], [])  # of which something was left out
    with (corpus / "b.jsonl").open("a") as file:
        file.write(lines[3])
    assert built() == (["b.jsonl", "c.md"], ["b.jsonl"])
    assert [article.id for article in open_index(folder).articles()] == [
        "a.txt",
        *(f"b.jsonl:{number}" for number in range(4)),
    ]
    (folder / CACHE).write_bytes(b"no cache")
    assert built()[0] == everything[0]
    FolderPlace(
        folder
    ).rollback()  # to the one without article 3: what was learned of it does not count
    assert "b.jsonl" in built()[0]
    assert [article.id for article in open_index(folder).articles()] == [
        "a.txt",
        *(f"b.jsonl:{number}" for number in range(4)),
    ]
    with patch("index.build_cache._code", return_value="other code"):
        assert built()[0] == everything[0]


def test_a_line_whose_text_is_as_it_was_is_another_article_with_another_title_or_day(
    tmp_path: Path, write: Write
) -> None:
    folder = tmp_path / "index"
    for fields in (
        {"title": "Rain"},
        {"title": "Snow"},
        {"title": "Snow", "published": "2022-10-14"},
        {"title": "Snow", "authors": ["A. Berg"]},
    ):
        lines = [
            json.dumps({"id": "0", "text": "It fell on the town."} | fields),
            json.dumps({"id": "1", "text": "Talks."}),
        ]
        summary = index.build(write({"a.jsonl": "\n".join(lines)}), folder, embedder=WordEmbedder())
        (changed, _) = open_index(folder).articles()
        told = {
            "title": changed.title,
            "published": changed.published and str(changed.published),
            "authors": list(changed.authors),
        }
        assert {name: value for name, value in told.items() if value} == fields
        assert summary.unchanged == (0 if summary.generation == "000001" else 1)


def test_no_thread_of_its_own_runs_on_when_a_build_turns_to_the_index(
    tmp_path: Path, write: Write
) -> None:
    """Milvus adds a variable to the environment then.

    Native code that is being imported may be reading the environment.
    """
    events: list[str] = []

    def slow() -> None:
        time.sleep(0.3)
        events.append("imported")

    def begun(place: FolderPlace) -> Any:
        events.append("writing")
        return writing(place)

    writing = FolderPlace.writing
    with (
        patch("index.engines.local._import_splitter", slow),
        patch.object(FolderPlace, "writing", begun),
    ):
        index.build(write({"a.txt": "Rain fell."}), tmp_path / "index", embedder=WordEmbedder())
    assert events == ["imported", "writing"]


def test_a_file_is_read_again_under_other_bounds_and_columns(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = json.dumps({"text": "Rain fell on the town.", "story": "Snow."}) + "\n"
    folder, corpus = tmp_path / "index", write({"a.jsonl": row, "b.txt": "Talks."})
    monkeypatch.setattr("index.corpus.file_cache._SETTLED", -(10**12))
    index.build(corpus, folder, embedder=WordEmbedder())
    mapped = index.build(corpus, folder, embedder=WordEmbedder(), columns={"text": "story"})
    assert (mapped.changed, mapped.unchanged) == (1, 1)
    monkeypatch.setenv("DATELINE_ARTICLE_CHARACTERS", "5")
    bounded = index.build(
        write({"a.jsonl": row, "b.txt": "Talks.", "c.txt": "Hm."}), folder, embedder=WordEmbedder()
    )
    assert [one.path for one in bounded.skipped] == ["a.jsonl:1", "b.txt"]
    assert bounded.articles == 1


BUILD_PATH = (
    "pipeline.py",
    "passages.py",
    "engines/local.py",
    "engines/ray.py",
    "stores/copying.py",
)


@pytest.mark.parametrize("file", BUILD_PATH)
def test_the_build_path_tells_no_place_store_or_writer_apart(file: str) -> None:
    """What it needs stands in the protocols: it asks for no class of place, and for no engine."""
    tree = ast.parse((ROOT / "index" / file).read_text(encoding="utf-8"))
    told_apart = {
        name.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "isinstance"
        for name in ast.walk(call.args[1])
        if isinstance(name, ast.Name)
    }
    # items that an engine or a loader yields, a corpus that is a path or records, an encoder to be
    # carried
    items = {"Article", "Note", "Skipped", "Unencoded"}
    given = {"str", "Path", "dict", "Mapping", "Iterable"}
    assert told_apart <= items | given | {"CompiledEncoder"}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("index.stores.")
        for alias in node.names
    }
    assert imported <= {"place_of", "encoder_of"}
    asked = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert "engine is None" not in asked
    assert "engine is not None" not in asked


def test_a_reply_is_wholly_of_one_generation_while_others_are_published(
    tmp_path: Path, write: Write
) -> None:
    """Every article of generation n names Town n, so a mix would show."""
    folder, embedder = tmp_path / "index", WordEmbedder()

    def publish(number: int) -> None:
        texts = {
            f"{name}.txt": f"the truce {name} was brokered by Town{number}." for name in "abcdefgh"
        }
        assert index.build(write(texts), folder, embedder=embedder).generation == f"{number:06d}"

    publish(1)
    archive = qa.open(folder, embedder=embedder, reader=CapitalReader())
    wrong: list[str] = []
    seen: set[str] = set()
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                archive.refresh()
                reply = archive.ask("Who brokered the truce?")
                seen.add(reply.index_generation)
                towns = {answer.text for answer in reply.answers} | {
                    hit.text.split()[-1].strip(".") for hit in reply.passages
                }
                if towns != {f"Town{int(reply.index_generation)}"}:
                    wrong.append(f"{reply.index_generation}: {towns}")
            except Exception as error:
                wrong.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(2, 12):
        publish(number)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(seen) > 2


def test_an_empty_or_missing_corpus_changes_nothing(tmp_path: Path, write: Write) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()
    index.build(write({"a.txt": "Rain fell."}), folder, embedder=embedder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatelineError, match=r"found none\. The index is as it was"):
        index.build(tmp_path / "empty", folder, embedder=embedder)
    (tmp_path / "empty" / "x.txt").write_text("Advertisement\nplease wait\n")
    with pytest.raises(DatelineError, match="boilerplate"):
        index.build(tmp_path / "empty", folder, embedder=embedder)
    with pytest.raises(DatelineError, match="found nothing there"):
        index.build(tmp_path / "nowhere", folder, embedder=embedder)
    assert current(folder) == "000001"


def test_vectors_of_another_encoder_are_not_reused(tmp_path: Path, write: Write) -> None:
    folder, corpus = tmp_path / "index", write({"a.txt": LONG})
    index.build(corpus, folder, embedder=WordEmbedder())
    summary = index.build(corpus, folder, embedder=WordEmbedder(name="other"))
    assert (summary.generation, summary.vectors_reused) == ("000002", 0)
    assert (
        open_index(folder).manifest["encoder"]["fingerprint"]
        == WordEmbedder(name="other").fingerprint
    )


def test_settings_that_decide_the_passages_are_not_mixed(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, embedder = tmp_path / "index", WordEmbedder()
    corpus = write({"a.txt": LONG})
    index.build(corpus, folder, embedder=embedder)
    monkeypatch.setitem(index.build.__globals__["SETTINGS"], "passages", "another way")
    assert index.build(corpus, folder, embedder=embedder).vectors_reused == 0


BUILDER = """
import sys
import index
from tests.fakes import WordEmbedder
for number in range(1000):
    open(f"{sys.argv[1]}/extra.txt", "w").write(f"Extra article number {number}.")
    print(index.build(sys.argv[1], sys.argv[2], embedder=WordEmbedder()).generation, flush=True)
"""


@pytest.mark.slow
def test_a_builder_killed_at_any_instant_leaves_an_index_that_answers(
    tmp_path: Path, write: Write
) -> None:
    corpus, folder = (
        write({"a.txt": "the truce was brokered by Atlantis.", "b.txt": LONG}),
        tmp_path / "index",
    )
    embedder, reader = WordEmbedder(), CapitalReader()
    index.build(corpus, folder, embedder=embedder)
    rng = np.random.default_rng(1)
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(corpus), str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        began = time.perf_counter()
        published = process.stdout.readline().strip()
        time.sleep(
            float(rng.uniform(0, 1)) * (time.perf_counter() - began)
        )  # anywhere in the next build, however slow the machine
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        reply = qa.open(folder, embedder=embedder, reader=reader).ask("Who brokered the truce?")
        assert "Atlantis" in [answer.text for answer in reply.answers]
        assert reply.index_generation >= published
        assert FolderPlace(folder).verify() == []
    (corpus / "extra.txt").unlink()
    summary = index.build(corpus, folder, embedder=embedder)
    assert summary.articles == 2
    assert not list(folder.glob(".draft-*"))
