from threading import Event

import numpy as np
import pytest
import torch

from core.encoders import Stopped, compact
from core.encoders.compact import (
    CompactEncoder,
    CompactNet,
    NetConfig,
    WeightsError,
    collate,
    encode,
    from_bytes,
    to_bytes,
)
from core.encoders.descriptors import describe
from core.segments import segment
from tests.core.encoders.drawings import INK, PAPER, cells, outlines

TINY = NetConfig(width=24, heads=2, layers=2, pair_hidden=4, out=16)


@pytest.fixture
def net():
    torch.manual_seed(7)
    made = CompactNet(TINY)
    for block in made.blocks:  # biases per pair begin at zero: let them matter
        torch.nn.init.normal_(block.bias.weight)
    return from_bytes(to_bytes(made), name="tiny").eval()


@pytest.fixture
def encoder(net, tmp_path):
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(to_bytes(net))
    return CompactEncoder(path)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (np.full((20, 30, 4), PAPER, np.uint8), 1),
        (np.full((20, 30, 4), INK, np.uint8), 0),
        (cells(1, 2), 2),
        (cells(50, 60), 3000),
    ],
)
def test_any_number_of_segments_gives_unit_rows(encoder, line, count):
    features = encoder.encode(line, segment(line))
    assert features.shape == (count, encoder.width)
    assert features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)


def test_the_same_drawing_gives_the_same_features(encoder):
    line = outlines(1)
    first = encoder.encode(line, segment(line))
    np.testing.assert_array_equal(first, encoder.encode(line, segment(line)))


def test_very_many_segments_get_the_same_features_in_less_memory(encoder, monkeypatch):
    line = cells(20, 30)
    features = encoder.encode(line, segment(line))
    monkeypatch.setattr(compact, "KEPT", 599)
    np.testing.assert_array_equal(features, encoder.encode(line, segment(line)))


def test_encoding_ends_soon_when_it_shall_stop(encoder):
    line = outlines(1)
    encoder.stop.set()
    with pytest.raises(Stopped):
        encoder.encode(line, segment(line))
    encoder.stop = Event()
    assert len(encoder.encode(line, segment(line)))


def test_alone_and_in_a_batch_are_the_same(net):
    frames = [describe(segment(outlines(seed, count=2 + 3 * seed))) for seed in range(3)]
    with torch.inference_mode():
        together = net(collate(frames)).numpy()
    for row, frame in enumerate(frames):
        np.testing.assert_allclose(together[row, : len(frame)], encode(net, frame), atol=1e-5)


def test_attention_in_chunks_is_attention(net, monkeypatch):
    frame = describe(segment(outlines(5, count=9)))
    whole = encode(net, frame)
    monkeypatch.setattr(compact, "ROWS", 4)
    np.testing.assert_allclose(encode(net, frame), whole, atol=1e-5)


def test_saved_and_loaded_weights_give_the_same_features(net):
    again = from_bytes(to_bytes(net), name="again").eval()
    frame = describe(segment(outlines(2)))
    np.testing.assert_array_equal(encode(net, frame), encode(again, frame))


def test_the_version_is_that_of_the_weights(net, encoder, tmp_path):
    with torch.no_grad():
        net.head.bias += 1
    (tmp_path / "other").write_bytes(to_bytes(net))
    assert CompactEncoder(tmp_path / "other").version != encoder.version


def headed(header):
    """A file that is nothing but a header."""
    return len(header).to_bytes(8, "little") + header


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x00" * 40, *map(headed, (b"{}", b"[]", b"null", b'{"__metadata__": []}'))],
)
def test_a_damaged_file_is_refused_with_its_name(tmp_path, damage):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(damage)
    with pytest.raises(WeightsError, match=r"broken\.safetensors"):
        CompactEncoder(path)


def test_weights_for_other_descriptors_are_refused(net, monkeypatch):
    data = to_bytes(net)
    monkeypatch.setattr(compact, "VERSION", "0")
    with pytest.raises(WeightsError, match="train it again"):
        from_bytes(data, name="old")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="nowhere"):
        CompactEncoder(tmp_path / "nowhere")
