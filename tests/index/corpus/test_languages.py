"""The language of a text is told by its beginning; a short text stays unknown."""

from __future__ import annotations

import subprocess
import sys

import pytest

from index.corpus.languages import language_of
from tests.conftest import ROOT

ENGLISH = (
    "The mayor said on Friday that the bridge would be closed for three weeks after the storm, "
    "and that the ferries are running."
)
GERMAN = (
    "Der Bürgermeister der Stadt sagte am Freitag, die Brücke werde nach dem Sturm drei Wochen "
    "lang gesperrt bleiben, und die Fähren fahren weiter."
)
FRENCH = (
    "Le maire a déclaré vendredi que le pont resterait fermé pendant trois semaines après la "
    "tempête, selon la mairie."
)
JAPANESE = "市長は金曜日、嵐の後、橋は三週間閉鎖されると述べた。フェリーは運航を続ける。"


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (ENGLISH.upper(), "en"), (GERMAN, "de"), (FRENCH, "fr"), (JAPANESE, "ja")],
)
def test_a_language_is_told_by_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rain fell.",
        " ".join(GERMAN.split()[:11]),
        JAPANESE[:12],  # two characters count as a word
        "12 34 56 " * 50,
    ],
)
def test_a_text_of_fewer_than_twelve_words_stays_unknown(text: str) -> None:
    assert language_of(text) is None


def test_words_that_are_of_no_language_stay_unknown() -> None:
    """A table of results, say: py3langid guesses, but is not sure."""
    assert language_of("Norvik 3 Bergen 1 Halden 2 Moss 0 Skien 1 " * 3) is None


def test_only_the_beginning_counts() -> None:
    assert language_of(ENGLISH * 40 + GERMAN * 400) == "en"
    assert language_of(GERMAN * 40 + ENGLISH * 400) == "de"


def test_a_text_in_english_loads_no_model() -> None:
    program = (
        "import sys; from index.corpus.languages import language_of; "
        "print(language_of(sys.argv[1]), 'py3langid' in sys.modules)"
    )
    for text, said in ((ENGLISH, "en False\n"), (GERMAN, "de True\n")):
        command = [sys.executable, "-c", program, text]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout == said
