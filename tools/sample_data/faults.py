"""Rows that are bad on purpose, each in one way."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tools.sample_data.identifiers import USCC_ALPHABET, personal_check
from tools.sample_data.surface import Layout, Line, named

Values = dict[str, Any]
UNKNOWN_WORDS: Final = (("value_tier", "特优"), ("secrecy", "绝密"), ("business_type", "典当"))


def spoilt(rng: random.Random, values: Values, code: str, layout: Layout) -> Line:
    """The row with a fault that has this problem code, and no other."""
    spoiler = Spoiler(rng, values, layout)
    if code in TEXT_FAULTS:
        return Line({}, (code,), raw=TEXT_FAULTS[code](spoiler))
    return Line({**values, **VALUE_FAULTS[code](spoiler)}, (code,))


@dataclass(frozen=True, slots=True)
class Spoiler:
    """The ways in which a good row can be made a bad one."""

    rng: random.Random
    values: Values
    layout: Layout

    @property
    def number(self) -> str:
        """The identity number or credit code."""
        return str(self.values["id_number"])

    def wrong_check(self) -> Values:
        """A personal number with another last digit."""
        others = "0123456789".replace(self.number[-1], "")
        return {"id_number": self.number[:-1] + self.rng.choice(others)}

    def wrong_credit_check(self) -> Values:
        """A credit code with another last character."""
        others = USCC_ALPHABET.replace(self.number[-1], "")
        return {"id_number": self.number[:-1] + self.rng.choice(others)}

    def too_short(self) -> Values:
        """A personal number that lost a digit."""
        lost = self.rng.randrange(7, 16)
        return {"id_number": self.number[:lost] + self.number[lost + 1 :]}

    def impossible_birth(self) -> Values:
        """A personal number of somebody born on a 31st of November, rightly checked."""
        body = self.number[:10] + "1131" + self.number[14:17]
        return {"id_number": body + personal_check(body), "birth_date": None}

    def other_birth(self) -> Values:
        """A birth date that is not that of the number."""
        year = int(self.number[6:10]) - self.rng.randint(1, 9)
        return {"birth_date": f"{year}-{self.number[10:12]}-15"}

    def other_gender(self) -> Values:
        """The other sex than that of the number."""
        return {"gender": "女" if self.values["gender"] == "男" else "男"}

    def mangled_number(self) -> Values:
        """A number as Excel shows it once it took it for a quantity."""
        if self.rng.randrange(4):
            return {"id_number": f"{float(self.number[:17] + '0'):.5E}"}
        phone = str(self.values["phones"]).replace("-", "")[:11]
        return {"phones": f"{float(phone):.5E}"}

    def nameless(self) -> Values:
        """No name."""
        return {"name": self.rng.choice((None, "  "))}

    def endless_name(self) -> Values:
        """A name that swallowed the text beside it."""
        return {"name": f"{self.values['name']}，经营范围：" + "货物及技术进出口；" * 40}

    def unknown_word(self) -> Values:
        """A value that no vocabulary has."""
        return dict([self.rng.choice(UNKNOWN_WORDS)])

    def no_such_day(self) -> Values:
        """The thirtieth of February."""
        year = self.rng.randint(2015, 2023)
        manners = {"slash": f"{year}/2/30", "han": f"{year}年2月30日"}
        return {"created_at": manners.get(self.layout.dates, f"{year}-02-30")}

    def not_yet(self) -> Values:
        """Founded in the future."""
        day = date(self.rng.randint(2091, 2098), self.rng.randint(1, 12), 1)
        return {"established_on": day if self.layout.dates == "native" else day.isoformat()}

    def no_sum(self) -> Values:
        """A sum that is none."""
        return {"finance.income": self.rng.choice(("面议", "见附表", "保密"))}

    def not_an_object(self) -> str:
        """What people write below a list."""
        return json.dumps("以下空白", ensure_ascii=False)

    def said_twice(self) -> str:
        """An object that gives one key twice."""
        first, _, rest = self._text(self.values).partition(", ")
        return f"{first}, {first[1:]}, {rest}"

    def no_number(self) -> str:
        """An object with a number that JSON does not have."""
        return self._text({**self.values, "finance": {"income": float("nan")}})

    def _text(self, values: Values) -> str:
        return json.dumps(named(values) if self.layout.labels else values, ensure_ascii=False)


VALUE_FAULTS: Final[dict[str, Callable[[Spoiler], Values]]] = {
    "id_checksum": Spoiler.wrong_check,
    "id_format": Spoiler.too_short,
    "id_birth_date": Spoiler.impossible_birth,
    "birth_mismatch": Spoiler.other_birth,
    "gender_mismatch": Spoiler.other_gender,
    "excel_mangled": Spoiler.mangled_number,
    "required_missing": Spoiler.nameless,
    "vocabulary_unknown": Spoiler.unknown_word,
    "date_invalid": Spoiler.no_such_day,
    "date_order": Spoiler.not_yet,
    "amount_invalid": Spoiler.no_sum,
    "uscc_checksum": Spoiler.wrong_credit_check,
    "too_long": Spoiler.endless_name,
}
TEXT_FAULTS: Final[dict[str, Callable[[Spoiler], str]]] = {
    "row_not_object": Spoiler.not_an_object,
    "json_duplicate_key": Spoiler.said_twice,
    "json_number": Spoiler.no_number,
}
