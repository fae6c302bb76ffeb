"""A page, and how it will look."""

import jinja2

PAGE = jinja2.Template("<p>Hello, {{ name }}</p>")


def handler(event: dict, context: object) -> dict:
    """The page for whoever asks."""
    return {"statusCode": 200, "body": PAGE.render(name=event.get("name", "you"))}


def preview(event: dict, context: object) -> dict:
    """The page for nobody."""
    return {"statusCode": 200, "body": PAGE.render(name="somebody")}
