"""The files in deploy/ satisfy the schemas at hand: of Compose, and of Kubernetes' own kinds.

No cluster and no daemon is asked.
"""

from __future__ import annotations

import contextlib
import getpass
import http.server
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from index.stores.places import place_of
from qa.commands.parser import dateline_parser
from qa.web.passwords import line_of
from tests.browser.conftest import free_port, serve
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = ("compose.yaml", "compose.small.yaml")
# Kinds of operators, whose schemas are not at hand.
OPERATORS = {"milvus.io/v1beta1": "Milvus", "ray.io/v1": "RayJob"}


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
        spec = spec.get("rayClusterSpec", spec)
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
        "PersistentVolumeClaim",
    }
    assert len(made) == 3
    for document in [*own, *made]:
        kubernetes_validate.validate(document, "1.31", strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):  # the schema does refuse
        kubernetes_validate.validate(
            {**made[0], "spec": {**pods()[0], "container": []}}, "1.31", strict=True
        )


@pytest.mark.parametrize("name", COMPOSE)
def test_the_compose_files_satisfy_their_schema(name: str) -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", str(DEPLOY / name)]
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
    job = job_of_ray()
    commands.append(job["entrypoint"].split())
    assert len(commands) == 4
    for command in commands:
        assert command[0] == "dateline"
        place_of(dateline_parser().parse_args(command[1:]).store)
    # it runs on the cluster: Ray Data does not run through an address of Ray Client
    assert dateline_parser().parse_args(commands[-1][1:]).address == "auto"


def job_of_ray() -> dict[str, Any]:
    """Return the specification of the job that builds."""
    (job,) = [document["spec"] for document in documents() if document["kind"] == "RayJob"]
    return dict(job)


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
    for name in COMPOSE:
        compose = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
        for service in compose["services"].values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                assert (
                    source.startswith("${")
                    or source in compose["volumes"]
                    or (DEPLOY / source).is_file()
                )


def pinned(name: str) -> str:
    """Return the version of a package in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    (version,) = re.findall(rf"^{name}==(\S+)$", text, re.MULTILINE)
    return str(version)


def test_the_versions_of_engines_are_those_of_the_pinned_clients() -> None:
    """A client of Milvus is made for servers of its own version, and Ray wants its very own."""
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    text += (DEPLOY / "kubernetes" / "milvus.yaml").read_text(encoding="utf-8")
    images = re.findall(r"milvusdb/milvus:v(\d+\.\d+)\.", text)
    assert images == [".".join(pinned("pymilvus").split(".")[:2])] * 2
    assert job_of_ray()["rayClusterSpec"]["rayVersion"] == pinned("ray")


def test_what_runs_has_no_rights_that_it_does_not_need() -> None:
    """Every pod and container of ours; what it writes to, its user may write to."""
    for pod in pods():
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["fsGroup"] == context["runAsUser"] == 10001  # the Dockerfile's user
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            inner = container["securityContext"]
            assert inner["allowPrivilegeEscalation"] is False
            assert inner["capabilities"] == {"drop": ["ALL"]}
    for name in COMPOSE:
        services = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))["services"]
        for service in services.values():
            if service["image"] == "dateline":
                assert service["cap_drop"] == ["ALL"]
                assert service["security_opt"] == ["no-new-privileges:true"]
            for port in service.get("ports", []):
                assert port.startswith("127.0.0.1:")


def test_the_ingress_has_tls_and_asks_for_no_retired_controller() -> None:
    (ingress,) = [document for document in documents() if document["kind"] == "Ingress"]
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert [name for entry in ingress["spec"]["tls"] for name in entry["hosts"]] == hosts
    assert "nginx" not in json.dumps(ingress)  # ingress-nginx gets no security fixes any more


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_the_unit_of_systemd_is_whole(tmp_path: Path) -> None:
    """systemd reads it, and its commands parse. Only the path of the command is another."""
    text = (DEPLOY / "dateline.service").read_text(encoding="utf-8")
    commands = re.findall(r"^Exec\w+=-?/opt/dateline/bin/dateline (.*)$", text, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert dateline_parser().parse_args(command.split()).run

    def verified(unit: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "dateline.service").write_text(unit)
        return subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / "dateline.service")],
            capture_output=True,
            text=True,
            check=False,
        )

    here = text.replace("/opt/dateline/bin/dateline ", f"{shutil.which('true')} ")
    done = verified(here)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert "Unknown key" in verified(here.replace("Restart=", "Restarts=")).stderr


class Upstream(http.server.BaseHTTPRequestHandler):
    """A server that says what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 2**20)))
        self.do_GET()

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def nginx(folder: Path, port: int, upstream: int) -> Iterator[str]:
    """Run the real nginx with the shipped files; yield its address.

    Other are only the port, the address of Dateline, and where the files lie.
    """
    site = (DEPLOY / "nginx" / "dateline.conf").read_text(encoding="utf-8")
    assert site.count("443") == site.count("127.0.0.1:7860") == 1
    site = site.replace("443", f"127.0.0.1:{port}").replace("7860", str(upstream))
    site = site.replace("/etc/nginx/", f"{folder}/")
    shutil.copyfile(DEPLOY / "nginx" / "proxy.conf", folder / "dateline-proxy.conf")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-keyout", folder / "dateline.key", "-out", folder / "dateline.crt", "-days", "1"),
        ],
        check=True,
        capture_output=True,
    )
    (folder / "nginx.conf").write_text(
        f"""
        user {getpass.getuser()}; daemon off; pid {folder}/pid; events {{}}
        error_log {folder}/error.log;
        http {{ access_log off; client_body_temp_path {folder}/body;
                proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
                uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                {site} }}
        """
    )
    with subprocess.Popen(
        ["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"]
    ) as server:
        try:
            until = time.monotonic() + 60
            while True:
                assert server.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < until
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield f"https://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx on this machine")
def test_nginx_passes_on_what_dateline_must_know(tmp_path: Path) -> None:
    """The Host keeps its port; the client is the connection's, whatever it says of itself."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        port = free_port()
        with nginx(tmp_path, port, upstream.server_port) as address:
            client = httpx.Client(verify=False, trust_env=False)
            told = client.get(address, headers={"X-Forwarded-For": "8.8.8.8"}).json()
            assert told["Host"] == f"127.0.0.1:{port}"
            assert told["X-Forwarded-For"] == "127.0.0.1"
            assert told["X-Forwarded-Proto"] == "https"
            uploaded = client.post(address, content=b"x" * (20 * 2**20))  # nginx's own limit: 1 MB
            assert uploaded.status_code == 200
            client.close()
        upstream.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx on this machine")
def test_a_user_logs_in_through_nginx(corpus_index: Path, tmp_path: Path) -> None:
    """The page itself stands behind it, with a password, as deploy/dateline.service runs it."""
    (tmp_path / "users").write_text(line_of("reader", "secret") + "\n")
    log = tmp_path / "log"
    app = serve(corpus_index, ROOT / "corpus", "--auth", str(tmp_path / "users"), log=log)
    try:
        behind = urlsplit(app.address).port
        assert behind is not None
        with nginx(tmp_path, free_port(), behind) as address:
            client = httpx.Client(verify=False, trust_env=False, timeout=60)
            assert client.get(f"{address}/config").status_code == 401
            typed = {"username": "reader", "password": "secret"}
            refused = client.post(
                f"{address}/login", data=typed, headers={"Origin": "https://elsewhere.example"}
            )
            assert refused.status_code == 403
            done = client.post(f"{address}/login", data=typed, headers={"Origin": address})
            assert done.status_code == 200, done.text
            assert client.get(f"{address}/config").status_code == 200
            client.close()
    finally:
        app.stop()


def test_the_proxy_in_front_is_trusted_so_that_users_do_not_share_one_allowance() -> None:
    """Each address has its bounds; without this all users would come from the proxy's."""
    unit = (DEPLOY / "dateline.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)
    assert dateline_parser().parse_args(command.split()).trusted_proxy == ["127.0.0.1"]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    command = compose["services"]["app"]["command"]
    balancer = compose["services"]["balancer"]["networks"]["default"]["ipv4_address"]
    assert dateline_parser().parse_args(command.split()[1:]).trusted_proxy == [balancer]
    (addresses,) = compose["networks"]["default"]["ipam"]["config"]
    (pod,) = [pod for pod in pods() if "args" in pod["containers"][0]]
    (network,) = dateline_parser().parse_args(pod["containers"][0]["args"][1:]).trusted_proxy
    assert ip_network(network).is_private
    # The balancer has an address of the network that no other container is given.
    assert ip_address(balancer) in ip_network(addresses["subnet"])
    assert ip_address(balancer) not in ip_network(addresses["ip_range"])


def test_the_balancer_says_the_same_to_dateline() -> None:
    """Debian's nginx is too old for its `resolve`, so only what both share is run here."""
    for name in ("dateline.conf", "balancer.conf"):
        text = (DEPLOY / "nginx" / name).read_text(encoding="utf-8")
        assert text.count("include /etc/nginx/dateline-proxy.conf;") == 1
        assert "proxy_set_header" not in text  # it would undo those of the shared file
