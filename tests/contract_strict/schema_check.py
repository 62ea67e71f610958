"""Holds JSON bodies against the vendor's OpenAPI extract: names and types, nothing taken on trust."""

import json

# Sheet 1.5: official clients send these although the published schemas lack them.
TOLERATED = {
    "/v1/mgmt/thirdparty/app/create": {"forcePkce": {"type": "boolean"}},
    "/v1/mgmt/thirdparty/app/update": {"forcePkce": {"type": "boolean"}},
    "/v1/mgmt/outbound/app/create/bytemplate": {"templateId": {"type": "string"}},
}
INT64_MEMBERS = {"version", "createdTime", "modifiedTime"}


class Refused(Exception):
    """The body is not one that the endpoint takes."""


class Extract:
    """The OpenAPI extract, with a few questions that the server asks of it."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        self.paths = document["paths"]
        self.schemas = document["components"]["schemas"]

    def resolve(self, schema):
        """The schema itself, behind references and one-element allOf."""
        while True:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
            elif len(schema.get("allOf", [])) == 1:
                schema = schema["allOf"][0]
            else:
                return schema

    def request_schema(self, path):
        body = self.paths.get(path, {}).get("post", {}).get("requestBody")
        return None if body is None else self.resolve(body)

    def check_request(self, path, body, extra=frozenset()):
        """Raises Refused where `body` has a member or type that `path` does not take.

        `extra` holds pointers of members beyond the schema that the caller has switched on.
        """
        schema = self.request_schema(path)
        if schema is None:
            raise Refused(f"no such call: POST {path}")
        tolerated = TOLERATED.get(path, {})
        self._check_object(schema, {} if body is None else body, "", tolerated, extra)

    def zeroed(self, schema, value):
        """`value` with the zero values that protobuf prints for members that were never set."""
        schema = self.resolve(schema)
        if schema.get("type") == "array" and isinstance(value, list):
            return [self.zeroed(schema["items"], item) for item in value]
        if schema.get("type") != "object" or not isinstance(value, dict) or "properties" not in schema:
            return value
        result = {}
        for name, member in schema["properties"].items():
            kind = self.resolve(member).get("type")
            if name in value and value[name] is not None:
                result[name] = self.zeroed(member, value[name])
            elif kind in ("string", "boolean", "array", "integer"):
                result[name] = {"string": "", "boolean": False, "array": [], "integer": 0}[kind]
        for name, member in value.items():
            result.setdefault(name, member)
        return result

    def _check_object(self, schema, value, pointer, tolerated, extra):
        if not isinstance(value, dict):
            raise Refused(f"{pointer or '/'}: an object is expected")
        properties = schema.get("properties")
        for name, member in value.items():
            here = f"{pointer}/{name}"
            if here in extra:
                continue
            if properties is not None and name in properties:
                self._check(properties[name], member, here, extra)
            elif name in tolerated:
                self._check(tolerated[name], member, here, extra)
            elif isinstance(schema.get("additionalProperties"), dict):
                self._check(schema["additionalProperties"], member, here, extra)
            else:
                raise Refused(f'unknown field "{name}" at {here}')

    def _check(self, schema, value, pointer, extra):
        if value is None:
            return  # protobuf JSON: the zero value
        schema = self.resolve(schema)
        kind = schema.get("type")
        if kind == "object":
            self._check_object(schema, value, pointer, {}, extra)
        elif kind == "array":
            if not isinstance(value, list):
                raise Refused(f"{pointer}: a list is expected")
            for index, item in enumerate(value):
                if item is None:
                    raise Refused(f"{pointer}/{index}: null in a list")
                # Items share one pointer, so that an extra member is switched on for all of them.
                self._check(schema["items"], item, f"{pointer}/*", extra)
        elif kind == "string":
            is_int64 = pointer.rsplit("/", 1)[1] in INT64_MEMBERS and type(value) is int
            if not isinstance(value, str) and not is_int64:
                raise Refused(f"{pointer}: a string is expected")
        elif kind == "boolean":
            if not isinstance(value, bool):
                raise Refused(f"{pointer}: true or false is expected")
        elif kind == "integer":
            if type(value) is not int or not -(2**31) <= value < 2**31:
                raise Refused(f"{pointer}: a number of 32 bits is expected")
        else:
            raise Refused(f"{pointer}: the extract gives no type")
