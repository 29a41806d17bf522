"""Single records."""

from archsearch.entrypoints.cli.dossier import _brief, flat


def test_every_value_has_its_line_and_members_of_lists_are_numbered() -> None:
    values = {
        "name": "张伟",
        "tags": ["授信", "逾期"],
        "contacts": [{"name": "李梅"}, {"name": "王芳", "phone": "139****1111"}],
        "credit": {"overdue": 2.0},
        "empty": None,
    }

    assert list(flat(values)) == [  # type: ignore[arg-type]
        ("name", "张伟"),
        ("tags", "授信"),
        ("tags", "逾期"),
        ("contacts[1].name", "李梅"),
        ("contacts[2].name", "王芳"),
        ("contacts[2].phone", "139****1111"),
        ("credit.overdue", "2"),
        ("empty", ""),
    ]


def test_of_the_text_of_a_scan_people_see_the_beginning_and_programs_all() -> None:
    text = "姓名\t张伟\n" * 100

    assert _brief(text) == f"{' '.join(['姓名 张伟'] * 100)[:120]}……（共 599 字）"
    assert _brief("抵押合同") == "抵押合同"
    assert list(flat({"attachments": [{"text": "甲" * 200}]})) == [
        ("attachments[1].text", "甲" * 200)
    ]
