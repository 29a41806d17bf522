"""Queries for companies: one function a phenomenon."""

import re
from collections.abc import Callable

from tests.relevance import fits
from tests.relevance.corpus import Corpus, Entry, Kind, plain
from tests.relevance.firms import Firm, brand, parse
from tests.relevance.fits import either, holding, near
from tests.relevance.lists import groups
from tests.relevance.persons import FULL_WIDTH, Asked, Maker, Phenomenon

COMPANIES: dict[str, Phenomenon] = {}
OfFirm = Callable[[Maker, Entry, Firm], Asked | None]

_LEVELS = re.compile("[省市县区]")
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "公司", "集团有限公司")
_NUMBER = re.compile("第?([一二三四五六七八九])(?=[^一二三四五六七八九十百零])")
_ORDINALS = {"一": "1壹", "二": "2贰", "三": "3叁", "四": "4肆", "五": "5伍", "六": "6陆"} | {
    "七": "7柒",
    "八": "8捌",
    "九": "9玖",
}
_BRACKETS = ("（）", "()", "[]", "【】", "〔〕", "「」")


def company(label: str) -> Callable[[Phenomenon], Phenomenon]:
    """Enter a function into the table of phenomena."""

    def enter(function: Phenomenon) -> Phenomenon:
        COMPANIES[label] = function
        return function

    return enter


def firm(label: str) -> Callable[[OfFirm], OfFirm]:
    """Enter a function for names whose parts are known."""

    def enter(function: OfFirm) -> OfFirm:
        def parted(make: Maker, entry: Entry) -> Asked | None:
            parts = parse(entry.name)
            return function(make, entry, parts) if parts else None

        COMPANIES[label] = parted
        return function

    return enter


@company("exact")
def exact(make: Maker, entry: Entry) -> Asked | None:
    return Asked(entry.name, make.fits.text(entry.name))


# Parts -------------------------------------------------------------------------------------------


def brand_keys(entry: Entry) -> list[str]:
    """The brand, with and without region, core and form; and the whole name."""
    parts = parse(entry.name) if entry.kind is Kind.COMPANY else None
    if parts is None:
        known = brand(entry.name) if entry.kind is Kind.COMPANY else None
        return [f"name:{plain(entry.name)}", *([f"brand:{known}"] if known else [])]
    region = short(parts.region)
    return [
        f"name:{plain(entry.name)}",
        f"brand:{parts.brand}",
        f"placed:{region}:{parts.brand}",
        f"core:{parts.core}",
        f"placed core:{region}:{parts.core}",
        f"formed:{parts.core}{parts.form}",
    ]


def short(region: str) -> str:
    """A region without the words for its level."""
    return _LEVELS.sub("", region)


def _kept(text: str, *keys: str) -> Asked:
    return Asked(text, holding(brand_keys, f"name:{plain(text)}", *keys))


@firm("brand alone")
def brand_alone(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    return _kept(parts.brand, f"brand:{parts.brand}")


@firm("region and brand")
def region_and_brand(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    region = short(parts.region)
    return _kept(region + parts.brand, f"placed:{region}:{parts.brand}")


@firm("without region")
def without_region(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    text = parts.core + parts.form
    return _kept(text, f"formed:{text}")


@firm("brand and trade")
def brand_and_trade(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    return _kept(parts.core, f"core:{parts.core}")


@firm("region in brackets")
def region_in_brackets(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    region = short(parts.region)
    text = f"{parts.brand}（{region}）{parts.trade}{parts.form}"
    return _kept(text, f"placed core:{region}:{parts.core}")


@firm("region moved")
def region_moved(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    region = short(parts.region)
    text = f"{parts.core}({region}){parts.form}"
    return _kept(text, f"placed core:{region}:{parts.core}")


@firm("region written otherwise")
def region_otherwise(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    region = short(parts.region)
    other = region if region != parts.region else f"{region}市"
    return _kept(other + parts.core + parts.form, f"placed core:{region}:{parts.core}")


@firm("form changed")
def form_changed(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    form = make.rng.choice([form for form in _FORMS if form != parts.form])
    text = parts.region + parts.core + form
    return _kept(text, f"placed core:{short(parts.region)}:{parts.core}")


@firm("form missing")
def form_missing(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    return _kept(parts.region + parts.core, f"placed core:{short(parts.region)}:{parts.core}")


@firm("key words in any order")
def key_words(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    keys = [short(parts.region), parts.brand, parts.trade]
    make.rng.shuffle(keys)
    return _kept(" ".join(keys), f"placed core:{short(parts.region)}:{parts.core}")


@company("published abbreviation")
def abbreviation(make: Maker, entry: Entry) -> Asked | None:
    known = [pair for pair in groups("abbreviations") if pair[1] in entry.name]
    if not known:
        return None
    abbreviated, name = make.rng.choice(known)
    tail = re.sub("^.*?(股份|集团)?(有限)?(责任)?公司", "", entry.name.split(name)[1])
    if len(tail) < 3:
        return None
    return Asked(abbreviated + tail, lambda corpus: _institutions(corpus, name, tail))


def tail_keys(entry: Entry) -> list[str]:
    """The last three characters of a company's name."""
    return [entry.name[-3:]] if entry.kind is Kind.COMPANY else []


def _institutions(corpus: Corpus, name: str, tail: str) -> set[int]:
    found = corpus.find(tail_keys, tail[-3:])
    names = {number: corpus.entries[number].name for number in found}
    return {number for number, full in names.items() if name in full and full.endswith(tail)}


@firm("shortened brand and trade")
def shortened(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    text = parts.brand + parts.trade[:2]
    if parts.trade[:2] == parts.trade:
        return None
    return Asked(text, holding(short_keys, text))


def short_keys(entry: Entry) -> list[str]:
    """The brand and the first two characters of the trade."""
    parts = parse(entry.name) if entry.kind is Kind.COMPANY else None
    return [parts.brand + parts.trade[:2], plain(entry.name)] if parts else [plain(entry.name)]


# Sound -------------------------------------------------------------------------------------------


@company("one homophone")
def one_homophone(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = make.replaced(entry.name, index, make.lore.homophone(make.rng, entry.name[index]))
    return Asked(text, either(make.fits.sound(entry, text), make.fits.text(text))) if text else None


@company("similar sound")
def similar_sound(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = make.replaced(entry.name, index, make.lore.similar(make.rng, entry.name[index]))
    if not text:
        return None
    return Asked(text, either(make.fits.similar_sound(entry, text), make.fits.text(text)))


@firm("homophone brand alone")
def homophone_brand(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    text = "".join(make.lore.homophone(make.rng, c) or c for c in parts.brand)
    if text == parts.brand:
        return None
    return Asked(
        text, either(_sounding(make, text), _sounding(make, parts.brand), make.fits.text(text))
    )


@firm("homophone brand in the name")
def homophone_brand_in_name(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    brand = "".join(make.lore.homophone(make.rng, c) or c for c in parts.brand)
    text = entry.name.replace(parts.brand, brand, 1)
    if text == entry.name:
        return None
    return Asked(text, either(make.fits.sound(entry, text), make.fits.text(text)))


def _sounding(make: Maker, brand: str) -> fits.Fit:
    sound = " ".join(make.lore.syllables(brand))
    return lambda corpus: corpus.find(make.brand_sounds, sound)


@firm("brand in pinyin")
def brand_pinyin(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    letters = "".join(make.lore.syllables(parts.brand))
    return Asked(letters, either(_sounding(make, parts.brand), make.fits.joined(letters)))


@firm("pinyin among characters")
def mixed(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    letters = "".join(make.lore.pinyin.readings(c)[0] for c in parts.brand)
    text = entry.name.replace(parts.brand, letters, 1)
    before, _, after = entry.name.partition(parts.brand)
    pattern = [*plain(before), *([""] * len(parts.brand)), *plain(after)]
    return Asked(text, make.fits.pattern(entry, pattern))


@company("initials of eight")
def initials(make: Maker, entry: Entry) -> Asked | None:
    if re.search("[^\u4e00-\u9fff]", entry.name[:8]) or len(entry.name) < 8:
        return None
    letters = "".join(make.lore.pinyin.readings(c)[0][0] for c in entry.name[:8])
    return Asked(letters, make.fits.initials(letters, Kind.COMPANY))


# Form --------------------------------------------------------------------------------------------


@company("traditional")
def traditional(make: Maker, entry: Entry) -> Asked | None:
    text = make.lore.traditional(entry.name)
    return Asked(text, make.fits.text(text)) if text != entry.name else None


@company("one look-alike")
def one_lookalike(make: Maker, entry: Entry) -> Asked | None:
    return _scanned(make, entry, 1)


@company("three look-alikes")
def three_lookalikes(make: Maker, entry: Entry) -> Asked | None:
    return _scanned(make, entry, 3)


def _scanned(make: Maker, entry: Entry, slips: int) -> Asked | None:
    known = [i for i, c in enumerate(entry.name) if make.lore.lookalikes.get(c)]
    if len(known) < slips:
        return None
    text = entry.name
    for index in make.rng.sample(known, slips):
        other = make.rng.choice(make.lore.lookalikes[entry.name[index]])
        text = text[:index] + other + text[index + 1 :]
    return Asked(text, near(text, slips))


@company("three wrong characters")
def three_wrong(make: Maker, entry: Entry) -> Asked | None:
    if len(entry.name) < 9:
        return None
    text = entry.name
    for index in make.rng.sample(range(len(text)), 3):
        text = text[:index] + make.rng.choice(make.lore.common[:2000]) + text[index + 1 :]
    return Asked(text, near(text, 3))


@company("one wrong character")
def one_wrong(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = make.replaced(entry.name, index, make.rng.choice(make.lore.common[:2000]))
    return Asked(text, near(text)) if text else None


@company("two missing characters")
def two_missing(make: Maker, entry: Entry) -> Asked | None:
    gone = make.rng.sample(range(len(entry.name)), 2)
    text = "".join(c for index, c in enumerate(entry.name) if index not in gone)
    return Asked(text, near(text, 2))


@company("one missing character")
def one_missing(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = entry.name[:index] + entry.name[index + 1 :]
    return Asked(text, near(text))


@company("one extra character")
def one_extra(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = entry.name[:index] + make.rng.choice(make.lore.common[:2000]) + entry.name[index:]
    return Asked(text, near(text))


@company("swapped characters")
def swapped(make: Maker, entry: Entry) -> Asked | None:
    index = make.rng.randrange(len(entry.name) - 1)
    pair = entry.name[index : index + 2]
    if pair[0] == pair[1] or len(plain(pair)) < 2:
        return None
    text = entry.name[:index] + pair[::-1] + entry.name[index + 2 :]
    return Asked(text, near(text))


@company("numbers written otherwise")
def numbers(make: Maker, entry: Entry) -> Asked | None:
    found = _NUMBER.search(entry.name)
    if not found:
        return None
    digit = found.start(1)
    text = make.replaced(entry.name, digit, make.rng.choice(_ORDINALS[found[1]]))
    return Asked(text, either(make.fits.text(entry.name), make.fits.text(text))) if text else None


@company("ordinals written otherwise")
def ordinals(make: Maker, entry: Entry) -> Asked | None:
    found = _NUMBER.search(entry.name)
    if not found:
        return None
    digits = found[1] + _ORDINALS[found[1]]
    ways = [f"第{digit}" for digit in digits] + list(digits)
    text = entry.name[: found.start()] + make.rng.choice(ways) + entry.name[found.end() :]
    names = [entry.name[: found.start()] + way + entry.name[found.end() :] for way in ways]
    return Asked(text, either(*map(make.fits.text, names))) if text != entry.name else None


@company("brackets left out")
def unbracketed(make: Maker, entry: Entry) -> Asked | None:
    text = re.sub("[(（)）]", "", entry.name)
    return Asked(text, make.fits.text(entry.name)) if text != entry.name else None


@firm("brand in pinyin with a typo")
def brand_pinyin_typo(make: Maker, entry: Entry, parts: Firm) -> Asked | None:
    letters = "".join(make.lore.syllables(parts.brand + parts.trade[:2]))
    at = make.rng.randrange(1, len(letters) - 1)
    text = letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]
    keys = f"brand and trade: {parts.brand}{parts.trade[:2]}"
    return Asked(text, holding(opening_keys, keys)) if text != letters else None


def opening_keys(entry: Entry) -> list[str]:
    """The brand with the first two characters of the trade."""
    parts = parse(entry.name) if entry.kind is Kind.COMPANY else None
    return [f"brand and trade: {parts.brand}{parts.trade[:2]}"] if parts else []


@company("width")
def width(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name.translate(FULL_WIDTH)
    if text == entry.name:
        text = " ".join((entry.name[:2], entry.name[2:]))
    return Asked(text, make.fits.text(entry.name))


@company("brackets")
def brackets(make: Maker, entry: Entry) -> Asked | None:
    pair = make.rng.choice(_BRACKETS)
    text = re.sub("[(（]", pair[0], re.sub("[)）]", pair[1], entry.name))
    return Asked(text, make.fits.text(entry.name)) if text != entry.name else None
