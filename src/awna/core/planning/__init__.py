"""The planning engine: plain frozen values in, a checked plan out. Stands alone: no Django, no database, no files.

>>> from awna.core.planning.problem import Method, Person, Precedence, Project, Stock, Delivery, Task
>>> from awna.core.planning.command import make_plan
>>> from awna.core.planning.check import check_plan
>>> slab = Task("slab", (Method(4, materials={"cement": 40}),))
>>> walls = Task("walls", (Method(6, skills={"mason": 1}),))
>>> cement = Stock("cement", deliveries=(Delivery(40, planned=3),), unit="bag")
>>> project = Project((slab, walls), (Precedence("slab", "walls", lag=2),), people=(Person("Rana", frozenset({"mason"})),), stocks=(cement,))
>>> planned = make_plan(project, schedules=20)
>>> [(placed.task, placed.start, placed.finish) for placed in planned.plan.placements]
[('slab', 3, 7), ('walls', 9, 15)]
>>> check_plan(project, planned.plan)
[]

Start with `problem` (the model) and `check` (its rules); `docs/planning-inside.md` explains how the rest hangs together.
"""
