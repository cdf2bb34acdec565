"""The test mail of the set-up: it leaves at once, and its code comes back by hand."""

from django.conf import settings

from awna.core.problems import Problem, Refused
from awna.kit.outbox.proof import prove, send_test

from .rows import StepForm


def prove_or_send(form: StepForm) -> bool:
    """With a code, note that mail arrives; without one, send a mail, and say that it is on its way. Refused with the setting to look at."""
    if code := form.cleaned_data["code"]:
        prove(code=code)
        return False
    _proof, outcome = send_test(to=form.cleaned_data["to"])
    if outcome.problem is not None:
        problem = outcome.problem
        raise Refused([
            Problem(problem.code, problem.text, problem.params, "to"),
            *([Problem("mail_setting", "Look at %(change)s.", {"change": outcome.change}, "to")] if outcome.change else []),
        ])  # fmt: skip
    return True


def mail_is_kept_here() -> str:
    """The folder that mails are written to where none is sent; empty where they leave."""
    return str(settings.EMAIL_FILE_PATH or "") if "filebased" in settings.EMAIL_BACKEND else ""
