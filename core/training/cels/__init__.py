"""A generator of drawn cels: puppets of many styles as line drawings with exact flat colours.

Every subject is a layered puppet: its parts are shapes on simple surfaces in space, so that turning
it moves them as on a model. Parts are painted back to front into a map of part numbers, and lines
are drawn wherever two numbers meet: every segment is closed and has one exact colour.

Lengths are in head heights, x to the viewer's right, y up, z towards the viewer; angles in degrees.
The same seed gives the same pictures.
"""
