"""Places: every folder of drawings has its own cut file."""

from core.places import cache_folder, cut_path, cuts_folder


def test_a_folder_always_has_the_same_cut_and_another_folder_another(tmp_path, places):
    first, second = tmp_path / "a" / "c012", tmp_path / "b" / "c012"
    assert cut_path(first) == cut_path(first) != cut_path(second)
    assert cut_path(first).parent == cuts_folder() == places / "cuts"
    assert cut_path(first).name.startswith("c012 ")
    assert cache_folder() == places / "cache"


def test_a_folder_called_line_lends_the_name_of_its_clip(tmp_path):
    assert cut_path(tmp_path / "c012" / "line").name.startswith("c012 ")


def test_a_very_long_name_still_makes_a_file(tmp_path):
    path = cut_path(tmp_path / ("カット" * 28))
    path.parent.mkdir(parents=True)
    path.with_name(path.name + "-wal").touch()
