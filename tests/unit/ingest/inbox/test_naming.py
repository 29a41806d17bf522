"""Names of scans by the naming rule."""

import pytest

from archsearch.ingest.inbox.naming import NameRule, fault_of

RULE = NameRule("{name}_{last4}_{kind}_{date}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张伟_1234_身份证_20240305.pdf", ("张伟", "1234", "身份证", "2024-03-05")),
        ("张伟_123x_身份证_2024-03-05.pdf", ("张伟", "123X", "身份证", "2024-03-05")),
        ("张伟_1234_合同.tif", ("张伟", "1234", "合同", None)),
        ("张伟＿１２３４＿合同.tif", ("张伟", "1234", "合同", None)),
        ("张伟_1234_合同_20240305(2).jpg", ("张伟", "1234", "合同", "2024-03-05")),
        ("张伟_1234_合同_20240305-12.jpg", ("张伟", "1234", "合同", "2024-03-05")),
        ("北京某某科技有限公司_00X4_营业执照_2024年3月5日.png",
         ("北京某某科技有限公司", "00X4", "营业执照", "2024-03-05")),
    ],
)  # fmt: skip
def test_a_name_by_the_rule_says_who_and_what(
    name: str, expected: tuple[str, str, str, str | None]
) -> None:
    said = RULE.read(name)

    assert (said["name"], said["last4"], said["kind"], said.get("date")) == expected


@pytest.mark.parametrize(
    "name",
    [
        "scan0001.pdf",
        "IMG_0001_A4.jpg",
        "微信图片_20240305101010.jpg",
        "张伟.pdf",
        "张伟_1234.pdf",
        "张伟_12345_合同.pdf",
        "张伟_1234_合同_20241305.pdf",
        "张伟_1234_合同_附件_20240305.pdf",
        "",
        ".pdf",
    ],
)
def test_any_other_name_says_nothing(name: str) -> None:
    assert RULE.read(name) == {}


def test_a_house_has_its_own_rule() -> None:
    rule = NameRule("{kind}-{name}-{last4}")

    assert rule.read("合同-张伟-1234.pdf") == {"kind": "合同", "name": "张伟", "last4": "1234"}


@pytest.mark.parametrize("template", ["{kind}", "{name}_{wer}", "{name}_{name}"])
def test_a_rule_that_cannot_work_is_told(template: str) -> None:
    assert fault_of(template)
    assert not fault_of("{name}_{last4}_{kind}_{date}")
