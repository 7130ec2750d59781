"""What every pod has: no rights that it does not need, and an end in time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deploy.kubernetes import servers
from shared.settings import SERVICES
from tests.deploy.kubernetes.conftest import Document, containers, named, of_kind, pods

RUN: Final = ["python", "-m", "shared.container"]


def _templates(
    everything: Mapping[str, Sequence[Document]],
) -> Iterator[tuple[str, Document]]:
    for overlay, of in everything.items():
        for name, template in pods(of).items():
            yield f"{overlay} {name}", template


def test_every_container_is_restricted(everything: Mapping[str, Sequence[Document]]) -> None:
    uids: dict[str, int] = {}
    for name, template in _templates(everything):
        spec, inside = template["spec"], template["spec"]["securityContext"]
        assert inside["runAsNonRoot"] is True, name
        assert inside["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        kinds = {kind for volume in spec["volumes"] for kind in volume if kind != "name"}
        assert kinds <= {"secret", "configMap", "emptyDir"}, name
        for container in containers(template):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            uids[container["image"].partition(":")[0]] = inside["runAsUser"]
    ours = {image: uid for image, uid in uids.items() if image.startswith("finance-")}
    assert ours == dict.fromkeys(("finance-service", "finance-analytics", "finance-gateway"), 10001)
    others = {server.image.partition(":")[0]: server.uid for server in _SERVERS}
    assert {image: uid for image, uid in uids.items() if image not in ours} == others


_SERVERS = (servers.POSTGRES, servers.RABBITMQ, servers.REDIS)


def test_the_namespace_refuses_what_is_not_restricted(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        (namespace,) = of_kind(of, "Namespace")
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_container_says_what_it_needs(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, template in _templates(everything):
        for container in containers(template):
            told = container["resources"]
            assert set(told["requests"]) == {"cpu", "memory"}, name
            assert set(told["limits"]) == {"memory"}, name
        for volume in template["spec"]["volumes"]:
            assert "sizeLimit" in volume.get("emptyDir", {"sizeLimit": None}), name


def test_every_lasting_process_is_probed_for_its_start_its_life_and_its_work(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, template in _templates(everything):
        for container in template["spec"]["containers"] if "Job/" not in name else ():
            probes = {part: container[f"{part}Probe"] for part in ("startup", "liveness")}
            assert probes["startup"]["failureThreshold"] * probes["startup"]["periodSeconds"] >= 120
            assert probes["liveness"]["failureThreshold"] >= 3
            assert "readinessProbe" in container, name
            ports = {port["name"] for port in container["ports"]}
            for probe in (*probes.values(), container["readinessProbe"]):
                asked: dict[str, Any] = probe.get("httpGet") or probe["tcpSocket"]
                assert asked["port"] in ports, name


def test_every_process_of_ours_heeds_sigterm_while_it_starts(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, template in _templates(everything):
        for container in containers(template):
            if container["image"].startswith("finance-"):
                assert container["command"][:3] == RUN, name


def test_a_web_process_ends_what_it_answers_before_it_is_killed(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for name, template in _templates(everything):
        if not name.endswith("-web"):
            continue
        (container,) = template["spec"]["containers"]
        (grace,) = (int(it["value"]) for it in container["env"] if it["name"] == "GRACE")
        leaving = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert grace == 30  # what the gateway waits for an answer
        assert template["spec"]["terminationGracePeriodSeconds"] > leaving + grace


def test_every_process_is_spread_over_nodes_and_may_be_drained(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        selectors = [one["spec"]["selector"]["matchLabels"] for one in _budgets(of)]
        deployments = of_kind(of, "Deployment")
        assert len(deployments) == 11
        assert [one["spec"]["selector"]["matchLabels"] for one in deployments] == selectors
        for deployment in deployments:
            spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
            keys = {one["topologyKey"] for one in spread}
            assert keys == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def _budgets(of: Sequence[Document]) -> list[Document]:
    budgets = {named(one).partition("/")[2]: one for one in of_kind(of, "PodDisruptionBudget")}
    return [budgets[one["metadata"]["name"]] for one in of_kind(of, "Deployment")]


def test_every_web_process_is_scaled_by_its_load(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        scaled = {
            one["spec"]["scaleTargetRef"]["name"]: one["spec"]
            for one in of_kind(of, "HorizontalPodAutoscaler")
        }
        assert set(scaled) == {f"{name}-web" for name in (*SERVICES, "portal")}
        assert all(spec["minReplicas"] < spec["maxReplicas"] for spec in scaled.values())
        # Or each `kubectl apply` would undo what the autoscaler did.
        for deployment in of_kind(of, "Deployment"):
            has_replicas = "replicas" in deployment["spec"]
            assert has_replicas != (deployment["metadata"]["name"] in scaled)


def test_a_database_is_migrated_before_a_worker_of_its_release_starts(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        first = {
            name: template["spec"]["initContainers"][0]
            for name, template in pods(of).items()
            if "initContainers" in template["spec"]
        }
        assert {name: it["command"] for name, it in first.items()} == {
            f"Deployment/{service}-worker": [*RUN, f"services.{service}", "migrate"]
            for service in SERVICES
        }
        for name, container in first.items():
            (main,) = pods(of)[name]["spec"]["containers"]
            assert container["image"] == main["image"]
            assert [it for it in main["env"] if it in container["env"]] == container["env"]


def test_every_account_is_of_its_own_and_has_no_token(
    everything: Mapping[str, Sequence[Document]],
) -> None:
    for of in everything.values():
        accounts = of_kind(of, "ServiceAccount")
        assert all(one["automountServiceAccountToken"] is False for one in accounts)
        used = {template["spec"]["serviceAccountName"] for template in pods(of).values()}
        assert used == {one["metadata"]["name"] for one in accounts}
