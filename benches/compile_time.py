#!/usr/bin/env python3
"""What compiling takes, as rows of the table in README.md; `cargo bench -p secrets-benches --features contests` runs it.

`cargo check` for structs of ten fields: `Secret`, against serde's `Deserialize` with garde's `Validate`. The fastest of seven
checks in turns, dependencies checked beforehand; half of the fields are strings, half numbers, and either the first two of a
struct have a rule, or all have. Then what an id (the descriptor) and a schema file of twenty keys add to structs of twenty
fields. Then a build of the runtime from nothing, with and without the AWS SDK; once, so its CPU time
says more than its time where the machine is busy.
"""

import json
import os
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
# The usual case: with an id, a descriptor goes into the binary.
WAYS["Secret with an id"] = WAYS["Secret"] | {
    "derive": ["secrets_runtime::Secret", 'secret(id = "db")'],
    "dependencies": WAYS["Secret"]["dependencies"].replace('["derive"]', '["derive", "descriptor"]'),
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


RUNTIME = f'secrets-runtime = {{ path = "{ROOT / "secrets-runtime"}", default-features = false, features = ["derive", "descriptor"] }}'

# Options of a declaration besides its fields.
ADDITIONS = {
    "neither": "",
    "an `id`": '#[secret(id = "db/{at}")]',
    "a `schema`": '#[secret(schema = "db.schema.json")]',
}


def added(attribute, structs):
    fields = "".join(f"    pub field_{at}: {'String' if at % 2 == 0 else 'u16'},\n" for at in range(20))
    struct = "#[derive(secrets_runtime::Secret)]\n{attribute}\npub struct S{at} {{\n{fields}}}\n"
    return "".join(struct.format(attribute=attribute.replace("{at}", str(at)), at=at, fields=fields) for at in range(structs))


def schema():
    kinds = {f"field_{at}": "string" if at % 2 == 0 else "integer" for at in range(20)}
    properties = {key: {"description": "One of the keys of this secret.", "type": kind} for key, kind in kinds.items()}
    return json.dumps({"type": "object", "properties": properties, "required": list(kinds)}, indent=2)


def package(name, dependencies, code):
    place = PLACE / name
    (place / "src").mkdir(parents=True, exist_ok=True)
    (place / "src" / "lib.rs").write_text(code)
    (place / "db.schema.json").write_text(schema())
    (place / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{dependencies}\n'
    )
    return name


def write_packages(contests, sizes):
    """One package per contestant and contest, in a workspace that shares what they depend on."""
    ways, additions = {}, {}
    for structs, ruled in contests:
        for name, way in WAYS.items():
            called = f"{name.lower().replace(' ', '-')}-{structs}-{ruled}"
            ways[structs, ruled, name] = package(called, way["dependencies"], source(way, structs, ruled))
    for structs in sizes:
        for nth, (name, attribute) in enumerate(ADDITIONS.items()):
            additions[structs, name] = package(f"added-{nth}-{structs}", RUNTIME, added(attribute, structs))
    members = ", ".join(f'"{name}"' for name in [*ways.values(), *additions.values()])
    (PLACE / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = [{members}]\n')
    (PLACE / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
    return ways, additions


def fastest(contestants):
    """Seconds of `cargo check`, which forgets what it found the time before: a file that is only touched compiles in no time."""
    times = dict.fromkeys(contestants, float("inf"))
    environment = os.environ | {"CARGO_INCREMENTAL": "0"}
    for _ in range(TURNS):
        for name, package in contestants.items():
            (PLACE / package / "src" / "lib.rs").touch()
            start = time.perf_counter()
            subprocess.run(["cargo", "check", "--quiet", "--package", package], cwd=PLACE, check=True, env=environment)
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def checks():
    contests, sizes = [(structs, ruled) for ruled in (2, 10) for structs in (1, 100)], (1, 20, 100)
    ways, additions = write_packages(contests, sizes)
    subprocess.run(["cargo", "check", "--quiet"], cwd=PLACE, check=True, env=os.environ | {"CARGO_INCREMENTAL": "0"})
    for structs, ruled in contests:
        times = fastest({name: ways[structs, ruled, name] for name in WAYS})
        row(f"**`cargo check` of {counted(structs)} of ten fields, {ruled} of them with a rule**")
        row("`Secret`", f"{times['Secret'] * 1000:.0f} ms")
        for name in ("serde", "serde and garde"):
            ratio = times["Secret"] / times[name]
            promise = ""
            if (name, structs) == ("serde and garde", 100):
                promise = "≤ 1: met" if ratio <= 1 else "≤ 1: **missed**"
            row(name, f"{times[name] * 1000:.0f} ms", f"{ratio:.2f}", promise)
        row("`Secret` with an `id`", f"{times['Secret with an id'] * 1000:.0f} ms")
        row("of serde and garde", ratio=f"{times['Secret with an id'] / times['serde and garde']:.2f}")
    for structs in sizes:
        times = fastest({name: additions[structs, name] for name in ADDITIONS})
        alone = times.pop("neither")
        row(f"**`cargo check` of {counted(structs)} of twenty fields**", f"{alone * 1000:.0f} ms")
        for name, seconds in times.items():
            more = (seconds - alone) * 1000 / structs
            promise = ("≤ 9 ms: met" if more <= 9 else "≤ 9 ms: **missed**") if name == "a `schema`" else ""
            row(f"with {name}", f"{more:+.1f} ms a struct", "", promise)


def counted(structs):
    return "1 struct" if structs == 1 else f"{structs} structs"


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
