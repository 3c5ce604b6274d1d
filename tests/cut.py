"""A function of the product without one of its guards, for as long as a test runs.

A race that nobody loses proves nothing until it is seen to fail: cut the guard out by its text, run the same
race, and count. The product itself has no flag for it.
"""

import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType

import pytest


def cut(patch: pytest.MonkeyPatch, function: Callable[..., object], guard: str, without: str = "") -> None:
    """Compile the function anew with this text replaced, in its own module."""
    module = inspect.getmodule(function)
    source = textwrap.dedent(inspect.getsource(function))
    assert isinstance(module, ModuleType)
    assert source.count(guard) == 1, f"{function.__name__} no longer holds: {guard}"
    made: dict[str, object] = {}
    exec(compile(source.replace(guard, without), f"<{function.__name__}, cut>", "exec"), vars(module), made)
    patch.setattr(module, function.__name__, made[function.__name__])
