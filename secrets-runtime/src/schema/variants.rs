//! Compares an enum that is told by a tag: each variant with the alternative whose tag has its name.

use super::check::{DEEPEST_TYPE, Presence};
use super::constants::{Judge, Tally, lists};
use super::file::{DEEPEST, SchemaFile};
use super::problem::{Problem, Step, What};
use super::{Coercion, FieldShape, Shape, TaggedShape};

impl SchemaFile<'_> {
    /// Compares a field of a variant, which comes after the tag.
    pub(super) const fn field_of_variant(
        &self,
        tagged: &'static TaggedShape,
        variant: usize,
        field: usize,
    ) -> Option<Problem> {
        self.variant_field(0, tagged, variant, &tagged.variants[variant].fields[field + 1], DEEPEST_TYPE)
    }

    /// Compares all variants.
    pub(super) const fn variants(&self, at: usize, tagged: &'static TaggedShape, depth: usize) -> Option<Problem> {
        let problem = self.tag(at, tagged);
        if problem.is_some() {
            return problem;
        }
        let mut variant = 0;
        while variant < tagged.variants.len() {
            let fields = tagged.variants[variant].fields;
            let mut field = 1;
            while field < fields.len() {
                let problem = self.variant_field(at, tagged, variant, &fields[field], depth);
                if problem.is_some() {
                    return problem;
                }
                field += 1;
            }
            variant += 1;
        }
        None
    }

    const fn variant_field(
        &self,
        at: usize,
        tagged: &'static TaggedShape,
        variant: usize,
        field: &'static FieldShape,
        depth: usize,
    ) -> Option<Problem> {
        let whole = &tagged.variants[variant];
        let Some(list) = self.variant_list(at, DEEPEST) else {
            return self.field(at, whole, field, Presence::Open, depth);
        };
        let mut alternative = self.first(list);
        while let Some(found) = alternative {
            if self.is_variant(found, tagged, variant) {
                let problem = self.field(found, whole, field, self.presence(found, tagged, variant), depth);
                if problem.is_some() {
                    return problem;
                }
            }
            alternative = self.after(found, list);
        }
        None
    }

    /// An alternative may be that of other variants as well.
    const fn presence(&self, at: usize, tagged: &'static TaggedShape, variant: usize) -> Presence {
        let mut other = 0;
        while other < tagged.variants.len() {
            if other != variant && self.is_variant(at, tagged, other) {
                return Presence::Open;
            }
            other += 1;
        }
        Presence::Judged
    }

    /// What the file says of the tag, and of each variant as a whole.
    pub(super) const fn tag(&self, at: usize, tagged: &'static TaggedShape) -> Option<Problem> {
        if self.property(at, tagged.tag, DEEPEST).is_none() {
            return self.missing_tag(at, tagged);
        }
        let Some(list) = self.variant_list(at, DEEPEST) else { return self.names(at, tagged) };
        let mut alternative = self.first(list);
        while let Some(found) = alternative {
            let problem = self.names(found, tagged);
            if problem.is_some() {
                return problem;
            }
            let problem = self.unread_by_variant(found, tagged);
            if problem.is_some() {
                return problem;
            }
            alternative = self.after(found, list);
        }
        None
    }

    const fn missing_tag(&self, at: usize, tagged: &'static TaggedShape) -> Option<Problem> {
        if !self.names_keys(at) {
            return None;
        }
        let near = self.near(at, &tagged.variants[0], &[tagged.tag], DEEPEST);
        Some(Problem::of(What::Missing { key: tagged.tag, near, is_tag: true }))
    }

    /// The file's names of variants, all of which have to be known.
    const fn names(&self, at: usize, tagged: &'static TaggedShape) -> Option<Problem> {
        let Some(tag) = self.property(at, tagged.tag, DEEPEST) else { return None };
        let judge = Judge { shape: Shape::Names(tagged.names), rules: &[], coercion: Coercion::None };
        match judge.tally(self, tag, DEEPEST) {
            Tally::Listed { refused: Some(at), .. } => {
                Some(Problem::of(What::Constant { at, listed: Some(tagged.names) }).under(Step::Key(tagged.tag)))
            }
            _ => None,
        }
    }

    const fn unread_by_variant(&self, at: usize, tagged: &'static TaggedShape) -> Option<Problem> {
        let mut variant = 0;
        while variant < tagged.variants.len() {
            if self.is_variant(at, tagged, variant)
                && let Some(problem) = self.unread(at, &tagged.variants[variant], DEEPEST)
            {
                return Some(problem);
            }
            variant += 1;
        }
        None
    }

    const fn is_variant(&self, at: usize, tagged: &'static TaggedShape, variant: usize) -> bool {
        match self.property(at, tagged.tag, DEEPEST) {
            Some(tag) => lists(self, tag, tagged.names[variant]),
            None => false,
        }
    }

    /// The alternatives, one of which is each variant's.
    const fn variant_list(&self, at: usize, depth: usize) -> Option<usize> {
        if depth == 0 {
            return None;
        }
        if let Some(only) = self.only_alternative(at) {
            let list = self.variant_list(only, depth - 1);
            if list.is_some() {
                return list;
            }
        }
        let list = self.alternatives(at);
        if list.is_some() {
            return list;
        }
        let mut index = 0;
        while let Some(schema) = self.also(at, index) {
            let list = self.variant_list(schema, depth - 1);
            if list.is_some() {
                return list;
            }
            index += 1;
        }
        None
    }
}
