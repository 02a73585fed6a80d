from threading import Event

import numpy as np
import pytest
import torch
from torch import nn

from core.encoders import Stopped
from core.encoders.devices import (
    DeviceError,
    check_precision,
    fastest,
    match_agreement,
    pick_device,
    probe,
    run_within_memory,
    stop_inside,
    usable_device,
)

CUDA, CPU = torch.device("cuda"), torch.device("cpu")


def card_with_room_for(count):
    """Something to run that needs the memory of a card for each item."""

    def run(items, device):
        if device == CUDA and len(items) > count:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return [(item, device.type) for item in items]

    return run


def test_a_full_card_gets_smaller_batches():
    told = []
    results, device = run_within_memory(
        card_with_room_for(1), [1, 2, 3], device=CUDA, notice=told.append
    )
    assert results == [(1, "cuda"), (2, "cuda"), (3, "cuda")]
    assert device == CUDA
    assert told == []


def test_a_card_that_is_too_small_hands_over_to_the_processor_and_says_so():
    told = []
    results, device = run_within_memory(
        card_with_room_for(0), [1, 2], device=CUDA, notice=told.append
    )
    assert results == [(1, "cpu"), (2, "cpu")]
    assert device == CPU
    assert len(told) == 1
    assert "too little free memory" in told[0]


def test_a_card_that_is_gone_hands_over_to_the_processor():
    def run(items, device):
        if device == CUDA:
            raise torch.AcceleratorError("CUDA error: device not found")
        return list(items)

    told = []
    assert run_within_memory(run, [1, 2], device=CUDA, notice=told.append) == ([1, 2], CPU)
    assert "does not answer any more" in told[0]


def test_other_errors_are_not_hidden():
    def run(items, device):
        raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="multiplied"):
        run_within_memory(run, [1], device=CUDA, notice=print)


def test_a_full_main_memory_is_an_error():
    def run(items, device):
        raise torch.OutOfMemoryError("out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        run_within_memory(run, [1, 2], device=CPU, notice=print)


def test_devices_by_name():
    assert pick_device("cpu") == CPU
    assert pick_device("auto").type in ("cpu", "cuda", "mps")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "", "cpu:1"])
def test_devices_that_do_not_exist_are_refused(name):
    with pytest.raises(DeviceError):
        pick_device(name)


def test_a_missing_card_is_refused_with_the_way_out():
    with pytest.raises(DeviceError, match="driver"):
        pick_device("cuda:99")


def test_precisions_that_a_device_only_emulates_are_refused():
    check_precision("float32", CPU)
    with pytest.raises(DeviceError, match="choose float32"):
        check_precision("fp16", CPU)
    with pytest.raises(DeviceError, match="no precision"):
        check_precision("int3", CPU)


def test_agreement_counts_equal_best_matches():
    random = np.random.default_rng(0)
    frames = [random.normal(size=(50, 8)).astype(np.float32) for _ in range(3)]
    frames = [frame / np.linalg.norm(frame, axis=1, keepdims=True) for frame in frames]
    changed = [frames[0].copy(), frames[1], frames[2]]
    changed[0][:10] = -changed[0][:10]
    assert match_agreement(frames, frames) == 1
    assert 0.5 < match_agreement(frames, changed) < 0.95
    assert match_agreement(frames[:1], frames[:1]) == 1
    assert match_agreement([], []) == 1


def test_a_device_is_tried_with_a_small_pass_before_it_is_used():
    probe(CPU)
    with pytest.raises(DeviceError, match="meta does not compute"):
        probe(torch.device("meta"))  # takes every tensor, but has no numbers to give back


def test_a_device_that_does_not_compute_is_said_in_a_sentence_and_the_processor_takes_over(
    monkeypatch,
):
    monkeypatch.setattr("core.encoders.devices.pick_device", lambda _: torch.device("meta"))
    said = []
    assert usable_device("auto", said.append) == CPU
    assert len(said) == 1
    assert said[0].endswith("update the graphics driver.")


def test_the_fastest_precision_is_one_the_device_computes_in(monkeypatch):
    check_precision(fastest(CPU), CPU)
    for has_it, precision in ((True, "bf16"), (False, "float32")):
        monkeypatch.setattr("core.encoders.devices._cpu_has_bfloat16", lambda has=has_it: has)
        assert fastest(CPU) == precision


def test_a_network_that_is_stopped_does_no_further_layer():
    done, stop = [], Event()

    class Layer(nn.Module):
        def forward(self, x):
            done.append(len(done))
            if len(done) == 2:
                stop.set()  # as another thread does while a layer computes
            return x

    network = nn.Sequential(*(Layer() for _ in range(5)))
    stop_inside(network, stop.is_set)
    with pytest.raises(Stopped):
        network(torch.ones(1))
    assert done == [0, 1]
    stop.clear()
    network(torch.ones(1))
    assert len(done) == 7
