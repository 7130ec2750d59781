"""What differs between installations: a default for kustomize, a value of the Helm chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Chosen:
    """A leaf, or a part, of an object that whoever installs may choose.

    Attributes:
        path: in the values of the chart: "web.minReplicas".
        default: what stands in the manifests.
    """

    path: str
    default: Any


def resolved(content: Any, told: Callable[[Chosen], Any]) -> Any:
    """Return `content` with `told` of each choice in its place."""
    if isinstance(content, Chosen):
        return told(content)
    if isinstance(content, Mapping):
        return {name: resolved(value, told) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [resolved(value, told) for value in content]
    return content


def plain(content: Any) -> Any:
    """Return `content` with the default of each choice."""
    return resolved(content, lambda choice: choice.default)
