"""The kernels' own check, under the address and undefined-behaviour sanitizers."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

KERNELS = Path(__file__).parents[4] / "src" / "clearway" / "imaging" / "backends" / "kernels"
CHECK = Path(__file__).with_name("check_kernels.cpp")
AVX512 = ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"]
SOURCES = {
    "avx512.cpp": AVX512,
    "avx512_int16.cpp": [*AVX512, "-mavx512vnni"],
    "avx2_int16.cpp": ["-mavx2", "-mfma"],
    "avx2.cpp": ["-mavx2", "-mfma", "-mf16c"],
    "portable.cpp": [],
}
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_kernels_are_right_and_touch_only_their_own_memory(tmp_path: Path) -> None:
    is_x86 = platform.machine() in ("x86_64", "AMD64")
    sources = SOURCES if is_x86 else {"portable.cpp": []}
    options = ["-std=c++17", "-O1", "-g", f"-I{KERNELS}", *SANITIZERS]
    jobs = []
    for source, flags in [*((KERNELS / n, flags) for n, flags in sources.items()), (CHECK, [])]:
        target = tmp_path / f"{source.stem}.o"
        command = ["g++", *options, *flags, "-c", str(source), "-o", str(target)]
        jobs.append((target, subprocess.Popen(command, stderr=subprocess.PIPE, text=True)))
    for _, job in jobs:
        _, errors = job.communicate()
        assert job.returncode == 0, errors
    program = tmp_path / "check"
    link = ["g++", *SANITIZERS, *(str(target) for target, _ in jobs), "-o", str(program)]
    subprocess.run(link, check=True)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("portable") == 5
