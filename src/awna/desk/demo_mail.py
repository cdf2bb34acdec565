"""The demonstration: an address that nothing reaches, a full mailbox, a gap that the treasurer is told of, and a steward who reads mail once a day."""

from typing import Any

from awna.core.problems import Problem
from awna.kit.notices.services import choose
from awna.kit.notices.services import tell as tell_one
from awna.kit.outbox.services import bounce, post_mail

from .mail.telling import tell_gaps, tell_shifts

CAME_BACK = (
    ("l.beispiel@example.net", "receipt", True, "550 5.1.1 No such user here"),
    ("bakers.guild@example.net", "gift", False, "452 4.2.2 The mailbox is full"),
    ("band@example.net", "event", True, "550 5.1.2 No mail server for this domain"),
)


def tell(story: Any) -> None:
    """Some mails came back; the treasurer finds a notice of it, beside those that each hour brings by itself."""
    send_some_back(story)
    tell_readers(story)


def send_some_back(story: Any) -> None:
    """Two addresses are dead, one mailbox is full."""
    for address, kind, is_dead, said in CAME_BACK:
        mail = post_mail(to=address, subject="Demonstration", body="Demonstration", campaign=story.campaign.pk, kind=kind)
        text = "The mail came back for good: %(answer)s" if is_dead else "The mail came back: %(answer)s"
        code = "mail_came_back_for_good" if is_dead else "mail_came_back"
        bounce(mail=mail, problem=Problem(code, text, {"answer": said}), is_dead=is_dead)


def tell_readers(story: Any) -> None:
    """What the hour tells by itself, and a word for the treasurer about the address that came back."""
    choose(reader=story.roles["Salma"].user_id, pace="daily", language="ar")
    karim = story.roles["Karim"]
    tell_one(
        reader=karim.user_id, to=karim.user.email, campaign=story.campaign.pk, key="demo address", is_private=True,
        subject="A receipt came back", lines=["The address of L. Beispiel reaches nobody. Ask for another one."],
        address=f"/desk/{story.campaign.slug}/mail/",
    )  # fmt: skip
    tell_gaps(book=story.book)
    tell_shifts(campaign=story.campaign)
