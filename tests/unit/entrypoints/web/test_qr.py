import re

import segno

from archsearch.entrypoints.web.qr import code_of


def test_a_code_is_that_of_its_text_with_a_quiet_zone_around() -> None:
    text = "otpauth://totp/archsearch:li.na?secret=JBSWY3DPEHPK3PXP"

    code = code_of(text)

    drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", code.path)}
    rows = segno.make(text, error="m", micro=False).matrix
    assert drawn == {
        (x + 4, y + 4) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    }
    assert code.size == len(rows) + 8
