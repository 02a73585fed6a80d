"""Humans: body, face, hair, clothes and things together."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.body import Body, draw_skin, make_body, stand
from core.training.cels.bottoms import draw_bottom
from core.training.cels.cel import Cel
from core.training.cels.faces import Face, make_face, make_skull
from core.training.cels.hair import Hair, make_hair
from core.training.cels.heads import draw_face
from core.training.cels.headwear import HEADWEAR, draw_headwear
from core.training.cels.ink import Style
from core.training.cels.locks import draw_hair
from core.training.cels.outfit import Outfit, make_outfit
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.props import PROPS, draw_prop
from core.training.cels.tops import draw_top


@dataclass(frozen=True)
class Human:
    """A human character; `Subject` says what it does."""

    palette: Palette
    body: Body
    face: Face
    hair: Hair
    headwear: str
    outfit: Outfit
    prop: str
    folds: float

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings: whole figure, from the knees, bust, face."""
        body = self.body
        top = body.torso + body.neck + 1.3 + (0.4 if self.headwear != "none" else 0)
        return {
            "full": (-body.leg - 0.3, top),
            "knees": (-body.leg * 0.5, top),
            "bust": (body.torso * 0.3, top),
            "face": (body.torso, top - 0.1),
        }

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        bones = stand(self.body, pose)
        skull = make_skull(self.face, bones.head)
        draw_skin(cel, bones)
        draw_bottom(cel, bones, self.outfit, self.folds)
        draw_top(cel, bones, self.outfit, self.folds)
        draw_prop(cel, bones, self.prop)
        draw_face(cel, bones, self.face, skull)
        draw_hair(cel, bones, self.hair, self.face, skull)
        draw_headwear(cel, bones, skull, self.headwear)


def make_human(rng: np.random.Generator, style: Style) -> Human:
    """Make a human character."""
    body = make_body(rng)
    return Human(
        palette=make_palette(rng),
        body=body,
        face=make_face(rng, is_male=body.is_male, heads=body.heads),
        hair=make_hair(rng, is_male=body.is_male, may_be_ink=style.has_ink),
        headwear=str(rng.choice(HEADWEAR)),
        outfit=make_outfit(rng, is_male=body.is_male),
        prop=str(rng.choice(PROPS)),
        folds=style.folds,
    )
