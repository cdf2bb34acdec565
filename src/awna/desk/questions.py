"""What follows at once in other rooms when the stewards have answered: a gift goes back, or what was set aside of it is available again."""

from awna.approvals.services import Follow, follow
from awna.donations.services import thaw_gift
from awna.donations.services.freezing import THAW
from awna.donations.services.giving_back import decline_refund, release_refund
from awna.works.diary.quality import apply_change, drop_change
from awna.works.methods.services import put_choice_in_force
from awna.works.models import ChangeOrder, MethodChoice


def follow_answers() -> None:
    """Approvals asks the stewards about everything, and must not see the rooms beside it: the desk, above them all, says what follows there."""
    follow(
        "refund",
        Follow(
            agreed=lambda proposal, author: release_refund(proposal=proposal, author=author),
            # What was held for it is free again, or set aside again where the gift is frozen; the treasurer may ask anew.
            declined=lambda proposal, author: decline_refund(proposal=proposal, author=author),
        ),
    )
    follow(THAW, Follow(agreed=lambda proposal, author: thaw_gift(proposal=proposal, author=author)))
    follow(MethodChoice.PURPOSE, Follow(agreed=lambda proposal, _author: put_choice_in_force(proposal=proposal)))
    follow(
        ChangeOrder.PURPOSE,
        Follow(
            agreed=lambda proposal, _author: apply_change(proposal=proposal),
            declined=lambda proposal, _author: drop_change(proposal=proposal),
        ),
    )
