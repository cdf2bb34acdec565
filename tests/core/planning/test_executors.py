"""Threads and a cluster of two workers give the same plan; a cluster that is not there is told."""

import sys

import pytest

from awna.core.planning.command import make_plan
from awna.core.planning.executors import workers_of
from awna.core.planning.generator import Size, rich_project
from awna.core.problems import Refused

pytestmark = pytest.mark.compiled  # the first run compiles


def test_threads_and_a_cluster_give_the_same_plan() -> None:
    distributed = pytest.importorskip("distributed", reason="the optional extra awna[cluster] is not installed")
    project = rich_project(3, size=Size(tasks=24, people=12, deliveries=8, sites=2))
    plans = []
    with workers_of(1) as threads:
        plans.append(make_plan(project, schedules=200, executor=threads).plan)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp") as cluster,
        workers_of(1, cluster=cluster.scheduler_address) as executor,
    ):
        plans.append(make_plan(project, schedules=200, executor=executor).plan)
    assert plans[0] == plans[1]


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:9"])
def test_an_address_where_nobody_answers_is_refused(address: str) -> None:
    pytest.importorskip("distributed", reason="the optional extra awna[cluster] is not installed")
    with pytest.raises(Refused) as refused, workers_of(1, cluster=address):
        pass
    assert [problem.code for problem in refused.value.problems] == ["cluster_unreachable"]


def test_the_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused) as refused, workers_of(1, cluster="tcp://127.0.0.1:8786"):
        pass
    assert [problem.code for problem in refused.value.problems] == ["cluster_not_installed"]
