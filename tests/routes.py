"""Every route of the application, as paths that a test can ask for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from flask import Flask
from werkzeug.routing import Rule

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Route:
    """One rule with one of its methods. `arguments` are the names that its address takes."""

    endpoint: str
    method: str
    rule: Rule

    @property
    def arguments(self) -> list[str]:
        return sorted(self.rule.arguments - set(self.rule.defaults or ()))

    def path(self, app: Flask, value_of: Callable[["Route", str], object] | None = None) -> str:
        """The address; each argument as `value_of` says, by default one that nothing answers to."""
        values = {name: (value_of or absent)(self, name) for name in self.arguments}
        with app.test_request_context():
            return app.url_map.bind("localhost").build(self.endpoint, values, self.method)


def routes(app: Flask) -> Iterator[Route]:
    """Each rule once for GET and once for POST, as far as it takes them."""
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method in (rule.methods or ()):
                yield Route(rule.endpoint, method, rule)


def absent(route: Route, name: str) -> object:
    """A value that fits the converter of an argument and names nothing there is."""
    kind = type(route.rule._converters[name]).__name__
    if kind == "AnyConverter":
        return sorted(route.rule._converters[name].items)[0]  # type: ignore[attr-defined]
    return {"UUIDConverter": uuid4(), "IntegerConverter": 987654321}.get(kind, "nothing-there")
