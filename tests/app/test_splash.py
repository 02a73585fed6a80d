"""The splash is on the screen when `show_splash` returns."""

from app.splash import show_splash


def test_the_splash_is_shown_at_once(qapp):
    splash = show_splash(qapp)
    assert splash.windowHandle().isExposed()
    middle = splash.grab().toImage().pixelColor(splash.rect().center())
    assert middle.name() != "#2b2b2b"  # the icon is on it
    splash.close()
