"""CP-SAT's bound is true for the rich model: no plan of ours ever beats it, and its order helps."""

from hypothesis import given, settings

from awna.core.planning import cpsat
from awna.core.planning.model import compile_model
from awna.core.planning.problem import Project
from awna.core.planning.search import Limit, search

from .projects import clinic, projects


def test_the_clinic_is_proven() -> None:
    model = compile_model(clinic())
    found = search(model, limit=Limit(schedules=60))
    proof = cpsat.prove(model, seconds=2, incumbent=found.schedule.finish, hint=found.schedule.starts)
    assert proof is not None
    assert proof.bound == found.schedule.finish


@given(projects())
@settings(max_examples=12, deadline=None)
def test_the_bound_is_never_above_a_plan(project: Project) -> None:
    model = compile_model(project)
    found = search(model, limit=Limit(schedules=40))
    proof = cpsat.prove(model, seconds=0.2, incumbent=found.schedule.finish, hint=found.schedule.starts, workers=1)
    assert proof is not None
    assert proof.bound <= found.schedule.finish
    if proof.order:
        again = search(model, limit=Limit(schedules=1), starts=[proof.order])
        assert again.schedule.complete
