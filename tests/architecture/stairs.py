"""Follows calls at run time and keeps those that leave their room in a direction they may not.

Rooms stand on floors (`[tool.importlinter]` in pyproject.toml). A call may go down. It may go up or
sideways only to what was handed down to the caller, which is one of

- a method of a protocol of `pagemill.ports` (or `__enter__`, `__exit__` and the like of what such
  a method gave back), on an object that has everything the protocol asks for;
- a function or method that was passed as an argument in a call that went down;
- an iterator that one of these two returned.

What nobody handed down (an import inside a function, a registry, a global) may not be called
upward. The caller is the nearest frame of ours, so going through a library hides nothing.
"""

import inspect
import pkgutil
import sys
import threading
import tomllib
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType

import pagemill.ports

ROOT = Path(__file__).parents[2]
SOURCE = f"{ROOT}/src/pagemill/"
RITES = {"__enter__", "__exit__", "__iter__", "__next__", "__call__", "__len__", "__getitem__"}


def floors() -> dict[str, int]:
    """Rooms and how high they stand; rooms on one line share a floor."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [c["layers"] for c in contracts["contracts"] if c["type"] == "layers"]
    return {
        room.strip(" ()"): height
        for height, line in enumerate(reversed(layers))
        for room in line.replace(":", "|").split("|")
    }


def room_of(filename: str) -> str | None:
    _, found, rest = filename.partition(SOURCE)
    return rest.split("/")[0].removesuffix(".py") if found else None


def protocols() -> Iterator[frozenset[str]]:
    """What each protocol of the ports asks for, by name."""
    for module in pkgutil.iter_modules(pagemill.ports.__path__, "pagemill.ports."):
        for kind in vars(import_module(module.name)).values():
            if isinstance(kind, type) and getattr(kind, "_is_protocol", False):
                names = {*vars(kind), *getattr(kind, "__annotations__", {})}
                public = frozenset(name for name in names if not name.startswith("_"))
                if public:
                    yield public


class Stairs:
    """A context manager; calls are followed on this thread and on threads begun inside.
    `crossings` are all steps between rooms, `wrong` those that break the rule.
    """

    def __init__(self) -> None:
        self.floors = floors()
        self.crossings: set[tuple[str, str]] = set()
        self.wrong: set[tuple[str, str, str]] = set()
        self._protocols = list(protocols())
        self._handed_down: set[CodeType] = set()

    def __enter__(self) -> "Stairs":
        threading.setprofile(self._saw)
        sys.setprofile(self._saw)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _saw(self, frame: FrameType, event: str, arg: object) -> None:
        callee = room_of(frame.f_code.co_filename) if event in {"call", "return"} else None
        if callee not in self.floors:
            return
        caller = self._caller(frame)
        if caller is None or caller == callee:
            return
        if event == "return":
            self._keep_iterator(arg)
        elif self.floors[callee] < self.floors[caller]:
            self.crossings.add((caller, callee))
            self._keep_functions(frame)
        elif not self._was_handed_down(frame):
            self.wrong.add((caller, callee, frame.f_code.co_qualname))
        else:
            self.crossings.add((caller, callee))

    def _caller(self, frame: FrameType) -> str | None:
        above = frame.f_back
        while above is not None:
            room = room_of(above.f_code.co_filename)
            if room in self.floors:
                return room
            above = above.f_back
        return None

    def _keep_functions(self, frame: FrameType) -> None:
        """Arguments that can be called may be called back."""
        code = frame.f_code
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        for name in names:
            given = frame.f_locals.get(name)
            given = getattr(given, "__func__", given)
            if isinstance(given, types.FunctionType):
                self._handed_down.add(given.__code__)

    def _keep_iterator(self, returned: object) -> None:
        if isinstance(returned, types.GeneratorType):
            self._handed_down.add(returned.gi_code)

    def _was_handed_down(self, frame: FrameType) -> bool:
        return frame.f_code in self._handed_down or self._is_of_a_port(frame)

    def _is_of_a_port(self, frame: FrameType) -> bool:
        code = frame.f_code
        if not code.co_argcount:
            return False
        owner = frame.f_locals.get(code.co_varnames[0])
        method = inspect.getattr_static(type(owner), code.co_name, None)
        method = method.fget if isinstance(method, property) else method
        if getattr(inspect.unwrap(method), "__code__", None) is not code if method else True:
            return False
        held = {*dir(type(owner)), *getattr(owner, "__dict__", {})}
        return any(
            (code.co_name in names or code.co_name in RITES) and names <= held
            for names in self._protocols
        )


def planted(room: str, name: str, body: str, arguments: str = "*args") -> Callable:
    """A function that passes for one of `room`."""
    code = compile(f"def {name}({arguments}):\n    {body}\n", f"{SOURCE}{room}/planted.py", "exec")
    space: dict = {}
    exec(code, space)
    return space[name]


def below(call: Callable, room: str = "app") -> Callable:
    """Lets `call` be called by a room high above, as everything is in the end."""
    top = planted(room, "top", "return args[0](*args[1:])")
    return lambda *args: top(call, *args)
