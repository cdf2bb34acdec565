"""Saying what is wrong, reporting harm, answering; the same forms for whoever types in what came on paper."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from awna.kit.images import PHOTO_BYTES_MAX
from awna.parties.models import ROLE_NAMES, Campaign, Section, User

from .models import ANSWERERS, COMPLAINT, FEEDBACK, FORM, KINDS, WAYS, LeadKey, Voice
from .services.answering import ANSWER_DAYS_MAX, KEEP_DAYS_MAX
from .services.telling import NAME_CHARS_MAX, TEXT_CHARS_MAX

CHARGE = [(name, label) for name, label in ROLE_NAMES if name in ANSWERERS]
PHOTO_MB_MAX = PHOTO_BYTES_MAX // 1024**2


def photo_field() -> forms.FileField:
    return forms.FileField(
        label=_("A photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("It is drawn anew: place, time and camera do not come along. Faces do."),
    )  # fmt: skip


def text_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"})
    )


class WayMixin(forms.Form):
    """`way` is asked of whoever types in at a desk, never of the public."""

    way = forms.ChoiceField(label=_("How it came"), choices=[one for one in WAYS if one[0] != FORM], widget=forms.RadioSelect)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, typed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not typed:
            del self.fields["way"]

    def clean_photo(self) -> bytes:
        """The file's bytes; the service draws it anew."""
        photo = self.cleaned_data.get("photo")
        if not photo:
            return b""
        if photo.size > PHOTO_BYTES_MAX:
            raise forms.ValidationError(_("The file is larger than %(mb)s MB. Take a smaller picture.") % {"mb": PHOTO_MB_MAX})
        return bytes(photo.read())


class TellForm(WayMixin):
    """A complaint or feedback."""

    field_order = ("way", "kind", "text", "about", "section", "photo", "wants_public", "name", "email")
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[one for one in KINDS if one[0] in (COMPLAINT, FEEDBACK)],
        widget=forms.RadioSelect,
        initial=COMPLAINT,
    )
    text = text_field(
        _("What happened, or what could be better?"), _("In your own language. When, where, and what you would like to happen.")
    )
    about = forms.MultipleChoiceField(
        label=_("Is it about somebody in charge?"), choices=CHARGE, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Who holds a ticked office does not read it and does not answer it."),
    )  # fmt: skip
    section = forms.ModelChoiceField(
        label=_("Which body is it about?"), queryset=Section.objects.none(), required=False, empty_label=_("The campaign as a whole")
    )
    photo = photo_field()
    wants_public = forms.BooleanField(
        label=_("Everybody may read my words and the answer"), required=False,
        help_text=_("Without your name, and only after somebody in charge has agreed. Otherwise it stays between you and them."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Your name"), required=False, max_length=NAME_CHARS_MAX, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Then the private link comes by mail too, and a word when there is an answer."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = campaign.sections.order_by("name")


class LeadChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, key: LeadKey) -> str:
        return key.title


class ReportForm(WayMixin):
    """A report about harm to a person."""

    field_order = ("way", "text", "but", "photo", "contact", "email")
    text = text_field(
        _("What happened?"), _("In your own language. Who was harmed or may be, where, when, and whether somebody is in danger now.")
    )
    but = LeadChoice(
        label=_("Who must not read it?"), queryset=LeadKey.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("It is sealed for the leads of safeguarding. Tick whoever it is about: it is not sealed for them, and they are not told."),
    )  # fmt: skip
    photo = photo_field()
    contact = forms.CharField(
        label=_("How a lead may reach you"),
        required=False,
        max_length=200,
        help_text=_("Sealed with the report. You can also stay unnamed."),
    )
    email = forms.EmailField(
        label=_("Mail me the private link"), required=False,
        help_text=_("Used once and not kept. Leave it empty if somebody else reads your mail."),
    )  # fmt: skip

    def __init__(self, *args: Any, keys: QuerySet[LeadKey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["but"].queryset = keys


class AnswerForm(forms.Form):
    """An answer, and what everybody may read of the question."""

    answer = text_field(_("Your answer"), _("In the language of the asker, if you can. It can be given once."))
    public_text = text_field(
        _("What everybody may read of the question"),
        _("The asker agreed. Take out names, places and what could harm somebody. Empty: not public."),
    )

    def __init__(self, *args: Any, voice: Voice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["public_text"].required = False
        if not voice.wants_public:
            del self.fields["public_text"]


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        return str(user)


class BarForm(forms.Form):
    """A colleague whom the case is about."""

    user = PersonChoice(label=_("Who"), queryset=User.objects.none())

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people


class RulesForm(forms.Form):
    """What the campaign promises."""

    answer_days = forms.IntegerField(
        label=_("Days until an answer"),
        min_value=1,
        max_value=ANSWER_DAYS_MAX,
        help_text=_("It stands on the public page. Late answers are counted there."),
    )
    keep_days = forms.IntegerField(
        label=_("Days until the personal parts are deleted"), min_value=1, max_value=KEEP_DAYS_MAX, help_text=_("Counted from the answer.")
    )


class KeyForm(forms.Form):
    """The public half of a lead's key."""

    title = forms.CharField(label=_("How reporters know you"), max_length=120, help_text=_("Your name or your office. It is public."))
    public_key = forms.CharField(
        label=_("Public key"), max_length=200, help_text=_("The line that begins with age1. The other half stays on your own machine."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "ltr"}),
    )  # fmt: skip


class SealedAnswerForm(forms.Form):
    """Words that only the reporter's link opens."""

    answer = text_field(_("Words for the reporter"), _("Sealed at once: neither you nor the server can read them here again."))


class CloseForm(forms.Form):
    """The day on which the box goes."""

    delete_on = forms.DateField(label=_("Delete the sealed report here on"), widget=forms.DateInput(attrs={"type": "date"}))
