"""What may slip and what is asked for, on plans that one can follow with a finger."""

from awna.core.planning.floats import floats
from awna.core.planning.loads import people_loads, stock_loads
from awna.core.planning.plan import Placement, Plan, Seat
from awna.core.planning.problem import Crossing, Delivery, Method, Person, Precedence, Project, Resource, Stock, Task


def task(name: str, duration: int, **needs: object) -> Task:
    return Task(name, (Method(duration, **needs),))


def test_links_leave_what_is_not_waited_for() -> None:
    project = Project(
        (task("slab", 4), task("walls", 6), task("drains", 3)), (Precedence("slab", "walls", lag=2), Precedence("drains", "walls"))
    )
    plan = Plan((Placement("slab", 0, 4), Placement("drains", 0, 3), Placement("walls", 6, 12)))
    assert floats(project, plan) == {"slab": 0, "drains": 3, "walls": 0}


def test_links_of_other_kinds_count_their_own_ends() -> None:
    project = Project(
        (task("dig", 6), task("pipe", 6), task("fill", 2)), (Precedence("dig", "pipe", "SS", 2), Precedence("pipe", "fill", "FF", 1))
    )
    plan = Plan((Placement("dig", 0, 6), Placement("pipe", 3, 9), Placement("fill", 10, 12)))
    assert floats(project, plan) == {"dig": 3, "pipe": 2, "fill": 0}


def test_who_works_in_two_tasks_ties_them() -> None:
    project = Project((task("one", 2, skills={"mason": 1}), task("two", 2, skills={"mason": 1}), task("end", 6)),
                      people=(Person("Rana", frozenset({"mason"})),))  # fmt: skip
    seat = (Seat("mason", "Rana"),)
    plan = Plan((Placement("one", 0, 2, crew=seat), Placement("two", 3, 5, crew=seat), Placement("end", 0, 6)))
    assert floats(project, plan) == {"one": 2, "two": 1, "end": 0}


def test_a_machine_goes_on_from_whoever_has_it() -> None:
    mixer = {"machines": {"mixer": 1}}
    tasks = (task("a", 2, **mixer), task("b", 2, **mixer), task("c", 2, **mixer))
    plan = Plan((Placement("a", 0, 2), Placement("b", 0, 2), Placement("c", 2, 4)))
    found = floats(Project(tasks, resources=(Resource("mixer", 2),)), plan)
    assert sorted(found.values()) == [0, 0, 2]
    assert found["c"] == 0


def test_people_at_work_and_there() -> None:
    people = (Person("Rana", frozenset({"mason"})), Person("Sami", frozenset({"mason", "painter"}), presence=((0, 2),)))
    project = Project((task("walls", 3, skills={"mason": 1}),), people=people)
    everybody, masons = people_loads(project, Plan((Placement("walls", 1, 4, crew=(Seat("mason", "Rana"),)),)))
    assert (everybody.skill, masons.skill) == ("", "mason")
    assert masons.working == (0, 1, 1, 1)
    assert masons.there == (2, 2, 1, 1)
    assert (masons.peak, masons.tightest) == (1, 1.0)


def test_stock_comes_when_the_crossing_opens() -> None:
    cement = Stock("cement", 10, (Delivery(30, 1, "north"),), "bag")
    project = Project((task("slab", 2, materials={"cement": 5}), task("walls", 2, materials={"cement": 30})), stocks=(cement, Stock("sand", 9)),
                      crossings=(Crossing("north", open_windows=((3, None),)),))  # fmt: skip
    plan = Plan((Placement("slab", 0, 2, draws={"cement": 5}), Placement("walls", 3, 5, draws={"cement": 30})))
    (load,) = stock_loads(project, plan)
    assert load.came == (10, 10, 10, 40, 40)
    assert load.taken == (5, 5, 5, 35, 35)
    assert load.lowest == (5, 0)
