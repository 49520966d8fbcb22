"""A recognition model taken apart: its body as a model of its own, its last layer as numbers.

An ONNX file is a protocol buffer, a row of fields that each have a number and a value
(https://protobuf.dev/programming-guides/encoding/; the numbers below are those of onnx.proto).
Reading the few that matter here needs no library.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

_GRAPH, _METADATA = 7, 14  # of a model
_NODE, _ARRAY, _OUTPUT = 1, 5, 12  # of a graph
_INPUTS, _OUTPUTS, _OPERATOR = 1, 2, 4  # of a node
_DIMENSION, _ARRAY_NAME, _RAW = 1, 8, 9  # of an array
_NAME, _TYPE, _KEY, _VALUE = 1, 2, 1, 2  # of an output; of an item of metadata
_FLOATS = bytes([0x0A, 0x02, 0x08, 0x01])  # the type "tensor of float32"
_TAIL = frozenset({"Softmax", "Identity", "Add", "MatMul"})

Field = tuple[int, int | bytes]


@dataclass(frozen=True, slots=True)
class RecogniserFile:
    """`body` is an ONNX model from pictures to features (batch x steps x features); the scores of
    the classes are `features @ weights + bias`. `characters` are what the classes stand for: the
    CTC blank as "", those named in the file, and the space last.
    """

    body: bytes
    weights: np.ndarray
    bias: np.ndarray
    characters: list[str]


@dataclass(frozen=True, slots=True)
class _Node:
    operator: str
    inputs: list[str]
    output: str


def take_apart(data: bytes) -> RecogniserFile:
    """Raises ValueError if the file is no recogniser that ends in one layer of scores."""
    model = list(_fields(data))
    graph = list(_fields(_only(model, _GRAPH)))
    output = _text(_fields(_only(graph, _OUTPUT)), _NAME)
    *_, add, multiply = tail = _tail([_node(value) for value in _all(graph, _NODE)], output)
    arrays = {_text(_fields(value), _ARRAY_NAME): value for value in _all(graph, _ARRAY)}
    features, weights = multiply.inputs
    (bias,) = [name for name in add.inputs if name in arrays]
    body = _without(graph, {node.output for node in tail}, {weights, bias}, features)
    file = RecogniserFile(
        body=_joined((n, body if n == _GRAPH else value) for n, value in model),
        weights=_array(arrays[weights]),
        bias=_array(arrays[bias]),
        characters=["", *_metadata(model)["character"].splitlines(), " "],
    )
    if len(file.bias) != len(file.characters):
        raise ValueError(f"{len(file.bias)} classes, but {len(file.characters)} names for them")
    return file


def _tail(nodes: list[_Node], output: str) -> list[_Node]:
    """From the output back to the multiplication that makes scores."""
    makers = {node.output: node for node in nodes}
    tail = [makers[output]]
    while tail[-1].operator != "MatMul":
        if tail[-1].operator not in _TAIL:
            raise ValueError(f"the last layer holds an operator {tail[-1].operator}")
        tail.append(next(makers[name] for name in tail[-1].inputs if name in makers))
    return tail


def _without(graph: list[Field], nodes: set[str], arrays: set[str], output: str) -> bytes:
    """The graph without some nodes (by what they put out) and arrays, ending in `output`."""

    def stays(number: int, value: int | bytes) -> bool:
        if number == _NODE:
            return _node(value).output not in nodes
        if number == _ARRAY:
            return _text(_fields(value), _ARRAY_NAME) not in arrays
        return number != _OUTPUT

    ending: Field = _OUTPUT, _joined([(_NAME, output.encode()), (_TYPE, _FLOATS)])
    return _joined([*(field for field in graph if stays(*field)), ending])


def _node(data: int | bytes) -> _Node:
    fields = list(_fields(data))
    inputs = [_string(value) for value in _all(fields, _INPUTS)]
    return _Node(_text(fields, _OPERATOR), inputs, _text(fields, _OUTPUTS))


def _array(data: int | bytes) -> np.ndarray:
    fields = list(_fields(data))
    shape = [int(value) for value in _all(fields, _DIMENSION)]
    return np.frombuffer(_only(fields, _RAW), "<f4").reshape(shape)


def _metadata(model: list[Field]) -> dict[str, str]:
    items = [list(_fields(value)) for value in _all(model, _METADATA)]
    return {_text(item, _KEY): _text(item, _VALUE) for item in items}


def _all(fields: Iterable[Field], wanted: int) -> list[int | bytes]:
    return [value for number, value in fields if number == wanted]


def _only(fields: Iterable[Field], wanted: int) -> bytes:
    (value,) = _all(fields, wanted)
    return _message(value)


def _message(value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    raise ValueError("a number where a message should stand")


def _text(fields: Iterable[Field], wanted: int) -> str:
    return _string(_only(fields, wanted))


def _string(value: int | bytes) -> str:
    return _message(value).decode()


def _fields(data: int | bytes) -> Iterator[Field]:
    """Raises ValueError or IndexError where the bytes are no protocol buffer."""
    data = _message(data)
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        match key & 7:
            case 0:
                value, at = _number(data, at)
                yield key >> 3, value
            case 2:
                size, at = _number(data, at)
                yield key >> 3, data[at : at + size]
                at += size
            case kind:
                raise ValueError(f"a field of kind {kind}")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, lowest seven bits first, and where the next thing starts."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _joined(fields: Iterable[Field]) -> bytes:
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    whole = bytearray()
    while value > 0x7F:
        whole.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*whole, value])
