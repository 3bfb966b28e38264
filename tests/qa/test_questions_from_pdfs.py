"""As many questions are answered from PDFs as from the plain text of the same articles."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import index
import qa
from tests.conftest import ROOT
from tests.index.corpus.typeset import Layout, paragraphs, typeset
from tests.qa.test_seed_questions import ANSWERED

ALL_AT_ONCE = Layout(
    width=38, columns=2, hyphen="-", ligatures=True, soft=True, heads=True, footnotes=True
)


def _right(archive: qa.Archive) -> int:
    """Return of how many questions the first answer is right."""
    right = 0
    for question, wanted in ANSWERED[::2]:
        reply = archive.ask(question)
        first = reply.answers[0].citations[0].best_words if reply.answers else ""
        right += any(answer in first for answer in wanted.split("|"))
    return right


@pytest.mark.slow
def test_as_many_questions_are_answered_from_pdfs(
    archive: qa.Archive, corpus_index: Path, tmp_path: Path
) -> None:
    """Two columns, broken words, ligatures, soft hyphens, heads and footnotes, all in one."""
    (tmp_path / "pdf").mkdir()
    for path in (ROOT / "corpus").iterdir():
        texts = paragraphs(path.read_text(encoding="utf-8").split("---", 2)[2])
        (tmp_path / "pdf" / f"{path.stem}.pdf").write_bytes(typeset(texts, ALL_AT_ONCE))
    shutil.copytree(corpus_index, tmp_path / "index")  # its encoder need not be compiled again
    summary = index.build(tmp_path / "pdf", tmp_path / "index")
    assert (summary.added, summary.skipped) == (5, ())
    plain = _right(archive)
    assert plain > 9
    assert _right(qa.open(tmp_path / "index")) >= plain
