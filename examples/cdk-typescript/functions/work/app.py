"""Work on a message, with what the layer has."""

import markupsafe


def handler(event: dict, context: object) -> dict:
    """The message, made safe for a page."""
    return {"text": str(markupsafe.escape(event.get("text", "")))}
