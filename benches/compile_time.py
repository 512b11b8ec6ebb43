#!/usr/bin/env python3
"""How long `cargo check` takes for structs of ten fields: `Secret`, against serde's `Deserialize` with garde's `Validate`.

`python3 benches/compile_time.py`: the fastest of seven checks in turns, dependencies checked beforehand; half of the fields
are strings, half numbers, and either the first two of a struct have a rule, or all have. Then, what an id (the descriptor) and a
schema file of twenty keys add to structs of twenty fields.
"""

import json
import pathlib
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


ADDED = {
    "neither": "",
    "id": '#[secret(id = "db/{at}")]',
    "schema": '#[secret(schema = "db.schema.json")]',
}


def added(attribute, structs):
    field = "    pub field_{}: {},\n"
    fields = "".join(field.format(at, "String" if at % 2 == 0 else "u16") for at in range(20))
    return "\n".join(
        f"#[derive(secrets_runtime::Secret)]\n{attribute.replace('{at}', str(at))}\npub struct S{at} {{\n{fields}}}" for at in range(structs)
    )


def schema():
    kinds = {f"field_{at}": "string" if at % 2 == 0 else "integer" for at in range(20)}
    properties = {key: {"description": "One of the keys of this secret.", "type": kind} for key, kind in kinds.items()}
    return json.dumps({"type": "object", "properties": properties, "required": list(kinds)}, indent=2)


def contest_of_additions():
    packages = {}
    runtime = ROOT / "secrets-runtime"
    for structs in (1, 20, 100):
        for name, attribute in ADDED.items():
            package = f"added-{name}-{structs}"
            packages[structs, name] = package
            place = PLACE / package
            (place / "src").mkdir(parents=True, exist_ok=True)
            (place / "src" / "lib.rs").write_text(added(attribute, structs))
            (place / "db.schema.json").write_text(schema())
            (place / "Cargo.toml").write_text(
                f'[package]\nname = "{package}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n'
                f'secrets-runtime = {{ path = "{runtime}", default-features = false, features = ["derive", "descriptor"] }}\n'
            )
    return packages


def main():
    additions = contest_of_additions()
    contests = [(structs, ruled) for ruled in (2, 10) for structs in (1, 100)]
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
    members = ", ".join(f'"{package}"' for package in [*packages.values(), *additions.values()])
    (PLACE / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = [{members}]\n')
    (PLACE / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
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
        times = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in fastest.items())
        ratio = fastest["Secret"] / fastest["serde and garde"]
        print(f"{structs} structs, {ruled} rules each: {times}; {ratio:.2f} of serde and garde")
    for structs in (1, 20, 100):
        fastest = dict.fromkeys(ADDED, float("inf"))
        for _ in range(TURNS):
            for name in ADDED:
                package = additions[structs, name]
                (PLACE / package / "src" / "lib.rs").touch()
                start = time.perf_counter()
                subprocess.run(["cargo", "check", "--quiet", "--package", package], cwd=PLACE, check=True)
                fastest[name] = min(fastest[name], time.perf_counter() - start)
        base = fastest.pop("neither")
        more = ", ".join(f"{name} +{(seconds - base) * 1000 / structs:.1f} ms each" for name, seconds in fastest.items())
        print(f"{structs} structs of twenty fields: {base * 1000:.0f} ms; {more}")


if __name__ == "__main__":
    main()
