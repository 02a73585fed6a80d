"""The main job in the real window, on the bundled sample."""

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt

from core.images import read_image, read_line_image
from core.paint import paint
from core.palette import pack, unpack
from core.segments import segment
from core.sheets import segment_colors
from tests.app.conftest import is_idle


def test_open_predict_correct_by_click_and_export(window, open_clip, sample, qtbot, tmp_path):
    desk = open_clip(sample)
    assert len(desk.cut.frames) == 16

    # a large segment of the current frame that is predicted wrongly
    frame = desk.cut.frames[0]
    segments = desk.drawing.segments
    truth = segment_colors(segments.label_map, read_image(sample / "gt" / frame.path.name))
    shown = desk.frame_colors(frame.id)
    wrong = pack(desk.cut.palette.table())[shown.colors] != truth
    label = int(np.where(wrong, segments.areas, 0).argmax()) + 1
    assert wrong[label - 1]

    # the right colour from the palette, then a click inside the segment
    right_id = desk.cut.palette.id_of(unpack(int(truth[label - 1])))
    desk.take_color(right_id)
    before = {f.id: desk.frame_colors(f.id).colors.copy() for f in desk.cut.frames}
    distance = distance_inside(segments.label_map == label)
    y, x = divmod(int(distance.argmax()), distance.shape[1])
    at = window.canvas.widget_pos(x, y).toPoint()
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert desk.frame_colors(frame.id).colors[label - 1] == right_id

    # other frames learn from it, in the real thread
    qtbot.waitUntil(lambda: is_idle(window), timeout=30_000)
    learnt = [
        f.id for f in desk.cut.frames[1:] if (desk.frame_colors(f.id).colors != before[f.id]).any()
    ]
    assert learnt
    assert desk.frame_colors(frame.id).colors[label - 1] == right_id

    # every exported pixel is what must be there
    out = tmp_path / "作品　テスト" / "カット 012"
    with qtbot.waitSignal(desk.noticed, timeout=60_000):
        desk.export(out)
    assert sorted(p.name for p in out.iterdir()) == sorted(f.path.name for f in desk.cut.frames)
    for each in desk.cut.frames:
        line = read_line_image(each.path)
        colors = desk.frame_colors(each.id).colors
        expected = paint(line, segment(line), colors, desk.cut.palette)
        written = np.array(Image.open(out / each.path.name))
        assert (written == expected.view(np.uint8).reshape(written.shape)).all()
        black = (line == (0, 0, 0, 255)).all(axis=-1)
        assert (written[black] == line[black]).all()
        inside = segment(line).label_map > 0
        assert (
            pack(written)[inside]
            == pack(desk.cut.palette.table())[colors][segment(line).label_map[inside] - 1]
        ).all()


def distance_inside(mask):
    import cv2

    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
