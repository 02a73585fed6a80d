import pytest
import torch
from torch import distributed
from torch.distributed.distributed_c10d import Backend, BackendConfig

from core.encoders.devices import DeviceError
from core.training import parallel

CUDA = torch.device("cuda")


@pytest.fixture
def launched(monkeypatch, tmp_path):
    """As `torchrun` starts a process."""
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "0")


def test_half_of_what_torchrun_says_is_one_process(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with parallel.joined(torch.device("cpu")):
        assert (parallel.rank(), parallel.processes()) == (0, 1)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("MASTER_ADDR", None, "MASTER_ADDR expected, but not set"), ("RANK", "one", "'one'")],
)
def test_processes_that_do_not_find_each_other_are_one_sentence(
    launched, monkeypatch, name, value, reason
):
    monkeypatch.delenv(name)
    if value is not None:
        monkeypatch.setenv(name, value)
    sentence = rf"RANK and WORLD_SIZE are set, .* \(.*{reason}\); start them with torchrun"
    with pytest.raises(DeviceError, match=sentence), parallel.joined(torch.device("cpu")):
        pytest.fail("it works alone")


def test_processes_on_graphics_cards_add_up_what_lies_in_memory_too():
    found = BackendConfig(Backend(parallel.BACKENDS["cuda"])).get_device_backend_map()
    assert found == {"cpu": "gloo", "cuda": "nccl"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
@pytest.mark.parametrize("place", ["cpu", "cuda"])
def test_they_do_so_on_a_card(launched, place):
    with parallel.joined(CUDA):
        useful = torch.ones(2, device=place)
        distributed.all_reduce(useful)
        assert useful.tolist() == [1, 1]


def test_every_process_has_a_card_of_its_own_or_says_that_there_are_too_few(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert parallel.own_device(CUDA) == CUDA
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert parallel.own_device(CUDA) == torch.device("cuda", 1)
    assert parallel.own_device(torch.device("cuda", 0)) == torch.device("cuda", 0)
    assert parallel.own_device(torch.device("cpu")) == torch.device("cpu")
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(DeviceError, match=r"Process 2 has no graphics card .* finds 2 here; start"):
        parallel.own_device(CUDA)
