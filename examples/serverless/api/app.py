"""A page."""

import jinja2

PAGE = jinja2.Template("<p>{{ greeting }}, {{ name }}</p>")


def handler(event: dict, context: object) -> dict:
    """The page for whoever asks."""
    return {"statusCode": 200, "body": PAGE.render(greeting="Hello", name=event.get("name", "you"))}
