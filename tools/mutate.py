"""Breaks the engine in small ways and sees whether its tests notice.

python tools/mutate.py [FILE ...] [--at margin.rs:162 ...] [--list] [--out FILE]

FILE is a path under onchain/engine/src; without any: matching, margin, funding and liquidation.

Each mutant is one change of one function: an operator, bound, rounding, side or constant replaced, a
condition negated, a statement left out, or the whole function answering with a plain value. All mutants are
compiled at once, into a copy of the engine whose functions ask an environment variable which of their bodies
to run; the tests then run once per mutant. A mutant that no test notices survives: a test is missing, or the
change makes no difference.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("onchain/engine/src")
CORE = ("trading/matching.rs", "margin.rs", "funding.rs", "trading/liquidation.rs")
SWAPS = {
    " < ": (" <= ", " >= "),
    " <= ": (" < ", " > "),
    " > ": (" >= ", " <= "),
    " >= ": (" > ", " < "),
    " == ": (" != ",),
    " != ": (" == ",),
    " + ": (" - ",),
    " - ": (" + ",),
    " * ": (" / ",),
    " / ": (" * ",),
    " % ": (" / ",),
    " += ": (" -= ",),
    " -= ": (" += ",),
    " && ": (" || ",),
    " || ": (" && ",),
    " & ": (" | ",),
    " | ": (" & ",),
    "Rounding::Up": ("Rounding::Down",),
    "Rounding::Down": ("Rounding::Up",),
    "Side::Bid": ("Side::Ask",),
    "Side::Ask": ("Side::Bid",),
    ".min(": (".max(",),
    ".max(": (".min(",),
    ".div_ceil(": (".div_euclid(",),
    "saturating_sub(": ("wrapping_add(",),
    "saturating_add(": ("wrapping_sub(",),
    ".opposite()": ("",),
}
NUMBERS = ("i64", "u64", "u32", "u8", "usize")
ANSWERS = {
    "": ("",),
    "bool": ("true", "false"),
    "Result<(), Error>": ("Ok(())",),
    "Result<bool, Error>": ("Ok(true)", "Ok(false)"),
    **dict.fromkeys(NUMBERS, ("0", "1")),
    **dict.fromkeys((f"Result<{kind}, Error>" for kind in NUMBERS), ("Ok(0)", "Ok(1)")),
}
"""What a function of a return type answers instead of working."""
LONGEST_S = 60
"""A run longer than this hangs, which is noticed."""
SWITCH = """
/// The number of the mutant to run; its first panic ends the process.
pub fn active() -> u32 {
    static ACTIVE: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *ACTIVE.get_or_init(|| {
        let number = std::env::var("MUTANT").map_or(0, |number| number.parse().expect("a number"));
        if number != 0 {
            std::panic::set_hook(Box::new(|_| std::process::exit(101)));
        }
        number
    })
}
"""


@dataclass(frozen=True)
class Mutant:
    """One change of a file: its characters ``start`` to ``end`` become ``new``."""

    file: str
    line: int
    start: int
    end: int
    new: str
    told: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.told}"


@dataclass(frozen=True)
class Function:
    """Where the body of a function lies between its braces, and what it returns."""

    start: int
    end: int
    returns: str


def code_of(text: str) -> str:
    """The text with comments and strings blanked out: as long as before, line by line."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    return re.sub(r'//[^\n]*|"(?:\\.|[^"\\])*"', blank, text)


def closing(code: str, opening: int) -> int:
    """Where the brace that opens at ``opening`` is closed."""
    depth = 0
    for place in range(opening, len(code)):
        depth += {"{": 1, "}": -1}.get(code[place], 0)
        if depth == 0:
            return place
    raise ValueError(f"the brace at {opening} is never closed")


def functions(code: str) -> Iterator[Function]:
    """The functions of a file, without its own tests."""
    tests = code.find("#[cfg(test)]")
    for found in re.finditer(r"\bfn \w+", code[:tests] if tests >= 0 else code):
        depth, opening = 0, found.end()
        while code[opening] not in "{;" or depth:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(code[opening], 0)
            opening += 1
        if code[opening] == "{":
            returns = code[found.end() : opening].rpartition("-> ")[2].partition("where")[0].strip()
            has_answer = "-> " in code[found.end() : opening]
            yield Function(opening + 1, closing(code, opening), returns if has_answer else "")


def changes(code: str, function: Function, constants: list[str]) -> Iterator[tuple[int, int, str]]:
    """Every change of a function's body as start, end and what stands there instead."""
    body = code[function.start : function.end]

    def at(found: re.Match[str], group: int = 0) -> tuple[int, int]:
        return function.start + found.start(group), function.start + found.end(group)

    for old, others in SWAPS.items():
        for found in re.finditer(re.escape(old), body):
            for new in others:
                yield *at(found), new
    for found in re.finditer(r"(?<![\w!])!(?=[\w(])|(?<=[(\s])-(?=[\w(])", body):
        yield *at(found), ""
    for found in re.finditer(r"\b(true|false)\b", body):
        yield *at(found), {"true": "false", "false": "true"}[found.group()]
    for name in constants:
        for found in re.finditer(rf"\b{name}\b", body):
            yield *at(found), f"({name} + 1)"
    for found in re.finditer(r"(?<![\w.])(?:[2-9]|[1-9][\d_]+)\b", body):
        yield *at(found), f"({found.group()} + 1)"
    plain = r"(?:(?!&&|\|\||[<>=!]=| [<>] |\blet\b)[^{}\n])+?"
    for found in re.finditer(rf"\bif (?!let\b|!)({plain})(?= \{{| =>)", body):
        yield *at(found, 1), f"!({found.group(1)})"
    for start, end in statements(body):
        yield function.start + start, function.start + end, ""
    for answer in ANSWERS.get(function.returns, ()):
        if body.strip() not in (answer, ""):
            yield function.start, function.end, f" {answer} "


def statements(body: str) -> Iterator[tuple[int, int]]:
    """Statements that may be left out: assignments, calls and early returns, up to their semicolon."""
    for found in re.finditer(
        r"(?<=[{};])\s*(?=[a-z(*])(?!let |use |const |if |else |for |while |loop |match )", body
    ):
        depth, start = 0, found.end()
        for place in range(start, len(body)):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(body[place], 0)
            if depth < 0:
                break
            if depth == 0 and body[place] == ";":
                yield start, place + 1
                break


def mutants(file: str) -> list[Mutant]:
    """Every change of a file, in the order of its lines."""
    text = (ROOT / SOURCE / file).read_text()
    code = code_of(text)
    constants = re.findall(r"^const (\w+): (?:[iu]\d+|usize)", code, re.MULTILINE)
    found = []
    for function in functions(code):
        for start, end, new in changes(code, function, constants):
            line = text.count("\n", 0, start) + 1
            around = text[text.rfind("\n", 0, start) + 1 : text.find("\n", end) % len(text)]
            told, old = " ".join(around.split()), " ".join(text[start:end].split())
            if (start, end) == (function.start, function.end):
                told, old = "the function", "all"
            found.append(Mutant(file, line, start, end, new, f"{told}  [{old} -> {new.strip()}]"))
    return sorted(found, key=lambda one: (one.start, one.end))


def woven(file: str, numbered: dict[int, Mutant]) -> tuple[str, dict[int, int]]:
    """The file with the bodies of all its mutants, and the mutant of each line that is one's."""
    text = (ROOT / SOURCE / file).read_text()
    code = code_of(text)
    pieces, place, owner, lines = [], 0, {}, 1
    for function in functions(code):
        start, end = function.start, function.end
        own = {key: one for key, one in numbered.items() if start <= one.start and one.end <= end}
        if not own or function.start < place:
            continue
        pieces.append(text[place : function.start] + "\n match crate::mutation::active() {\n")
        lines += pieces[-1].count("\n")
        for key, one in own.items():
            changed = text[function.start : one.start] + one.new + text[one.end : function.end]
            arm = f"{key} => return {{{changed}}},\n"
            owner.update(dict.fromkeys(range(lines, lines + arm.count("\n")), key))
            lines += arm.count("\n")
            pieces.append(arm)
        pieces.append("_ => {} }\n" + text[function.start : function.end])
        lines += pieces[-1].count("\n")
        place = function.end
    return "".join(pieces) + text[place:], owner


def prepare(folder: Path) -> None:
    """Copies the workspace and the vectors that its tests read; makes all tests one binary."""
    skip = shutil.ignore_patterns("target", ".toolchain", "bin")
    shutil.copytree(ROOT / "onchain", folder / "onchain", ignore=skip)
    shutil.copytree(ROOT / "tests" / "vectors", folder / "tests" / "vectors")
    library = folder / SOURCE / "lib.rs"
    std = library.read_text().replace("#![cfg_attr(not(test), no_std)]", "")
    library.write_text(std + "\n/// Which body runs.\npub mod mutation;\n")
    (library.parent / "mutation.rs").write_text(SWITCH)
    tests = folder / "onchain" / "engine" / "tests"
    names = sorted(path.stem for path in tests.glob("*.rs"))
    (tests / "all.rs").write_text("".join(f'#[path = "{name}.rs"]\nmod {name};\n' for name in names))


def write(folder: Path, file: str, numbered: dict[int, Mutant]) -> dict[int, int]:
    """Writes a file with its mutants, not inlined and not constant; returns whose each line is."""
    text, owner = woven(file, numbered)
    text = text.replace("#[inline(always)]", "#[inline(never)]")
    (folder / SOURCE / file).write_text(re.sub(r"\bconst fn\b", "fn", text))
    return owner


def compiled(folder: Path, command: str) -> list[dict[str, Any]]:
    """What cargo says of compiling; the last message tells whether it did."""
    settings = {"CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_PROFILE_DEV_OPT_LEVEL": "1", "RUSTFLAGS": "-Awarnings"}
    shared = "--locked --offline --package quantdesk-engine --message-format json"
    done = subprocess.run(
        f"cargo {command} {shared}".split(),
        cwd=folder / "onchain",
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    messages: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    if not messages:
        raise SystemExit(done.stderr)
    return messages


def build(folder: Path, numbered: dict[int, Mutant]) -> tuple[list[str], set[int]]:
    """Leaves out mutants until the others compile; returns the test binaries and the mutants left out."""
    invalid: set[int] = set()
    while True:
        owners = {}
        for file in sorted({one.file for one in numbered.values()}):
            own = {key: one for key, one in numbered.items() if one.file == file and key not in invalid}
            owners[str(SOURCE.relative_to("onchain") / file)] = write(folder, file, own)
        messages = compiled(folder, "check --lib")
        if messages[-1]["success"]:
            built = compiled(folder, "test --no-run --lib --test all")
            return [one["executable"] for one in built if one.get("executable")], invalid
        errors = [one["message"] for one in messages if one.get("message", {}).get("level") == "error"]
        spans = [span for error in errors for span in error["spans"] if span["is_primary"]]
        wrong = {owners.get(span["file_name"], {}).get(span["line_start"]) for span in spans} - {None}
        if not wrong:
            raise SystemExit("\n".join(error["rendered"] for error in errors[:3]))
        invalid |= {key for key in wrong if key is not None}


def survives(binaries: list[str], number: int) -> bool:
    """Whether all tests pass with this mutant; 0 is none."""
    environment = {**os.environ, "MUTANT": str(number), "PROPTEST_CASES": "32"}
    for binary in binaries:
        command = [binary, "--quiet"]
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            return False
    return True


def run(numbered: dict[int, Mutant], folder: Path, out: Path | None) -> int:
    """Runs them one by one; 1 when any survived."""
    prepare(folder)
    binaries, invalid = build(folder, numbered)
    if not survives(binaries, 0):
        raise SystemExit("the tests fail without any change")
    counts = {file: Counter[str]() for file in sorted({one.file for one in numbered.values()})}
    for number, mutant in numbered.items():
        verdict = "invalid"
        if number not in invalid:
            verdict = "survived" if survives(binaries, number) else "caught"
        counts[mutant.file][verdict] += 1
        if verdict == "survived":
            print(f"{number}/{len(numbered)} {mutant}", flush=True)
            if out is not None:
                with out.open("a") as survivors:
                    survivors.write(f"{mutant}\n")
    for file, count in counts.items():
        told = f"{count['caught']} caught, {count['survived']} survived, {count['invalid']} do not compile"
        print(f"{file:28} {told}")
    return 1 if any(count["survived"] for count in counts.values()) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", default=CORE, metavar="FILE", help="under onchain/engine/src")
    parser.add_argument("--at", nargs="*", help="the mutants of these lines alone, as margin.rs:162")
    parser.add_argument("--list", action="store_true", help="print the mutants and run none")
    parser.add_argument("--out", type=Path, help="where survivors are appended")
    options = parser.parse_args()
    every = [mutant for file in options.files for mutant in mutants(file)]
    if options.at:
        every = [one for one in every if any(f"{one.file}:{one.line}".endswith(at) for at in options.at)]
    if options.list:
        print(*every, f"{len(every)} mutants", sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return run(dict(enumerate(every, 1)), Path(folder), options.out)


if __name__ == "__main__":
    raise SystemExit(main())
