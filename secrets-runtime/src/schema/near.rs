//! Near misses, at compile time: as those that are looked for in a secret, in names of ASCII.

/// The same name in another case or with other separators, or one typing error away.
pub(super) const fn is_near(left: &[u8], right: &[u8]) -> bool {
    has_same_letters(left, right) || (right.len() >= 4 && is_one_edit_away(left, right))
}

/// `db_name`, `DB-Name` and `dbName` have the same letters.
const fn has_same_letters(left: &[u8], right: &[u8]) -> bool {
    let (mut left, mut right) = (letters(left), letters(right));
    loop {
        match (left, right) {
            ([], []) => return true,
            ([l, left_rest @ ..], [r, right_rest @ ..]) if l.eq_ignore_ascii_case(r) => {
                left = letters(left_rest);
                right = letters(right_rest);
            }
            _ => return false,
        }
    }
}

/// From the next letter on.
const fn letters(name: &[u8]) -> &[u8] {
    let mut rest = name;
    while let [b'_' | b'-' | b'.' | b' ', others @ ..] = rest {
        rest = others;
    }
    rest
}

/// One byte inserted, left out, replaced, or exchanged with its neighbour.
const fn is_one_edit_away(left: &[u8], right: &[u8]) -> bool {
    let (mut left, mut right) = (left, right);
    while let ([l, left_rest @ ..], [r, right_rest @ ..]) = (left, right)
        && *l == *r
    {
        left = left_rest;
        right = right_rest;
    }
    while let ([left_rest @ .., l], [right_rest @ .., r]) = (left, right)
        && *l == *r
    {
        left = left_rest;
        right = right_rest;
    }
    match (left, right) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => *a == *d && *b == *c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::near::is_near as is_near_in_a_secret;

    #[test]
    fn a_near_miss_is_the_same_at_compile_time_and_in_a_secret() {
        let names = [
            "password",
            "Password",
            "pass_word",
            "pasword",
            "apssword",
            "dbName",
            "db_name",
            "dbname",
            "username",
            "it",
            "id",
        ];
        for left in names {
            for right in names {
                let expected = is_near_in_a_secret(left, right);
                assert_eq!(is_near(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
            }
        }
    }
}
