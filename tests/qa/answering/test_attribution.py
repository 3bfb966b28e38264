"""Who is said to say it, on sentences made for the tests: what is in [brackets] is attributed."""

from __future__ import annotations

import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from qa.answering.attribution import speaker_of


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("According to the EPA, the spill killed [400 fish].", "the EPA"),
        ("The spill killed [400 fish], according to the EPA.", "the EPA"),
        ("The accusation was [“absolutely baseless”], Peskov said.", "Peskov"),
        ("Peskov said the accusation was [baseless].", "Peskov"),
        ("Macron accused Moscow of [helping Azerbaijan].", "Macron"),
        ("Macron had told French television that [Russia] wanted disorder.", "Macron"),
        ("[Macron] said that Russia wanted disorder.", None),
        ("The clashes cost [286] lives.", None),
        ("The ensuing conflict claimed around [30,000] lives.", None),
        ("The ministry claimed [30,000] had died.", "The ministry"),
        ("“We lost [40 men],” said Col. James Reed, who led the unit.", "Col. James Reed"),
        ("Police said [three people] were hurt.", "Police"),
        (
            "The spokeswoman of Russia's Foreign Ministry, Maria Zakharova, had called the "
            "statement [“outrageous”].",
            "The spokeswoman of Russia's Foreign Ministry",
        ),
        ("In a statement, the company said it would cut [3,000 jobs].", "the company"),
        ("[Biden], who said last week that he would run, won in Ohio.", None),
        ("He added that [two ships] had left.", "He"),
        (
            "The fire destroyed [31 homes], Fire Chief Brian Marshall told reporters on Friday.",
            "Fire Chief Brian Marshall",
        ),
        ("The European Council says [Aliyev] and Pashinian accepted.", "The European Council"),
        (
            "Scientists from the University of Oslo found [a new species] of crab.",
            "Scientists from the University of Oslo",
        ),
        ("The truce, brokered by [the US], ended the fighting.", None),
        (
            "In an interview with the BBC on Monday, Lavrov warned that [Sweden] would regret it.",
            "Lavrov",
        ),
        ("Officials in both capitals said that [200 soldiers] died.", "Officials in both capitals"),
        ("The bill, which passed [51-50], was called historic by Schumer.", None),
        (
            "Ukrainian President Volodymyr Zelenskyy said Saturday that [1,000 children] "
            "had been taken.",
            "Ukrainian President Volodymyr Zelenskyy",
        ),
        ("More than [200 people] died, the government announced on Sunday.", "the government"),
        ("Richmond said he believes that [Biden] will win.", "Richmond"),
        ("But he said that [two ships] had left.", "he"),
        ("Help needs work, she said, between [police] and teachers.", "she"),
        ("“This saved me,” she said, [sitting] on a bench.", None),
        ("“I told them that [nobody] came,” said Cantu.", "Cantu"),
        ("Schools in the north called [delayed] openings.", None),
        (
            "The former editor of the magazine wrote that [voters] care.",
            "The former editor of the magazine",
        ),
        ("Haley’s campaign said Friday that it was [advertising].", "Haley’s campaign"),
        (
            "The community is large, according to the Indian embassy in the [UAE], "
            "which counts it.",
            None,
        ),
    ],
)
def test_the_speaker_of_a_stretch(marked: str, speaker: str | None) -> None:
    text = marked.replace("[", "").replace("]", "")
    found = speaker_of(text, marked.index("["), marked.index("]") - 1)
    assert (None if found is None else text[slice(*found)]) == speaker


@given(
    st.lists(
        st.sampled_from(
            [
                "The",
                "Police",
                "said",
                "that",
                "Macron",
                "officials",
                "of",
                ",",
                "”",
                "“",
                "according to",
                "3",
                "x.",
            ]
        ),
        max_size=30,
    ),
    st.data(),
)
def test_a_speaker_is_a_slice_apart_from_what_is_said(
    words: list[str], data: st.DataObject
) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = speaker_of(text, start, end)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(text)
        assert found[1] <= start or end <= found[0]


@pytest.mark.parametrize(
    "junk", ["A ", "the ", "Aa bb ", "said ", "Officials of the ", ", said ", "X, y", "“”"]
)
def test_a_sentence_without_end_takes_no_time(junk: str) -> None:
    began = time.process_time()
    speaker_of(junk * 5_000, 10_000, 10_003)
    assert time.process_time() - began < 2
