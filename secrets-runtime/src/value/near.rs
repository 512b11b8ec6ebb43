//! Near misses: the only keys of a secret that a message may quote, because they all but repeat a declared name.

use super::text::Text;

/// The key that a person may have meant as one of the declared `names`.
pub(crate) fn near_miss<'a>(keys: &'a [Text<'_>], names: &[&str]) -> Option<&'a str> {
    keys.iter().map(|key| &**key).find(|key| names.iter().any(|name| is_near(key, name)))
}

/// The same name in another case or with other separators, or one typing error away.
#[must_use]
pub fn is_near(key: &str, name: &str) -> bool {
    let is_respelled = key.len() <= name.len() + 4 && letters(key).next().is_some() && letters(key).eq(letters(name));
    is_respelled || (name.chars().count() >= 4 && is_one_edit_away(key, name))
}

/// `db_name`, `DB-Name` and `dbName` have the same letters.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).flat_map(char::to_lowercase)
}

/// One character inserted, left out, replaced, or exchanged with its neighbour.
fn is_one_edit_away(left: &str, right: &str) -> bool {
    // Equal ends are cut off; of one edit at most two characters are left.
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
}
