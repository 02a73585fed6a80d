import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.edits import Edit, Mark, Paint, SegmentKey, Stroke
from core.project import CutFileError, Project
from core.sheets import SheetFiles

ROOT = Path(__file__).parents[2]
PAGE = 4096
RED = (255, 0, 0, 255)
FRAMES, STEPS, STROKES = 20, 100, 40


def step(number, strokes=STROKES):
    """A step that paints segments no other step paints."""
    frame_id, paint = number % FRAMES + 1, Paint(number % 50 + 1, Mark.CORRECTED)
    keys = (SegmentKey(number * 1000 + n, n + 1) for n in range(strokes))
    return Edit(f"Step {number}", tuple(Stroke(frame_id, key, paint) for key in keys))


def painted(project):
    return {
        (f.id, key): paint for f in project.frames for key, paint in project.paint(f.id).items()
    }


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "作品　テスト" / "カット 012"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def made_cut(tmp_path_factory):
    return make_cut(tmp_path_factory.mktemp("made") / "made.cut")


@pytest.fixture
def path(folder, made_cut):
    """A cut with 4,000 strokes in 100 steps."""
    return Path(shutil.copyfile(made_cut, folder / "c012.cut"))


def make_cut(path):
    names = [f"A{n:04}.png" for n in range(FRAMES)]
    with closing(Project.create(path, path.parent, names)) as project:
        sheet = SheetFiles("Sheet", None, path.parent / "sheet.png", (RED,))
        project.add_sheets([sheet], [(n, n, n, 255) for n in range(50)])
        for number in range(STEPS):
            project.apply(step(number))
    return path


@pytest.fixture
def everything(path):
    with closing(Project.open(path)) as project:
        return painted(project)


def power_cut(project, copy):
    """Leave what lies on the disk now: the file and the log that was not checkpointed."""
    for ending in ("", "-wal"):
        shutil.copyfile(f"{project.path}{ending}", f"{copy}{ending}")
    return copy


def overwrite(path, *pages, content=b"\xa5"):
    data = bytearray(path.read_bytes())
    for page in pages:
        data[page * PAGE : (page + 1) * PAGE] = (content * PAGE)[:PAGE]
    path.write_bytes(data)


# ---- what is no cut ----


def test_a_missing_file_is_named(folder):
    with pytest.raises(CutFileError, match=r"none\.cut” does not exist"):
        Project.open(folder / "none.cut")


def test_a_folder_is_no_cut_file(folder):
    with pytest.raises(CutFileError, match=r"is a folder; choose a \.cut file"):
        Project.open(folder)


@pytest.mark.parametrize("content", [b"", b"no cut", b"\x89PNG" + bytes(range(256)) * 2000])
def test_a_file_of_another_kind_is_refused_and_left_alone(folder, content):
    path = folder / "picture.cut"
    path.write_bytes(content)
    with pytest.raises(CutFileError, match=r"“picture\.cut” is not a cut file"):
        Project.open(path)
    assert files(folder) == {"picture.cut": content}


def test_a_database_of_another_program_is_refused_and_left_alone(folder):
    path = folder / "other.cut"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE frames (id INTEGER PRIMARY KEY, name TEXT)")
        database.commit()
        shutil.copyfile(path, folder / "copy.cut")
        shutil.copyfile(f"{path}-wal", folder / "copy.cut-wal")
    before = files(folder)
    for name in ("other.cut", "copy.cut"):
        with pytest.raises(CutFileError, match="is not a cut file"):
            Project.open(folder / name)
    assert files(folder) == before


# ---- two windows ----


def test_a_cut_opens_in_one_window_only(path):
    with closing(Project.open(path)) as project:
        start = time.monotonic()
        with pytest.raises(CutFileError, match="is open in another Shiage window; close it there"):
            Project.open(path)
        assert time.monotonic() - start < 1
        project.apply(step(STEPS))
    with closing(Project.open(path)) as project:
        assert project.undo_text == f"Step {STEPS}"


HOLD = """
import sys
from pathlib import Path
from core.project import Project
project = Project.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
project.close()
"""


def test_a_cut_opens_in_one_process_only(path):
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        child.stdout.readline()
        with pytest.raises(CutFileError, match="is open in another Shiage window"):
            Project.open(path)
        child.stdin.close()
    Project.open(path).close()


def test_a_failed_attempt_does_not_let_a_third_window_in(path):
    """On POSIX a process loses its locks on a file when it closes any handle to it."""
    with closing(Project.open(path)):
        with pytest.raises(CutFileError, match="another Shiage window"):
            Project.open(path)
        command = [sys.executable, "-c", HOLD, str(path)]
        third = subprocess.run(command, cwd=ROOT, input=b"", capture_output=True, check=False)
        assert b"is open in another Shiage window" in third.stderr


# ---- newer and write-protected ----


def make_newer(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in (*statements, "PRAGMA user_version = 2"):
            database.execute(statement)
        database.commit()


def test_a_newer_cut_is_shown_and_never_changed(path, folder, everything):
    make_newer(path, "CREATE TABLE gaps (id INTEGER PRIMARY KEY)")
    before = files(folder)
    with closing(Project.open(path)) as project:
        assert project.read_only
        assert project.notices[0].startswith("“c012.cut” was saved by a newer Shiage")
        assert painted(project) == everything
        for change in (
            project.undo,
            lambda: project.apply(step(STEPS)),
            lambda: project.add_color(RED),
            lambda: project.remove_sheet(1),
            lambda: project.sync_frames(folder, []),
            lambda: project.set_digests({1: "00"}),
            lambda: project.save_as(folder / "b.cut"),
            lambda: project.save_as(path),
        ):
            with pytest.raises(CutFileError, match="update Shiage"):
                change()
        project.checkpoint()
        assert painted(project) == everything
    assert files(folder) == before


def test_a_newer_cut_that_makes_no_sense_here_is_refused(path):
    make_newer(path, "ALTER TABLE strokes RENAME TO layers")
    with pytest.raises(CutFileError, match="a newer Shiage in a form that this one cannot read"):
        Project.open(path)


@contextmanager
def write_protected(*paths):
    """Protect files and folders; root, whom no permission stops, is nobody meanwhile."""
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.fixture
def open_folder():
    """A folder that any user can reach, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="カット ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


needs_permissions = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


@needs_permissions
def test_a_write_protected_cut_is_shown_with_its_log(open_folder):
    crashed = open_folder / "crashed"
    crashed.mkdir()
    with closing(Project.open(make_cut(open_folder / "a.cut"))) as project:
        project.apply(step(STEPS))
        path = power_cut(project, crashed / "a.cut")
        expected = painted(project)
    before = files(crashed)
    with write_protected(crashed, *crashed.iterdir()), closing(Project.open(path)) as project:
        assert project.read_only
        assert "write-protected" in project.notices[0]
        assert painted(project) == expected
        for change in (project.undo, lambda: project.save_as(path)):
            with pytest.raises(CutFileError, match="save it under another name"):
                change()
        assert painted(project) == expected
    assert files(crashed) == before


@needs_permissions
@pytest.mark.parametrize("protected", ["a.cut", "."])
def test_a_write_protected_file_or_folder_is_enough_to_be_read_only(open_folder, protected):
    path = make_cut(open_folder / "a.cut")
    open_folder.chmod(0o777)
    path.chmod(0o666)
    with write_protected(open_folder / protected), closing(Project.open(path)) as project:
        assert project.read_only
    assert [entry.name for entry in open_folder.iterdir()] == ["a.cut"]


@needs_permissions
def test_a_write_protected_cut_can_be_saved_elsewhere_and_painted_there(open_folder):
    path = make_cut(open_folder / "a.cut")
    other = open_folder / "other"
    other.mkdir()
    other.chmod(0o777)
    with write_protected(open_folder, path), closing(Project.open(path)) as project:
        project.save_as(other / "b.cut")
        project.undo()
        assert (project.read_only, project.redo_text) == (False, f"Step {STEPS - 1}")


# ---- damage ----


def assert_recovered(path, everything, before):
    """Open a damaged cut; return how many segments kept their paint, all of it true."""
    with closing(Project.open(path)) as project:
        assert project.path.name == f"{path.stem} (recovered).cut"
        assert not project.read_only
        assert f"“{path.name}” is damaged" in project.notices[0]
        assert f"“{project.path.name}”" in project.notices[0]
        kept = painted(project)
        assert kept.items() <= everything.items()
        assert all(project.palette.color(paint.color_id) for paint in kept.values())
        assert_consistent(project)
        new_path = project.path
    after = files(path.parent)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {new_path.name}
    with closing(Project.open(new_path)) as again:
        assert again.notices == ()
        assert painted(again) == kept
    return len(kept)


def assert_consistent(project):
    """Undo everything and redo it; then go on painting."""
    at_first = painted(project)
    while project.redo_text is not None:
        project.redo()
    at_the_end = painted(project)
    while project.undo_text is not None:
        project.undo()
    assert painted(project) == {}
    while project.redo_text is not None:
        project.redo()
    assert painted(project) == at_the_end
    while painted(project) != at_first:
        project.undo()


def test_pages_overwritten_in_the_middle_cost_only_what_was_on_them(path, folder, everything):
    pages = path.stat().st_size // PAGE
    overwrite(path, pages // 2, pages // 2 + 1, pages // 2 + 7)
    kept = assert_recovered(path, everything, files(folder))
    assert len(everything) * 0.8 < kept <= len(everything)


def test_of_a_truncated_file_the_beginning_is_recovered(path, folder, everything):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10 + 123])
    kept = assert_recovered(path, everything, files(folder))
    assert len(everything) * 0.3 < kept < len(everything)


def test_without_its_first_page_a_cut_is_recovered_whole(path, folder, everything):
    overwrite(path, 0, content=b"\0")
    assert assert_recovered(path, everything, files(folder)) == len(everything)


def test_a_damaged_index_costs_nothing(path, folder, everything):
    with closing(sqlite3.connect(path)) as database:
        (root,) = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'strokes_of_edit'"
        ).fetchone()
    overwrite(path, root - 1)
    assert assert_recovered(path, everything, files(folder)) == len(everything)


@pytest.mark.parametrize("table", ["meta", "frames", "colors", "sheets"])
def test_a_lost_table_leaves_the_rest(path, folder, everything, table):
    overwrite(path, root_page(path, table) - 1)
    with closing(Project.open(path)) as project:
        kept = painted(project)
        steps = 0
        while project.undo_text is not None:
            project.undo()
            steps += 1
        assert steps == STEPS
        assert kept == ({} if table == "frames" else everything)
        assert all(project.palette.color(paint.color_id) for paint in kept.values())
        assert project.drawings == folder


def root_page(path, table):
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        return database.execute(query, (table,)).fetchone()[0]


def test_letters_that_cannot_be_read_cost_no_paint(path, everything, folder):
    path.write_bytes(path.read_bytes().replace(b"Step 57", b"Step \xff7"))
    assert assert_recovered(path, everything, files(folder)) == len(everything)


def test_the_log_beside_a_damaged_file_is_recovered_too_and_kept(path, folder, everything):
    damaged = folder / "damaged.cut"
    with closing(Project.open(path)) as project:
        project.undo()
        project.apply(step(STEPS))
        power_cut(project, damaged)
        expected = painted(project)
    overwrite(damaged, damaged.stat().st_size // PAGE // 2)
    assert_recovered(damaged, expected, files(folder))
    with closing(Project.open(folder / "damaged (recovered).cut")) as project:
        assert project.undo_text == f"Step {STEPS}"


def test_an_unfinished_commit_in_the_log_is_no_damage(path, folder):
    crashed = folder / "crashed.cut"
    with closing(Project.open(path)) as project:
        project.apply(step(STEPS))
        power_cut(project, crashed)
        expected = painted(project)
    with crashed.with_name("crashed.cut-wal").open("ab") as log:
        log.write(b"\xa5" * 5000)
    with closing(Project.open(crashed)) as project:
        assert (project.notices, painted(project)) == ((), expected)


def test_a_log_that_belongs_to_another_file_does_not_spoil_a_sound_one(path, folder):
    with closing(Project.open(path)) as project:
        project.apply(step(STEPS))
        power_cut(project, folder / "crashed.cut")
    with closing(Project.create(folder / "small.cut", folder, ["A0000.png"])) as project:
        project.apply(step(0))
        expected = painted(project)
    shutil.move(folder / "crashed.cut-wal", folder / "small.cut-wal")
    kept = assert_recovered(folder / "small.cut", expected, files(folder))
    assert kept == len(expected)


def test_a_recovered_name_that_is_taken_gets_a_number(path, folder):
    (folder / "c012 (recovered).cut").write_bytes(b"mine")
    overwrite(path, path.stat().st_size // PAGE // 2)
    with closing(Project.open(path)) as project:
        assert project.path.name == "c012 (recovered 2).cut"
    assert (folder / "c012 (recovered).cut").read_bytes() == b"mine"


def test_work_goes_on_in_what_was_recovered_before(path):
    overwrite(path, path.stat().st_size // PAGE // 2)
    with closing(Project.open(path)) as project:
        project.add_color((1, 2, 3, 255))
        name = project.path.name
    with closing(Project.open(path)) as project:
        assert project.path.name == name
        assert project.palette.id_of((1, 2, 3, 255))
        assert f"“{path.name}” is damaged" in project.notices[0]
        assert f"“{name}”" in project.notices[0]


def test_a_file_in_which_nothing_can_be_read_is_refused_and_left_alone(path, folder):
    overwrite(path, *range(path.stat().st_size // PAGE))
    before = files(folder)
    with pytest.raises(CutFileError, match=r"c012\.cut” is not a cut file, or is so damaged"):
        Project.open(path)
    assert files(folder) == before


@needs_permissions
def test_damage_in_a_write_protected_folder_is_said_and_what_to_do(open_folder):
    path = make_cut(open_folder / "a.cut")
    overwrite(path, path.stat().st_size // PAGE // 2)
    with write_protected(open_folder, path), pytest.raises(CutFileError, match="open the copy"):
        Project.open(path)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_is_overwritten_or_cut_off_nothing_false_is_recovered(path, everything, data):
    pages = path.stat().st_size // PAGE
    lost = data.draw(st.lists(st.integers(0, pages - 1), max_size=5), label="pages")
    content = data.draw(st.sampled_from([b"\0", b"\xa5", b"\xff", b"\x0d\0"]), label="content")
    size = data.draw(st.integers(pages * PAGE // 3, pages * PAGE), label="size")
    with tempfile.TemporaryDirectory() as name:
        damaged = Path(shutil.copy(path, Path(name) / "d.cut"))
        overwrite(damaged, *lost, content=content)
        os.truncate(damaged, size)
        before = damaged.read_bytes()
        try:
            with closing(Project.open(damaged)) as project:
                kept = painted(project)
                assert kept.items() <= everything.items()
                project.undo()
                project.redo()
                assert painted(project) == kept
                recovered = project.path != damaged
        except CutFileError:
            recovered = True
        if recovered:
            assert damaged.read_bytes() == before
