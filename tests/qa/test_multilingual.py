"""A multilingual encoder and reader by name: tiny models of XLM-RoBERTa's kind.

They lie in a cache as the hub's. They know one answer and prove nothing about quality. The kind
differs from BERT's in what naming a model must bear: a unigram tokenizer whose pieces hold their
spaces, no token types, positions that begin at two.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.test_docs import blocks

TEXT = (
    "Nachrichten aus Ankara: Die Türkei vermittelte im September den Waffenstillstand, "
    "sagte der Minister am Freitag in der Stadt.\n"
)
PIECES = """▁Die ▁Türkei ▁vermittelte ▁im ▁September ▁den ▁Waffenstillstand ▁Wer ▁der ▁Minister
    , . : ?""".split()
LETTERS = [*"▁", *sorted(set("".join(PIECES) + TEXT) - set(" ▁\n,.:?"))]


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = [
        *((token, 0.0) for token in special),
        *((piece, -1.0) for piece in PIECES),
        *((letter, -9.0) for letter in LETTERS),
    ]
    tokenizer = Tokenizer(models.Unigram(vocabulary, 3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    names = {
        "bos_token": "<s>",
        "cls_token": "<s>",
        "pad_token": "<pad>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
    }
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=126,
        model_input_names=["input_ids", "attention_mask"],
        **names,
    )


def _cached(hub: Path, name: str) -> Path:
    """Return the folder of a model in the hub's cache, in which it is found by its name."""
    place = hub / f"models--{name.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("0" * 40)
    return place / "snapshots" / ("0" * 40)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_multilingual_encoder_and_reader_are_taken_by_name(tmp_path: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import XLMRobertaConfig, XLMRobertaForQuestionAnswering, XLMRobertaModel

    (commands,) = (
        text for language, text in blocks(ROOT / "docs" / "articles.md") if "--encoder" in text
    )
    fetch_encoder, fetch_reader, build, ask = map(shlex.split, commands.splitlines())
    encoder, reader = build[build.index("--encoder") + 1], ask[ask.index("--reader") + 1]
    assert [fetch_encoder, fetch_reader] == [
        ["hf", "download", encoder],
        ["hf", "download", reader],
    ]

    tokenizer = _tokenizer()
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=130,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    XLMRobertaModel(config).save_pretrained(tmp_path / "plain")
    tokenizer.save_pretrained(tmp_path / "plain")
    SentenceTransformer(str(tmp_path / "plain"), device="cpu").save_pretrained(
        str(_cached(tmp_path / "hf" / "hub", encoder))
    )
    model = XLMRobertaForQuestionAnswering(config)
    with torch.no_grad():  # a span starts and ends at "Türkei", and nowhere else
        vectors = model.roberta.embeddings.word_embeddings.weight
        vectors[:, :2] = -0.1
        vectors[tokenizer.convert_tokens_to_ids("▁Türkei"), :2] = 30
        model.qa_outputs.weight.zero_()
        model.qa_outputs.weight[0, 0] = model.qa_outputs.weight[1, 1] = 5
    target = _cached(tmp_path / "hf" / "hub", reader)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)

    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "bericht.txt").write_text(TEXT)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HF_HOME": str(tmp_path / "hf"),
        "DATELINE_CACHE": str(tmp_path / "cache"),
    }
    environment |= {"HF_HUB_OFFLINE": "1"}
    environment.pop("DATELINE_INDEX", None)

    def run(command: list[str]) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "qa", *command[1:], "--json"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert run(build)["notes"][-1]["text"].startswith("not in English: de 1")
    facts = run(["dateline", "info"])
    assert (facts["encoder"], facts["dimensions"], facts["languages"]) == (encoder, 16, {"de": 1})
    citation = run(ask)["answers"][0]["citations"][0]
    assert (citation["text"], citation["article"]["language"]) == ("Türkei", "de")
    assert TEXT[citation["start"] : citation["end"]] == "Türkei"
