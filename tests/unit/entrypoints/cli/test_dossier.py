"""Single records."""

from archsearch.entrypoints.cli.dossier import flat


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
