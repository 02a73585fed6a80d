import os
import shutil
import signal
import subprocess
import sys
import unicodedata
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cut_file import CutExistsError, write_cut
from core.edits import Changes, Edit, Mark, Paint, SegmentKey, Stroke
from core.palette import Color
from core.project import CutFileError, FrameEntry, Project, SheetEntry
from core.redrawn import lost
from core.sheets import SheetFiles

ROOT = Path(__file__).parents[2]
RED, BLUE, CLEAR = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)
FACE, HAIR = SegmentKey(10, 200), SegmentKey(5000, 80)


@pytest.fixture
def folder(tmp_path):
    """A folder as they are called in a studio, with two drawings."""
    folder = tmp_path / "作品　テスト" / "カット 012"
    (folder / "A").mkdir(parents=True)
    for name in ("A0001.png", "A0002.png"):
        (folder / "A" / name).touch()
    return folder


@pytest.fixture
def path(folder):
    """A cut of the two drawings that nobody has painted."""
    path = folder / "カット 012.cut"
    Project.create(path, folder / "A", ["A0001.png", "A0002.png"]).close()
    return path


@pytest.fixture
def project(path):
    with closing(Project.open(path)) as project:
        yield project


@contextmanager
def reopened(project):
    project.close()
    with closing(Project.open(project.path)) as again:
        yield again


def corrected(color_id):
    return Paint(color_id, Mark.CORRECTED)


def paint_face(color_id, frame_id=1):
    return Edit("Paint face", (Stroke(frame_id, FACE, corrected(color_id)),))


def test_parts_of_one_gesture_are_one_step_each_on_disk_at_once(project):
    other = SegmentKey(4, 6)
    project.apply(paint_face(3))
    project.apply(Edit("Drag", (Stroke(1, other, corrected(4)),)))
    project.apply(Edit("Drag", (Stroke(2, FACE, corrected(4)),)), goes_on=True)
    with reopened(project) as again:
        assert again.paint(2) == {FACE: corrected(4)}
        again.undo()
        assert (again.paint(1), again.paint(2)) == ({FACE: corrected(3)}, {})
        again.redo()
        assert (again.paint(1)[other], again.paint(2)[FACE]) == (corrected(4), corrected(4))


def test_a_gesture_that_paints_a_segment_twice_is_taken_back_to_its_beginning(project):
    project.apply(paint_face(3))
    project.apply(paint_face(4))
    project.apply(paint_face(5), goes_on=True)
    project.undo()
    assert project.paint(1) == {FACE: corrected(3)}
    project.redo()
    assert project.paint(1) == {FACE: corrected(5)}


def test_what_was_undone_does_not_go_on(project):
    project.apply(paint_face(3))
    project.apply(paint_face(4))
    project.undo()
    project.apply(paint_face(5), goes_on=True)
    assert project.paint(1) == {FACE: corrected(5)}
    assert project.redo_text is None
    project.undo()
    assert project.paint(1) == {FACE: corrected(3)}


# ---- a new cut ----


def test_a_new_cut_knows_its_drawings_and_nothing_else(project, folder):
    assert project.drawings == folder / "A"
    assert project.frames == (FrameEntry(1, "A0001.png", None), FrameEntry(2, "A0002.png", None))
    assert (project.sheets, project.palette.colors) == ((), ())
    assert dict(project.paint(1)) == {}
    assert (project.undo_text, project.redo_text) == (None, None)
    assert (project.read_only, project.notices) == (False, ())


def test_an_existing_file_is_never_made_anew(path, folder):
    before = path.read_bytes()
    with pytest.raises(CutFileError, match=r"カット 012\.cut” exists already"):
        Project.create(path, folder / "A", [])
    assert path.read_bytes() == before


def test_a_cut_that_another_window_made_meanwhile_is_kept(folder):
    """Both were asked for the same folder of drawings, and one was faster."""
    path = folder / "b.cut"

    def make_slowly(database):
        with closing(Project.create(path, folder / "A", ["A0001.png"])) as faster:
            faster.apply(paint_face(1))
        database.execute("CREATE TABLE slow (id INTEGER)")

    with pytest.raises(CutExistsError, match=r"b\.cut” exists already"):
        write_cut(path, make_slowly, is_new=True)
    with closing(Project.open(path)) as project:
        assert project.paint(1) == {FACE: corrected(1)}
    assert sorted(each.name for each in folder.iterdir()) == ["A", "b.cut"]


OPEN_AT_ONCE = """
import sys
from pathlib import Path
from core.project import CutFileError, open_or_create

cut = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
try:
    open_or_create(cut, cut.parent, ["A0001.png"])
    print("open", flush=True)
except CutFileError as error:
    print(error, flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("attempt", range(3))
def test_of_windows_that_open_a_folder_at_once_for_the_first_time_one_has_it(folder, attempt):
    path = folder / f"{attempt}.cut"
    command = [sys.executable, "-c", OPEN_AT_ONCE, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        windows = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, **pipes)) for _ in range(3)
        ]
        for said in ("ready", "open"):
            answers = sorted(window.stdout.readline().strip() for window in windows)
            assert said in answers
            for window in windows:
                window.stdin.write("\n")
                window.stdin.flush()
    held = f"“{attempt}.cut” is open in another Shiage window; "
    assert [answer.startswith(held) for answer in answers].count(True) == 2
    with closing(Project.open(path)) as project:
        assert [frame.name for frame in project.frames] == ["A0001.png"]


def test_a_cut_in_a_missing_folder_is_refused_in_one_sentence(folder):
    with pytest.raises(CutFileError, match="could not be written"):
        Project.create(folder / "nowhere" / "a.cut", folder, [])


def test_nothing_is_left_beside_a_closed_cut(project, folder):
    project.apply(paint_face(1))
    project.close()
    assert sorted(entry.name for entry in folder.iterdir()) == ["A", "カット 012.cut"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_file_name_that_is_no_text_is_refused_by_name(folder):
    name = os.fsdecode("カット".encode("shift_jis"))
    with pytest.raises(CutFileError, match="rename the file"):
        Project.create(folder / "b.cut", folder / "A", [name])
    assert not (folder / "b.cut").exists()


# ---- edits ----


def test_an_edit_paints_and_tells_which_frames_to_redraw(project):
    edit = Edit("Paint", (Stroke(1, FACE, corrected(1)), Stroke(2, HAIR, corrected(2))))
    assert project.apply(edit) == Changes(frames=frozenset({1, 2}))
    assert dict(project.paint(1)) == {FACE: corrected(1)}
    assert dict(project.paint(2)) == {HAIR: corrected(2)}


def test_an_edit_is_there_after_reopening(project):
    project.apply(paint_face(0))
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(0)}
        assert again.undo_text == "Paint face"


def test_an_edit_that_changes_nothing_is_no_step(project):
    project.apply(paint_face(1))
    assert project.apply(paint_face(1)) == Changes()
    assert project.apply(Edit("Nothing", (Stroke(1, HAIR, None),))) == Changes()
    project.undo()
    assert project.undo_text is None


def test_an_edit_that_changes_nothing_keeps_what_could_be_redone(project):
    project.apply(paint_face(1))
    project.apply(paint_face(2))
    project.undo()
    project.apply(paint_face(1))
    assert project.redo_text == "Paint face"


def test_an_accepted_colour_and_the_same_colour_by_hand_are_two_things(project):
    project.apply(Edit("Accept", (Stroke(1, FACE, Paint(1, Mark.ACCEPTED)),)))
    assert project.apply(paint_face(1)) == Changes(frames=frozenset({1}))
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(1)}
        again.undo()
        assert dict(again.paint(1)) == {FACE: Paint(1, Mark.ACCEPTED)}


def test_of_two_strokes_on_a_segment_the_later_counts(project):
    project.apply(Edit("Drag", (Stroke(1, FACE, corrected(1)), Stroke(1, FACE, corrected(2)))))
    assert dict(project.paint(1)) == {FACE: corrected(2)}
    project.undo()
    assert dict(project.paint(1)) == {}


def test_a_word_can_be_taken_back(project):
    project.apply(paint_face(1))
    project.apply(Edit("Clear", (Stroke(1, FACE, None),)))
    with reopened(project) as again:
        assert dict(again.paint(1)) == {}
        again.undo()
        assert dict(again.paint(1)) == {FACE: corrected(1)}


def test_paint_that_was_given_out_keeps_its_values(project):
    before = project.paint(1)
    project.apply(paint_face(1))
    painted = project.paint(1)
    project.undo()
    assert (dict(before), dict(painted)) == ({}, {FACE: corrected(1)})


def test_paint_that_was_given_out_cannot_be_changed(project):
    with pytest.raises(TypeError):
        project.paint(1)[FACE] = corrected(1)


# ---- undo and redo ----


def test_undo_and_redo_say_what_they_touch(project):
    project.apply(paint_face(1, frame_id=2))
    assert (project.undo_text, project.undo_target()) == ("Paint face", 2)
    assert project.undo() == Changes(frames=frozenset({2}))
    assert (project.undo_text, project.undo_target()) == (None, None)
    assert (project.redo_text, project.redo_target()) == ("Paint face", 2)
    assert project.redo() == Changes(frames=frozenset({2}))
    assert (project.redo_text, project.redo_target()) == (None, None)


def test_the_window_jumps_to_the_first_stroke_of_a_step(project):
    edit = Edit("Paint", (Stroke(2, FACE, corrected(1)), Stroke(1, FACE, corrected(1))))
    project.apply(edit)
    assert project.undo_target() == 2


def test_with_nothing_to_undo_or_redo_nothing_happens(project):
    assert (project.undo(), project.redo()) == (Changes(), Changes())


def test_an_undone_edit_can_be_redone_after_reopening(project):
    project.apply(paint_face(1))
    project.apply(paint_face(2))
    project.undo()
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(1)}
        again.redo()
        assert dict(again.paint(1)) == {FACE: corrected(2)}


def test_an_edit_after_undo_drops_what_could_be_redone_for_good(project):
    project.apply(paint_face(1))
    project.undo()
    project.apply(Edit("Paint hair", (Stroke(1, HAIR, corrected(2)),)))
    assert project.redo() == Changes()
    with reopened(project) as again:
        assert again.redo_text is None
        assert dict(again.paint(1)) == {HAIR: corrected(2)}
        again.undo()
        assert dict(again.paint(1)) == {}


class ListModel:
    """The same history as a list of whole states."""

    def __init__(self):
        self.states, self.done = [{}], 0

    @property
    def state(self):
        return self.states[self.done]

    def apply(self, edit):
        state = dict(self.state)
        for frame_id, key, paint in edit.strokes:
            state.pop((frame_id, key), None)
            if paint is not None:
                state[frame_id, key] = paint
        if state != self.state:
            self.states[self.done + 1 :] = [state]
            self.done += 1

    def undo(self):
        self.done = max(self.done - 1, 0)

    def redo(self):
        self.done = min(self.done + 1, len(self.states) - 1)


paints = st.none() | st.builds(Paint, st.integers(0, 2), st.sampled_from(Mark))
strokes = st.builds(Stroke, st.sampled_from([1, 2]), st.sampled_from([FACE, HAIR]), paints)
edits = st.builds(Edit, st.text(max_size=5), st.lists(strokes, max_size=3).map(tuple))


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(edits | st.sampled_from(["undo", "redo", "reopen", "checkpoint"]), max_size=25))
def test_any_sequence_of_edits_undo_redo_and_reopening_is_what_a_list_says(tmp_path, actions):
    path, model = tmp_path / "a.cut", ListModel()
    path.unlink(missing_ok=True)
    project = Project.create(path, tmp_path, ["1.png", "2.png"])
    for action in actions:
        if isinstance(action, Edit):
            model.apply(action)
            project.apply(action)
        elif action == "reopen":
            project.close()
            project = Project.open(path)
        else:
            getattr(project, action)()
            getattr(model, action, lambda: None)()
        painted = {(f.id, key): p for f in project.frames for key, p in project.paint(f.id).items()}
        assert painted == model.state
        assert (project.undo_text is None) == (model.done == 0)
        assert (project.redo_text is None) == (model.done == len(model.states) - 1)
    project.close()


# ---- sheets and palette ----


def test_sheets_bring_only_the_colours_that_are_new(project, folder):
    project.add_color(RED)
    sheet = SheetFiles("設定", folder / "line.png", folder / "color.png", (BLUE, CLEAR))
    assert project.add_sheets([sheet], [BLUE, RED]) == Changes(palette=True, sheets=True)
    other = SheetFiles("Again", None, folder / "again.png")
    assert project.add_sheets([other], [RED]) == Changes(sheets=True)
    with reopened(project) as again:
        assert again.palette.colors == (Color(1, "#FF0000", RED), Color(2, "#0000FF", BLUE))
        assert again.sheets == (
            SheetEntry(1, sheet),
            SheetEntry(2, other),
        )


def test_a_removed_sheet_leaves_its_colours_and_its_id_is_not_given_again(project, folder):
    sheet = SheetFiles("a", None, folder / "a.png")
    project.add_sheets([sheet], [RED])
    assert project.remove_sheet(1) == Changes(sheets=True)
    assert project.remove_sheet(1) == Changes()
    project.add_sheets([sheet], [])
    with reopened(project) as again:
        assert [sheet.id for sheet in again.sheets] == [2]
        assert again.palette.id_of(RED) == 1


def test_sheets_that_are_gone_are_located_by_name_and_keep_their_lines(project, folder, tmp_path):
    (folder / "here.png").touch()
    here = SheetFiles("here", None, folder / "here.png")
    gone = SheetFiles("gone", None, folder / "gone.png", (BLUE,))
    lost = SheetFiles("lost", None, folder / "lost.png")
    project.add_sheets([here, gone, lost], [RED])
    beside = [SheetFiles(name, None, tmp_path / f"{name}.png") for name in ("gone", "here", "new")]
    assert project.locate_sheets(beside) == Changes(sheets=True)
    moved = SheetFiles("gone", None, tmp_path / "gone.png", (BLUE,))
    with reopened(project) as again:
        assert [sheet.files for sheet in again.sheets] == [here, lost, moved]
        assert again.palette.colors == (Color(1, "#FF0000", RED),)


def test_a_sheet_that_is_nowhere_stays_as_it_is(project, folder):
    project.add_sheets([SheetFiles("gone", None, folder / "gone.png")], [])
    before = project.sheets
    assert project.locate_sheets([SheetFiles("other", None, folder / "other.png")]) == Changes()
    assert project.sheets == before


def test_sheets_of_a_cut_that_is_read_only_are_not_located(path, folder, tmp_path):
    with closing(Project.open(path)) as project:
        project.add_sheets([SheetFiles("gone", None, folder / "gone.png")], [])
    with closing(Project.read(path)) as project, pytest.raises(CutFileError):
        project.locate_sheets([SheetFiles("gone", None, tmp_path / "gone.png")])


def test_a_known_colour_is_not_added_twice(project):
    assert project.add_color(RED) == Changes(palette=True)
    assert project.add_color(RED) == Changes()


# ---- drawings ----


def test_a_drawing_keeps_its_id_when_others_come_before_it(project, folder):
    changes = project.sync_frames(folder / "A", ["A0000.png", "A0001.png", "A0002.png"])
    assert changes == Changes(frames=frozenset({1, 2, 3}))
    with reopened(project) as again:
        assert [(f.id, f.name) for f in again.frames] == [
            (3, "A0000.png"),
            (1, "A0001.png"),
            (2, "A0002.png"),
        ]


def test_the_same_drawings_again_are_no_change(project, folder):
    assert project.sync_frames(folder / "A", ["A0001.png", "A0002.png"]) == Changes()


def test_a_drawing_that_is_gone_takes_its_paint_along_and_brings_it_back(project, folder):
    project.apply(paint_face(1, frame_id=2))
    project.set_digests({2: "ab12"})
    assert project.sync_frames(folder / "A", ["A0001.png"]) == Changes(frames=frozenset({2}))
    assert project.undo_target() is None
    with reopened(project) as again:
        assert [f.id for f in again.frames] == [1]
        again.sync_frames(folder / "A", ["A0001.png", "A0003.png", "A0002.png"])
        assert [f.id for f in again.frames] == [1, 3, 2]
        assert again.frames[2] == FrameEntry(2, "A0002.png", "ab12")
        assert dict(again.paint(2)) == {FACE: corrected(1)}
        assert again.undo_target() == 2


def test_a_step_on_a_drawing_that_is_gone_can_be_undone(project, folder):
    project.apply(paint_face(1, frame_id=2))
    project.sync_frames(folder / "A", ["A0001.png"])
    assert project.undo() == Changes()
    project.sync_frames(folder / "A", ["A0001.png", "A0002.png"])
    assert dict(project.paint(2)) == {}


def test_a_name_that_a_mac_took_apart_is_the_same_drawing(project, folder):
    project.sync_frames(folder / "A", ["ガ1.png"])
    apart = unicodedata.normalize("NFD", "ガ1.png")
    project.sync_frames(folder / "A", [apart])
    assert [(f.id, f.name) for f in project.frames] == [(3, apart)]


def test_another_folder_is_a_change_of_every_drawing(project, folder):
    (folder / "B").mkdir()
    changes = project.sync_frames(folder / "B", ["A0001.png", "A0002.png"])
    assert changes == Changes(frames=frozenset({1, 2}))
    with reopened(project) as again:
        assert again.drawings == folder / "B"


def test_a_digest_is_kept(project):
    project.set_digests({1: "00ff"})
    with reopened(project) as again:
        assert again.frames[0] == FrameEntry(1, "A0001.png", "00ff")


def test_an_edit_and_what_its_drawing_looks_like_are_one_change(project):
    project.apply(paint_face(3), {1: "abc"})
    assert project.frames[0].digest == "abc"
    with reopened(project) as again:
        assert (again.frames[0].digest, bool(again.paint(1))) == ("abc", True)
        again.apply(paint_face(3), {1: "def"})  # nothing to paint
        with reopened(again) as third:
            assert third.frames[0].digest == "def"


def test_the_history_of_a_redrawn_frame_goes_on_with_its_present_segments(project):
    first, second, gone = SegmentKey(0, 6), SegmentKey(4, 6), SegmentKey(9, 3)
    for color, key in ((3, first), (4, second), (5, gone)):
        project.apply(Edit("Paint", (Stroke(1, key, corrected(color)),)))
    moved = {first: second, second: first, gone: lost(gone)}
    assert project.carry_over(1, moved, "new") == Changes(frames=frozenset([1]))
    now = {second: corrected(3), first: corrected(4), lost(gone): corrected(5)}
    assert project.paint(1) == now
    assert project.painted[1] == set(now)
    with reopened(project) as again:
        assert (again.paint(1), again.frames[0].digest) == (now, "new")
        assert again.painted == project.painted
        again.undo()
        again.undo()
        assert again.paint(1) == {second: corrected(3)}
        again.redo()
        assert again.paint(1) == {second: corrected(3), first: corrected(4)}


def test_a_step_that_is_undone_follows_its_drawing_as_well(project):
    key, now = SegmentKey(0, 6), SegmentKey(4, 6)
    project.apply(Edit("Paint", (Stroke(1, key, corrected(3)),)))
    project.undo()
    assert project.painted[1] == {key}
    project.carry_over(1, {key: now}, "new")
    project.redo()
    assert project.paint(1) == {now: corrected(3)}


def test_cut_drawings_and_sheets_that_move_together_are_found(project, folder, tmp_path):
    (folder / "color.png").touch()
    project.add_sheets([SheetFiles("a", None, folder / "color.png")], [])
    project.close()
    shutil.move(folder, tmp_path / "moved")
    with closing(Project.open(tmp_path / "moved" / project.path.name)) as again:
        assert again.drawings == tmp_path / "moved" / "A"
        assert again.sheets[0].files.color == tmp_path / "moved" / "color.png"


def test_a_cut_that_moves_alone_finds_its_drawings_where_they_were(project, folder, tmp_path):
    project.close()
    shutil.move(project.path, tmp_path / "alone.cut")
    with closing(Project.open(tmp_path / "alone.cut")) as again:
        assert again.drawings == folder / "A"


# ---- the file ----


def test_save_as_goes_on_in_the_new_file_and_leaves_the_old_one(project, folder, tmp_path):
    old = project.path
    (folder / "color.png").touch()
    project.add_sheets([SheetFiles("a", None, folder / "color.png")], [RED])
    project.apply(paint_face(1))
    new = tmp_path / "another 場所" / "b.cut"
    new.parent.mkdir()
    project.save_as(new)
    project.apply(paint_face(2))
    assert project.path == new
    with closing(Project.open(old)) as old_project:
        assert dict(old_project.paint(1)) == {FACE: corrected(1)}
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(2)}
        assert (again.drawings, again.sheets[0].files.color) == (folder / "A", folder / "color.png")
        again.undo()
        again.undo()
        assert dict(again.paint(1)) == {}


def test_paths_are_relative_to_the_new_file_after_save_as(project, folder, tmp_path):
    new = folder / "cuts" / "b.cut"
    new.parent.mkdir()
    project.save_as(new)
    project.close()
    shutil.move(folder, tmp_path / "moved")
    with closing(Project.open(tmp_path / "moved" / "cuts" / "b.cut")) as again:
        assert again.drawings == tmp_path / "moved" / "A"


def test_save_as_replaces_a_file_and_the_log_beside_it(project, folder):
    new, crashed = folder / "b.cut", folder / "crashed.cut"
    with closing(Project.create(new, folder, ["x.png"])) as other:
        other.apply(paint_face(2))
        for ending in ("", "-wal"):  # what a power cut would leave
            shutil.copyfile(f"{new}{ending}", f"{crashed}{ending}")
    project.apply(paint_face(1))
    project.save_as(crashed)
    with reopened(project) as again:
        assert again.notices == ()
        assert dict(again.paint(1)) == {FACE: corrected(1)}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_save_as_through_a_link_replaces_what_it_points_to(project, folder, tmp_path):
    real, link = tmp_path / "real.cut", folder / "link.cut"
    Project.create(real, folder, ["x.png"]).close()
    link.symlink_to(real)
    project.apply(paint_face(1))
    project.save_as(link)
    project.close()
    assert link.is_symlink()
    with closing(Project.open(real)) as again:
        assert dict(again.paint(1)) == {FACE: corrected(1)}
        assert again.drawings == folder / "A"


def test_save_as_does_not_replace_a_cut_that_is_open(project, folder):
    with closing(Project.create(folder / "b.cut", folder, ["x.png"])) as other:
        with pytest.raises(CutFileError, match=r"b\.cut” is open in another Shiage window"):
            project.save_as(other.path)
        other.apply(paint_face(2))
    project.apply(paint_face(1))
    assert project.path.name == "カット 012.cut"
    assert sorted(p.name for p in folder.glob("*.new*")) == []


def test_save_as_under_the_same_name_changes_nothing(project):
    project.apply(paint_face(1))
    project.save_as(project.path)
    assert dict(project.paint(1)) == {FACE: corrected(1)}


def test_save_as_that_fails_goes_on_in_the_old_file(project, folder):
    with pytest.raises(CutFileError, match=r"b\.cut” could not be written"):
        project.save_as(folder / "nowhere" / "b.cut")
    project.apply(paint_face(1))
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(1)}


def test_save_as_under_a_name_that_the_system_does_not_take_goes_on_in_the_old_file(project):
    former = project.path
    with pytest.raises(CutFileError, match=r"could not be written .*too long"):
        project.save_as(former.with_name("長" * 200 + ".cut"))
    assert project.path == former


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
@pytest.mark.parametrize("becomes_of_it", ["deleted", "replaced", "moved with its folder"])
def test_a_cut_whose_file_another_program_took_away_refuses_and_can_be_saved_elsewhere(
    project, folder, tmp_path, becomes_of_it
):
    project.apply(paint_face(1))
    if becomes_of_it == "moved with its folder":
        folder.rename(folder.with_name("elsewhere"))
    else:
        project.path.unlink()
        if becomes_of_it == "replaced":
            project.path.write_bytes(b"of a folder that is synchronised")
    with pytest.raises(CutFileError, match="was deleted, moved or replaced while it was open"):
        project.apply(paint_face(2))
    assert project.paint(1) == {FACE: corrected(1)}
    with pytest.raises(CutFileError, match="save it under another name"):
        project.save_as(project.path)
    project.save_as(tmp_path / "kept.cut")
    project.apply(paint_face(3))
    with reopened(project) as again:
        assert again.paint(1) == {FACE: corrected(3)}
        again.undo()
        assert again.paint(1) == {FACE: corrected(1)}


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved there")
@pytest.mark.parametrize("let_go", ["close", "save as"])
def test_a_cut_file_that_was_moved_while_it_was_open_has_everything_in_it(
    project, tmp_path, let_go
):
    project.apply(paint_face(1))
    moved = project.path.rename(tmp_path / "moved.cut")
    if let_go == "close":
        project.close()
    else:
        project.save_as(tmp_path / "kept.cut")
    with closing(Project.open(moved)) as again:
        assert again.paint(1) == {FACE: corrected(1)}


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced there")
def test_a_backup_that_replaced_an_open_cut_gets_nothing_of_it(project, tmp_path):
    path = project.path
    project.apply(paint_face(1))
    project.checkpoint()
    shutil.copyfile(path, tmp_path / "backup.cut")
    for color_id in (2, 3, 2, 3):
        project.apply(paint_face(color_id))
    (tmp_path / "backup.cut").replace(path)
    project.close()
    with closing(Project.open(path)) as again:
        assert (again.path, again.notices) == (path, ())
        assert again.paint(1) == {FACE: corrected(1)}


def test_after_a_checkpoint_the_cut_file_alone_holds_everything(project, tmp_path):
    project.apply(paint_face(1))
    project.checkpoint()
    shutil.copyfile(project.path, tmp_path / "copy.cut")
    with closing(Project.open(tmp_path / "copy.cut")) as copy:
        assert dict(copy.paint(1)) == {FACE: corrected(1)}


@contextmanager
def full_disk(size):
    """Let no file grow beyond this size; the kernel then refuses as a full disk does."""
    import resource

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_full_disk_loses_nothing_and_changes_nothing(project):
    project.apply(paint_face(1))
    project.apply(paint_face(2))
    project.undo()
    many = Edit("Many", tuple(Stroke(1, SegmentKey(n, 9), corrected(1)) for n in range(20_000)))
    with full_disk(100_000):
        with pytest.raises(CutFileError, match="could not be written"):
            project.apply(many)
        assert dict(project.paint(1)) == {FACE: corrected(1)}
        assert (project.undo_text, project.redo_text) == ("Paint face", "Paint face")
    with reopened(project) as again:
        assert dict(again.paint(1)) == {FACE: corrected(1)}
        assert again.redo_text == "Paint face"
        again.apply(many)
        assert len(again.paint(1)) == 20_001


PAINT_UNTIL_KILLED = """
import sys
from itertools import count
from pathlib import Path
from core.edits import Edit, Mark, Paint, SegmentKey, Stroke
from core.project import Project

project = Project.open(Path(sys.argv[1]))
for n in count():
    if n % 10 == 9:
        project.undo()
    else:
        stroke = Stroke(1, SegmentKey(n, 1), Paint(1, Mark.CORRECTED))
        project.apply(Edit(f"Step {n}", (stroke,)))
    print(n, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("acknowledged", [1, 9, 10, 57])
def test_a_process_that_is_killed_has_lost_nothing_it_acknowledged(path, acknowledged):
    command = [sys.executable, "-c", PAINT_UNTIL_KILLED, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        for _ in range(acknowledged):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        last = acknowledged - 1
        for line in child.stdout:
            last = int(line)
    with closing(Project.open(path)) as project:
        painted = {key.first_pixel for key in project.paint(1)}
        assert project.notices == ()
        # the child may have finished one more action than it could tell
        assert painted in (painted_after(last), painted_after(last + 1))
        assert len(painted) == steps_to_undo(project)


def painted_after(last):
    """Segment n is painted by action n; every tenth action undoes the one before it."""
    return {n for n in range(last + 1) if n % 10 != 9 and not (n % 10 == 8 and n < last)}


def steps_to_undo(project):
    steps = 0
    while project.undo_text is not None:
        project.undo()
        steps += 1
    return steps
