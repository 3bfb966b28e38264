"""Chat programs work as they are: OpenAI's own client gets quotations with their places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from starlette.testclient import TestClient

import qa
from tests.qa.web.programs import client_of, logins_of

QUESTION = "who brokered the September truce?"


@pytest.fixture(scope="module")
def client(archive: qa.Archive) -> Iterator[TestClient]:
    with client_of(archive) as client:
        yield client


@pytest.fixture(scope="module")
def chat(client: TestClient) -> openai.OpenAI:
    return openai.OpenAI(
        base_url="http://127.0.0.1/v1", api_key="unused", http_client=client, max_retries=0
    )


def test_an_answer_is_quoted_text_and_its_annotations_are_the_citations(
    chat: openai.OpenAI, archive: qa.Archive
) -> None:
    done = chat.chat.completions.create(
        model="dateline", messages=[{"role": "user", "content": QUESTION}], temperature=0.2
    )
    (choice,) = done.choices
    content = choice.message.content or ""
    best = archive.ask(QUESTION).answers[0]
    assert content.startswith(f"{best.text}\n“{best.citations[0].sentence}”\n— after Expatica")
    assert (choice.finish_reason, done.model) == ("stop", "dateline")
    assert choice.message.annotations
    for annotation in choice.message.annotations:
        place = annotation.url_citation
        ours = annotation.model_extra["dateline"]  # type: ignore[index]
        article = archive.article(ours["article"])
        assert article is not None
        quoted = content[place.start_index : place.end_index]
        assert quoted == article.text[ours["start"] : ours["end"]]
        assert content[place.start_index - 1] + content[place.end_index] == "“”"
        assert place.title == article.title
        assert place.url.startswith(article.url or "http://127.0.0.1/?article=")


def test_the_articles_differ_and_silence_is_said(chat: openai.OpenAI) -> None:
    differ = "How many soldiers were killed in the clashes on the border in September?"
    content, *_ = (
        chat.chat.completions.create(model="x", messages=[{"role": "user", "content": question}])
        .choices[0]
        .message.content
        or ""
        for question in (differ,)
    )
    assert content.count("“") == content.count("”") > 0
    silent = chat.chat.completions.create(
        model="x", messages=[{"role": "user", "content": "How many tanks did Armenia lose?"}]
    )
    message = silent.choices[0].message
    assert (message.content or "").startswith("No clear answer found")
    assert message.annotations == []


def test_a_follow_up_leans_on_the_messages_before_it(chat: openai.OpenAI) -> None:
    first = chat.chat.completions.create(
        model="x", messages=[{"role": "user", "content": QUESTION}]
    )
    said = first.choices[0].message.content or ""
    second = chat.chat.completions.create(
        model="x",
        messages=[
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": said},
            {"role": "user", "content": [{"type": "text", "text": "and who brokered it?"}]},
        ],
    )
    assert (second.choices[0].message.content or "").startswith("US\n")


def test_a_stream_has_the_same_words(chat: openai.OpenAI) -> None:
    whole = chat.chat.completions.create(
        model="x", messages=[{"role": "user", "content": QUESTION}]
    ).choices[0]
    stream = chat.chat.completions.create(
        model="x", messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    chunks = list(stream)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == whole.message.content
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_there_is_one_model_and_a_bad_call_is_told_as_openai_does(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["dateline"]
    for messages, said in (
        ([], "expected messages"),
        ([{"role": "system", "content": "x"}], "expected a message of a user, found none"),
        ([{"role": "user", "content": " "}], "expected a question, found none"),
        ([{"role": "user", "content": "x" * 1001}], "expected a question of at most 1000"),
        ([{"role": "robot", "content": "x"}], "expected messages to be 'system'"),
    ):
        with pytest.raises(openai.UnprocessableEntityError, match=said):
            chat.chat.completions.create(model="x", messages=messages)  # type: ignore[arg-type]


def test_the_key_of_a_chat_program_is_a_token(archive: qa.Archive, tmp_path: Path) -> None:
    logins, token = logins_of(tmp_path)
    with client_of(archive, logins) as client:
        for key, known in ((token, True), ("dateline_wrong", False)):
            chat = openai.OpenAI(
                base_url="http://127.0.0.1/v1", api_key=key, http_client=client, max_retries=0
            )
            if known:
                assert [model.id for model in chat.models.list()] == ["dateline"]
                continue
            with pytest.raises(openai.AuthenticationError, match="dateline token NAME"):
                chat.models.list()
