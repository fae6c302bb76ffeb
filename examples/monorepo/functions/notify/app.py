"""A request made ready; it is sent where an address is given."""

import requests


def handler(event, context):
    prepared = requests.Request(
        "POST", "https://hooks.example/x", json={"text": event.get("text", "hi")}
    ).prepare()
    if event.get("send"):
        return {"status": requests.Session().send(prepared, timeout=5).status_code}
    return {"method": prepared.method, "length": len(prepared.body)}
