"""Queries for persons: one function a phenomenon."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.relevance import fits
from tests.relevance.corpus import Corpus, Entry, Kind, plain
from tests.relevance.firms import brand
from tests.relevance.fits import Fit, Fits, either, holding, masked, near
from tests.relevance.lists import groups, words
from tests.relevance.lore import Lore, coarse, slips_of_sound

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {" ": "\u3000"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody types, and what fits it."""

    text: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class Maker:
    """What the functions below make queries with."""

    lore: Lore
    fits: Fits
    rng: random.Random

    def brand_sounds(self, entry: Entry) -> list[str]:
        """How the brand of a company sounds, or a whole short name."""
        if entry.kind is Kind.PERSON:
            return self.fits.sound_keys(entry)
        known = brand(entry.name)
        return [" ".join(self.lore.syllables(known))] if known else []

    def at(self, name: str, *, given: bool = False) -> int:
        """A place in a name; with ``given`` not the first."""
        return self.rng.randrange(int(given), len(name))

    def replaced(self, name: str, index: int, other: str | None) -> str | None:
        """The name with another character at a place, or nothing without one."""
        return name[:index] + other + name[index + 1 :] if other else None


Phenomenon = Callable[[Maker, Entry], Asked | None]
PERSONS: dict[str, Phenomenon] = {}


def person(label: str) -> Callable[[Phenomenon], Phenomenon]:
    """Enter a function into the table of phenomena."""

    def enter(function: Phenomenon) -> Phenomenon:
        def ordinary(make: Maker, entry: Entry) -> Asked | None:
            return function(make, entry) if "·" not in entry.name else None

        PERSONS[label] = ordinary
        return function

    return enter


def dotted(label: str) -> Callable[[Phenomenon], Phenomenon]:
    """Enter a function for names with a dot."""

    def enter(function: Phenomenon) -> Phenomenon:
        def minority(make: Maker, entry: Entry) -> Asked | None:
            return function(make, entry) if "·" in entry.name else None

        PERSONS[label] = minority
        return function

    return enter


@person("exact")
def exact(make: Maker, entry: Entry) -> Asked | None:
    return Asked(entry.name, make.fits.text(entry.name))


# Sound -------------------------------------------------------------------------------------------


@person("one homophone")
def one_homophone(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name, given=True)
    text = make.replaced(entry.name, index, make.lore.homophone(make.rng, entry.name[index]))
    return _heard(make, entry, text) if text else None


@person("all homophones")
def all_homophones(make: Maker, entry: Entry) -> Asked | None:
    heard = [make.lore.homophone(make.rng, character) or character for character in entry.name]
    text = "".join(heard)
    return _heard(make, entry, text) if text != entry.name else None


@person("homophone surname")
def homophone_surname(make: Maker, entry: Entry) -> Asked | None:
    others = make.lore.surnames.get(make.lore.syllables(entry.name)[0], [])
    others = [other for other in others if other != entry.name[0]]
    text = make.replaced(entry.name, 0, make.rng.choice(others) if others else None)
    return _heard(make, entry, text) if text else None


def _heard(make: Maker, entry: Entry, text: str) -> Asked:
    return Asked(text, either(make.fits.sound(entry, text), make.fits.text(text)))


@person("similar sound")
def similar_sound(make: Maker, entry: Entry) -> Asked | None:
    index = make.at(entry.name)
    text = make.replaced(entry.name, index, make.lore.similar(make.rng, entry.name[index]))
    if not text:
        return None
    return Asked(text, either(make.fits.similar_sound(entry, text), make.fits.text(text)))


# Letters -----------------------------------------------------------------------------------------


@person("pinyin joined")
def pinyin_joined(make: Maker, entry: Entry) -> Asked | None:
    letters = "".join(make.lore.syllables(entry.name))
    return Asked(letters, make.fits.joined(letters))


@person("pinyin spaced")
def pinyin_spaced(make: Maker, entry: Entry) -> Asked | None:
    return _spelt(make, entry, " ".join(make.lore.syllables(entry.name)))


@person("pinyin western order")
def pinyin_western(make: Maker, entry: Entry) -> Asked | None:
    surname, *given = make.lore.syllables(entry.name)
    return _spelt(make, entry, f"{''.join(given).capitalize()} {surname.capitalize()}")


@person("pinyin capitals")
def pinyin_capitals(make: Maker, entry: Entry) -> Asked | None:
    surname, *given = make.lore.syllables(entry.name)
    return _spelt(make, entry, f"{surname} {''.join(given)}".upper())


def _spelt(make: Maker, entry: Entry, text: str) -> Asked:
    return Asked(text, make.fits.joined("".join(make.lore.syllables(entry.name))))


@person("pinyin typo")
def pinyin_typo(make: Maker, entry: Entry) -> Asked | None:
    letters = "".join(make.lore.syllables(entry.name))
    if len(letters) < 6:
        return None
    index = make.rng.randrange(1, len(letters) - 1)
    kind = make.rng.randrange(4)
    key = make.rng.choice("abcdefghijklmnopqrstuvwxyz")
    slips = (
        letters[:index] + letters[index + 1 :],
        letters[:index] + key + letters[index:],
        letters[:index] + key + letters[index + 1 :],
        letters[:index] + letters[index + 1] + letters[index] + letters[index + 2 :],
    )
    return Asked(slips[kind], make.fits.spelt_nearly(slips[kind]))


@person("pinyin similar sound")
def pinyin_similar(make: Maker, entry: Entry) -> Asked | None:
    spelling = make.lore.syllables(entry.name)
    index = make.rng.randrange(len(spelling))
    close = [s for s in slips_of_sound(spelling[index]) if s in make.lore.pinyin.syllables]
    if not close:
        return None
    spelling[index] = make.rng.choice(close)
    letters = "".join(spelling)
    heard = " ".join(map(coarse, spelling))
    return Asked(letters, either(holding(make.fits.coarse_keys, heard), make.fits.joined(letters)))


@person("pinyin typo and similar sound")
def pinyin_typo_similar(make: Maker, entry: Entry) -> Asked | None:
    heard = pinyin_similar(make, entry)
    if heard is None or len(heard.text) < 8:
        return None
    at = make.rng.randrange(1, len(heard.text) - 1)
    slips = (
        heard.text[:at] + heard.text[at + 1 :],
        heard.text[:at] + heard.text[at + 1] + heard.text[at] + heard.text[at + 2 :],
    )
    text = make.rng.choice(slips)
    if text == heard.text:
        return None
    return Asked(text, either(heard.fit, make.fits.spelt_nearly_alike(text)))


@person("pinyin prefix with a similar sound")
def pinyin_prefix_similar(make: Maker, entry: Entry) -> Asked | None:
    heard = pinyin_similar(make, entry)
    if heard is None or len(heard.text) < 8:
        return None
    text = heard.text[:-1]
    spelling = make.lore.syllables(entry.name)
    same = " ".join(map(coarse, spelling))
    return Asked(text, either(holding(make.fits.coarse_keys, same), make.fits.spelt_from(text)))


@person("pinyin prefix")
def pinyin_prefix(make: Maker, entry: Entry) -> Asked | None:
    letters = "".join(make.lore.syllables(entry.name))
    text = letters[: len(letters) - make.rng.randrange(1, 4)]
    return Asked(text, make.fits.spelt_from(text)) if len(text) > 4 else None


@person("surname with a reading of its own")
def surname_reading(make: Maker, entry: Entry) -> Asked | None:
    usual = make.lore.pinyin.readings(entry.name[0])[0]
    return pinyin_joined(make, entry) if make.lore.syllables(entry.name)[0] != usual else None


@person("given name with two readings")
def second_reading(make: Maker, entry: Entry) -> Asked | None:
    main = make.lore.syllables(entry.name)
    others = [s for s in make.lore.spellings(entry.name) if s[0] == main[0] and list(s) != main]
    if not others:
        return None
    letters = "".join(make.rng.choice(others))
    return Asked(letters, make.fits.joined(letters))


@person("initials")
def initials(make: Maker, entry: Entry) -> Asked | None:
    letters = "".join(s[0] for s in make.lore.syllables(entry.name))
    return Asked(letters, make.fits.initials(letters, Kind.PERSON)) if len(letters) > 2 else None


@person("characters and pinyin mixed")
def mixed(make: Maker, entry: Entry) -> Asked | None:
    name = plain(entry.name)
    index = make.at(name)
    pattern = [*name[:index], "", *name[index + 1 :]]
    text = name[:index] + make.lore.syllables(name)[index] + name[index + 1 :]
    return Asked(text, make.fits.pattern(entry, pattern))


# Form --------------------------------------------------------------------------------------------


@person("traditional")
def traditional(make: Maker, entry: Entry) -> Asked | None:
    text = make.lore.traditional(entry.name)
    return Asked(text, make.fits.text(text)) if text != entry.name else None


@person("variant character")
def variant(make: Maker, entry: Entry) -> Asked | None:
    known = [i for i, c in enumerate(entry.name) if make.lore.variants.get(c)]
    if not known:
        return None
    index = make.rng.choice(known)
    text = make.replaced(entry.name, index, make.rng.choice(make.lore.variants[entry.name[index]]))
    return Asked(text, make.fits.text(text)) if text else None


@person("rare character")
def rare(make: Maker, entry: Entry) -> Asked | None:
    return exact(make, entry) if entry.name[-1] in words("rare") else None


@person("usual form of a rare character")
def usual_form(make: Maker, entry: Entry) -> Asked | None:
    forms = {pair[0]: pair[1] for pair in groups("usual")}
    known = [character for character in entry.name if character in forms]
    if not known:
        return None
    text = entry.name.replace(known[0], forms[known[0]])
    return Asked(text, either(make.fits.text(text), make.fits.text(entry.name)))


@person("look-alike")
def lookalike(make: Maker, entry: Entry) -> Asked | None:
    known = [i for i, c in enumerate(entry.name) if make.lore.lookalikes.get(c)]
    if not known:
        return None
    index = make.rng.choice(known)
    alike = make.lore.lookalikes[entry.name[index]]
    text = make.replaced(entry.name, index, make.rng.choice(alike))
    if not text:
        return None
    other = text[index]

    def fit(corpus: Corpus) -> set[int]:
        own = make.lore.lookalikes
        found = near(text)(corpus)
        return {n for n in found if _looks(plain(corpus.entries[n].name), text, own)}

    return Asked(text, fit) if other != entry.name[index] else None


def _looks(name: str, text: str, alike: dict[str, str]) -> bool:
    pairs = [(a, b) for a, b in zip(name, text, strict=False) if a != b]
    return len(name) == len(text) and all(b in alike.get(a, "") for a, b in pairs)


@person("spaces")
def spaced(make: Maker, entry: Entry) -> Asked | None:
    return Asked(" ".join(entry.name), make.fits.text(entry.name))


@person("full width and ideographic space")
def wide(make: Maker, entry: Entry) -> Asked | None:
    return Asked(f"{entry.name[0]}\u3000{entry.name[1:]} ", make.fits.text(entry.name))


# Slips -------------------------------------------------------------------------------------------


@person("wrong character")
def wrong(make: Maker, entry: Entry) -> Asked | None:
    if len(entry.name) < 3:
        return None
    text = make.replaced(entry.name, make.at(entry.name), make.rng.choice(make.lore.common[:2000]))
    return Asked(text, near(text)) if text else None


@person("missing character")
def missing(make: Maker, entry: Entry) -> Asked | None:
    if len(entry.name) < 3:
        return None
    index = make.at(entry.name)
    text = entry.name[:index] + entry.name[index + 1 :]
    return Asked(text, near(text))


@person("extra character")
def extra(make: Maker, entry: Entry) -> Asked | None:
    index = make.rng.randrange(1, len(entry.name) + 1)
    text = entry.name[:index] + make.rng.choice(make.lore.common[:2000]) + entry.name[index:]
    return Asked(text, near(text))


@person("swapped characters")
def swapped(make: Maker, entry: Entry) -> Asked | None:
    if len(entry.name) != 3 or entry.name[1] == entry.name[2]:
        return None
    text = entry.name[0] + entry.name[2] + entry.name[1]
    return Asked(text, either(near(text), make.fits.text(entry.name)))


@person("given name first")
def given_first(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name[1:] + entry.name[0]
    return Asked(text, either(make.fits.text(text), make.fits.text(entry.name)))


@person("given name alone")
def given_alone(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name[1:]
    return Asked(text, holding(fits.part_keys, text)) if len(text) > 1 else None


@person("beginning of the name")
def beginning(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name[:-1]
    return Asked(text, holding(fits.part_keys, text)) if len(text) > 1 else None


# Manners -----------------------------------------------------------------------------------------


@person("name with honorific")
def with_honorific(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name + make.rng.choice(words("honorifics"))
    return Asked(text, either(make.fits.text(entry.name), make.fits.text(text)))


@person("surname with honorific")
def surname_honorific(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name[0] + make.rng.choice(words("honorifics"))
    return Asked(text, holding(fits.surname_keys, entry.name[0]))


@person("masked with an asterisk")
def asterisk(make: Maker, entry: Entry) -> Asked | None:
    return _masked(entry, "*")


@person("masked with 某")
def someone(make: Maker, entry: Entry) -> Asked | None:
    return _masked(entry, "某")


def _masked(entry: Entry, mask: str) -> Asked | None:
    if len(entry.name) != 3:
        return None
    text = f"{entry.name[0]}{mask}{entry.name[2]}"
    return Asked(text, masked(text.replace(mask, "*")))


# Minorities --------------------------------------------------------------------------------------


@dotted("another dot")
def other_dot(make: Maker, entry: Entry) -> Asked | None:
    text = entry.name.replace("·", make.rng.choice(("•", "・", "‧", ".", " ", "-", "")))
    return Asked(text, make.fits.text(entry.name))


@dotted("one part of a name")
def one_part(make: Maker, entry: Entry) -> Asked | None:
    text = make.rng.choice(entry.name.split("·"))
    return Asked(text, holding(fits.part_keys, text))


@dotted("another transliteration")
def transliterated(make: Maker, entry: Entry) -> Asked | None:
    text, first = entry.name, entry.name.split("·")[0]
    for line in groups("minorities"):
        if first in line:
            text = text.replace(first, make.rng.choice(line))
    if text == entry.name:
        return None
    return Asked(text, either(make.fits.text(entry.name), make.fits.text(text), near(text)))
