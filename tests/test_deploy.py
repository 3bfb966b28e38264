"""The files in deploy/ satisfy the schemas at hand: of Compose, and of Kubernetes' own kinds.

No cluster and no daemon is asked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.stores.places import place_of
from qa.commands.parser import dateline_parser
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
# Kinds of operators, whose schemas are not at hand.
OPERATORS = {"milvus.io/v1beta1": "Milvus", "ray.io/v1": "RayCluster"}


def documents() -> list[dict[str, Any]]:
    """Return every document of the Kubernetes manifests."""
    return [
        document
        for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def pods() -> list[dict[str, Any]]:
    """Return the specification of the pods that each document makes."""
    found = []
    for document in documents():
        spec = document.get("spec", {})
        groups = [spec, spec.get("headGroupSpec", {}), *spec.get("workerGroupSpecs", [])]
        found += [group["template"]["spec"] for group in groups if "template" in group]
    return found


@pytest.mark.filterwarnings("ignore")  # the validator's own
def test_the_manifests_satisfy_the_schemas_of_kubernetes() -> None:
    import kubernetes_validate

    own = [
        document
        for document in documents()
        if OPERATORS.get(document["apiVersion"]) != document["kind"]
    ]
    made: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "made"}, "spec": pod}
        for pod in pods()
    ]
    assert {document["kind"] for document in own} == {
        "Namespace",
        "Deployment",
        "Service",
        "Ingress",
        "PodDisruptionBudget",
        "Job",
        "PersistentVolumeClaim",
    }
    assert len(made) == 4
    for document in [*own, *made]:
        kubernetes_validate.validate(document, "1.31", strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):  # the schema does refuse
        kubernetes_validate.validate(
            {**made[0], "spec": {**pods()[0], "container": []}}, "1.31", strict=True
        )


def test_the_compose_file_satisfies_its_schema() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    command = [
        str(checker),
        "--builtin-schema",
        "vendor.compose-spec",
        str(DEPLOY / "compose.yaml"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_deployed_command_parses_and_its_store_is_an_address() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    commands = [
        service["command"].split()
        for service in services.values()
        if service["image"] == "dateline"
    ]
    commands += [
        container["args"]
        for pod in pods()
        for container in pod["containers"]
        if "args" in container
    ]
    assert len(commands) == 4
    for command in commands:
        assert command[0] == "dateline"
        place_of(dateline_parser().parse_args(command[1:]).store)


def test_every_mount_has_its_volume() -> None:
    claims = {
        document["metadata"]["name"]
        for document in documents()
        if document["kind"] == "PersistentVolumeClaim"
    }
    mounted = [
        volume["persistentVolumeClaim"]
        for pod in pods()
        for volume in pod.get("volumes", [])
        if "persistentVolumeClaim" in volume
    ]
    assert {claim["claimName"] for claim in mounted} == claims
    for pod in pods():
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        assert {
            mount["name"]
            for container in pod["containers"]
            for mount in container.get("volumeMounts", [])
        } <= volumes
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (
                source.startswith("${")
                or source in compose["volumes"]
                or (DEPLOY / source).is_file()
            )
