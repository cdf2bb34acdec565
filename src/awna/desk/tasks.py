"""What each role may do, as its home page lists it: by what it is about, in the order of a campaign's life."""

from django.utils.translation import gettext_lazy

from awna.voices.services import TYPISTS

from .moving.kinds import ALL_ROLES

# (roles, address name, what one does there), below the heading of each group.
GROUPS = [
    (gettext_lazy("Decisions"), [
        (("steward",), "decisions", gettext_lazy("Decide what the stewards are asked")),
        (("steward",), "my_keys", gettext_lazy("My keys, and the founding")),
        (("steward",), "policy", gettext_lazy("The policy: who decides on what")),
        (("steward",), "surplus", gettext_lazy("What happens with money left over")),
        (("treasurer", "buyer", "storekeeper", "site_lead", "coordinator"), "paper_answer", gettext_lazy("Bring a steward's answer from paper")),
    ]),
    (gettext_lazy("Money"), [
        (("treasurer",), "import_statement", gettext_lazy("Bring in a bank file")),
        (("treasurer",), "bank_batch", gettext_lazy("Settle bank lines, many at once")),
        (("treasurer",), "bank_lines", gettext_lazy("Settle the bank lines that wait, one by one")),
        (("treasurer", "steward"), "bank_files", gettext_lazy("Bank files, and the holes between them")),
        (("treasurer",), "gifts_desk", gettext_lazy("Gifts: freeze one, or give it back")),
        (("treasurer",), "receipts", gettext_lazy("Receipts: issue, void, the run of a year")),
        (("treasurer", "steward"), "debits", gettext_lazy("Direct debits: mandates, the next run, the file for the bank")),
        (("treasurer",), "providers", gettext_lazy("Payment providers: switch, reports, payouts")),
        (("treasurer", "steward"), "remittances_desk", gettext_lazy("Money that sections send on, and what is under way")),
        (("treasurer", "steward"), "rates_desk", gettext_lazy("Rates of exchange")),
        (("treasurer", "site_lead", "shift_lead", "steward", "coordinator", "storekeeper"), "cash_boxes", gettext_lazy("Cash boxes and receipt books: count, purchase, arrival")),
        (("treasurer", "site_lead", "shift_lead", "steward", "coordinator", "storekeeper"), "wages", gettext_lazy("Day wages: hours, approval, payment, witness")),
    ]),
    (gettext_lazy("Works"), [
        (("site_lead", "shift_lead"), "readiness", gettext_lazy("What blocks tomorrow: four keys for each task")),
        (("steward", "coordinator", "storekeeper", "buyer"), "readiness", gettext_lazy("What can start, and which key is yours")),
        (("site_lead", "shift_lead"), "diary", gettext_lazy("Site diary: note the day, without a network too")),
        (("site_lead",), "works_desk", gettext_lazy("The plan, the tasks and the crossings")),
        (("site_lead", "steward"), "schedule", gettext_lazy("Tasks, working times and schedules of other programs")),
        (("site_lead", "steward"), "clearances", gettext_lazy("Clearances before work may start")),
        (("site_lead", "shift_lead"), "quality", gettext_lazy("Checks, hold points, defects, changes")),
        (("site_lead", "shift_lead", "steward", "coordinator"), "damage_desk", gettext_lazy("Damage: what was found, and what you see now")),
        (("site_lead", "steward", "coordinator", "storekeeper", "buyer"), "access_home", gettext_lazy("Crossings and sites: what was reported, asked and decided")),
        (("site_lead", "steward", "treasurer"), "bill_desk", gettext_lazy("The bill of quantities: lines, files, what is still open")),
        (("site_lead", "steward", "treasurer", "buyer"), "costs", gettext_lazy("Costs: budget, spent, forecast")),
        (("site_lead", "steward", "storekeeper"), "handover", gettext_lazy("Commissioning and hand-over")),
    ]),
    (gettext_lazy("Goods"), [
        (("buyer", "storekeeper"), "orders", gettext_lazy("Order, ship and receive")),
        (("treasurer",), "offers_desk", gettext_lazy("Goods: answer offers, and count what came")),
    ]),
    (gettext_lazy("People"), [
        (("steward", "treasurer"), "people", gettext_lazy("People: invite them, give and withdraw roles")),
        (("coordinator", "shift_lead"), "crews_home", gettext_lazy("Volunteers, crews and hours")),
        (TYPISTS, "desk_voices", gettext_lazy("Complaints and feedback: answer, or type in what came on paper")),
        (("safeguarding",), "sealed_reports", gettext_lazy("Sealed reports about harm to people, and my key")),
    ]),
    (gettext_lazy("In public"), [
        (("steward", "site_lead", "coordinator"), "news_desk", gettext_lazy("News, photos and events")),
        (("steward", "site_lead"), "outcomes_desk", gettext_lazy("What was promised, and what was measured")),
        (("translator", "coordinator", "steward"), "translations", gettext_lazy("Translate the campaign's texts")),
        (("treasurer", "steward"), "sections", gettext_lazy("Sections: registration, permit, rules for receipts")),
        (("treasurer", "steward"), "legal_desk", gettext_lazy("Legal pages: imprint, privacy, terms, where to complain")),
    ]),
    (gettext_lazy("What keeps it running"), [
        (("treasurer", "steward"), "health", gettext_lazy("Is the site well? Backups, mail, disk, log")),
        (("treasurer", "steward", "site_lead", "coordinator"), "mail_home", gettext_lazy("Mail: what waits, failed or came back")),
        (ALL_ROLES, "moving_home", gettext_lazy("Bring in what you have: donors, volunteers, items, balances, the bill")),
    ]),
]  # fmt: skip
