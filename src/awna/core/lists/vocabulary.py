"""Words by which a part of an entry is known: kinds of bodies, offices, English, table heads, headings of pages. All folded."""

import re
import unicodedata


def fold(text: str) -> str:
    """Small letters without accents, as words are compared. Signs of scripts whose vowels are marks stay."""
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFD", text.casefold())
        if not "\u0300" <= sign <= "\u036f" and not "\u064b" <= sign <= "\u0652"
    )
    return unicodedata.normalize("NFC", bare.replace("ς", "σ").replace("ı", "i").replace("’", "'"))


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return re.findall(r"[^\s,;:()\[\]/|\"“”„«».–—،]+", fold(text))


def _set(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


BODIES = _set("""
association union network committee council alliance federation foundation society friends movement coalition campaign centre center institute trust guild
group forum initiative collective circle organisation organization league project action solidarity church mosque parish university school hospital clinic choir
cooperative party community confederation syndicate assembly platform fund charity club ministry academy chamber board team voices
verein bündnis kreis gesellschaft stiftung werk verband gruppe netzwerk bund gewerkschaft kirche gemeinde komitee ausschuss arbeitskreis aktion vereinigung
rat freunde förderkreis hilfswerk föderation kampagne zentrum institut genossenschaft jugend
collectif réseau comité fédération mouvement groupe fondation syndicat ligue amis coordination société confédération assemblée conseil coopérative
asociación red coordinadora fundación colectivo federación movimiento sindicato grupo unión asamblea plataforma amigos sociedad liga consejo
associazione rete fondazione comitato federazione movimento gruppo unione associação rede fundação coletivo união vereniging stichting stowarzyszenie fundacja
dernek derneği vakıf vakfı ağı girişim girişimi birlik birliği sendika sendikası platformu odası meclisi federasyonu hareketi komitesi
جمعية شبكة اتحاد لجنة مؤسسة رابطة نقابة حركة مركز حزب منظمة هيئة تجمع ائتلاف مبادرة حملة مجلس نادي الجمعية الشبكة الاتحاد اللجنة المؤسسة الرابطة النقابة
الحركة المركز المنظمة الهيئة التجمع الائتلاف المبادرة الحملة المجلس
σύλλογος δίκτυο ένωση επιτροπή σωματείο ομοσπονδία κίνηση οργάνωση πρωτοβουλία συνδικάτο ίδρυμα κίνημα συμβούλιο εταιρεία κέντρο
союз общество комитет объединение фонд ассоциация сеть движение центр профсоюз организация федерация инициатива лига совет спілка товариство комітет
обєднання асоціація мережа рух сдружение съюз дружество фондация мрежа организација удружење савез мрежа удружење
সমিতি সংঘ ফাউন্ডেশন পরিষদ নেটওয়ার্ক কমিটি ইউনিয়ন সংগঠন মঞ্চ ফোরাম আন্দোলন জোট ফেডারেশন কেন্দ্র সংস্থা
""")  # fmt: skip
BODY_ENDS = tuple(
    fold(word) for word in ("verein", "kreis", "werk", "bund", "verband", "gesellschaft", "stiftung", "gruppe", "netzwerk", "bündnis", "gemeinschaft", "initiative")
)  # fmt: skip
OFFICES = _set("""
chair chairperson chairman chairwoman chairs president vice secretary treasurer director manager coordinator spokesperson spokesman spokeswoman representative
convenor convener founder head officer member ceo delegate
vorsitzende vorsitzender vorstand geschäftsführer geschäftsführerin schatzmeister schatzmeisterin sprecher sprecherin leiter leiterin
présidente président secrétaire trésorière trésorier directeur directrice porte-parole coordinatrice coordinateur
presidenta presidente secretaria secretario tesorera tesorero directora portavoz coordinadora coordinador presidentessa segretario tesoriere direttore direttrice voorzitter
başkan başkanı sekreter sözcü müdür sayman yönetici
رئيس رئيسة مدير المدير مديرة المديرة أمين أمينة منسق المنسق منسقة المنسقة الأمين الأمينة الرئيس الرئيسة ناطق عضو
πρόεδρος γραμματέας ταμίας διευθυντής διευθύντρια συντονιστής συντονίστρια εκπρόσωπος
председатель секретарь директор казначей координатор президент голова секретар председател директорка
সভাপতি সম্পাদক পরিচালক কোষাধ্যক্ষ সমন্বয়ক মহাসচিব সদস্য আহ্বায়ক
""")  # fmt: skip
TITLES = _set(
    "dr prof mr mrs ms eng rev sheikh imam father sr herr frau mme m. sra don د دكتور دكتورة أ م الشيخ الأب δρ κ κα д-р проф ড ডা অধ্যাপক"
)
ENGLISH_SMALL = _set("of for the and in from to with against on by at")
ENGLISH = ENGLISH_SMALL | _set("""
association union network committee council alliance federation foundation society friends movement coalition campaign centre center institute trust guild group
forum initiative collective circle organisation organization league project action solidarity church mosque parish university school hospital clinic choir
coordination relief supporters support reconstruction rebuilding clean drinking water open roads health education midwives nurses builders building trades masons
workers sites youth women students doctors peace justice rights human international national local community development environment farmers teachers lawyers
artists free freedom safe schools master children families refugees aid help housing land labour labor trade democratic social cultural culture public
""")
PAGE_WORDS = _set("page seite página pagina pag σελίδα σελ стр страница صفحة পৃষ্ঠা sayfa blatt side s p of von de di из من")
LIST_WORDS = _set("""
letter lettre brief carta lettera mektup signatures signatories signatures signers unterschriften unterzeichner unterzeichnende signataires firmantes firmas imzalar
imzacılar رسالة الموقعون الموقعين التوقيعات υπογραφές υπογράφοντες подписи подписавшие підписи স্বাক্ষর স্বাক্ষরকারী list liste lista organisations organizations
organisationen organizaciones
""")
HEADS = {
    "number": _set("no nr n° nº # num number numéro número رقم الرقم ক্রমিক № αα"),
    "name_original": _set("organisation organization name nom nombre organización organisations group institution المنظمة الاسم الجهة όνομα οργάνωση организация название সংগঠন নাম kuruluş ad"),
    "name_english": _set("english englischer anglais inglés بالإنجليزية الإنجليزية αγγλικά английском ইংরেজি ingilizce"),
    "abbreviation": _set("acronym abbreviation abbr short abkürzung kürzel sigle siglas sigla الاختصار اختصار ακρωνύμιο сокращение সংক্ষেপ kısaltma"),
    "country": _set("country land pays país paese البلد الدولة χώρα страна দেশ ülke"),
    "place": _set("place city town ort stadt ville lieu ciudad lugar città المدينة المكان πόλη τόπος город место শহর স্থান şehir"),
    "person": _set("person signed signatory contact unterzeichnet unterzeichner signataire firmante الموقع υπογράφων подписал স্বাক্ষরকারী imzalayan"),
    "role": _set("role position function office title funktion amt fonction cargo الصفة المنصب ιδιότητα должность পদবি görev"),
}  # fmt: skip
# In a row of heads the narrower word decides: «English name» is no name, «Name of the person» is a person.
HEAD_ORDER = ("name_english", "abbreviation", "country", "place", "person", "role", "number", "name_original")


def is_body(text: str) -> bool:
    """A word of it names a kind of organisation."""
    return any(word in BODIES or word.endswith(BODY_ENDS) for word in words_of(text))


def is_office(text: str) -> bool:
    words = words_of(text)
    return 0 < len(words) <= 6 and any(word in OFFICES for word in words)


def english_words(text: str) -> float:
    """The share of its words that are English."""
    words = words_of(text)
    return sum(word in ENGLISH for word in words) / len(words) if words else 0.0


def script_of(text: str) -> str:
    """The script of most of its letters, by the first word of their Unicode names: LATIN, ARABIC, GREEK, CYRILLIC, BENGALI, …"""
    names = [unicodedata.name(sign, "").split(" ", 1)[0] for sign in text if sign.isalpha()]
    return max(set(names), key=names.count) if names else ""
