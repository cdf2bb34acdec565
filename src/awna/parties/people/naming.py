"""Finding people, roles and sections as a command names them."""

from awna.core.problems import Problem, Refused

from ..models import Campaign, Role, Section


def section_named(campaign: Campaign, name: str | None) -> Section | None:
    """The section of that name; None for none. Refused where there is no such section."""
    if not name:
        return None
    section = Section.objects.filter(campaign=campaign, name=name).first()
    if section is None:
        names = ", ".join(Section.objects.filter(campaign=campaign).order_by("name").values_list("name", flat=True))
        raise Refused(
            Problem("section_unknown", "There is no section “%(name)s” here. Sections: %(names)s.", {"name": name, "names": names or "–"})
        )
    return section


def role_held(campaign: Campaign, email: str, role_name: str, section: Section | None) -> Role:
    """The standing role of that address; one of any section where none is named and there is just one."""
    held = Role.objects.held(campaign).filter(user__email=email.lower(), name=role_name)
    found = list(held.filter(section=section) if section else held)
    if len(found) != 1:
        raise Refused(
            Problem("role_not_found", "“%(email)s” holds the role “%(role)s” %(n)s times here. See awna listpeople, and name the section.",
                    {"email": email, "role": role_name, "n": len(found)})
        )  # fmt: skip
    return found[0]
