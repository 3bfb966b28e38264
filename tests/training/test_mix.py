"""Training examples: spans that stay on their words, and negatives that are negative."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from training.examples import OPPOSITES, Record, denied, neighbour, positive_or_null, swapped
from training.mix import archived
from training.question_sets import read, shingles, written_out
from training.timed import TIME, Timed, compounds

STORY = (
    "In spring Maria Olsen repaired the lighthouse at Bergen. It had stood dark since 1987. "
    "The harbour paid Peter Hansen 400 crowns for the oil in 1990."
)


def record(question: str, answer: str | None, context: str = STORY, group: str = "set") -> Record:
    span = None if answer is None else (context.index(answer), context.index(answer) + len(answer))
    return Record(group, question, context, span, () if answer is None else (answer,))


@pytest.mark.parametrize(
    ("tokenised", "answer", "text", "moved"),
    [
        ("He ca n't go , he said .", "go", "He can't go, he said.", "go"),
        (
            "`` Stop ! '' said the king 's men .",
            "king 's men",
            '"Stop!" said the king\'s men.',
            "king's men",
        ),
        ("It ( the ship ) sank .", "the ship", "It (the ship) sank.", "the ship"),
        ("It cost $ 5 million .", "$ 5 million", "It cost $5 million.", "$5 million"),
        ("Nothing to mend here.", "mend", "Nothing to mend here.", "mend"),
    ],
)
def test_tokenised_text_is_written_out_and_its_span_goes_along(
    tokenised: str, answer: str, text: str, moved: str
) -> None:
    start = tokenised.index(answer)
    written, ((first, last),) = written_out(tokenised, [(start, start + len(answer))])
    assert written == text
    assert written[first:last] == moved


@given(
    st.lists(
        st.sampled_from(["a", "b", ",", "``", "''", "n't", "(", ")", "$", "x's"]),
        min_size=1,
        max_size=12,
    ),
    st.data(),
)
def test_a_moved_span_holds_the_same_letters(tokens: list[str], data: st.DataObject) -> None:
    text = " ".join(tokens)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    written, ((first, last),) = written_out(text, [(start, end)])
    assert [c for c in written[first:last] if c.isalnum()] == [
        c for c in text[start:end] if c.isalnum()
    ]


def test_a_positive_example_is_a_passage_or_sentence_that_holds_the_answer() -> None:
    seen = set()
    for seed in range(60):
        example = positive_or_null(
            record("Who repaired it?", "Maria Olsen", STORY * 8), random.Random(seed)
        )
        assert example is not None
        assert example.passage[example.start : example.end] == "Maria Olsen"
        assert example.passage in STORY * 8
        seen.add(len(example.passage))
    # the sentence alone, sometimes
    assert len("In spring Maria Olsen repaired the lighthouse at Bergen.") in seen
    assert len(seen) > 2


def test_a_question_without_answer_gets_the_passage_nearest_to_it() -> None:
    far = "Nothing of note happened that winter in the hills above the town. " * 9
    example = positive_or_null(
        record("Who painted the lighthouse at Bergen?", None, far + STORY), random.Random(0)
    )
    assert example is not None
    assert (example.start, example.end) == (-1, -1)
    assert "lighthouse" in example.passage


def test_a_swapped_question_asks_for_what_the_passage_does_not_say() -> None:
    questions = set()
    for seed in range(40):
        example = swapped(
            record("Who repaired the lighthouse at Bergen in 1987?", "Maria Olsen"),
            random.Random(seed),
        )
        if example is not None:
            assert (example.start, example.end) == (-1, -1)
            assert "Maria" not in example.question  # the answer is never put into the question
            questions.add(example.question)
    assert questions == {
        "Who repaired the lighthouse at Peter Hansen in 1987?",
        "Who repaired the lighthouse at Bergen in 1990?",
    }
    nothing_to_swap = record("Who repaired it?", "Maria Olsen")
    assert swapped(nothing_to_swap, random.Random(0)) is None


def test_a_neighbour_does_not_hold_the_answer() -> None:
    context = (
        STORY
        + " "
        + "The ferry to the islands left on time all through that long and stormy winter. " * 12
    )
    for seed in range(20):
        example = neighbour(record("Who repaired it?", "Maria Olsen", context), random.Random(seed))
        assert example is not None
        assert "Maria Olsen" not in example.passage
    one_passage = record("Who repaired it?", "Maria Olsen")  # and it answers
    assert neighbour(one_passage, random.Random(0)) is None


def test_what_overlaps_a_held_out_text_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl.gz"
    other = (
        "An entirely different story about the price of butter and of eggs in the market of the "
        "old town."
    )
    rows = [
        {
            "context": text,
            "question": "Who?",
            "answers": [{"text": "the", "start": text.index("the")}],
        }
        for text in (STORY, other)
    ]
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    held_out = shingles("A preface. " + STORY.upper() + " An end.")
    assert [one.context for one in read(file, "set", held_out)] == [other]
    assert len(list(read(file, "set", set()))) == 2


def test_the_span_that_most_annotators_chose_is_learned(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl.gz"
    answers = [
        {"text": text, "start": STORY.index(text)}
        for text in ("the lighthouse", "lighthouse", "lighthouse")
    ]
    file.write_bytes(
        gzip.compress(
            json.dumps({"context": STORY, "question": "What?", "answers": answers}).encode()
        )
    )
    (one,) = read(file, "set", set())
    assert one.answer is not None
    assert STORY[slice(*one.answer)] == "lighthouse"


def test_a_denied_question_asks_for_the_opposite() -> None:
    first = record("Who was the first keeper of the lighthouse?", "Maria Olsen")
    examples = [denied(first, random.Random(seed)) for seed in range(30)]
    made = {example.question for example in examples if example is not None}
    assert made == {
        "Who was the last keeper of the lighthouse?",
        "Who was not the first keeper of the lighthouse?",
    }
    denied_already = record("Who was never the first keeper?", "Maria Olsen")
    assert denied(denied_already, random.Random(0)) is None
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)


def test_a_timed_question_is_answered_by_its_own_time_alone() -> None:
    """The answer stands beside the wanted time; a time that is not in the passage has none."""
    context = "The tower was repaired in 1987 by Maria Olsen. It had stood empty for years."
    others = Timed(
        [
            record("Who sang?", "Peter Berg", "Peter Berg sang."),
            record("Who repaired the tower?", "Maria Olsen", context),
        ]
    )
    kinds = set()
    for seed in range(60):
        example = others(
            record("Who repaired the tower?", "Maria Olsen", context), random.Random(seed)
        )
        assert example is not None
        assert (example.group, example.relevance) == ("timed", None)
        (asked,) = TIME.findall(example.question)
        if example.start < 0:
            assert asked not in example.passage
            assert example.passage == context
            kinds.add("no answer")
        else:
            assert asked == "1987"
            assert example.passage[example.start : example.end] == "Maria Olsen"
            first = example.passage.index("1987")
            assert first < example.start < first + 30  # the sentence of that year, not its twin's
            if "Peter Berg" in example.passage:
                twin = example.passage.index("Peter Berg")
                assert TIME.findall(example.passage[twin - 30 : twin]) not in ([], ["1987"])
                kinds.add("the twin first" if twin < example.start else "the twin last")
    assert kinds == {"no answer", "the twin first", "the twin last"}


def test_a_question_that_names_its_time_is_put_to_a_passage_of_another() -> None:
    context = "The tower was repaired in May by Maria Olsen."
    nulls = 0
    for seed in range(20):
        example = Timed([])(
            record("Who repaired the tower in May?", "Maria Olsen", context), random.Random(seed)
        )
        assert example is not None
        nulls += example.start < 0
        assert ("in May by" in example.passage) == (example.start >= 0)
        assert TIME.search(example.passage)
    assert 4 < nulls < 16
    assert (
        Timed([])(record("When was the tower repaired?", "in May", context), random.Random(0))
        is None
    )
    # the answer's sentence does not say when
    elsewhere = "Maria Olsen repaired the tower. In May it rained."
    assert all(
        Timed([])(
            record("Who repaired the tower in May?", "Maria Olsen", elsewhere), random.Random(seed)
        )
        is None
        for seed in range(9)
    )
    assert TIME.findall("In 1987, of 1987,500 crowns, in May 2001 or on May 3") == ["1987", "2001"]


def test_a_compound_is_asked_for_its_first_half() -> None:
    context = (
        "In May a small clinic funded by the Hansen Trust opened. "
        "Then the road was built by Peter Berg."
    )
    seen = set()
    for seed in range(30):
        (one,) = compounds(context, random.Random(seed))
        assert one.passage[one.start : one.end] == "Hansen Trust"
        assert "a Hansen Trust-funded small clinic opened" in one.passage
        seen.add(one.question)
    assert "Who funded the clinic?" in seen
    assert any("May" in question for question in seen)  # the time of the sentence
    assert all("clinic" in question and "funded" in question for question in seen)


def test_a_twelfth_of_the_contexts_is_left_to_the_calibration(tmp_path: Path) -> None:
    contexts = [f"The lighthouse of harbour {number} was repaired." for number in range(600)]
    rows = [
        {"context": context, "question": "What?", "answers": [{"text": "The", "start": 0}]}
        for context in contexts
    ]
    file = tmp_path / "set.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    kept = list(read(file, "qed_nq", set()))
    assert 0.88 < len(kept) / 600 < 0.95
    assert list(read(file, "qed_nq", set())) == kept  # the same ones in each draw
    assert len(list(read(file, "qamr", set()))) == 600


def test_another_draw_finds_nearly_all_of_its_contexts_archived() -> None:
    contexts = {f"Story {number}." for number in range(300)}
    first = archived(contexts, 100)
    second = archived(contexts - {"Story 7.", "Story 8."}, 100)
    assert len(first) == len(second) == 100
    assert set(first) <= contexts
    assert len(first.items() & second.items()) >= 98  # the same text under the same id
    assert len(archived(contexts, 1_000)) == 300


def test_a_row_without_answers_is_unanswerable(tmp_path: Path) -> None:
    rows = [{"context": STORY, "question": "Who sank it?", "answers": []}]
    file = tmp_path / "set.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    (one,) = read(file, "squad20_train_unanswerable", set())
    example = positive_or_null(one, random.Random(0))
    assert example is not None
    assert (example.group, example.start, example.end) == ("unanswerable", -1, -1)
