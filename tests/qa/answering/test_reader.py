"""Choosing spans from logits, judged by brute force; the real model on texts it has never seen."""

from __future__ import annotations

import math
from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from index.types import Article, DatelineError, Passage
from qa.answering.reader import Candidate, OnnxReader, context_start, promising_exits
from qa.answering.spans import best_spans, clean
from qa.types import Hit, Span

logits = hnp.arrays(np.float32, 12, elements=st.floats(-10, 10, width=32))


def hit(text: str, id: str = "a") -> Hit:
    return Hit(Passage(Article(id, text), 0, len(text)), 1.0)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def test_spans_by_worked_numbers() -> None:
    start = np.array([9, 1, 5, 0, 2], dtype=np.float32)
    end = np.array([9, 0, 1, 4, 3], dtype=np.float32)
    sentence = np.array([-1, 0, 0, 0, 0])  # the first is [CLS]: high, and never an answer
    assert best_spans(start, end, sentence, n=2) == [(2, 3, 9.0), (4, 4, 5.0)]
    assert best_spans(start, end, sentence, longest=1, n=1) == [(2, 2, 6.0)]
    assert best_spans(start, end, np.array([-1, 0, 0, 1, 1]), n=3) == [
        (2, 2, 6.0),
        (4, 4, 5.0),
        (3, 3, 4.0),
    ]  # none across sentences
    assert best_spans(start, end, np.full(5, -1)) == []


@given(
    logits,
    logits,
    hnp.arrays(np.int64, 12, elements=st.integers(-1, 2)).map(np.sort),
    st.integers(1, 12),
    st.integers(1, 4),
)
def test_the_best_spans_are_those_of_brute_force(
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    sentence: NDArray[np.int64],
    longest: int,
    n: int,
) -> None:
    positions = [int(token) for token in np.flatnonzero(sentence >= 0)]
    pairs = [
        (a, b)
        for a in positions
        for b in positions
        if 0 <= b - a < longest and sentence[a] == sentence[b]
    ]
    expected: list[tuple[int, int, float]] = []
    for a, b in sorted(pairs, key=lambda pair: -(start[pair[0]] + end[pair[1]])):
        if len(expected) < n and not any(a <= other[1] and other[0] <= b for other in expected):
            expected.append((a, b, float(start[a] + end[b])))
    found = best_spans(start, end, sentence, longest, n)
    assert [score for *_, score in found] == pytest.approx([score for *_, score in expected])
    assert all((a, b) in pairs for a, b, _ in found)
    assert not any(
        x[0] <= y[1] and y[0] <= x[1] for place, x in enumerate(found) for y in found[:place]
    )


def test_a_candidates_score_is_the_weighed_sum_of_its_outputs() -> None:
    candidate = Candidate(Span(Article("a", "x"), 0, 1), 2.0, 6.0, 0)
    assert candidate.score({"relevance": 1.0, "margin": 0.5, "bias": -3.0}) == 2 + 3 - 3
    assert candidate.score({"margin": 1.0, "bias": 0.0}) == 6


@pytest.mark.parametrize(
    ("text", "found", "cleaned"),
    [
        ("Some 6,500 men came.", "6", "6,500"),
        ("Some 6,500 men came.", "500 men", "6,500 men"),
        ("It rose 4.7% in May.", "4", "4.7%"),
        ("It cost $12 million, he said.", "12 million,", "$12 million"),
        ("She won (twice) in Rome.", "(twice", "twice"),
        ("She won (twice) in Rome.", "won (twice)", "won (twice)"),
        ("He said “not now” and left.", "“not now", "not now"),
        ("He said “not now” and left.", "“not now”", "“not now”"),
        ('He said "go" twice.', '"go', "go"),
        ("It is in the U.S.", "U.S.", "U.S."),
        ("It ended in May.", "May.", "May"),
        ("Sammy Davis Jr. sang.", "Davis Jr.", "Davis Jr."),
        ("at 9 p.m. on Friday", "9 p.m.", "9 p.m."),
        ("the peace-keepers left", "keepers", "keepers"),
        ("Interest: 3-5 per cent", "3-5", "3-5"),
        ("Yes – in Goris,", "– in Goris,", "in Goris"),
        ("Anna’s house", "Anna’s", "Anna’s"),
        ("a, b", ", ", ""),
        ("unbelievable", "believ", "unbelievable"),
        ("in 2022, 14 fell", "2022, 14", "2022, 14"),
        ("in 2022,14 fell", "14", "2022,14"),
        ("选举在北京举行", "北京", "北京"),
        ("ends in 5.", "5.", "5"),
        ("x 5", "5", "5"),
        ("brokered by the US in May", "the US", "US"),
        ("by the US and the EU", "the US and the EU", "the US and the EU"),
        ("the dead", "the dead", "the dead"),
        ("In The Hague", "The Hague", "The Hague"),
        ("saw the 1990s", "the 1990s", "the 1990s"),
        ("so the", "the", "the"),
        ("It was -5C at dawn", "5C", "-5C"),
        ("It fell by −3.5 % then", "3.5 %", "−3.5 %"),
        ("It was -5C at dawn", "-5C", "-5C"),
        ("from 3-5C", "5C", "5C"),
        ("- 7 men -5 left", "5", "5"),
    ],
)
def test_an_answer_comes_clean(text: str, found: str, cleaned: str) -> None:
    start, end = clean(text, text.index(found), text.index(found) + len(found))
    assert text[start:end] == cleaned


@given(
    st.lists(st.sampled_from([*"abU1 ,.$%()“”\"'-", "the "]), max_size=14).map("".join), st.data()
)
def test_a_clean_span_is_clean_already_and_near_the_one_it_was(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = clean(text, start, end)
    assert 0 <= first <= last <= len(text)
    if first < last:
        assert clean(text, first, last) == (first, last)
        assert first < end
        assert start < last
        assert text[first] not in " ,-)”"
        assert text[last - 1] not in " ,-(“"
        assert not (text[first].isalnum() and first > 0 and text[first - 1].isalnum())
        assert not (text[last - 1].isalnum() and text[last : last + 1].isalnum())


def test_no_answer_is_more_probable_than_the_ceiling_and_score_is_log_odds(
    reader: OnnxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Rain fell. Snow fell. Hail fell."
    given = {
        0: (
            0.0,
            [
                (text.index(word), text.index(word) + 4, margin)
                for word, margin in (("Rain", 200.0), ("Snow", 0.0), ("Hail", -200.0))
            ],
        )
    }
    monkeypatch.setattr(reader, "read_promising", lambda question, passages, firsts: given)
    monkeypatch.setattr(reader, "weights", {"relevance": 0.0, "margin": 1.0, "bias": 0.0})
    monkeypatch.setattr(reader, "ceiling", 0.8)
    sure, even, never = reader.read("What fell?", [hit(text)])
    assert (sure.probability, even.probability, never.probability) == pytest.approx((0.8, 0.4, 0.0))
    assert (sure.score, even.score) == pytest.approx((60.0, 0.0))
    monkeypatch.setattr(reader, "ceiling", 1.0)
    assert [span.score for span in reader.read("What fell?", [hit(text)])] == pytest.approx(
        [60, 0, -60]
    )


def test_every_sentence_is_a_candidate_by_its_best_span(
    reader: OnnxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Rain fell. " * 12
    given = [
        (0.0, [(11 * n, 11 * n + 4, 3.0 * n) for n in range(12)]),
        (1.0, [(5, 9, 0.5), (0, 4, 0.25)]),
    ]
    monkeypatch.setattr(
        reader, "read_promising", lambda question, passages, firsts: dict(enumerate(given))
    )
    monkeypatch.setattr(reader, "weights", {"relevance": 0.0, "margin": 1.0, "bias": 0.0})
    found = reader.candidates("What fell?", [hit(text), hit(text)])
    assert [candidate.margin for candidate in found] == [*(3.0 * n for n in range(11, 0, -1)), 0.5]
    given[0] = (0.0, given[0][1][:2])
    found = reader.candidates("What fell?", [hit(text), hit(text)])
    assert [
        (candidate.span.start, candidate.relevance, candidate.margin) for candidate in found
    ] == [(11, 0.0, 3.0), (5, 1.0, 0.5)]


@given(st.text(alphabet="ab é\n", max_size=600), st.data())
def test_what_is_read_before_a_passage_is_near_whole_words_of_the_story(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, len(text)))
    article = Article("a", text + "x", boilerplate=((0, cut),))
    begin = context_start(article.text, start, article.boilerplate)
    assert max(0, start - 200) <= begin <= start
    assert begin >= cut or cut > start  # boilerplate is no part of the story
    assert begin in (0, start) or text[begin - 1].isspace() or begin == cut
    if cut == 0 and start > 200 and " " in text[start - 200 : start - 1]:
        assert begin < start


def test_who_he_is_stands_before_the_passage_and_no_answer_does(reader: OnnxReader) -> None:
    text = (
        "Maria Olsen came to Bergen as keeper of the lighthouse in May. "
        "She repaired its lamp for 400 crowns. Nobody thanked her."
    )
    article = Article("a", text)
    passage = Hit(Passage(article, text.index("She"), len(text)), 1.0)
    (*found,) = reader.candidates("How much did Maria Olsen pay for the lamp?", [passage])
    assert found[0].span.text == "400 crowns"
    assert all(one.span.start >= passage.start for one in found)
    alone = Hit(Passage(Article("b", text[passage.start :]), 0, len(text) - passage.start), 1.0)
    assert (
        found[0].relevance
        > reader.candidates("How much did Maria Olsen pay for the lamp?", [alone])[0].relevance + 3
    )
    (*others,) = reader.candidates(
        "Who came to Bergen in May as keeper of what?", [passage]
    )  # it is told, but not here
    assert len(others) == 2  # something of each sentence
    assert all(one.span.start >= passage.start for one in others)
    asked = "Who came to Bergen?"
    assert (
        reader._early_exit(asked, text, passage.start).score
        < reader._early_exit(asked, text).score - 1
    )


@pytest.mark.parametrize(
    ("scores", "finished"),
    [
        # the best, one within 3.6 of it, and a third in any case
        ([0.0, -9.0, -6.0, -3.5, -3.7, -20.0], [0, 3, 4]),
        ([-9.0, -2.6, 1.0, 0.0, -2.5, -2.7], [1, 2, 3, 4]),  # four within 3.6 of the best
        ([-30.0, 2.0], [0, 1]),
        ([-math.inf] * 5, [0, 1, 2, 3, 4]),  # a whole network has no exit
        ([], []),
    ],
)
def test_the_passages_of_the_best_exits_are_read_to_the_end(
    scores: list[float], finished: list[int]
) -> None:
    assert promising_exits(scores) == finished


def test_an_early_exit_does_not_change_what_is_read(reader: OnnxReader) -> None:
    texts = [
        "The museum of clocks opens at nine. Tickets are free.",
        "Rain is expected in the hills. Farmers hope for more of it.",
        "In spring Maria Olsen repaired the lighthouse at Bergen. It had stood dark for years.",
        "The harbour paid 400 crowns for oil. Peter Hansen fetched it by boat.",
        "Snow lay on the road to the north. The bus was late.",
        "A choir from Riga sang in the church. Nobody left before the end.",
    ]
    promising = reader.read_promising("Who repaired the lighthouse?", texts, [0] * len(texts))
    assert 2 in promising
    assert len(promising) < len(texts)
    every = reader.outputs("Who repaired the lighthouse?", texts)
    assert promising == {place: every[place] for place in promising}
    assert max(range(len(texts)), key=lambda place: every[place][1][0][2]) == 2


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Who repaired the lighthouse?",
            "The lighthouse stood dark for years. In spring Maria Olsen repaired it. "
            "The harbour paid.",
            "Maria Olsen",
        ),
        (
            "How much did the bridge cost?",
            "The old bridge fell in May. The new bridge cost 41 million crowns, twice the plan.",
            "41 million crowns",
        ),
        (
            "When does the museum open?",
            "The museum of clocks opens at nine in the morning. Tickets are free.",
            "nine in the morning",
        ),
        (
            "Where did the storm make landfall?",
            "Forecasters had warned of rain. The storm made landfall near Bergen on Tuesday.",
            "Bergen",
        ),
    ],
)
def test_the_real_model_finds_the_span(
    reader: OnnxReader, question: str, text: str, answer: str
) -> None:
    best = reader.read(question, [hit("Farmers expect a good harvest this year.", "b"), hit(text)])[
        0
    ]
    assert answer in best.text or best.text in answer
    assert best.article.text[best.start : best.end] == best.text
    assert best.probability >= reader.threshold


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who brokered the end of the nurses' strike?", "Denmark"),
        pytest.param(
            "Who brokered the deal with the pilots?",
            "Norway",
            # A second reading told them apart once. It gained nothing on real questions. Not
            # strict: int8 outputs differ a little between processors.
            marks=pytest.mark.xfail(strict=False, reason="the reader takes the other sentence"),
        ),
    ],
)
def test_the_real_model_tells_apart_two_sentences_of_one_passage(
    reader: OnnxReader, question: str, answer: str
) -> None:
    text = (
        "In March the strike of the pilots ended with a deal brokered by Norway. "
        "The strike of the nurses in June ended with a deal that Denmark brokered."
    )
    assert reader.read(question, [hit(text)])[0].text == answer


@pytest.mark.parametrize(
    "question",
    ["Who won the chess tournament?", "How many ships sank?", "What is the capital of Peru?"],
)
def test_the_real_model_is_silent_where_nothing_is_near(reader: OnnxReader, question: str) -> None:
    spans = reader.read(
        question,
        [
            hit("The museum of clocks opens at nine. Tickets are free."),
            hit("Maria Olsen repaired the lighthouse in spring."),
        ],
    )
    assert all(span.probability < reader.threshold for span in spans)


def test_what_a_passage_gives_does_not_depend_on_its_company(reader: OnnxReader) -> None:
    texts = [
        "Short.",
        "The storm made landfall near Bergen on Tuesday. " * 6,
        "Maria Olsen repaired the lighthouse in spring.",
    ]
    assert reader.outputs("Who repaired it?", texts) == [
        reader.outputs("Who repaired it?", [text])[0] for text in texts
    ]


def test_a_span_of_the_real_model_lies_within_one_sentence(reader: OnnxReader) -> None:
    text = (
        "Volcano erupts in Japan\n\nA volcano in Japan erupted on Sunday. "
        "Eggs\n\nEggs and milk are dear."
    )
    for question in ("Where did a volcano erupt?", "Which food is dear?"):
        for span in reader.read(question, [hit(text)]):
            assert "\n" not in span.text
            assert ". " not in span.text


def test_spans_stay_within_texts_of_any_script_and_length(reader: OnnxReader) -> None:
    texts = [
        "",
        " ",
        "中文新闻报道。",
        "🙂🙂",
        "e\u0301te\u0301",
        "word " * 3000,
        "\u200bİstanbul’da",
    ]
    for text, (_, spans) in zip(texts, reader.outputs("Who? 谁?", texts), strict=True):
        assert all(0 <= start < end <= len(text) for start, end, _ in spans)


ODD = st.lists(
    st.sampled_from(
        [
            "e\u0301",
            "ü",
            "🙂",
            "👩‍🚒",
            "שלום",
            "عاجل",
            "İ",
            "ﬁ",
            "\r\n",
            "\u200b",
            "Ǆ",
            "中",
            "a",
            " ",
            "\t",
        ]
    ),
    max_size=12,
).map("".join)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ODD, ODD)
def test_offsets_are_exact_in_every_unicode_text(
    reader: OnnxReader, before: str, after: str
) -> None:
    text = f"{before}\r\nMaria Olsen repaired the lighthouse.\r\n{after}"
    ((_, spans),) = reader.outputs("Who repaired the lighthouse?", [text])
    assert {"Maria Olsen", "Maria", "Olsen"} & {text[start:end] for start, end, _ in spans}


def test_a_passage_past_the_window_is_read_to_its_end(reader: OnnxReader) -> None:
    text = (
        "The weather was fine and the harbour was full of boats that day. " * 60
        + "In spring Maria Olsen repaired the lighthouse."
    )
    ((relevance, spans),) = reader.outputs("Who repaired the lighthouse?", [text])
    assert text[spans[0][0] : spans[0][1]] == "Maria Olsen"
    assert relevance > reader.outputs("Who repaired the lighthouse?", [text[:3000]])[0][0] + 2


def test_an_over_long_question_leaves_room_for_the_passage(reader: OnnxReader) -> None:
    for word in ("lighthouse ", "灯", "灯塔?"):
        ((_, spans),) = reader.outputs(
            "Who repaired the " + word * 900, ["In spring Maria Olsen repaired the lighthouse."]
        )
        assert spans


@pytest.mark.slow
def test_any_extractive_model_reads_through_the_same_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "who",
        "repaired",
        "it",
        "?",
        "maria",
        "olsen",
        "did",
        ".",
        "the",
        "harbour",
    ]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    model = BertForQuestionAnswering(
        BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
        )
    )
    with (
        torch.no_grad()
    ):  # a span starts at "maria" and ends at "olsen", whatever stands around them
        vectors = model.bert.embeddings.word_embeddings.weight
        vectors[words.index("maria")] = 0
        vectors[words.index("maria"), 0] = 30
        vectors[words.index("olsen")] = 0
        vectors[words.index("olsen"), 1] = 30
        model.qa_outputs.weight.zero_()
        model.qa_outputs.weight[0, 0] = model.qa_outputs.weight[1, 1] = 5
    named = tmp_path / "named"
    model.save_pretrained(named)
    BertTokenizer(vocab=str(tmp_path / "vocab.txt")).save_pretrained(named)
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    foreign = OnnxReader.named(str(named))
    text = "The harbour did. Maria Olsen repaired it."
    best = foreign.read("Who repaired it?", [hit(text)])[0]
    assert best.text == "Maria Olsen"
    assert best.probability > foreign.threshold == 0.5
    assert foreign.read("Who repaired it?", [hit("The harbour did.")])[0].probability < 0.5
    made = (tmp_path / "cache" / "readers").iterdir()
    before = {folder: (folder / "model.int8.onnx").stat().st_mtime_ns for folder in made}
    assert (
        OnnxReader.named(str(named)).read("Who repaired it?", [hit(text)])[0] == best
    )  # compiled once
    assert before == {
        folder: (folder / "model.int8.onnx").stat().st_mtime_ns
        for folder in (tmp_path / "cache" / "readers").iterdir()
    }
    with pytest.raises(DatelineError, match="expected an extractive question-answering model at"):
        OnnxReader.named(str(tmp_path))


def test_a_damaged_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected the reader model in"):
        OnnxReader(tmp_path)
