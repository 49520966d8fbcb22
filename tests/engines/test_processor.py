"""Which processors are fast at what PP-OCR needs."""

import pytest

from pagemill.engines.processor import multiplies_bf16, multiplies_int8


@pytest.mark.parametrize(
    ("flags", "is_fast"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16 amx_tile", True),
        ("flags\t\t: fpu amx_bf16 amx_tile amx_int8", True),
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", False),
        ("Features\t: fp asimd bf16", False),  # OpenVINO has no wheel for it
        ("model name\t: avx512_bf16", False),
        ("", False),
    ],
)
def test_only_processors_that_multiply_bf16_count_as_fast(flags, is_fast):
    assert multiplies_bf16(["processor\t: 0\n", f"{flags}\n"]) is is_fast


def test_one_processor_speaks_for_all():
    assert not multiplies_bf16(["flags\t: avx2\n", "flags\t: avx512_bf16\n"])


@pytest.mark.parametrize(
    ("flags", "is_fast"),
    [("avx512_vnni amx_int8", True), ("avx2 avx_vnni", True), ("avx2 avx512f", False), ("", False)],
)
def test_only_processors_that_sum_products_of_bytes_in_full_compute_in_eight_bits(flags, is_fast):
    assert multiplies_int8(["processor\t: 0\n", f"flags\t: {flags}\n"]) is is_fast
