"""The Kubernetes manifests: they parse, point to each other, and hold settings that the proxy accepts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY

FOLDER = REPOSITORY / "deploy/kubernetes"
NAME = {"app.kubernetes.io/name": "streams-proxy"}
#: What a call or preview that outlives drain_timeout may still take.
CUT = 2
#: What the proxy takes beside what it keeps for slow peers: itself, TLS, a password being hashed per core.
BASE = 128 << 20


@pytest.fixture(scope="module")
def manifests() -> "dict[str, Any]":
    """All of them by their kind."""
    found = {}
    for path in FOLDER.glob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text()):
            assert document["apiVersion"] and document["kind"] not in found, path
            found[document["kind"]] = document
    return found


@pytest.fixture(scope="module")
def pod(manifests) -> "dict[str, Any]":
    return manifests["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def container(pod) -> "dict[str, Any]":
    (container,) = pod["containers"]
    return container


@pytest.fixture(scope="module")
def settings(manifests) -> "dict[str, Any]":
    return json.loads(manifests["ConfigMap"]["data"]["config.json"])


def option(container: "dict[str, Any]", name: str) -> str:
    (value,) = [word.split("=", 1)[1] for word in container["args"] if word.startswith(f"--{name}=")]
    return value


def size(text: str) -> int:
    number, unit = re.fullmatch(r"([0-9]+)([MG]i)", text).groups()  # type: ignore[union-attr]
    return int(number) << {"Mi": 20, "Gi": 30}[unit]


def test_every_file_is_listed(manifests):
    listed = manifests["Kustomization"]["resources"]
    assert sorted([*listed, "kustomization.yaml"]) == sorted(path.name for path in FOLDER.glob("*.yaml"))
    assert set(manifests) == {
        *("Kustomization", "ConfigMap", "Deployment", "Service"),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"),
    }


def test_the_settings_are_valid(executable, manifests, tmp_path):
    (tmp_path / "config.json").write_text(manifests["ConfigMap"]["data"]["config.json"])
    done = subprocess.run(
        [executable, "check", "--config", tmp_path / "config.json"], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "http://luna-streams:5160/1/streams" in done.stdout


def test_selectors_find_the_pods(manifests):
    deployment = manifests["Deployment"]["spec"]
    assert deployment["template"]["metadata"]["labels"] == NAME == deployment["selector"]["matchLabels"]
    assert manifests["Service"]["spec"]["selector"] == NAME
    assert manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == NAME
    assert manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == NAME
    target = manifests["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", manifests["Deployment"]["metadata"]["name"])


def test_a_replica_may_go_while_another_serves(manifests):
    assert manifests["HorizontalPodAutoscaler"]["spec"]["minReplicas"] >= 2
    assert manifests["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert "replicas" not in manifests["Deployment"]["spec"], "the autoscaler's number would be undone by each apply"
    assert manifests["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_ports_have_their_names(manifests, container):
    (port,) = container["ports"]
    assert str(port["containerPort"]) == option(container, "port")
    names = [manifests["Service"]["spec"]["ports"][0]["targetPort"]]
    names += [container[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")]
    names += [manifests["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"]]
    assert set(names) == {port["name"]}
    assert {container[probe]["httpGet"]["path"] for probe in container if probe.endswith("Probe")} == {"/healthcheck"}


def test_luna_streams_can_be_reached(manifests, settings):
    origin = settings["LUNA_API_PLUGINS_SETTINGS"]["luna-streams"]["luna-streams-address"]["origin"]
    port = int(re.fullmatch(r"http://[a-z-]+:([0-9]+)/1", origin)[1])  # type: ignore[index]
    allowed = [entry["port"] for rule in manifests["NetworkPolicy"]["spec"]["egress"] for entry in rule["ports"]]
    assert port in allowed


def test_mounts_are_where_the_settings_say(manifests, pod, container, settings):
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(volumes) == set(mounts)
    assert volumes["settings"]["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
    assert Path(option(container, "config")).parent == Path(mounts["settings"]["mountPath"])
    assert Path(settings["CONFIG_AUTHORIZATION_USERS"]).parent == Path(mounts["accounts"]["mountPath"])
    for name in ("settings", "accounts"):
        assert mounts[name]["readOnly"] is True
        assert "subPath" not in mounts[name], "a file that is mounted alone never changes"
    # YAML reads 0440 as octal: only owner and group, which is the pod's.
    assert volumes["accounts"]["secret"]["defaultMode"] == 0o440
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]


def test_it_has_time_to_drain(pod, container, settings):
    http = settings["LUNA_API_HTTP_SETTINGS"]
    ending = http["drain_delay"] + http["drain_timeout"] + CUT
    assert pod["terminationGracePeriodSeconds"] > ending
    ready, alive = container["readinessProbe"], container["livenessProbe"]
    assert ready["periodSeconds"] * ready["failureThreshold"] < http["drain_delay"]
    assert alive["periodSeconds"] * alive["failureThreshold"] > ending


def test_its_memory_holds_what_the_settings_allow(container, settings):
    buffered = int(option(container, "workers")) * settings["LIMITS"]["buffered_bytes"]
    assert buffered + BASE <= size(container["resources"]["limits"]["memory"])


def test_it_may_do_nothing_else(pod, container):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod["automountServiceAccountToken"] is False
    own = container["securityContext"]
    assert own["allowPrivilegeEscalation"] is False and own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert f"USER {pod['securityContext']['runAsUser']}:" in (REPOSITORY / "deploy/Dockerfile").read_text()


def test_the_example_of_an_ingress_leads_to_the_service(manifests, settings):
    """It lies apart, since it needs a host name: without buffering, and more patient than the proxy."""
    ingress = yaml.safe_load((FOLDER / "examples/ingress.yaml").read_text())
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = path["backend"]["service"]
    assert service["name"] == manifests["Service"]["metadata"]["name"]
    assert service["port"]["name"] == manifests["Service"]["spec"]["ports"][0]["name"]
    assert rule["host"] in ingress["spec"]["tls"][0]["hosts"]
    notes = {name.rpartition("/")[2]: value for name, value in ingress["metadata"]["annotations"].items()}
    assert notes["proxy-buffering"] == notes["proxy-request-buffering"] == "off"
    assert all(isinstance(value, str) for value in notes.values()), "annotations are strings"
    timeouts = settings["LUNA_API_PLUGINS_SETTINGS"]["luna-streams"]["luna-streams-timeouts"]
    assert int(notes["proxy-read-timeout"]) > timeouts["request"]
    assert "non_idempotent" not in notes["proxy-next-upstream"]
