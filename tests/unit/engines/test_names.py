from archsearch.engines.names import gap_keys


def test_short_and_long_names_have_no_gap_keys() -> None:
    assert gap_keys("张伟") == ()
    assert set(gap_keys("张伟明")) == {"?伟明", "张?明", "张伟?", "伟明", "张明", "张伟"}
    assert gap_keys("一二三四五六七") == ()


def test_repeated_characters_make_a_gap_key_once() -> None:
    assert sorted(gap_keys("李林林")) == ["?林林", "李?林", "李林", "李林?", "林林"]
