"""Invented organisations, places and people in nine languages, from which the lists of the tests are made."""

from dataclasses import asdict, dataclass
from random import Random

from babel import Locale


@dataclass(frozen=True)
class Signer:
    """One organisation as it truly is; `language` is that of its own name."""

    name_original: str
    name_english: str = ""
    abbreviation: str = ""
    country: str = ""
    place: str = ""
    role: str = ""
    person: str = ""
    language: str = "en"

    def fields(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if name != "language"}


@dataclass(frozen=True)
class Speech:
    """How one language names an organisation; each part stands beside its English."""

    order: str
    heads: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, str], ...]
    towns: tuple[tuple[str, str], ...]
    countries: tuple[str, ...]
    roles: tuple[str, ...]
    people: tuple[str, ...]
    small: frozenset[str] = frozenset()


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((left.strip(), right.strip()) for left, _, right in (part.partition("=") for part in text.split(";")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


LATIN_TOWNS = _pairs("Halvern=Halvern; Vastermoor=Vastermoor; Caldrey=Caldrey; Brünnlitz=Brünnlitz; Tolvane=Tolvane; Öhrstad=Öhrstad")
SPEECH = {
    "en": Speech(
        "{head} {topic} {town}",
        _pairs("Friends=Friends; Alliance=Alliance; Network=Network; Guild=Guild; Trust=Trust; Campaign=Campaign"),
        _pairs("of the Clinic in=; for Clean Water in=; of Builders from=; for Open Roads,=; for Safe Schools in=; of Nurses and Midwives of="),
        LATIN_TOWNS, ("GB", "IE", "US", "ZA", "KE", "NZ"),
        _words("Chair; General Secretary; Treasurer; Executive Director; Spokesperson"),
        _words("Greta Lund; Mina Okoye; Tomas Brandt; Ines Ferro; Dr Paul Wexley"), frozenset({"of", "the", "in", "for", "from", "and"}),
    ),
    "de": Speech(
        "{head} {topic} {town}",
        _pairs("Verein=Association; Bündnis=Alliance; Förderkreis=Circle of Supporters; Gesellschaft=Society; Stiftung=Foundation; Hilfswerk=Relief Organisation"),
        _pairs("für den Wiederaufbau=for Reconstruction; für sauberes Wasser=for Clean Water; für freie Wege=for Open Roads; der Hebammen=of Midwives; "
               "für Schule und Gesundheit=for School and Health; zur Unterstützung der Baustellen=for Support of Building Sites"),
        LATIN_TOWNS, ("DE", "AT", "CH"), _words("Vorsitzende; Geschäftsführer; Schatzmeisterin; Sprecher"),
        _words("Anna Külpmann; Jörg Hasenbrink; Dr. Else Vogt; Ulrike Maurer"), frozenset({"für", "den", "der", "und", "zur"}),
    ),
    "fr": Speech(
        "{head} {topic} {town}",
        _pairs("Association=Association; Collectif=Collective; Réseau=Network; Comité=Committee; Fédération=Federation; Union=Union"),
        _pairs("pour la reconstruction de=for the Reconstruction of; des sages-femmes de=of Midwives of; pour l’eau potable à=for Drinking Water in; "
               "des métiers du bâtiment de=of the Building Trades of; pour l’école et la santé à=for School and Health in"),
        _pairs("Beaulivré=Beaulivré; Tour-Étoile=Tour-Étoile; Mervance=Mervance; Saint-Orvin=Saint-Orvin"), ("FR", "BE", "SN", "CA"),
        _words("présidente; secrétaire général; trésorière; directeur"), _words("Hélène Marçay; Amadou Sarr; Zoé Lachenal; Luc Périgny"),
        frozenset({"pour", "la", "de", "des", "et", "à", "du"}),
    ),
    "es": Speech(
        "{head} {topic} {town}",
        _pairs("Asociación=Association; Red=Network; Coordinadora=Coordination; Fundación=Foundation; Colectivo=Collective; Federación=Federation"),
        _pairs("por la reconstrucción de=for the Reconstruction of; de parteras de=of Midwives of; por el agua limpia en=for Clean Water in; "
               "de albañiles de=of Masons of; por la salud y la educación en=for Health and Education in"),
        _pairs("Valdorín=Valdorín; Puerto Almena=Puerto Almena; Peñaluz=Peñaluz; Cañarte=Cañarte"), ("ES", "AR", "MX", "CL", "CO"),
        _words("presidenta; secretario general; tesorera; directora; portavoz"), _words("Inés Carmona; Joaquín Veleta; María Ordóñez; Raúl Tejeda"),
        frozenset({"por", "la", "de", "el", "en", "y"}),
    ),
    "tr": Speech(
        "{town} {topic} {head}",
        _pairs("Derneği=Association; Vakfı=Foundation; Dayanışma Ağı=Solidarity Network; Girişimi=Initiative"),
        _pairs("Yeniden İnşa=Reconstruction; Temiz Su=Clean Water; Ebeler=Midwives; Yapı Ustaları=Master Builders; Sağlık ve Eğitim=Health and Education"),
        _pairs("Yelkaya=Yelkaya; Çamdere=Çamdere; Gülova=Gülova; Taşköprülü=Taşköprülü"), ("TR", "CY"),
        _words("Başkan; Genel Sekreter; Sözcü"), _words("Ayşe Korkut; Mehmet Çınar; Elif Güneş"), frozenset({"ve"}),
    ),
    "ar": Speech(
        "{head} {topic} {town}",
        _pairs("جمعية=Association; شبكة=Network; اتحاد=Union; لجنة=Committee; مؤسسة=Foundation; رابطة=League"),
        _pairs("إعادة الإعمار في=for Reconstruction in; القابلات في=of Midwives in; المياه النظيفة في=for Clean Water in; البنّائين في=of Builders in; "
               "أصدقاء المستوصف في=of Friends of the Clinic in; الصحة والتعليم في=for Health and Education in"),
        _pairs("مرج الورد=Marj al-Ward; تل صبر=Tell Sabr; وادي سند=Wadi Sanad; عين الرند=Ain al-Rind"), ("JO", "LB", "TN", "EG", "MA", "PS"),
        _words("رئيسة الجمعية; أمين السر; المدير العام; المنسقة"), _words("لينا سعد; سليم حداد; د. هالة نصر; نور الدين قاسم"), frozenset({"في"}),
    ),
    "el": Speech(
        "{head} {topic} {town}",
        _pairs("Σύλλογος=Association; Δίκτυο=Network; Ένωση=Union; Επιτροπή=Committee; Σωματείο=Guild"),
        _pairs("για την Ανοικοδόμηση της=for the Reconstruction of; Μαιών της=of Midwives of; για το Καθαρό Νερό της=for Clean Water of; Οικοδόμων της=of Builders of"),
        _pairs("Λευκοπηγής=Lefkopigi; Αγριάνας=Agriana; Νέας Πέτρας=Nea Petra"), ("GR", "CY"),
        _words("Πρόεδρος; Γενική Γραμματέας; Ταμίας"), _words("Ελένη Μαυρίδη; Νίκος Ξανθάκης; Δρ. Άννα Ρούσσου"), frozenset({"για", "την", "της", "το"}),
    ),
    "ru": Speech(
        "{head} {topic} {town}",
        _pairs("Союз=Union; Общество=Society; Комитет=Committee; Объединение=Association; Фонд=Foundation"),
        _pairs("восстановления города=for Reconstruction of; акушерок города=of Midwives of; чистой воды посёлка=for Clean Water of; строителей города=of Builders of; "
               "здоровья и образования города=for Health and Education of"),
        _pairs("Светлояр=Svetloyar; Каменка-Верхняя=Kamenka-Verkhnyaya; Белоречье=Belorechye"), ("RU", "KZ", "BG"),
        _words("Председатель; Генеральный секретарь; Директор"), _words("Ольга Белова; Пётр Зимин; Анна Королёва"), frozenset({"и", "города", "посёлка"}),
    ),
    "bn": Speech(
        "{town} {topic} {head}",
        _pairs("সমিতি=Association; সংঘ=Union; ফাউন্ডেশন=Foundation; পরিষদ=Council; নেটওয়ার্ক=Network"),
        _pairs("পুনর্গঠন=Reconstruction; ধাত্রী=Midwives; বিশুদ্ধ পানি=Clean Water; নির্মাণ শ্রমিক=Building Workers; স্বাস্থ্য ও শিক্ষা=Health and Education"),
        _pairs("শ্যামলগঞ্জ=Shyamolganj; নদীপুর=Nodipur; কাশবন=Kashbon"), ("BD", "IN"),
        _words("সভাপতি; সাধারণ সম্পাদক; পরিচালক"), _words("রহিমা খাতুন; অনিল সেন; ড. সুমনা রায়"), frozenset({"ও"}),
    ),
}  # fmt: skip
WITHOUT_CAPITALS = {"ar", "bn"}


def country_in(code: str, language: str) -> str:
    return str(Locale.parse(language).territories[code])


def make_signer(rng: Random, *, people: bool = False, with_place: bool = True) -> Signer:
    """One organisation; a third have no short form, one in twelve no country."""
    language = rng.choice(list(SPEECH))
    speech = SPEECH[language]
    head, topic, town = rng.choice(speech.heads), rng.choice(speech.topics), rng.choice(speech.towns)
    name = speech.order.format(head=head[0], topic=topic[0], town=town[0])
    english = "" if language == "en" else " ".join(part for part in (_english(speech, head[1], topic[1], town[1])) if part)
    place = rng.choice(speech.towns)[0] if with_place and rng.random() < 0.6 else ""
    person, role = (rng.choice(speech.people), rng.choice(speech.roles)) if people and rng.random() < 0.7 else ("", "")
    return Signer(
        name_original=name, name_english=english, abbreviation=_short(rng, language, name, english) if rng.random() < 0.66 else "",
        country=rng.choice(speech.countries) if rng.random() < 0.92 else "", place=place, role=role, person=person, language=language,
    )  # fmt: skip


def _english(speech: Speech, head: str, topic: str, town: str) -> tuple[str, ...]:
    return (town, topic, head) if speech.order.startswith("{town}") else (head, topic, town)


def _short(rng: Random, language: str, name: str, english: str) -> str:
    """The first letters of the name that has capitals; sometimes with dots."""
    source = english if language in WITHOUT_CAPITALS else name
    letters = [
        word[0].upper()
        for word in source.replace("-", " ").replace("’", " ").split()
        if word not in SPEECH[language].small and word[0].isalpha()
    ]
    if language in WITHOUT_CAPITALS or language == "tr":
        letters = [letter for letter, word in zip(letters, source.split(), strict=False) if word[0].isupper()] or letters
    return "".join(f"{letter}." for letter in letters) if rng.random() < 0.15 else "".join(letters)
