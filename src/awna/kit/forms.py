"""Refusals on forms: what was typed stays, and each problem stands beside its field."""

from django import forms
from django.utils.translation import gettext

from awna.core.problems import Problem, Refused


def problem_text(problem: Problem) -> str:
    """The problem in the reader's language."""
    return gettext(problem.text) % {key: str(value) for key, value in problem.params.items()}


def refused_to_form(form: forms.Form, refused: Refused) -> None:
    """Put each problem beside the field that it names, else above the form."""
    for problem in refused.problems:
        form.add_error(problem.where if problem.where in form.fields else None, problem_text(problem))
