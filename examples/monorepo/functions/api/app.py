"""An API on Flask, called without a server."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(hello=request.args.get("name", "world"))


def handler(event, context):
    path, name = event.get("path", "/"), event.get("name", "world")
    response = app.test_client().get(path, query_string={"name": name})
    return {"statusCode": response.status_code, "body": response.get_json()}
