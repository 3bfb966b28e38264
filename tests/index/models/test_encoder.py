"""The encoder is all-MiniLM-L6-v2, checked by its hash; in int8 it says nearly the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import index
import training.encoder
from index.models import encoder as encoder_module
from index.models.checksums import write_checksums
from index.models.encoder import (
    DEFAULT_ENCODER,
    SHIPPED,
    CompiledEncoder,
    compiled_encoder,
    compiled_fingerprint,
)
from index.models.encoder_export import compile_encoder
from index.stores.places import encoder_of, open_index
from index.types import DatelineError
from tests.conftest import ROOT
from training.encoder import original_weights

TEXTS = [
    line
    for path in sorted((ROOT / "corpus").glob("*.md"))
    for line in path.read_text().splitlines()
    if len(line) > 60
]


def shipped_settings() -> dict[str, Any]:
    """Return what the shipped encoder says of itself."""
    settings: dict[str, Any] = json.loads((SHIPPED / "encoder.json").read_text())
    return settings


def open_encoder(index: Path) -> CompiledEncoder:
    (folder,) = (index / "encoders").iterdir()
    return CompiledEncoder(folder)


@pytest.fixture(scope="module")
def encoder(corpus_index: Path) -> CompiledEncoder:
    return open_encoder(corpus_index)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_compiled_encoder_agrees_with_the_sentence_transformer(
    encoder: CompiledEncoder,
) -> None:
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(original_weights()), device="cpu")
    expected = original.encode(TEXTS, normalize_embeddings=True)
    found = encoder.encode(TEXTS)
    assert (found * expected).sum(axis=1).mean() > 0.99
    alike, found_alike = expected @ expected.T, found @ found.T
    np.fill_diagonal(alike, -1)
    np.fill_diagonal(found_alike, -1)
    # How near the text found nearest is by the original.
    chosen = alike[np.arange(len(TEXTS)), found_alike.argmax(axis=1)]
    lost = alike.max(axis=1) - chosen
    assert lost.max() < 0.05
    assert lost.mean() < 0.005
    nearest, others = alike.argmax(axis=1), found_alike.argsort(axis=1)[:, -3:]
    among_three = (nearest[:, None] == others).any(axis=1)
    assert among_three.mean() > 0.9  # int8 differs by processor


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("without", "masked"), [("as with it", False), ("another vector", True), ("an error", True)]
)
def test_an_encoder_is_given_a_mask_only_if_its_vectors_need_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str, masked: bool
) -> None:
    """Its vectors are those of the original either way, for texts of any length."""
    import sentence_transformers
    import torch

    source = str(original_weights())
    original = sentence_transformers.SentenceTransformer(source, device="cpu")

    class Model(torch.nn.Module):
        """A model's own code, which turns the vector round without a mask, or fails."""

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
    """torch adds variables to the environment, which other threads may be reading.

    The original weights, compiled anew here, are the shipped encoder to the byte.
    """
    program = """if True:
        import sys
        from pathlib import Path
        from index.models.encoder import compiled_encoder

        def hook(event, values):
            if event in ("os.putenv", "os.unsetenv"):
                print("set", values)

        sys.addaudithook(hook)
        encoder = compiled_encoder(sys.argv[2], Path(sys.argv[1]))
        assert encoder.fingerprint == sys.argv[3]
        print("torch" in sys.modules)
    """
    arguments = [str(tmp_path), str(original_weights()), shipped_settings()["sha256"]]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.slow
def test_a_model_that_is_not_here_is_not_downloaded_and_no_file_of_the_current_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("index", "json", "torch", "sentence_transformers", "sitecustomize"):
        decoy = tmp_path / f"{name}.py"
        decoy.write_text("from pathlib import Path\nPath('run').write_text(__name__)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(DatelineError, match="found none on this machine"):
        compiled_encoder("nobody/no-such-model", tmp_path / "encoders")
    assert not (tmp_path / "run").exists()
    assert list((tmp_path / "encoders").iterdir()) == []


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
        compiled_encoder(str(original_weights()), tmp_path / "encoders")
    assert list((tmp_path / "encoders").iterdir()) == []


def test_vectors_are_unit_rows_in_the_order_of_their_texts(encoder: CompiledEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    assert ((vectors @ alone.T).argmax(axis=1) == np.arange(len(TEXTS))).all()
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
    encoder = open_encoder(corpus_index)
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


def test_the_prompt_for_questions_is_put_before_a_question_only(corpus_index: Path) -> None:
    encoder = open_encoder(corpus_index)
    encoder._settings["query_prompt"] = "query: "
    (passage,) = encoder.encode(["query: who fell?"])
    assert np.array_equal(encoder.encode_question("who fell?"), passage)
    assert not np.array_equal(
        encoder.encode_question("who fell?"), encoder.encode(["who fell?"])[0]
    )


def test_a_text_is_cut_at_the_limit_of_tokens(encoder: CompiledEncoder) -> None:
    limit = encoder._settings["max_tokens"] - 2  # one at its beginning, one at its end
    short, long, longer = encoder.encode(["rain " * (limit - 1), "rain " * limit, "rain " * 5000])
    assert np.array_equal(long, longer)
    assert not np.array_equal(short, long)


def test_any_text_has_a_vector(encoder: CompiledEncoder) -> None:
    vectors = encoder.encode(
        ["", "word " * 5000, "中文 🙂 \u200b", "\ud800".encode("utf-8", "replace").decode()]
    )
    assert np.isfinite(vectors).all()


@pytest.fixture
def exports(encoder: CompiledEncoder, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """Compiling takes the corpus's encoder instead; returns the calls."""
    calls: list[tuple[str, Path]] = []

    def export(name: str, target: Path) -> None:
        calls.append((name, target))
        for file in encoder.folder.iterdir():
            shutil.copy(file, target / file.name)

    monkeypatch.setattr(encoder_module, "_run_export", export)
    return calls


def test_an_encoder_is_compiled_once_and_again_if_its_weights_change(
    exports: list[tuple[str, Path]], tmp_path: Path
) -> None:
    model, folder = tmp_path / "model", tmp_path / "encoders"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"one")
    said: list[str] = []
    assert compiled_fingerprint(str(model), folder) is None
    first = compiled_encoder(str(model), folder, said.append)
    assert compiled_encoder(str(model), folder, said.append).folder == first.folder
    assert compiled_fingerprint(str(model), folder) == first.fingerprint
    assert [name for name, _ in exports] == [str(model)]
    assert said == ["compiling the encoder, once"]

    (model / "model.safetensors").write_bytes(b"other")
    assert compiled_fingerprint(str(model), folder) is None
    second = compiled_encoder(str(model), folder, said.append)
    assert len(exports) == len(said) == 2
    assert second.folder != first.folder
    assert {path.name for path in folder.iterdir()} == {first.folder.name, second.folder.name}


def test_a_copy_that_was_interrupted_is_done_again(
    exports: list[tuple[str, Path]], tmp_path: Path
) -> None:
    name = compiled_encoder(DEFAULT_ENCODER, tmp_path / "whole").folder.name
    rest = tmp_path / "encoders" / f".{name}"
    rest.mkdir(parents=True)
    (rest / "encoder.json").write_text("{")
    (rest / "half").write_text("")
    found = compiled_encoder(DEFAULT_ENCODER, tmp_path / "encoders")
    assert exports == []  # the default encoder is never compiled
    assert found.fingerprint == shipped_settings()["sha256"]
    assert not rest.exists()
    assert not (found.folder / "half").exists()


def cut(folder: Path) -> None:
    (folder / "encoder.onnx").write_bytes((folder / "encoder.onnx").read_bytes()[:-1])


def as_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file")


def as_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("gone")


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda folder: (folder / "encoder.onnx").unlink(),
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        lambda folder: (folder / "encoder.json").write_text("[" * 100_000),
        lambda folder: (folder / "SHA256SUMS").unlink(),
        lambda folder: (folder / "SHA256SUMS").write_text(""),
        as_file,
        as_link,
    ],
)
def test_a_damaged_encoder_is_mended_by_a_build(
    exports: list[tuple[str, str, Path]], corpus_index: Path, tmp_path: Path, damage: Any
) -> None:
    """Also by a build that has nothing else to do."""
    shutil.copytree(corpus_index, tmp_path / "index")
    (folder,) = (tmp_path / "index" / "encoders").iterdir()
    damage(folder)
    assert compiled_fingerprint(DEFAULT_ENCODER, folder.parent) is None
    summary = index.build(ROOT / "corpus", tmp_path / "index")
    assert exports == []  # the default encoder is never compiled
    assert summary.unchanged == 5
    encoder_of(tmp_path / "index", open_index(tmp_path / "index"))
    assert not folder.is_symlink()


def test_an_index_keeps_the_encoder_that_an_earlier_dateline_compiled(
    encoder: CompiledEncoder, tmp_path: Path
) -> None:
    """Its vectors are that encoder's, so its questions must be, too."""
    own = tmp_path / encoder.folder.name
    shutil.copytree(encoder.folder, own)
    network = (own / "encoder.onnx").read_bytes() + b"\xf8\x7f\x01"  # a field that says nothing
    (own / "encoder.onnx").write_bytes(network)
    known = hashlib.sha256(network).hexdigest()
    settings = json.loads((own / "encoder.json").read_text()) | {"sha256": known}
    (own / "encoder.json").write_text(json.dumps(settings))
    write_checksums(own, ["tokenizer.json", "encoder.json"])
    assert compiled_encoder(DEFAULT_ENCODER, tmp_path).fingerprint == known
    assert compiled_fingerprint(DEFAULT_ENCODER, tmp_path) == known


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "encoder.json"])
def test_a_damaged_shipped_encoder_is_refused_by_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shutil.copytree(SHIPPED, shipped)
    data = bytearray((shipped / name).read_bytes())
    data[len(data) // 2] ^= 1
    (shipped / name).write_bytes(data)
    monkeypatch.setattr(encoder_module, "SHIPPED", shipped)
    with pytest.raises(DatelineError, match=rf"expected {name} .*; install Dateline again"):
        compiled_encoder(DEFAULT_ENCODER, tmp_path / "encoders")
    assert list((tmp_path / "encoders").iterdir()) == []


def test_only_the_weights_of_the_name_are_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.encoder, "DEFAULT_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(
        DatelineError, match=r"expected weights .* sha256 000000000000…, found 53aa51172d14…"
    ):
        original_weights()


@pytest.mark.slow
def test_another_encoder_without_torch_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sentence_transformers.py").write_text("raise ImportError('none')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    with pytest.raises(DatelineError, match="do: pip install sentence-transformers onnx"):
        compiled_encoder("some/encoder", tmp_path / "encoders")


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
