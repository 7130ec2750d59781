"""The bill of materials names all that is installed, and its form is CycloneDX's."""

from pathlib import Path

from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy import licences, sbom

ROOT = Path(__file__).parents[2]


def test_each_package_stands_there_with_its_version_and_digests() -> None:
    components = sbom.bill(ROOT).components
    assert sorted({one.name for one in components}) == licences.packages(ROOT / "requirements")
    assert all(one.version and one.hashes for one in components)
    flask = next(one for one in components if one.name == "flask")
    assert str(flask.purl) == f"pkg:pypi/flask@{flask.version}"
    assert [found.name for found in flask.licenses] == ["BSD-3-Clause"]


def test_it_is_what_cyclonedx_says() -> None:
    text = JsonV1Dot6(sbom.bill(ROOT)).output_as_string()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
