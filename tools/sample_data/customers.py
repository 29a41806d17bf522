"""Whole customer records by schema key, every value as normalisation would leave it."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from tools.sample_data import chronicle
from tools.sample_data.chronicle import TODAY, make_landline, make_mobile
from tools.sample_data.identifiers import credit_code, personal_number
from tools.sample_data.organisations import Firm, make_body, make_company
from tools.sample_data.people import Face, make_face, make_name, special_faces
from tools.sample_data.words import Place, chance, pick, places, some_place, words

Customer: TypeAlias = dict[str, Any]

PERSONS, COMPANIES, BODIES = 1_200, 660, 140
CATEGORY = {"个人": "GR", "企业": "QY", "政府": "ZF"}
LAST_YEAR = 2024
YOUNGEST_PENSIONER = 1965
LAST_OF_OLD_COUNTIES = 1990
HONG_KONG, MACAU, TAIWAN = "香港特别行政区", "澳门特别行政区", "台湾省"
OVERSEAS = {
    "81": Place("810000", "港澳台", HONG_KONG, "", "", "00852", 0),
    "82": Place("820000", "港澳台", MACAU, "", "", "00853", 0),
    "83": Place("830000", "港澳台", TAIWAN, "", "", "00886", 0),
}


@dataclass
class Maker:
    """Makes customers one after the other from one source of chance."""

    rng: random.Random
    _numbers: Counter[str] = field(default_factory=Counter)
    _names: set[str] = field(default_factory=set)

    def everyone(self) -> list[Customer]:
        """All persons, then all companies, then all public bodies."""
        faces = special_faces(self.rng)
        faces += [make_face(self.rng) for _ in range(PERSONS - len(faces))]
        return [
            *(self.person(face) for face in faces),
            *(self.organisation("企业") for _ in range(COMPANIES)),
            *(self.organisation("政府") for _ in range(BODIES)),
        ]

    def new_person(self) -> Customer:
        """One person with a usual name."""
        return self.person(make_face(self.rng))

    def person(self, face: Face) -> Customer:
        """One person."""
        rng = self.rng
        home = OVERSEAS.get(face.region) or some_place(rng, face.region)
        birth = date(face.birth_year, 1, 1) + timedelta(rng.randrange(365))
        origin = home.code if face.region or chance(rng, 0.7) else rng.choice(places()).code
        if birth.year < LAST_OF_OLD_COUNTIES and not face.region and chance(rng, 0.05):
            origin = pick(rng, "names", "dissolved_counties")
        customer = self._common("个人", face.name, home, birth.year + 18)
        customer |= {
            "id_number": personal_number(rng, origin, birth, face.sex),
            "gender": face.sex,
            "birth_date": birth.isoformat(),
            "phones": [make_mobile(rng) for _ in range(rng.choice((1, 1, 1, 2)))],
            "address": self._home_address(home),
            "family": chronicle.make_family(rng, face.surname, face.birth_year),
            "finance": {
                "income": rng.randint(4, 60) * 10_000,
                "real_estate": f"{home.short}住宅{rng.randint(1, 2)}套，共{rng.randint(48, 260)}平",
                "vehicles": pick(rng, "prose", "cars"),
            },
        }
        if face.surname and chance(rng, 0.03):
            old = face.surname + make_name(rng, face.sex, 1960)[-1]
            customer["former_names"] = [old]
        if face.birth_year > YOUNGEST_PENSIONER:
            customer["tags"] = [tag for tag in customer["tags"] if tag != "退休客户"]
        customer["notes"] = self._notes(customer, ())
        return customer

    def organisation(self, nature: str) -> Customer:
        """One company or public body, under a name that no other has."""
        rng = self.rng
        place = some_place(rng)
        make = make_company if nature == "企业" else make_body
        firm = make(rng, place)
        while firm.name in self._names:
            firm = make(rng, place)
        self._names.add(firm.name)
        founded = date(rng.randint(1988, 2022), 1, 1) + timedelta(rng.randrange(365))
        customer = self._common(nature, firm.name, place, founded.year + 1)
        customer |= {
            "id_number": credit_code(rng, firm.code, place.code),
            "established_on": founded.isoformat(),
            "phones": [make_landline(rng, place.dialling)],
            "address": self._office_address(place),
            "contacts": self._contacts(),
        }
        self._other_names(customer, firm, place)
        if nature == "企业":
            customer["finance"] = {
                "income": rng.randint(8, 900) * 100_000,
                "investment": rng.randint(1, 80) * 100_000,
                "debt": rng.randint(0, 300) * 100_000,
            }
        customer["notes"] = self._notes(customer, firm.subjects)
        return customer

    def _common(self, nature: str, name: str, place: Place, earliest: int) -> Customer:
        rng = self.rng
        department, fonds = self._department(nature, place)
        year = rng.randint(min(max(2008, earliest), LAST_YEAR), LAST_YEAR)
        created = date(year, 1, 1) + timedelta(rng.randrange(365))
        self._numbers["all"] += 1
        number = self._numbers["all"]
        source = pick(rng, "bank", "sources", nature)
        return {
            "record_id": f"{fonds}-{CATEGORY[nature]}-{year}-{number:06d}",
            "name": name,
            "nature": nature,
            "business_type": pick(rng, "bank", "business", nature),
            "value_tier": rng.choices(("高价值", "中价值", "低价值", "潜在"), (12, 38, 35, 15))[0],
            "region": place.path,
            "tags": rng.sample(words("bank")["tags"][nature], rng.choice((0, 1, 1, 2, 3))),
            "department": department,
            "owner": rng.choice(words("bank")["owners"][department]),
            "secrecy": rng.choices(("公开", "内部", "秘密", "机密"), (12, 66, 16, 6))[0],
            "retention": rng.choices(("永久", "30年", "10年"), (10, 40, 50))[0],
            "status": rng.choices(("在档", "借出", "冻结", "销户"), (90, 4, 2, 4))[0],
            "email": f"{fonds.lower()}{number}@{rng.choice(('example.com', 'example.org'))}",
            "credit": self._credit(nature),
            "transactions": chronicle.make_transactions(rng, nature),
            "services": chronicle.make_services(rng, nature),
            "source": source,
            "source_id": f"{CATEGORY[nature]}{rng.randrange(10**6):06d}{number:04d}",
            "created_at": created.isoformat(),
            "review_due": (TODAY + timedelta(rng.randint(-120, 1000))).isoformat(),
        }

    def _department(self, nature: str, place: Place) -> tuple[str, str]:
        rng = self.rng
        office = words("bank")["head_office"]
        if nature in office and chance(rng, (0.35 if nature == "政府" else 0.06)):
            return office[nature], office["fonds"]
        branches = words("bank")["branches"].items()
        name, branch = next(item for item in branches if place.great in item[1]["greats"])
        shares = (30, 55, 0, 15) if nature == "个人" else (30, 0, 55, 15)
        department = rng.choices(words("bank")["departments"], shares)[0]
        return f"{name}/{department}", branch["fonds"]

    def _credit(self, nature: str) -> dict[str, Any]:
        rng = self.rng
        if nature == "政府":
            return {"grade": rng.choice(("AAA", "AA"))}
        overdue = rng.choices((0, 1, 2, 3, 6), (72, 14, 7, 5, 2))[0]
        grades = (
            ("AAA", "AA", "A", "BBB", "BB")[min(overdue, 3) :] if overdue else ("AA", "A", "BBB")
        )
        credit: dict[str, Any] = {"overdue": overdue, "grade": rng.choice(grades)}
        if chance(rng, 0.5):
            credit["loans"] = rng.randint(1, 400) * (10_000 if nature == "个人" else 100_000)
        if nature == "个人":
            credit["cards"] = rng.randint(0, 4)
        return credit

    def _contacts(self) -> list[dict[str, str]]:
        rng = self.rng
        return [
            {
                "name": make_name(rng, rng.choice("男女"), rng.randint(1962, 1995)),
                "phone": make_mobile(rng),
            }
            for _ in range(rng.choice((1, 1, 2)))
        ]

    def _other_names(self, customer: Customer, firm: Firm, place: Place) -> None:
        rng = self.rng
        if chance(rng, 0.6):
            customer["short_names"] = [firm.short]
        if chance(rng, 0.12) and customer["nature"] == "企业":
            customer["former_names"] = [make_company(rng, place).name]

    def _notes(self, customer: Customer, subjects: tuple[str, ...]) -> str:
        rng = self.rng
        known = [*customer.get("contacts", ()), *customer.get("family", ())]
        first = known[0] if known else {"name": make_name(rng, "男", 1970)}
        contact = (first.get("relation", "朋友"), first["name"])
        while True:
            notes = chronicle.make_notes(rng, customer["nature"], subjects, contact)
            young = customer.get("birth_date", "") > str(YOUNGEST_PENSIONER)
            if not (young and "退休" in notes):
                return notes

    def _home_address(self, home: Place) -> str:
        rng = self.rng
        road, number = pick(rng, "companies", "roads"), rng.randint(1, 999)
        estate = pick(rng, "companies", "estates")
        floor = rng.randint(1, 28)
        flat = f"{rng.randint(1, 40)}栋{rng.randint(1, 4)}单元{floor}{rng.randint(1, 4):02d}室"
        return f"{home.address}{road}{number}号{estate}{flat}"

    def _office_address(self, place: Place) -> str:
        rng = self.rng
        road, number = pick(rng, "companies", "roads"), rng.randint(1, 999)
        park = pick(rng, "companies", "parks") if chance(rng, 0.6) else ""
        floor = f"{rng.randint(1, 30)}层" if park else ""
        return f"{place.address}{road}{number}号{park}{floor}"
