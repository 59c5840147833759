# SPDX-License-Identifier: BSD-2-Clause
"""doc/openapi.yaml, and a client that holds each answer against it."""
import http.client
import json
import os
import re
import socket
import urllib.parse

import jsonschema
import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
METHODS = ("get", "put", "post", "patch", "delete")
DOTS = "..."


def convert(schema, relaxed=False):
    """A schema of OpenAPI 3.0 as JSON Schema: nullable is a type there. Relaxed: for examples,
    in which "..." stands for what is left out."""
    if isinstance(schema, list):
        return [convert(one, relaxed) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: convert(value, relaxed) for key, value in schema.items() if key != "nullable"}
    if "properties" in made:
        made["properties"] = {key: convert(value, relaxed)
                              for key, value in schema["properties"].items()}
    if relaxed and made.get("type") == "object":
        short = {**made, "properties": {**made.get("properties", {}), DOTS: {}}, "required": [DOTS]}
        made = {"anyOf": [made, short]}
    if relaxed and "pattern" in made:
        made = {"anyOf": [made, {"type": "string", "pattern": r"\.\.\.$"}]}
    if schema.get("nullable"):
        made = {"anyOf": [{"type": "null"}, made]}
    return made


class Operation:
    def __init__(self, path, method, item):
        self.path, self.method, self.item = path, method.upper(), item
        self.id, self.role = item["operationId"], item["x-role"]
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        self.pattern = re.compile(f"^{pattern}$")

    def body_schema(self, document):
        body = document.resolve(self.item.get("requestBody"))
        return body and body["content"]["application/json"]["schema"]


class OpenApi:
    def __init__(self):
        with open(os.path.join(ROOT, "doc", "openapi.yaml"), encoding="utf-8") as file:
            self.text = file.read()
        self.data = yaml.safe_load(self.text)
        self.operations = [Operation(path, method, item[method])
                           for path, item in self.data["paths"].items()
                           for method in METHODS if method in item]
        self.schemas = {relaxed: {"components": {"schemas": {
            name: convert(schema, relaxed)
            for name, schema in self.data["components"]["schemas"].items()}}}
            for relaxed in (False, True)}

    def resolve(self, thing):
        while thing and "$ref" in thing:
            node = self.data
            for word in thing["$ref"][2:].split("/"):
                node = node[word]
            thing = node
        return thing

    def errors(self, schema, value, relaxed=False):
        """What is wrong with it, in lines."""
        whole = {**self.schemas[relaxed], **convert(schema, relaxed)}
        return [f"{'/'.join(str(one) for one in error.absolute_path)}: {error.message[:300]}"
                for error in jsonschema.Draft7Validator(whole).iter_errors(value)]

    def named(self, name):
        return {"$ref": f"#/components/schemas/{name}"}

    def find(self, method, path):
        path = path.split("?")[0]
        found = [one for one in self.operations
                 if one.method == method and one.pattern.match(path)]
        assert len(found) == 1, f"{method} {path}: {[one.path for one in found]}"
        return found[0]

    @staticmethod
    def codes_of(response):
        return set(re.findall(r"`([a-z_]+)`", response["description"]))

    def codes(self):
        """All codes of errors that it names."""
        named = set(self.codes_of(self.data["components"]["responses"]["Error"]))
        for operation in self.operations:
            for response in operation.item["responses"].values():
                named |= self.codes_of(self.resolve(response))
        return named


class Client:
    """Makes calls and checks each answer, and whether a body that the file allows is taken."""

    def __init__(self, document, path):
        self.document, self.path = document, path
        self.seen = set()  # (operation's id, status)

    def exchange(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(60)
        connection.sock.connect(self.path)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        kind = answer.headers["Content-Type"].split(";")[0]
        text = b"" if kind == "text/event-stream" else answer.read()
        connection.close()
        return answer.status, kind, text

    def ask(self, method, path, body=None, token=None, code=None):
        """The answer's JSON. code: the error that is expected; None: none is."""
        status, kind, text = self.exchange(method, path, body, token)
        operation = self.document.find(method, path)
        self.seen.add((operation.id, status))
        what = f"{method} {urllib.parse.unquote(path)} {json.dumps(body)}: {status} {text[:500]}"
        value = json.loads(text) if kind == "application/json" else text
        if status == 200:
            assert code is None, what
        else:
            assert code == value["error"]["code"], what
        self.check_answer(operation, status, kind, value, what)
        self.check_body(operation, status, body, what)
        return value

    def check_answer(self, operation, status, kind, value, what):
        responses = operation.item["responses"]
        response = self.document.resolve(responses.get(str(status)) or responses["default"])
        assert kind in response["content"], what
        if kind == "application/json":
            errors = self.document.errors(response["content"][kind]["schema"], value)
            assert not errors, what + "\n" + "\n".join(errors)
        if status != 200:
            general = self.document.data["components"]["responses"]["Error"]
            codes = self.document.codes_of(response) | self.document.codes_of(general)
            assert value["error"]["code"] in codes, what

    def check_body(self, operation, status, body, what):
        """What the daemon took the file allows; what the file doesn't allow it refused."""
        schema = operation.body_schema(self.document)
        if body is None or status == 403 or schema is None:
            return
        errors = self.document.errors(schema, body)
        if status == 200:
            assert not errors, what + "\n" + "\n".join(errors)
        elif errors:
            assert status == 400, what + "\n" + "\n".join(errors)
