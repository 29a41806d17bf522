from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.identifiers import uscc_check_char
from archsearch.ingest.inbox.forms import KEYS, Forms
from archsearch.settings.loading import load

NUMBER = "11010519491231002X"
OTHER = "110105194912310038"
CODE = "91110000600037341" + uscc_check_char("91110000600037341")


@pytest.fixture(scope="module")
def forms(template: Path) -> Forms:
    return Forms(load(template, {}).schema)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("姓名\t张伟", "name", "张伟"),
        ("姓 名：张伟", "name", "张伟"),
        ("姓名张伟", "name", "张伟"),
        ("姓名\t性别\n张伟\t男", "name", "张伟"),
        ("企业名称：北京华信科技有限公司（盖章）", "name", "北京华信科技有限公司"),
        ("单位名称:云桥(广州)贸易有限公司", "name", "云桥（广州）贸易有限公司"),
        ("客户姓名\t阿卜杜拉·买买提", "name", "阿卜杜拉·买买提"),
        (f"公民身份号码\t{NUMBER}", "id_number", NUMBER),
        ("身份证号 110105 19491231 002x", "id_number", NUMBER),
        (f"统一社会信用代码：{CODE}", "id_number", CODE),
        (f"声明人 {NUMBER}", "id_number", NUMBER),
        ("联系电话\t138 1234 5678", "phones", "13812345678"),
        ("电话：010-88886666", "phones", "010-88886666"),
        ("出生1990年3月7日", "birth_date", "1990-03-07"),
        ("出生日期\t1990-03-07", "birth_date", "1990-03-07"),
        ("成立日期：2003.5.6", "established_on", "2003-05-06"),
    ],
)
def test_a_form_says_a_value(forms: Forms, text: str, key: str, value: str) -> None:
    assert forms.read(text)[key] == value


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("联系人姓名\t李四", "name"),
        ("姓名\t性别\t民族", "name"),
        ("姓名\n性别", "name"),
        ("姓名\t13812345678", "name"),
        (f"证件号码\t{NUMBER[:-1]}1", "id_number"),
        (f"甲方 {NUMBER}\n乙方 {OTHER}", "id_number"),
        ("甲 13812345678 乙 13912345678", "phones"),
        ("出生日期\t1990年13月7日", "birth_date"),
        ("申请日期\t2024年5月6日", "birth_date"),
    ],
)
def test_what_is_not_said_is_not_made_up(forms: Forms, text: str, key: str) -> None:
    assert key not in forms.read(text)


def test_the_first_customer_of_a_form_is_the_one_it_is_about(forms: Forms) -> None:
    text = f"姓名\t张伟\n身份证号\t{NUMBER}\n配偶\n姓名\t李四\n身份证号\t{OTHER}"

    assert forms.read(text) == {"name": "张伟", "id_number": NUMBER}


@given(st.text(alphabet="姓名性别：:\t\n 张伟0123456789X年月日", max_size=200))
def test_whatever_is_read_is_one_of_the_fields_and_stands_in_the_text(text: str) -> None:
    found = FORMS[0].read(text)

    assert found.keys() <= set(KEYS)
    assert all(found.values())


FORMS: list[Forms] = []


@pytest.fixture(autouse=True)
def _remembered(forms: Forms) -> None:
    FORMS[:] = [forms]
