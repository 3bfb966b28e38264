"""deploy/ against the schemas at hand: Compose's, and Kubernetes' for what is its own. No cluster and no daemon is asked."""

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
OURS = {
    "milvus.io/v1beta1": "Milvus",
    "ray.io/v1": "RayCluster",
}  # kinds of operators, whose schemas are not at hand


def documents() -> list[dict[str, Any]]:
    return [
        document
        for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def pods() -> list[dict[str, Any]]:
    """What each document makes pods of."""
    found = []
    for document in documents():
        spec = document.get("spec", {})
        groups = [spec, spec.get("headGroupSpec", {}), *spec.get("workerGroupSpecs", [])]
        found += [group["template"]["spec"] for group in groups if "template" in group]
    return found


@pytest.mark.filterwarnings("ignore")  # the validator's own
def test_manifests_are_kubernetes_own_schemas() -> None:
    import kubernetes_validate

    own = [
        document for document in documents() if OURS.get(document["apiVersion"]) != document["kind"]
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


def test_compose_is_of_its_schema() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    command = [
        str(checker),
        "--builtin-schema",
        "vendor.compose-spec",
        str(DEPLOY / "compose.yaml"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_that_is_deployed_is_one_and_its_store_an_address() -> None:
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


def test_what_is_mounted_is_there() -> None:
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
