"""Holds a raw answer against botocore's model of the operation.

A client forgives much: it drops members that it does not know and takes a number for a text. Here nothing is forgiven.
An answer is parsed by its protocol alone (JSON, CBOR, XML), and then every node is looked up in the model.
"""

import datetime
import json
import re
import xml.etree.ElementTree as ElementTree

import cbor2

# Error codes that every AWS service may answer, whatever the operation declares (AWS: "Common Error Types"). The query
# protocol has its own spelling of the same things.
COMMON = {
    "json": {
        "AccessDeniedException",
        "ExpiredTokenException",
        "InternalFailure",
        "SerializationException",
        "ThrottlingException",
        "UnknownOperationException",
        "ValidationException",
    },
    "query": {
        "AccessDenied",
        "ExpiredToken",
        "InternalFailure",
        "InvalidAction",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "Throttling",
        "ValidationError",
    },
}
# A moment of the drill lies in these years; seconds taken for milliseconds do not.
EARLIEST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
LATEST = datetime.datetime(2040, 1, 1, tzinfo=datetime.timezone.utc)
XML_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
CONTENT_TYPES = {
    ("json", "1.0"): "application/x-amz-json-1.0",
    ("json", "1.1"): "application/x-amz-json-1.1",
    ("smithy-rpc-v2-cbor", None): "application/cbor",
    ("query", None): "text/xml",
}


def problems(operation, protocol, status, headers, body):
    """What is wrong with an answer; an empty list when nothing is. `body` are the bytes as they came."""
    headers = {name.lower(): value for name, value in headers.items()}
    found = list(_head(operation, protocol, headers))
    try:
        if protocol == "query":
            found += _query(operation, status, body)
        else:
            read = json.loads if protocol == "json" else cbor2.loads
            found += _document(operation, protocol, status, headers, read(body))
    except (ValueError, ElementTree.ParseError, cbor2.CBORDecodeError) as error:
        found.append(f"the body cannot be read as {protocol}: {error}")
    return found


def _head(operation, protocol, headers):
    version = operation.service_model.metadata.get("jsonVersion") if protocol == "json" else None
    wanted = CONTENT_TYPES[protocol, version]
    if headers.get("content-type") != wanted:
        yield f"content-type is {headers.get('content-type')}, not {wanted}"
    if not headers.get("x-amzn-requestid"):
        yield "there is no x-amzn-requestid"
    if protocol == "smithy-rpc-v2-cbor" and headers.get("smithy-protocol") != "rpc-v2-cbor":
        yield "there is no smithy-protocol header"


# --- JSON and CBOR -------------------------------------------------------------------------------------------------


def _document(operation, protocol, status, headers, body):
    if not isinstance(body, dict):
        return ["the body is no structure"]
    if status < 300:
        return list(_walk(operation.output_shape, body, protocol, "$"))
    code = body.pop("__type", None)
    if not isinstance(code, str):
        return ["the error has no __type"]
    code = code.rsplit("#", 1)[-1]
    found = list(_error(operation, code, None, status, "json"))
    if operation.service_model.is_query_compatible:
        found += _query_error(operation, code, status, headers)
    shape = _declared(operation).get(code)
    # Every error has its sentence, whether the model lists it among the members or not.
    if not isinstance(body.get("message", body.get("Message")), str):
        found.append(f"the error {code} has no message")
    if shape is not None and "message" not in {name.lower() for name in shape.members}:
        body = {name: value for name, value in body.items() if name.lower() != "message"}
    return found + (list(_walk(shape, body, protocol, f"${code}")) if shape is not None else [])


def _walk(shape, value, protocol, path):
    """Every disagreement below a node."""
    if value is None:
        yield f"{path}: null is never sent"
        return
    kind = shape.type_name if shape is not None else "structure"
    if kind == "structure":
        members = shape.members if shape is not None else {}
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        names = {member.serialization.get("name", name): member for name, member in members.items()}
        for name in value.keys() - names.keys():
            yield f"{path}.{name}: the model knows no such member"
        for name in set(shape.required_members if shape is not None else ()) - value.keys():
            yield f"{path}.{name}: required, and absent"
        for name, member in names.items():
            if name in value:
                yield from _walk(member, value[name], protocol, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for number, item in enumerate(value):
            yield from _walk(shape.member, item, protocol, f"{path}[{number}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no map"
            return
        for key, item in value.items():
            yield from _walk(shape.key, key, protocol, f"{path}.{key}")
            yield from _walk(shape.value, item, protocol, f"{path}.{key}")
    else:
        yield from _leaf(shape, value, protocol, path)


def _leaf(shape, value, protocol, path):
    kind = shape.type_name
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in ("string", "character"):
        if not isinstance(value, str):
            yield f"{path}: {value!r} is no text"
        else:
            yield from _text(shape, value, path)
    elif kind in ("integer", "long"):
        if not number or isinstance(value, float):
            yield f"{path}: {value!r} is no whole number"
        else:
            yield from _whole(shape, value, path)
    elif kind in ("float", "double"):
        # JSON has one kind of number; CBOR tells them apart.
        if not number or (protocol != "json" and not isinstance(value, float)):
            yield f"{path}: {value!r} is no real number"
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{path}: {value!r} is no truth value"
    elif kind == "timestamp":
        if protocol == "json":
            if not number:
                yield f"{path}: {value!r} is no epoch time"
                return
            value = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
        # The reader makes a date of tag 1 and leaves a bare number alone.
        if not isinstance(value, datetime.datetime):
            yield f"{path}: {value!r} is no tagged time"
        elif not EARLIEST < value < LATEST:
            yield f"{path}: {value} is no time of this account"
    else:
        yield f"{path}: the validator knows no {kind}"


def _text(shape, value, path):
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {enum}"


def _whole(shape, value, path):
    bits = 31 if shape.type_name == "integer" else 63
    if not -(2**bits) <= value < 2**bits:
        yield f"{path}: {value} is too large"


# --- XML -----------------------------------------------------------------------------------------------------------


def _query(operation, status, body):
    root = ElementTree.fromstring(body)
    namespace = operation.service_model.metadata.get("xmlNamespace")
    wanted = f"{operation.name}Response" if status < 300 else "ErrorResponse"
    if root.tag != f"{{{namespace}}}{wanted}":
        return [f"the root is {root.tag}, not {wanted} in {namespace}"]
    if status >= 300:
        return list(_query_failure(operation, status, root))
    found = []
    children = {_local(child): child for child in root}
    request = children.pop("ResponseMetadata", None)
    if request is None or [_local(child) for child in request] != ["RequestId"] or not request[0].text:
        found.append("there is no ResponseMetadata/RequestId")
    wrapper = operation.output_shape.serialization.get("resultWrapper")
    result = children.pop(wrapper, None)
    if result is None or children:
        return found + [f"the answer is not in {wrapper} alone"]
    return found + list(_element(operation.output_shape, result, "$"))


def _query_failure(operation, status, root):
    children = {_local(child): child for child in root}
    if sorted(children) != ["Error", "RequestId"] or not children["RequestId"].text:
        yield f"an error is Error and RequestId, not {sorted(children)}"
        return
    parts = {_local(child): child.text for child in children["Error"]}
    if sorted(parts) != ["Code", "Message", "Type"] or not parts["Message"]:
        yield f"an Error is Type, Code and Message, not {sorted(parts)}"
        return
    yield from _error(operation, parts["Code"], parts["Type"], status, "query")


def _element(shape, element, path):
    kind = shape.type_name
    if kind == "structure":
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        seen = [_local(child) for child in element]
        for name in sorted(set(seen) - names.keys()):
            yield f"{path}.{name}: the model knows no such member"
        for name in sorted(set(shape.required_members) - set(seen)):
            yield f"{path}.{name}: required, and absent"
        for name in sorted({name for name in seen if seen.count(name) > 1}):
            yield f"{path}.{name}: it comes twice"
        for child in element:
            if _local(child) in names:
                yield from _element(names[_local(child)], child, f"{path}.{_local(child)}")
    elif kind == "list":
        wanted = shape.member.serialization.get("name", "member")
        for number, child in enumerate(element):
            if _local(child) != wanted:
                yield f"{path}[{number}]: an item is called {wanted}, not {_local(child)}"
            yield from _element(shape.member, child, f"{path}[{number}]")
        if (element.text or "").strip():
            yield f"{path}: there is text in a list"
    else:
        if len(element):
            yield f"{path}: there are elements in a leaf"
            return
        yield from _xml_leaf(shape, element.text or "", path)


def _xml_leaf(shape, text, path):
    kind = shape.type_name
    if kind == "string":
        yield from _text(shape, text, path)
    elif kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            yield f"{path}: {text!r} is no whole number"
        else:
            yield from _whole(shape, int(text), path)
    elif kind in ("float", "double"):
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", text):
            yield f"{path}: {text!r} is no real number"
    elif kind == "boolean":
        if text not in ("true", "false"):
            yield f"{path}: {text!r} is no truth value"
    elif kind == "timestamp":
        if not XML_TIME.fullmatch(text):
            yield f"{path}: {text!r} is no ISO 8601 time in UTC"
            return
        at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        if not EARLIEST < at < LATEST:
            yield f"{path}: {at} is no time of this account"
    else:
        yield f"{path}: the validator knows no {kind}"


def _local(element):
    return element.tag.rsplit("}", 1)[-1]


# --- Errors --------------------------------------------------------------------------------------------------------


def _declared(operation):
    """Declared errors by the name that JSON and CBOR send: that of their shape."""
    return {shape.name: shape for shape in operation.error_shapes}


def _query_code(shape):
    return shape.metadata.get("error", {}).get("code", shape.name)


def _error(operation, code, kind, status, spelling):
    """`spelling` says which of its two names an error goes by: that of its shape, or that of the query protocol."""
    declared = _declared(operation)
    if spelling == "query":
        declared = {_query_code(shape): shape for shape in declared.values()}
    shape = declared.get(code)
    if shape is None and code not in COMMON[spelling]:
        yield f"{operation.name} declares no error {code}"
        return
    wanted = shape.metadata.get("error", {}).get("httpStatusCode") if shape is not None else None
    if wanted is not None and status != wanted:
        yield f"{code} comes with status {wanted}, not {status}"
    if shape is not None and shape._shape_model.get("fault") and status < 500:
        yield f"{code} is the service's own fault, and comes with status {status}"
    if kind is not None and kind != ("Sender" if status < 500 else "Receiver"):
        yield f"{code} with status {status} is not of type {kind}"


def _query_error(operation, code, status, headers):
    """CloudWatch came from the query protocol: its clients find the old code in a header, whatever the body says."""
    text = headers.get("x-amzn-query-error", "")
    old, _, kind = text.partition(";")
    shape = _declared(operation).get(code)
    if shape is not None and old != _query_code(shape):
        yield f"x-amzn-query-error is {text!r}, but {code} is {_query_code(shape)}"
    yield from (f"x-amzn-query-error: {it}" for it in _error(operation, old, kind, status, "query"))
