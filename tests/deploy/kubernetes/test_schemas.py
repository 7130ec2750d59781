"""Every object is one that the oldest and the newest Kubernetes take, and the operators too."""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence

import kubernetes_validate
import pytest
from kubernetes_validate import utils

from tests.deploy.kubernetes import custom_resources
from tests.deploy.kubernetes.conftest import Document, named

OLDEST, NEWEST = "1.30", "1.37"
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def _distinct(everything: Mapping[str, Sequence[Document]]) -> Iterator[Document]:
    texts = {json.dumps(document) for of in everything.values() for document in of}
    yield from map(json.loads, sorted(texts))


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_is_valid(
    everything: Mapping[str, Sequence[Document]], version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It reads all definitions of a release anew for each object.
    monkeypatch.setattr(utils, "schema_contents", functools.cache(utils.schema_contents))
    wrong: list[str] = []
    checked = 0
    for document in _distinct(everything):
        if custom_resources.is_known(document):
            found = custom_resources.errors(document)
        else:
            # A kind that neither knows is an error here.
            found = _errors(document, version)
        wrong += [f"{named(document)}: {error}" for error in found]
        checked += 1
    assert wrong == []
    assert checked > 130


def _errors(document: Document, version: str) -> list[str]:
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except (
        kubernetes_validate.ValidationError,
        kubernetes_validate.SchemaNotFoundError,
    ) as error:
        return [str(error.message)]
    return []


def test_what_is_wrong_is_seen(overlays: Mapping[str, Sequence[Document]]) -> None:
    deployment, middleware = (
        json.loads(json.dumps(next(it for it in overlays["small"] if it["kind"] == kind)))
        for kind in ("Deployment", "Middleware")
    )
    deployment["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
    assert _errors(deployment, NEWEST)
    assert _errors({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {}}, NEWEST)
    middleware["metadata"]["name"] = "auth-market_data"
    middleware["spec"]["forwardAuht"] = {}
    assert len(custom_resources.errors(middleware)) == 2


def test_names_are_unique_and_such_as_a_service_may_have(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        names = [named(document) for document in of]
        assert len(set(names)) == len(names)
        assert all(_LABEL.fullmatch(name.partition("/")[2]) for name in names)
        inside = [one for one in of if one["kind"] != "Namespace"]
        assert {one["metadata"]["namespace"] for one in inside} == {"finance"}
