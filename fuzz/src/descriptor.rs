//! The section of a program that descriptors stand in: the program may come from anywhere.

#[allow(dead_code, unreachable_pub, reason = "the command uses all of it")]
#[path = "../../cargo-secrets/src/descriptor.rs"]
mod section;

/// What an entry begins with.
const MAGIC: &[u8] = b"secrets-descriptor/";

/// Reads a section, and the same section among other bytes.
///
/// # Panics
/// What is around the entries changes what they are, or an entry comes out that cannot be shown or written again.
pub fn check(data: &[u8]) {
    let read = section::read(data);
    let moved = section::read(&[&[0; 5], data].concat());
    match (&read, &moved) {
        (Ok(found), Ok(again)) => {
            assert_eq!(found, again);
            assert!(found.len() <= beginnings(data), "more entries than beginnings");
            found.iter().for_each(whole);
        }
        (Err(malformed), Err(again)) => {
            assert!(data[malformed.at..].starts_with(MAGIC), "{malformed}");
            assert_eq!((malformed.at + 5, malformed.reason), (again.at, again.reason));
        }
        _ => panic!("{read:?}, five bytes later {moved:?}"),
    }
    let twice = [data, b"\n", data].concat();
    if let (Ok(found), Ok(again)) = (&read, section::read(&twice)) {
        assert_eq!(found.len() * 2, again.len());
    }
}

fn beginnings(data: &[u8]) -> usize {
    data.windows(MAGIC.len()).filter(|window| *window == MAGIC).count()
}

/// An entry is fit for a terminal, and written again it is the same.
fn whole(descriptor: &section::Descriptor) {
    let section::Descriptor { id, type_path, package, version, schema, stage, format: _, json_schema } = descriptor;
    for name in [id, type_path, package, version, stage].into_iter().chain(schema) {
        assert!(!name.chars().any(char::is_control), "{name:?}");
    }
    assert!(json_schema.is_object());
    let json = serde_json::to_string(descriptor).expect("it was JSON before");
    let entry = format!("secrets-descriptor/1 {}\n{json}\n", json.len());
    assert_eq!(section::read(entry.as_bytes()).as_deref(), Ok(std::slice::from_ref(descriptor)));
}
