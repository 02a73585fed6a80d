"""What becomes of a person's word when a drawing is saved anew."""

from core.edits import Mark, Paint
from core.redrawn import carried_over, follow, found_again, is_lost, lost
from core.segments import segment
from tests.drawings import draw

BOXES = 10
PAINT = Paint(1, Mark.CORRECTED)


def boxes(*numbers, shift=0):
    """Draw boxes in a row, each in its place, all of them a little further right."""
    rows = [["."] * (16 * BOXES) for _ in range(16)]
    for number in numbers:
        left = 4 + 16 * number + shift
        for x in range(left, left + 9):
            rows[3][x] = rows[11][x] = "#"
        for y in range(3, 12):
            rows[y][left] = rows[y][left + 8] = "#"
    return segment(draw("\n".join(map("".join, rows))))


def painted(segments):
    return dict.fromkeys(segments.keys[1:], PAINT)  # all but the background


def test_paint_goes_with_its_segments():
    former, now = boxes(0, 1, 2), boxes(0, 1, 2, shift=2)
    paint = painted(former)
    moved = follow(paint, now)
    assert carried_over(paint, moved) == painted(now)
    assert found_again(paint, moved) == (3, 3)


def test_what_is_gone_waits_until_it_is_drawn_again():
    former = boxes(0, 1, 2)
    paint = painted(former)
    moved = follow(paint, boxes(0, 1))
    assert found_again(paint, moved) == (2, 3)
    paint = carried_over(paint, moved)
    assert sum(map(is_lost, paint)) == 1
    moved = follow(paint, former)
    assert carried_over(paint, moved) == painted(former)
    assert found_again(paint, moved) == (3, 3)


def test_what_was_lost_before_does_not_count_against_what_is_there():
    paint = painted(boxes(*range(10)))
    for count, shift in ((6, 2), (4, 4)):  # four of ten are left, but of six that were there
        now = boxes(*range(count), shift=shift)
        moved = follow(paint, now)
        paint = carried_over(paint, moved)
        assert {key for key in paint if not is_lost(key)} == set(now.keys[1:])
        assert found_again(paint, moved)[0] == count


def test_of_quite_another_drawing_nothing_is_painted_and_the_former_one_brings_all_back():
    former, other = boxes(0, 1, 2), boxes(2, 6, 7, 8)
    paint = painted(former)
    moved = follow(paint, other)
    assert found_again(paint, moved) == (0, 3)
    paint = carried_over(paint, moved)
    assert all(map(is_lost, paint))
    paint |= painted(other)  # somebody paints that one as well
    paint = carried_over(paint, follow(paint, former))
    assert {key for key in paint if not is_lost(key)} == set(former.keys[1:])
    paint = carried_over(paint, follow(paint, other))
    assert {key for key in paint if not is_lost(key)} == set(other.keys[1:])


def test_half_of_the_segments_are_enough():
    paint = painted(boxes(0, 1, 2, 3))
    assert found_again(paint, follow(paint, boxes(0, 1)))[0] == 2
    assert found_again(paint, follow(paint, boxes(0)))[0] == 0


def test_one_segment_cannot_become_two():
    box = boxes(0)
    [key] = painted(box)
    moved = follow({key, lost(key)}, box)
    assert moved == {key: key}
