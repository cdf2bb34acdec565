"""CP-SAT's bound is true for the rich model: no plan of ours ever beats it, and its order helps."""

from hypothesis import given, settings

from awna.core.planning import cpsat
from awna.core.planning.command import make_plan
from awna.core.planning.model import compile_model
from awna.core.planning.problem import Delivery, Method, Project, Resource, Stock, Task
from awna.core.planning.search import Limit, search

from .projects import clinic, projects


def test_the_clinic_is_proven() -> None:
    assert cpsat.available()  # loading takes a while and would count
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


def test_what_is_made_is_there_when_its_maker_ends() -> None:
    """Two crushers, one machine, and blocks that need what both give: less than all of it is there before the second ends."""
    assert cpsat.available()
    crush = Method(3, machines={"crusher": 1}, gives={"gravel": 4})
    project = Project(
        (Task("crush", (crush,)), Task("again", (crush,)), Task("press", (Method(2, materials={"gravel": 7}),))),
        resources=(Resource("crusher", 1),),
        stocks=(Stock("gravel", opening=1, deliveries=(Delivery(1, planned=9),)),),
    )
    proof = cpsat.prove(compile_model(project), seconds=2, incumbent=30, hint=[0, 3, 6])
    assert proof is not None
    assert (proof.bound, proof.starts and proof.starts[2]) == (8, 6)


def test_time_is_given_to_the_proof_of_small_projects_alone() -> None:
    few, many = (Project(tuple(Task(f"T{n}", (Method(1),)) for n in range(size))) for size in (10, 100))
    assert cpsat.share_of_time(compile_model(few)) > 0 == cpsat.share_of_time(compile_model(many))
    assert make_plan(many, seconds=1).plan.finish == 1
