"""A room that calls the solver by itself."""

from ortools.sat.python import cp_model

MODEL = cp_model.CpModel
