"""Forms of people, roles and lost sign-ins."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from awna.kit.languages import own_name

from ..models import ROLE_NAMES, Campaign, Role, Section
from .rules import STEWARD, TREASURER_GIVES


class RoleForm(forms.Form):
    """Which role, and for which section; only what this person may give."""

    role_name = forms.ChoiceField(label=_("Role"))
    section = forms.ModelChoiceField(
        label=_("Section"), queryset=Section.objects.none(), required=False, empty_label=_("no section: the whole campaign"),
        help_text=_("People of a section see what belongs to that section alone."),
    )  # fmt: skip

    def __init__(self, *args: Any, author: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = author.name == STEWARD
        self.fields["role_name"].choices = [
            ("", _("choose a role")), *((name, text) for name, text in ROLE_NAMES if free or name in TREASURER_GIVES),
        ]  # fmt: skip
        sections = Section.objects.filter(campaign=author.campaign_id).order_by("name")
        if not free:
            sections = sections.filter(pk=author.section_id)
            self.fields["section"].initial = author.section_id
            self.fields["section"].empty_label = None if author.section_id else self.fields["section"].empty_label
        self.fields["section"].queryset = sections


class InviteForm(RoleForm):
    email = forms.EmailField(label=_("E-mail address"), help_text=_("The link goes there and works once, for seven days."))
    language = forms.ChoiceField(label=_("Language of the mail"))
    field_order = ["email", "role_name", "section", "language"]

    def __init__(self, *args: Any, author: Role, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, author=author, **kwargs)
        self.fields["language"].choices = [(code, own_name(code)) for code, _name in settings.LANGUAGES]
        self.fields["language"].initial = campaign.site_language


class EvenLastForm(forms.Form):
    even_last = forms.BooleanField(label=_("I mean it, even if nobody is left with this role"), required=False)


class AskLinkForm(forms.Form):
    email = forms.EmailField(label=_("Your e-mail address"))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The eight digits that the person told you"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "in-s"}),
    )  # fmt: skip
    spoke = forms.BooleanField(label=_("I met this person or called the number that I know, and I am sure who it is."))


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Choose a new password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class LostDeviceForm(forms.Form):
    """Which second factors were on the device."""

    factors = forms.MultipleChoiceField(label=_("What was on the device?"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, factors: list[Authenticator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factors"].choices = [(str(factor.pk), factor_name(factor)) for factor in factors]
        if not factors:
            del self.fields["factors"]


def factor_name(factor: Authenticator) -> str:
    """A second factor as its owner knows it."""
    since = date_format(factor.created_at, "j M Y")
    if factor.type == Authenticator.Type.TOTP:
        return _("An app that makes codes, since %(day)s") % {"day": since}
    return _("Passkey “%(name)s”, since %(day)s") % {"name": factor.wrap().name, "day": since}
