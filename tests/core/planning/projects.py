"""Projects for the planning tests: a small clinic by hand and random ones by hypothesis."""

from hypothesis import strategies as st

from awna.core.planning.problem import (
    INTERPRETER,
    Crossing,
    Delivery,
    Method,
    Person,
    Precedence,
    Project,
    Resource,
    Site,
    Stock,
    Task,
)


def clinic(**changes: object) -> Project:
    """Slab, walls, roof: a mixer, two masons of whom one does not speak Arabic, cement through a crossing, released money."""
    values: dict[str, object] = {
        "tasks": (
            Task("slab", (Method(4, machines={"mixer": 1}, materials={"cement": 40}, money={"works": 500}),), site="clinic"),
            Task("walls", (Method(6, skills={"mason": 2}, materials={"cement": 60}),), site="clinic"),
            Task("roof", (Method(5, skills={"mason": 1}), Method(3, "crane", machines={"crane": 1})), site="clinic"),
            Task("drains", (Method(4, machines={"mixer": 1}),), site="clinic", start_windows=((2, 40),)),
        ),
        "precedences": (Precedence("slab", "walls", "FS", 2), Precedence("walls", "roof", "SS", 3), Precedence("drains", "roof", "FF", 0)),
        "resources": (Resource("mixer", 1, dips=((5, 8, 0),)), Resource("crane", 1)),
        "people": (
            Person("Rana", frozenset({"mason"}), frozenset({"ar"})),
            Person("Tom", frozenset({"mason"}), frozenset({"en"})),
            Person("Huda", frozenset({INTERPRETER}), frozenset({"ar", "en"}), presence=((0, 30),)),
        ),
        "stocks": (
            Stock("cement", 40, (Delivery(80, 6, "north"),), "bag"),
            Stock("works", 0, (Delivery(500, 1),), "USD"),
        ),
        "crossings": (Crossing("north", open_windows=((0, 5), (9, None)), loads_per_slot=1),),
        "sites": (Site("clinic", "ar", ((0, 60),)),),
    }
    return Project(**(values | changes))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Random projects that are never impossible: enough people, stock and open crossings for every single task."""
    size = draw(st.integers(1, 12))
    small = st.integers(0, 4)
    skills = ["mason", "welder"]
    tasks, edges = [], []
    for index in range(size):
        methods = tuple(
            Method(
                draw(st.integers(0, 6)),
                f"m{number}",
                skills={skill: draw(st.integers(0, 2)) for skill in skills},
                machines={"mixer": draw(st.integers(0, 2))},
                materials={"cement": draw(small)},
                money={"works": draw(small)},
            )
            for number in range(draw(st.integers(1, 2)))
        )
        tasks.append(Task(f"T{index}", methods, site="clinic", earliest=draw(small)))
        for before in range(index):
            if draw(st.integers(0, 5)) == 0:
                kind = draw(st.sampled_from(["FS", "SS", "FF", "SF"]))
                edges.append(Precedence(f"T{before}", f"T{index}", kind, draw(st.integers(-1, 3))))
    start = draw(st.integers(0, 10))
    people = [Person(f"P{n}", frozenset(skills), frozenset({draw(st.sampled_from(["ar", "en"]))})) for n in range(4)]
    people += [Person("I0", frozenset({INTERPRETER, "mason"}), frozenset({"ar", "en"}), presence=((start, None),))]
    deliveries = tuple(Delivery(12, draw(st.integers(0, 20)), "north") for _ in range(8))
    return Project(
        tuple(tasks),
        tuple(edges),
        (Resource("mixer", 2, dips=((3, 6, 1),)),),
        tuple(people),
        (Stock("cement", 0, deliveries, "bag"), Stock("works", 96, (), "USD")),
        (Crossing("north", open_windows=((0, 4), (12, None)), loads_per_slot=draw(st.integers(0, 2))),),
        (Site("clinic", "ar"),),
    )


def rules_asked(project: Project) -> dict[str, str]:
    """The rules that a project asks for beyond plain ones, each with the first element that does."""
    asked: dict[str, str] = {}
    for task in project.tasks:
        of_methods = {
            "producers": any(method.gives for method in task.methods),
            "levels": any(level > 1 for method in task.methods for level in method.levels.values()),
            "handover": task.handover_every > 0,
            "child_contact": task.child_contact,
        }
        for rule in (rule for rule, there in of_methods.items() if there):
            asked.setdefault(rule, task.id)
    for edge in project.precedences:
        if edge.maximum is not None:
            asked.setdefault("maximum_lag", edge.after)
        if edge.unit == "elapsed":
            asked.setdefault("elapsed_lag", edge.after)
    for site in project.sites:
        if site.hours is not None:
            asked.setdefault("site_hours", site.id)
        if site.beds is not None:
            asked.setdefault("beds", site.id)
    for person in (person for person in project.people if person.rest):
        asked.setdefault("rest", person.id)
    return asked
