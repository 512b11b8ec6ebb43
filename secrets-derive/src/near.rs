//! The name that was meant.

/// The candidate nearest to what was written, if it is near.
pub(crate) fn nearest<'a>(written: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &&&str| edits(written, candidate);
    let nearest = candidates.iter().min_by_key(distance)?;
    let is_near = edits(written, nearest) <= written.len().max(nearest.len()) / 3;
    is_near.then_some(nearest)
}

/// How many characters have to be inserted, left out or replaced (Levenshtein), ignoring case.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_what_was_meant() {
        let names = ["rename", "rename_all", "range", "length", "public"];
        assert_eq!(nearest("renme", &names), Some("rename"));
        assert_eq!(nearest("renameall", &names), Some("rename_all"));
        assert_eq!(nearest("lenght", &names), Some("length"));
        assert_eq!(nearest("Public", &names), Some("public"));
        assert_eq!(nearest("min_length_of", &names), None);
        assert_eq!(nearest("x", &names), None);
    }
}
