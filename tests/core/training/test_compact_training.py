import shutil
from dataclasses import replace
from itertools import count
from threading import Event

import numpy as np
import pytest
import torch

from core.encoders.compact import CompactEncoder, NetConfig, collate, from_bytes
from core.encoders.descriptors import EXTENT, LOGARITHMS, PLACE, TINT, describe
from core.images import read_image, write_png
from core.segments import segment
from core.training.changes import mirrored, reframed, thinned, tinted
from core.training.clips import read_frames
from core.training.compact import CompactTrainer, Plan, group_losses
from core.training.described import CLEAN, DescribedClips, PackedFrame
from core.training.loop import CHECKPOINT, TrainingError, run
from core.training.pool import FramePool
from core.truth import find_clips
from tests.core.encoders.drawings import INK, outlines

TINY = Plan(
    steps=8,
    groups=1,
    warmup=2,
    net=NetConfig(width=32, heads=2, layers=1, pair_hidden=4, out=16),
)


CPU = torch.device("cpu")


def pool_of(clips, cache, variants=2):
    described, pool = DescribedClips(cache, seed=0), FramePool(CPU)
    paths = find_clips(clips)
    for clip in paths:
        pool.add(0, [described.frames(clip, variant) for variant in range(variants)])
    return pool


def trainer(clips, cache, plan=TINY, **options):
    described = DescribedClips(cache, seed=0)
    return CompactTrainer(plan, pool_of(clips, cache), described, **options)


def same_weights(one, other):
    first, second = (from_bytes(path.read_bytes(), name="").state_dict() for path in (one, other))
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=0, msg=name)


@pytest.fixture
def ticking():
    """A clock that goes on by a second whenever it is looked at."""
    return count().__next__


def test_three_clips_can_be_learned_by_heart(clips, tmp_path):
    plan = replace(TINY, steps=150, rate=3e-3)
    out = tmp_path / "weights.safetensors"
    learner = trainer(clips, tmp_path, plan, development=[clips])
    steps = list(run(learner, out, report_seconds=0))
    last = steps[-1]
    assert last.step == 150
    assert np.mean([each.accuracy for each in steps[-50:]]) > 0.9
    assert set(last.development) == {f"{clips.name} cf", f"{clips.name} kf1"}
    assert all(accuracy > 95 for accuracy in last.development.values())
    assert CompactEncoder(out).width == 16


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(clips, tmp_path):
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    assert [each.step for each in run(trainer(clips, tmp_path), whole)] == [8]
    steps = run(trainer(clips, tmp_path), halves, save_seconds=0)
    while next(steps).step < 3:
        pass
    steps.close()
    resume = halves.with_suffix(CHECKPOINT)
    *_, last = run(trainer(clips, tmp_path), halves, resume=resume)
    assert last.step == 8
    same_weights(whole, halves)


def test_so_does_a_run_with_a_time_limit(clips, tmp_path, ticking):
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    limit = {"minutes": 0.2, "save_seconds": 4, "report_seconds": 1}  # 12 looks at the clock
    *_, last = run(trainer(clips, tmp_path), whole, clock=ticking, **limit)
    assert (last.step, last.share) == (12, 1)
    steps = run(trainer(clips, tmp_path), halves, clock=count(100).__next__, **limit)
    while next(steps).step < 4:
        pass
    steps.close()
    resume = halves.with_suffix(CHECKPOINT)
    *_, last = run(
        trainer(clips, tmp_path), halves, resume=resume, clock=count(500).__next__, **limit
    )
    assert (last.step, last.share) == (12, 1)
    same_weights(whole, halves)


def test_stopping_it_keeps_what_was_learned(clips, tmp_path):
    out, stop = tmp_path / "weights.safetensors", Event()
    steps = run(trainer(clips, tmp_path), out, report_seconds=0, stop=stop)
    next(steps)
    stop.set()
    assert [each.step for each in steps] == [2]
    again = trainer(clips, tmp_path)
    next(run(again, out, resume=out.with_suffix(CHECKPOINT), report_seconds=0))
    assert again.step == 3


def test_a_checkpoint_of_another_network_and_seed_says_which(clips, tmp_path):
    out = tmp_path / "weights.safetensors"
    list(run(trainer(clips, tmp_path), out))
    plan = replace(TINY, seed=1, net=replace(TINY.net, layers=2))
    with pytest.raises(
        TrainingError, match=r"with another net and another seed \(0, not 1\); give"
    ):
        next(run(trainer(clips, tmp_path, plan), out, resume=out.with_suffix(CHECKPOINT)))


def test_a_checkpoint_of_another_plan_is_refused(clips, tmp_path):
    out = tmp_path / "weights.safetensors"
    list(run(trainer(clips, tmp_path), out))
    other = trainer(clips, tmp_path, replace(TINY, rate=1.0))
    with pytest.raises(TrainingError, match=r"weights\.checkpoint .* another rate"):
        next(run(other, out, resume=out.with_suffix(CHECKPOINT)))


@pytest.mark.parametrize("part", ["net", "scale"])
@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_gradient_that_is_no_number_takes_no_step(clips, tmp_path, part, value):
    learner = trainer(clips, tmp_path)
    before = [each.detach().clone() for each in learner.parameters]
    for each in learner.parameters:
        each.grad = torch.ones_like(each)
    (learner.scale if part == "scale" else learner.parameters[0]).grad.fill_(value)
    learner.update(0)
    for each, old in zip(learner.parameters, before, strict=True):
        torch.testing.assert_close(each.detach(), old, rtol=0, atol=0)


def files_beside(out):
    return {path.name: path.read_bytes() for path in out.parent.glob(f"{out.stem}.*")}


@pytest.mark.parametrize("what", ["loss", "weights"])
def test_what_is_no_number_is_not_saved_over_what_is(clips, tmp_path, what):
    out = tmp_path / "out" / "weights.safetensors"
    learner = trainer(clips, tmp_path / "cache")
    steps = run(learner, out, save_seconds=0)
    next(steps)
    good = files_beside(out)
    if what == "loss":
        learner.loss = lambda _: (learner.scale * torch.nan, torch.zeros(()))
    else:
        update = learner.update

        def overflow(share):
            update(share)
            learner.scale.data.fill_(torch.inf)

        learner.update = overflow
    with pytest.raises(TrainingError, match=r"at step 2, .* lower --rate, from .*--from .*weights"):
        next(steps)
    assert files_beside(out) == good


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_what_is_no_checkpoint_is_refused(clips, tmp_path, content):
    path = tmp_path / "other.checkpoint"
    if content is None:
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"other\.checkpoint"):
        next(run(trainer(clips, tmp_path), tmp_path / "out.safetensors", resume=path))


def test_training_goes_on_from_trained_weights(clips, tmp_path):
    plan = replace(TINY, steps=100, rate=3e-3)
    out = tmp_path / "weights.safetensors"
    list(run(trainer(clips, tmp_path, plan), out))
    trained = from_bytes(out.read_bytes(), name="")
    fine = trainer(clips, tmp_path, replace(TINY, steps=1, rate=1e-5), start=trained)
    (first,) = run(fine, tmp_path / "fine.safetensors")
    (fresh,) = run(trainer(clips, tmp_path, replace(TINY, steps=1)), tmp_path / "o.safetensors")
    assert first.loss < fresh.loss / 2


def test_the_loss_is_the_formula_written_out():
    frames = [describe(segment(outlines(seed, count=4))) for seed in range(6)]
    colors = [np.arange(len(frame)) % 3 for frame in frames]
    colors[0][0] = 6  # occurs in one frame only: nothing can be said of it
    colors[1][:2] = 5  # occurs in the third frame, but not in the first
    colors[2][1] = 5
    batch = collate(frames)
    padded = torch.zeros(batch.is_segment.shape, dtype=torch.long)
    padded[batch.is_segment] = torch.from_numpy(np.concatenate(colors))
    torch.manual_seed(0)
    features = torch.nn.functional.normalize(torch.randn(*batch.is_segment.shape, 5), dim=-1)
    losses, hits = group_losses(
        features, torch.tensor(4.0), batch, padded, TINY, groups=2, palette=7
    )
    rows = [features[i, : len(frame)].numpy() for i, frame in enumerate(frames)]

    def weight(frame):
        area = np.exp(2 * frame.sizes) * 256**2
        return np.clip(area / TINY.full, TINY.smallest, 1)

    for group, members in enumerate(([0, 1, 2], [3, 4, 5])):
        means, shares = [], []
        for a in members:
            others = [b for b in members if b != a]
            for references in ([others[0]], [others[1]], others):  # each alone, and together
                known = np.concatenate([colors[b] for b in references])
                weights_known = np.concatenate([weight(frames[b]) for b in references])
                features_known = np.concatenate([rows[b] for b in references])
                terms, right, weights = [], [], []
                for i, color in enumerate(colors[a]):
                    if color not in known:
                        continue
                    chance = np.exp(features_known @ rows[a][i] * 4) * weights_known
                    terms.append(-np.log(chance[known == color].sum() / chance.sum()))
                    right.append(np.bincount(known, chance).argmax() == color)
                    weights.append(weight(frames[a])[i])
                means.append(np.average(terms, weights=weights))
                shares.append(np.average(right, weights=weights))
        assert losses[group].item() == pytest.approx(np.mean(means), rel=1e-4)
        assert hits[group].item() == pytest.approx(np.mean(shares), rel=1e-4)


def test_a_step_is_the_mean_of_its_groups_however_they_are_computed(clips, tmp_path):
    plan = replace(TINY, groups=4, noise=0, blind=0, thin=0)  # nothing drawn per segment
    every = trainer(clips, tmp_path, plan)
    single = [[each.detach() for each in every.loss(part)] for part in range(every.batch)]
    together = trainer(clips, tmp_path, plan)
    together.batch = 1
    loss, share = together.loss(0)
    assert loss.item() == pytest.approx(np.mean([one.item() for one, _ in single]), rel=1e-4)
    assert share.item() == pytest.approx(np.mean([one.item() for _, one in single]), rel=1e-4)


def test_a_pool_gives_back_the_frames_that_were_put_in(clips, tmp_path):
    pool = pool_of(clips, tmp_path)
    paths = find_clips(clips)
    described = DescribedClips(tmp_path, seed=0)
    frames = [
        packed.unpack()
        for clip in paths
        for variant in range(2)
        for packed in described.frames(clip, variant)
    ]
    batch, colors = pool.gather(np.arange(len(frames))[::-1].copy())
    expected = collate([frame.description for frame in frames[::-1]])
    is_segment = expected.is_segment
    torch.testing.assert_close(batch.is_segment, is_segment)
    for name in ("tokens", "positions", "sizes"):
        found, wanted = getattr(batch, name), getattr(expected, name)
        torch.testing.assert_close(found[is_segment], wanted[is_segment])
    torch.testing.assert_close(batch.border, expected.border)
    torch.testing.assert_close(batch.trace, expected.trace)
    torch.testing.assert_close(batch.tint, expected.tint)
    for row, frame in enumerate(frames[::-1]):
        number = colors[row, : len(frame.colors)].numpy()
        pairs = set(zip(number.tolist(), frame.colors.tolist(), strict=True))
        assert len(pairs) == len(set(number)) == len(set(frame.colors))


def test_groups_are_of_one_clip_and_often_have_its_first_sheet(clips, tmp_path):
    pool = pool_of(clips, tmp_path, variants=1)
    described = DescribedClips(tmp_path, seed=0)
    paths = find_clips(clips)
    frames = [(clip, each.is_sheet) for clip in paths for each in described.frames(clip, CLEAN)]
    firsts = [i for i, each in enumerate(frames) if each[1] and not frames[i - 1][1]]
    drawn = pool.draw(400, np.random.default_rng(0))
    for group, length in zip(drawn.frame, drawn.length, strict=True):
        assert len({frames[frame][0] for frame in group}) == 1
        assert any(frames[frame][1] for frame in group)
        assert sum(not frames[frame][1] for frame in group) >= 2
        batch, _ = pool.gather(group)
        np.testing.assert_array_equal(batch.is_segment.sum(dim=1), length)
    assert np.isin(drawn.frame, firsts).any(axis=1).mean() > 0.4


@pytest.fixture
def packed(clips, tmp_path):
    """The first clip as drawn: four drawings and two sheets."""
    return DescribedClips(tmp_path, seed=0).frames(clips / "clip0", CLEAN)


def test_a_folder_counts_with_the_root_of_its_number_of_clips(packed):
    pool = FramePool(CPU)
    for folder in (0, 1, 1, 1, 1):
        pool.add(folder, [packed])
    drawn = pool.draw(3000, np.random.default_rng(0))
    is_first = drawn.frame[:, 0] < len(packed)
    assert is_first.mean() == pytest.approx(1 / (1 + 2), abs=0.03)


def test_two_frames_that_are_near_are_near_and_two(packed):
    pool = FramePool(CPU)
    pool.add(0, [packed[:5]])  # with one sheet: two frames are near in all groups
    near = pool.draw(200, np.random.default_rng(0)).frame[:, :2]
    assert set((near[:, 1] - near[:, 0]).tolist()) == {1, 2, 3}
    assert near.max() == 3


def test_more_than_half_of_the_groups_are_of_one_variant(packed):
    pool = FramePool(CPU)
    pool.add(0, [packed, packed])
    variant = pool.draw(1000, np.random.default_rng(0)).frame // len(packed)
    is_common = (variant == variant[:, :1]).all(axis=1)
    assert is_common.mean() == pytest.approx(0.6 + 0.4 / 2**3, abs=0.04)
    assert set(variant[is_common].ravel().tolist()) == {0, 1}


def test_a_pool_is_named_after_colours_sheets_and_folders(packed):
    def name(frames, folder=0):
        pool = FramePool(CPU)
        pool.add(folder, [frames])
        return pool.content

    first = packed[0].arrays
    painted = PackedFrame({**first, "colors": first["colors"] + np.uint32(1)})
    sheet = PackedFrame({**packed[3].arrays, "is_sheet": np.array(True)})
    others = [[painted, *packed[1:]], [*packed[:3], sheet, *packed[4:]], packed[:5]]
    assert len({name(packed), name(packed, folder=1), *map(name, others)}) == 5
    assert name(packed) == name(list(packed))


def test_a_thinned_frame_lacks_some_segments():
    batch = collate([describe(segment(outlines(seed, count=12))) for seed in range(40)])
    share = torch.tensor([0.0, 0.5] * 20)
    after = thinned(batch, share, torch.Generator().manual_seed(0))
    assert not (after.is_segment & ~batch.is_segment).any()
    kept = (after.is_segment.sum(dim=1) / batch.is_segment.sum(dim=1)).numpy()
    assert (kept[::2] == 1).all()
    assert 0.4 < kept[1::2].mean() < 0.6
    assert (thinned(batch, share * 2, torch.Generator()).is_segment.sum(dim=1) > 3).all()


def test_a_reframed_figure_is_measured_as_one_that_stands_elsewhere_in_its_picture():
    alone = outlines(0, shape=(420, 420), margin=100)
    beside = alone.copy()
    beside[10:30, 10:30] = INK  # makes the figure larger: all else is smaller in it, and elsewhere
    one, other = describe(segment(alone)), describe(segment(beside))
    assert len(one) == len(other)
    inner = slice(1, None)  # without the paper
    zoom = other.sizes[1] - one.sizes[1]
    assert zoom < -0.2
    np.testing.assert_allclose(other.sizes[inner], one.sizes[inner] + zoom, atol=1e-5)
    scale, shift = np.exp(zoom), other.positions[1] - one.positions[1] * np.exp(zoom)
    here, there = one.tokens[inner], other.tokens[inner]
    np.testing.assert_allclose(there[:, PLACE], here[:, PLACE] * scale + shift, atol=1e-5)
    np.testing.assert_allclose(there[:, EXTENT], here[:, EXTENT] * scale, rtol=1e-5)
    large = one.sizes[inner] > np.log(0.1)
    assert large.sum() > 5
    for column, growth in LOGARITHMS.items():
        grown = here[large, column] + growth * zoom
        np.testing.assert_allclose(there[large, column], grown, atol=0.05, err_msg=str(column))


def test_reframing_moves_all_segments_of_a_frame_alike():
    before = collate([describe(segment(outlines(seed, count=12))) for seed in range(2)])
    zoom, shift = torch.tensor([0.5, 0.0]), torch.tensor([[0.1, -0.2], [0.0, 0.0]])
    after = reframed(before, zoom, shift)
    torch.testing.assert_close(after.sizes[0], before.sizes[0] + 0.5)
    moved = before.positions[0] * np.exp(0.5) + shift[0]
    torch.testing.assert_close(after.positions[0], moved)
    inside = before.is_segment[0]
    torch.testing.assert_close(
        after.tokens[0, inside][:, PLACE], after.positions[0, inside], atol=1e-5, rtol=0
    )
    changed = (after.tokens[0, inside] != before.tokens[0, inside]).any(dim=0).nonzero()[:, 0]
    assert set(changed.tolist()) == {*PLACE, *EXTENT, *LOGARITHMS}
    torch.testing.assert_close(after.tokens[1], before.tokens[1])


def test_tints_are_kept_exchanged_or_lost():
    inked = outlines(1, count=12, trace=True)
    before = collate([describe(segment(inked))] * 3)
    assert before.tint.any()
    assert before.tokens[..., TINT].any()
    after = tinted(before, torch.tensor([1.0, -1.0, 0.0]))
    for row, factor in enumerate((1, -1, 0)):
        torch.testing.assert_close(after.tint[row], before.tint[row] * factor)
        tokens = before.tokens[row].clone()
        tokens[:, TINT] *= factor
        torch.testing.assert_close(after.tokens[row], tokens)


def test_mirroring_changes_the_frames_that_it_is_asked_to():
    before = collate([describe(segment(outlines(seed, count=12))) for seed in range(2)])
    after = mirrored(before, torch.tensor([True, False]))
    torch.testing.assert_close(after.tokens[1], before.tokens[1])
    torch.testing.assert_close(after.positions[0, :, 0], -before.positions[0, :, 0])
    again = mirrored(after, torch.tensor([True, False]))
    torch.testing.assert_close(again.tokens, before.tokens)


def test_described_frames_come_back_from_disk_nearly_as_they_were(clips, tmp_path):
    clip = clips / "clip0"
    fresh = DescribedClips(tmp_path, seed=0)
    stored = DescribedClips(tmp_path, seed=0)
    for one, other in zip(fresh.frames(clip, 1), stored.frames(clip, 1), strict=True):
        np.testing.assert_array_equal(
            one.unpack().description.tokens, other.unpack().description.tokens
        )
    first = next(read_frames(clip))
    tokens = fresh.frames(clip, CLEAN)[0].unpack().description.tokens
    np.testing.assert_allclose(tokens, describe(first.segments).tokens, atol=0.01)


def test_drawings_that_change_under_the_same_names_are_described_anew(clips, tmp_path):
    clip = tmp_path / "clip"
    shutil.copytree(clips / "clip0", clip)
    before = DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)[0].unpack()
    for part in ("line", "gt"):
        path = clip / part / "0000.png"
        write_png(path, np.ascontiguousarray(read_image(path)[:, ::-1]))
    after = DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)[0].unpack()
    assert not np.allclose(before.description.positions, after.description.positions)


@pytest.mark.parametrize("damage", [lambda _: b"", lambda content: content[:-1000] + bytes(1000)])
def test_a_damaged_file_of_descriptions_is_made_again(clips, tmp_path, damage):
    clip = clips / "clip0"
    before = DescribedClips(tmp_path, seed=0).frames(clip, CLEAN)
    [path] = tmp_path.glob("*.npz")
    path.write_bytes(damage(path.read_bytes()))
    after = DescribedClips(tmp_path, seed=0).frames(clip, CLEAN)
    for one, other in zip(before, after, strict=True):
        assert one.arrays.keys() == other.arrays.keys()
        for name, values in one.arrays.items():
            np.testing.assert_array_equal(other.arrays[name], values)
