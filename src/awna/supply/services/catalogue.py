"""Name what is bought, from whom, and where it lies."""

import re

from django.db import transaction

from awna.books.services import ensure_commodity, ensure_custody
from awna.campaigns.models import Site
from awna.core.ledger.rules import PAYEE, PLACE
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Item, Store, Supplier

CATALOGUE_ROLES = ("buyer", "storekeeper", "site_lead", "steward")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@transaction.atomic
def add_item(*, campaign: Campaign, code: str, name: str, unit: str, kind: str = "material", scale: int = 0, author: Role) -> Item:
    """The item with that code; asked twice, it is the same item. `scale` = decimals in which it is counted."""
    refuse_unless_role(author, *CATALOGUE_ROLES, campaign=campaign)
    if not is_item_code(code):
        raise Refused(
            Problem("item_code_wrong", "“%(asked)s” is not a code. Use small letters, digits and hyphens.", {"asked": code}, "code")
        )
    if kind not in dict(Item.KINDS):
        raise Refused(Problem("item_kind_unknown", "“%(asked)s” is not a kind of goods. Choose material, medical or equipment.",
                              {"asked": kind}, "kind"))  # fmt: skip
    commodity = ensure_commodity(code=code, kind=kind, scale=scale, name=f"{name} ({unit})")
    item, _made = Item.objects.get_or_create(campaign=campaign, code=code, defaults={"name": name, "unit": unit, "commodity": commodity})
    if (item.unit, item.commodity.kind, item.commodity.scale) != (unit, kind, scale):
        raise Refused(Problem("item_counted_otherwise", "“%(code)s” is counted in %(unit)s already. Give the other one its own code.",
                              {"code": code, "unit": item.unit}, "unit"))  # fmt: skip
    return item


@transaction.atomic
def add_supplier(*, campaign: Campaign, name: str, bank_account: str = "", author: Role) -> Supplier:
    """The supplier of that name with its payee custody; asked twice, it is the same supplier. Another bank account is refused."""
    refuse_unless_role(author, *CATALOGUE_ROLES, campaign=campaign)
    known = campaign.suppliers.filter(name=name).first()
    account = plain_account(bank_account)
    if known is not None:
        if account and account != known.bank_account:
            raise Refused(Problem("supplier_account_differs", "“%(name)s” has another bank account here. Call them on a known number before it is changed.",
                                  {"name": name}, "bank_account"))  # fmt: skip
        return known
    supplier = Supplier(campaign=campaign, name=name, bank_account=account)
    supplier.custody = ensure_custody(book=campaign.book, type=PAYEE, ref=f"supplier:{supplier.pk}", title=name)
    supplier.save()
    return supplier


@transaction.atomic
def add_store(*, campaign: Campaign, name: str, site: Site | None = None, author: Role) -> Store:
    """The store of that name with its custody; asked twice, it is the same store."""
    refuse_unless_role(author, *CATALOGUE_ROLES, campaign=campaign)
    known = campaign.stores.filter(name=name).first()
    if known is not None:
        return known
    store = Store(campaign=campaign, name=name, site=site)
    store.custody = ensure_custody(book=campaign.book, type=PLACE, ref=f"store:{store.pk}", title=name)
    store.save()
    return store


def is_item_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def plain_account(text: str) -> str:
    """An account number as it is compared: letters and digits, capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
