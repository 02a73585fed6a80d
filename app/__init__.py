"""The window: what an animator sees. No file format and no algorithm lives here."""
