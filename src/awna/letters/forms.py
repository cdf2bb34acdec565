"""The forms of a letter: sign as a person or as an organisation, confirm, ask for one's own link; and those of the desk."""

from typing import Any

from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from awna.core.lists.reading import LIST_CHARS_MAX

from .countries import country_choices

NAME_CHARS_MAX, BODY_NAME_CHARS_MAX, TITLE_CHARS_MAX, TEXT_CHARS_MAX, SCAN_MB_MAX = 120, 300, 200, 40_000, 10


class SignForm(forms.Form):
    """A person signs."""

    name = forms.CharField(label=_("Name"), help_text=_("One name is enough."), max_length=NAME_CHARS_MAX)
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX, required=False)
    email = forms.EmailField(label=_("E-mail"), help_text=_("For one code. It is never shown."))
    show_name = forms.BooleanField(label=_("Show this name in public"), required=False)


class OrganisationForm(forms.Form):
    """Somebody signs for an organisation. All but the signatory and the address are shown."""

    name = forms.CharField(label=_("Name of the organisation"), help_text=_("In its own language."), max_length=BODY_NAME_CHARS_MAX)
    name_english = forms.CharField(label=_("Name in English"), max_length=BODY_NAME_CHARS_MAX, required=False)
    abbreviation = forms.CharField(label=_("Short form"), max_length=40, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX, required=False)
    link = forms.URLField(label=_("Web page"), max_length=300, required=False, assume_scheme="https")
    office = forms.CharField(
        label=_("Who signs for it"), help_text=_("Such as chair or secretary. This is shown."), max_length=NAME_CHARS_MAX
    )
    signatory = forms.CharField(label=_("Your name"), help_text=_("For the campaign alone. It is never shown."), max_length=NAME_CHARS_MAX)
    email = forms.EmailField(label=_("E-mail"), help_text=_("For one code. It is never shown."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(translation.get_language() or "en")


class ConfirmForm(forms.Form):
    """What a person confirms; it can still be corrected here."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX, required=False)
    show_name = forms.BooleanField(label=_("Show this name in public"), required=False)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the mail"), help_text=_("Fifteen letters and digits."), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "dir": "ltr"}),
    )  # fmt: skip


class WithdrawForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The address that you signed with."))


# -- the desk --------------------------------------------------------------------------------------------------------


class VersionForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARS_MAX)
    text = forms.CharField(label=_("Text"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 16}))


class AuthorityForm(forms.Form):
    authority = forms.CharField(
        label=_("What showed that this person may sign"), help_text=_("Such as “minutes seen”. It is shown in public."), max_length=200
    )


class SheetForm(forms.Form):
    """One paper sheet. The scan is read for its digest and not kept: names stand on it."""

    count = forms.IntegerField(label=_("Signatures on the sheet"), min_value=1)
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX)
    collected_on = forms.DateField(label=_("Day of the last signature"), widget=forms.DateInput(attrs={"type": "date"}))
    scan = forms.FileField(
        label=_("Scan or photo of the sheet"), help_text=_("Only its fingerprint is kept. Keep the sheet and the file yourself.")
    )
    first_counter = forms.CharField(label=_("First person who counted"), max_length=NAME_CHARS_MAX)
    second_counter = forms.CharField(label=_("Second person who counted"), max_length=NAME_CHARS_MAX)


class StrikeForm(forms.Form):
    reason = forms.CharField(label=_("Why this sheet no longer counts"), max_length=200)


class ListForm(forms.Form):
    """A list as somebody else made it: pasted, or a text file."""

    listed_by = forms.CharField(label=_("Who made this list"), help_text=_("It is shown beside each organisation."), max_length=200)
    listed_on = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate)
    text = forms.CharField(
        label=_("The list, pasted"), help_text=_("As it is: numbered or not, with broken lines, in any language."), max_length=LIST_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}), required=False, strip=False,
    )  # fmt: skip
    file = forms.FileField(label=_("Or a text file"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and not cleaned.get("text", "").strip():
            try:
                cleaned["text"] = upload.read(4 * LIST_CHARS_MAX + 1).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This file is not UTF-8 text. Save it as UTF-8, or paste the list."))
        if not cleaned.get("text", "").strip() and not self.errors:
            self.add_error("text", _("Paste the list, or choose a file."))
        return cleaned


class RowForm(forms.Form):
    """One row of a list, put right by hand."""

    name_original = forms.CharField(label=_("Name of the organisation"), max_length=BODY_NAME_CHARS_MAX)
    name_english = forms.CharField(label=_("Name in English"), max_length=BODY_NAME_CHARS_MAX, required=False)
    abbreviation = forms.CharField(label=_("Short form"), max_length=40, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    place = forms.CharField(label=_("Place"), max_length=NAME_CHARS_MAX, required=False)
    role = forms.CharField(label=_("Office of who signed"), max_length=NAME_CHARS_MAX, required=False)
    person = forms.CharField(
        label=_("Person"), help_text=_("For the campaign alone. It is never shown."), max_length=NAME_CHARS_MAX, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(translation.get_language() or "en")


class SplitForm(forms.Form):
    before = forms.CharField(label=_("The second entry begins with"), max_length=BODY_NAME_CHARS_MAX)
