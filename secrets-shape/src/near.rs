//! Finds near misses of a name. They are the only undeclared keys of a secret that a message may quote: they reveal little beyond the
//! declared name.

/// The name that was probably meant: a near miss, or one of which the other is a prefix. Only for text in programs, which is not secret.
pub fn nearest<'n>(written: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let begins_alike = |name: &&str| {
        let shorter = written.len().min(name.len());
        shorter >= SHORTEST && (written.starts_with(name) || name.starts_with(written))
    };
    let near = names.clone().into_iter().find(|name| is_near(written, name));
    near.or_else(|| names.into_iter().filter(begins_alike).max_by_key(|name| name.len().min(written.len())))
}

/// Whether two names differ only in case and separators, or by one typing error.
pub fn is_near(written: &str, name: &str) -> bool {
    // Limits the length, because separators are ignored and could carry anything.
    let may_be_respelled = written.len() <= name.len() + 4 && letters(written).next().is_some();
    (may_be_respelled && letters(written).eq(letters(name)))
        || (name.chars().count() >= SHORTEST && is_one_edit_away(written, name))
}

/// Shorter names would match too many others.
const SHORTEST: usize = 4;

/// `db_name`, `DB-Name` and `dbName` have the same letters.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).flat_map(char::to_lowercase)
}

/// Whether one character was inserted, omitted, replaced, or swapped with its neighbour.
fn is_one_edit_away(left: &str, right: &str) -> bool {
    // Strips the common prefix and suffix; one edit leaves at most two characters.
    let common = left.chars().zip(right.chars()).take_while(|(l, r)| l == r).map(|(l, _)| l.len_utf8()).sum();
    let (left, right) = (&left[common..], &right[common..]);
    let ends = left.chars().rev().zip(right.chars().rev()).take_while(|(l, r)| l == r);
    let common: usize = ends.map(|(l, _)| l.len_utf8()).sum();
    let rest = |text: &str| -> Vec<char> { text[..text.len() - common].chars().take(3).collect() };
    match (rest(left).as_slice(), rest(right).as_slice()) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_near() {
        for key in ["Password", "PASSWORD", "pass_word", "pasword", "passwort", "apssword", "passwordd", "xpassword"] {
            assert!(is_near(key, "password"), "{key}");
        }
        assert!(is_near("dbName", "db_name"));
        assert!(is_near("hóst", "host"));
    }

    #[test]
    fn another_name_is_not() {
        for key in ["", "pass", "passwords1", "drowssap", "username", "password-of-the-admin", "passXXord"] {
            assert!(!is_near(key, "password"), "{key}");
        }
        assert!(!is_near(&format!("password{}", "_".repeat(9)), "password"), "separators could carry anything");
        assert!(!is_near("--", "_"), "no letters, no name");
        assert!(!is_near("it", "id"), "short names have too many neighbours");
    }

    #[test]
    fn a_typing_error_finds_what_was_meant() {
        let names = ["rename", "rename_all", "range", "length", "public"];
        let found = |written| nearest(written, names);
        assert_eq!((found("renme"), found("renameall")), (Some("rename"), Some("rename_all")));
        assert_eq!((found("lenght"), found("Public")), (Some("length"), Some("public")));
        assert_eq!((found("publicly"), found("rename_all_of")), (Some("public"), Some("rename_all")));
        assert_eq!((found("min_length_of"), found("x")), (None, None));
    }

    /// Compares with a reference implementation of the edit distance: one edit means a distance of one.
    #[test]
    fn one_edit_is_what_others_call_a_distance_of_one() {
        let mut random = fastrand::Rng::with_seed(7);
        let alphabet: Vec<char> = "abcó😀_".chars().collect();
        let mut near = 0;
        for _ in 0..200_000 {
            let name = |random: &mut fastrand::Rng| -> String {
                (0..random.usize(0..7)).map(|_| alphabet[random.usize(0..alphabet.len())]).collect()
            };
            let left = name(&mut random);
            // Makes about half of the pairs neighbours.
            let mut right: Vec<char> =
                if random.bool() { left.chars().collect() } else { name(&mut random).chars().collect() };
            match random.usize(0..4) {
                0 if right.len() > 1 => right.swap(0, 1),
                1 if !right.is_empty() => drop(right.remove(random.usize(0..right.len()))),
                2 => right.insert(random.usize(0..=right.len()), alphabet[random.usize(0..alphabet.len())]),
                _ => {}
            }
            let right: String = right.into_iter().collect();
            let is_near = is_one_edit_away(&left, &right);
            assert_eq!(is_near, strsim::osa_distance(&left, &right) == 1, "{left} {right}");
            near += usize::from(is_near);
        }
        assert!(near > 20_000, "{near} near misses");
    }
}
