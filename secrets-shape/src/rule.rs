//! Validation rules beyond the shape, and their evaluation.

use crate::number::Integer;

/// A rule of a field, as constant data.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// `range(..)`, inclusive.
    Range { min: Option<Bound>, max: Option<Bound> },
    /// `multiple_of(..)`, for integers; greater than zero.
    MultipleOf(u64),
    /// `length(..)`, inclusive: code points of a string, bytes, items of an array, keys of a map.
    Length { min: Option<u64>, max: Option<u64> },
    /// `pattern = ".."`, as declared (ECMA-262, for JSON Schema) and as translated for Rust.
    Pattern { written: &'static str, rust: &'static str },
    /// `one_of(..)`
    OneOf(&'static [&'static str]),
    /// `try_from` of the named type. Only its code knows what it accepts.
    Valid(&'static str),
    /// `each(..)`: rules for every item of an array or value of a map.
    Each(&'static [Rule]),
}

/// A bound of a range.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    Integer(Integer),
    Float(f64),
}

/// The part of a value that a rule applies to.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'v> {
    Integer(Integer),
    Single(f32),
    Double(f64),
    Text(&'v str),
    /// Bytes, items or keys.
    Count(usize),
}

impl Rule {
    /// Whether a value satisfies the rule. A rule for another kind of value holds. The caller evaluates patterns and `each`.
    pub fn holds(&self, value: Judged<'_>) -> bool {
        match (self, value) {
            (Self::Range { min, max }, Judged::Integer(_) | Judged::Single(_) | Judged::Double(_)) => {
                min.is_none_or(|min| min.is_at_most(value)) && max.is_none_or(|max| max.is_at_least(value))
            }
            (Self::MultipleOf(unit), Judged::Integer(value)) => value.magnitude() % u128::from(*unit) == 0,
            (Self::Length { min, max }, Judged::Text(text)) => has_length(text, *min, *max),
            (Self::Length { min, max }, Judged::Count(count)) => is_between(count, *min, *max),
            (Self::OneOf(names), Judged::Text(text)) => names.contains(&text),
            _ => true,
        }
    }
}

impl Rule {
    /// How the value breaks the rule, in words. Says too short or too long only if the rule has just one bound.
    pub fn found(&self) -> &'static str {
        match self {
            Self::Range { min: Some(_), max: None } => "a smaller number",
            Self::Range { min: None, max: Some(_) } => "a larger number",
            Self::Range { .. } | Self::MultipleOf(_) => "a number that does not fit",
            Self::Length { min: Some(_), max: None } => "a shorter one",
            Self::Length { min: None, max: Some(_) } => "a longer one",
            Self::Length { .. } => "one of a different length",
            Self::Pattern { .. } => "a string that does not match",
            Self::OneOf(_) => "a string that is not one of them",
            Self::Valid(_) => "a value that does not fit",
            Self::Each(_) => "an item that does not fit",
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a bound is rounded as the value was")]
impl Bound {
    fn is_at_most(self, value: Judged<'_>) -> bool {
        match value {
            Judged::Integer(value) => match self {
                Self::Integer(bound) => !value.is_below(bound),
                Self::Float(bound) => bound <= value.double(),
            },
            Judged::Single(value) => self.double() as f32 <= value,
            Judged::Double(value) => self.double() <= value,
            _ => true,
        }
    }

    fn is_at_least(self, value: Judged<'_>) -> bool {
        match value {
            Judged::Integer(value) => match self {
                Self::Integer(bound) => !bound.is_below(value),
                Self::Float(bound) => bound >= value.double(),
            },
            Judged::Single(value) => self.double() as f32 >= value,
            Judged::Double(value) => self.double() >= value,
            _ => true,
        }
    }

    /// A constant whose type the derive does not know, cast to each of these types.
    #[allow(clippy::float_cmp, reason = "whether they are one number, to the last bit")]
    pub const fn of(signed: i128, unsigned: u128, double: f64) -> Self {
        if Integer::Signed(signed).double() == double {
            Self::Integer(Integer::Signed(signed))
        } else if Integer::unsigned(unsigned).double() == double {
            Self::Integer(Integer::unsigned(unsigned))
        } else {
            Self::Float(double)
        }
    }

    fn integer(self) -> Option<Integer> {
        if let Self::Integer(value) = self { Some(value) } else { None }
    }

    fn double(self) -> f64 {
        match self {
            Self::Integer(value) => value.double(),
            Self::Float(value) => value,
        }
    }

    /// Whether this lower bound is above the upper bound `other`.
    pub fn is_above(self, other: Self) -> bool {
        match (self.integer(), other.integer()) {
            (Some(left), Some(right)) => left > right,
            _ => self.double() > other.double(),
        }
    }
}

fn has_length(text: &str, min: Option<u64>, max: Option<u64>) -> bool {
    // A code point has one to four bytes, so the byte length often decides.
    let (fewest, most) = (text.len().div_ceil(4), text.len());
    let is_sure = is_between(fewest, min, max) && is_between(most, min, max);
    is_sure || is_between(text.chars().count(), min, max)
}

fn is_between(count: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max)
}

/// A type's own bounds, narrowed by every `range` rule.
pub const fn narrowed(mut min: Integer, mut max: Integer, rules: &[Rule]) -> (Integer, Integer) {
    let mut at = 0;
    while at < rules.len() {
        if let Rule::Range { min: low, max: high } = &rules[at] {
            if let Some(Bound::Integer(low)) = low
                && min.is_below(*low)
            {
                min = *low;
            }
            if let Some(Bound::Integer(high)) = high
                && high.is_below(max)
            {
                max = *high;
            }
        }
        at += 1;
    }
    (min, max)
}

/// The rules of `each(..)`, among the rules of an array or map.
pub const fn rules_of_items(rules: &'static [Rule]) -> &'static [Rule] {
    let mut at = 0;
    while at < rules.len() {
        if let Rule::Each(rules) = rules[at] {
            return rules;
        }
        at += 1;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: Bound, max: Bound) -> Rule {
        Rule::Range { min: Some(min), max: Some(max) }
    }

    #[test]
    fn a_range_includes_its_ends_and_is_exact_for_integers() {
        let rule = range(Bound::Integer((-1).into()), Bound::Integer(i128::from(u64::MAX).into()));
        for (value, holds) in [(-2, false), (-1, true), (i128::from(u64::MAX), true), (i128::from(u64::MAX) + 1, false)]
        {
            assert_eq!(rule.holds(Judged::Integer(Integer::Signed(value))), holds, "{value}");
        }
        assert!(rule.holds(Judged::Text("a text has no range")));
    }

    #[test]
    fn a_multiple_is_one_of_negative_numbers_and_of_zero_too() {
        let rule = Rule::MultipleOf(5);
        for (value, holds) in [(0, true), (-10, true), (5, true), (6, false), (i128::from(u64::MAX), true)] {
            assert_eq!(rule.holds(Judged::Integer(Integer::Signed(value))), holds, "{value}");
        }
    }

    #[test]
    fn a_bound_is_rounded_as_the_value_was() {
        let rule = range(Bound::Float(0.1), Bound::Float(0.1));
        assert!(rule.holds(Judged::Single(0.1)) && rule.holds(Judged::Double(0.1)));
        assert!(!rule.holds(Judged::Double(0.100_000_001)) && !rule.holds(Judged::Double(f64::NAN)));
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "as the derive casts"
    )]
    fn a_constant_is_what_all_its_casts_agree_on() {
        let of_float = |value: f64| Bound::of(value as i128, value as u128, value);
        assert!(matches!(Bound::of(-1, -1_i128 as u128, -1.0), Bound::Integer(Integer::Signed(-1))));
        assert!(matches!(Bound::of(-1, u128::MAX, u128::MAX as f64), Bound::Integer(Integer::MAX)));
        let long = i128::from(i64::MAX);
        assert!(
            matches!(Bound::of(long, long as u128, long as f64), Bound::Integer(Integer::Signed(value)) if value == long)
        );
        assert!(matches!(of_float(0.5), Bound::Float(0.5)) && matches!(of_float(-1e300), Bound::Float(_)));
        assert!(matches!(of_float(3.0), Bound::Integer(Integer::Signed(3))));
    }

    #[test]
    fn a_length_counts_code_points() {
        let rule = Rule::Length { min: Some(2), max: Some(3) };
        for (text, holds) in
            [("a", false), ("ab", true), ("😀", false), ("😀😀😀", true), ("abcd", false), ("éé", true)]
        {
            assert_eq!(rule.holds(Judged::Text(text)), holds, "{text}");
        }
        assert!(rule.holds(Judged::Count(3)) && !rule.holds(Judged::Count(4)));
    }
}
