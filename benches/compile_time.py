#!/usr/bin/env python3
"""What compiling takes, as rows of the table in README.md: `python3 benches/compile_time.py`, some minutes.

`cargo check` for structs of ten fields: `Secret`, against serde's `Deserialize` with garde's `Validate`. The fastest of seven
checks in turns, dependencies checked beforehand; half of the fields are strings, half numbers, and either the first two of a
struct have a rule, or all have. Then a build of the runtime from nothing, with and without the AWS SDK; once, so its CPU time
says more than its time where the machine is busy.
"""

import pathlib
import resource
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "compile-time"
TURNS = 7

WAYS = {
    "serde": {
        "derive": ["serde::Deserialize"],
        "dependencies": 'serde = { version = "1", features = ["derive"] }',
    },
    "serde and garde": {
        "derive": ["serde::Deserialize, garde::Validate", "garde(allow_unvalidated)"],
        "text": "garde(length(chars, min = 1, max = 100))",
        "number": "garde(range(min = 1, max = 100))",
        "dependencies": 'serde = { version = "1", features = ["derive"] }\n'
        'garde = { version = "0.23", default-features = false, features = ["derive"] }',
    },
    "Secret": {
        "derive": ["secrets_runtime::Secret"],
        "text": "secret(length(min = 1, max = 100))",
        "number": "secret(range(min = 1, max = 100))",
        "dependencies": f'secrets-runtime = {{ path = "{ROOT / "secrets-runtime"}", default-features = false, features = ["derive"] }}',
    },
}


def source(way, structs, ruled):
    derive, *attributes = way["derive"]
    lines = []
    for at in range(structs):
        lines += [f"#[derive({derive})]", *(f"#[{attribute}]" for attribute in attributes), f"pub struct S{at} {{"]
        for field in range(10):
            kind, ty = ("text", "String") if field % 2 == 0 else ("number", "u16")
            if field < ruled and kind in way:
                lines.append(f"    #[{way[kind]}]")
            lines.append(f"    pub f{field}: {ty},")
        lines.append("}")
    return "\n".join(lines) + "\n"


def row(what, measured="", ratio="", promise=""):
    print(f"| {what} | {measured} | {ratio} | {promise} |", flush=True)


def write_packages(contests):
    """One package per way and contest, in a workspace that shares what they depend on."""
    packages = {}
    for name, way in WAYS.items():
        for structs, ruled in contests:
            package = f"{name.lower().replace(' ', '-')}-{structs}-{ruled}"
            packages[name, structs, ruled] = package
            place = PLACE / package
            (place / "src").mkdir(parents=True, exist_ok=True)
            (place / "src" / "lib.rs").write_text(source(way, structs, ruled))
            (place / "Cargo.toml").write_text(
                f'[package]\nname = "{package}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{way["dependencies"]}\n'
            )
    members = ", ".join(f'"{package}"' for package in packages.values())
    (PLACE / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = [{members}]\n')
    (PLACE / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
    return packages


def checks():
    contests = [(structs, ruled) for ruled in (2, 10) for structs in (1, 100)]
    packages = write_packages(contests)
    subprocess.run(["cargo", "check", "--quiet"], cwd=PLACE, check=True)
    for structs, ruled in contests:
        fastest = dict.fromkeys(WAYS, float("inf"))
        for _ in range(TURNS):
            for name in WAYS:
                package = packages[name, structs, ruled]
                (PLACE / package / "src" / "lib.rs").touch()
                start = time.perf_counter()
                subprocess.run(["cargo", "check", "--quiet", "--package", package], cwd=PLACE, check=True)
                fastest[name] = min(fastest[name], time.perf_counter() - start)
        plural = "" if structs == 1 else "s"
        row(f"**`cargo check` of {structs} struct{plural} of ten fields, {ruled} of them with a rule**")
        row("`Secret`", f"{fastest['Secret'] * 1000:.0f} ms")
        for name in ("serde", "serde and garde"):
            ratio = fastest["Secret"] / fastest[name]
            promise = ""
            if (name, structs) == ("serde and garde", 100):
                promise = "≤ 1: met" if ratio <= 1 else "≤ 1: **missed**"
            row(name, f"{fastest[name] * 1000:.0f} ms", f"{ratio:.2f}", promise)


def clean_builds():
    row("**`cargo build` of the runtime from nothing**")
    for name, features in (("without the AWS SDK", "derive"), ("with it", "derive,aws")):
        target = PLACE / "clean"
        shutil.rmtree(target, ignore_errors=True)
        package = ["--package", "secrets-runtime", "--no-default-features", "--features", features]
        before, start = cpu(), time.perf_counter()
        subprocess.run(["cargo", "build", "--quiet", "--locked", *package, "--target-dir", target], cwd=ROOT, check=True)
        row(name, f"{time.perf_counter() - start:.0f} s, {cpu() - before:.0f} s of CPU time")
        shutil.rmtree(target)


def cpu():
    """What the children that ended took so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    checks()
    clean_builds()
