//! Walks a type's shape for its keys.

use std::collections::BTreeSet;

use secrets_shape::shape::{FieldShape, ObjectShape, Placement, Shape, Telling, VariantsShape};

/// The shape inside `Option`s and newtypes, which add no JSON of their own.
pub fn unwrapped(shape: &'static Shape) -> &'static Shape {
    match shape {
        Shape::Optional(inner) => unwrapped(inner),
        Shape::Newtype(field) => unwrapped(&field.shape),
        other => other,
    }
}

/// The fields that have keys, including those of flattened structs.
pub fn keyed(object: &'static ObjectShape) -> Vec<&'static FieldShape> {
    let fields = object.fields.iter().flat_map(|field| match (field.placement, &field.shape) {
        (Placement::Flattened, Shape::Object(inner)) => keyed(inner),
        (Placement::Flattened, _) => Vec::new(),
        (Placement::Keyed, _) => vec![field],
    });
    fields.collect()
}

/// The objects that a whole secret can be: one for a struct, one per variant for an enum.
pub fn objects(shape: &'static Shape) -> Vec<&'static ObjectShape> {
    match unwrapped(shape) {
        Shape::Object(object) => vec![object],
        Shape::Tagged(tagged) => tagged.variants.iter().collect(),
        Shape::Variants(variants) if variants.telling == Telling::Content => {
            variants.contents.iter().flatten().flat_map(objects).collect()
        }
        _ => Vec::new(),
    }
}

/// The contents by variant name, where the object's only key names the variant.
fn named(shape: &'static Shape) -> Vec<(&'static str, &'static Shape)> {
    let Shape::Variants(VariantsShape { telling: Telling::Name, names, contents, .. }) = unwrapped(shape) else {
        return Vec::new();
    };
    names.iter().zip(*contents).filter_map(|(name, content)| Some((*name, content.as_ref()?))).collect()
}

/// The places that only the program's own code can validate: fields declared `from_str` or `serde`.
pub fn judged_by_the_program(shape: &'static Shape) -> BTreeSet<String> {
    let named = |path: String| match path.trim_start_matches('.') {
        "" => "the whole secret".to_owned(),
        path => path.to_owned(),
    };
    opaque(shape).into_iter().map(named).collect()
}

fn opaque(shape: &'static Shape) -> Vec<String> {
    let inside =
        |step: &str, inner| opaque(inner).into_iter().map(|path| format!("{step}{path}")).collect::<Vec<String>>();
    match unwrapped(shape) {
        Shape::Parsed(..) | Shape::Any => vec![String::new()],
        Shape::Array(item) | Shape::Set(item) => inside("[]", item),
        Shape::Tuple(items) => {
            items.iter().enumerate().flat_map(|(at, item)| inside(&format!("[{at}]"), item)).collect()
        }
        Shape::Map { keys, item } => [inside(".* (the key)", keys), inside(".*", item)].concat(),
        Shape::Embedded(inner) => opaque(inner),
        other => {
            let of_named = named(other).into_iter().flat_map(|(name, content)| inside(&format!(".{name}"), content));
            objects(other).into_iter().flat_map(|object| object.fields).flat_map(of_field).chain(of_named).collect()
        }
    }
}

fn of_field(field: &'static FieldShape) -> Vec<String> {
    let key = field.keys.first().map_or(String::new(), |key| format!(".{key}"));
    opaque(&field.shape).into_iter().map(|path| format!("{key}{path}")).collect()
}

/// The shapes that several types declare for one place of a document.
#[derive(Debug, Clone, Default)]
pub struct Readers(Vec<&'static Shape>);

impl Readers {
    pub fn new(shapes: impl IntoIterator<Item = &'static Shape>) -> Self {
        Self(shapes.into_iter().map(unwrapped).collect())
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The shapes of a list's items.
    pub fn items(&self) -> Self {
        Self::new(
            self.0.iter().filter(|shape| matches!(shape, Shape::Array(_) | Shape::Set(_))).map(|shape| shape.item()),
        )
    }

    /// The shapes of the value under a declared key, or `None` if no type declares it.
    pub fn declared(&self, key: &str) -> Option<Self> {
        let fields = self.0.iter().flat_map(|shape| objects(shape)).flat_map(keyed);
        let fields = fields.filter(|field| field.keys.contains(&key)).map(|field| &field.shape);
        let named = self.0.iter().flat_map(|shape| named(shape)).filter(|(name, _)| *name == key);
        let shapes: Vec<&Shape> = fields.chain(named.map(|(_, content)| content)).collect();
        (!shapes.is_empty()).then(|| Self::new(shapes))
    }

    /// The shapes of a map's values, or `None` if no type has a map here.
    pub fn rest(&self) -> Option<Self> {
        let values = self.0.iter().flat_map(|shape| match shape {
            Shape::Map { .. } => vec![shape.item()],
            shape => objects(shape)
                .into_iter()
                .filter_map(ObjectShape::rest)
                .map(|field| unwrapped(&field.shape).item())
                .collect(),
        });
        let values: Vec<&Shape> = values.collect();
        (!values.is_empty()).then(|| Self::new(values))
    }
}

#[cfg(test)]
mod tests {
    use secrets_shape::shape::FromNumber;

    use super::*;

    #[test]
    fn what_only_the_program_judges_is_named_wherever_it_is() {
        const URL: FieldShape =
            FieldShape { keys: &["url"], shape: Shape::Parsed("Url", FromNumber::Never), ..FieldShape::PLAIN };
        const LINKS: ObjectShape = ObjectShape { fields: &[URL], ..ObjectShape::EMPTY };
        const MAP: Shape = Shape::map(&Shape::Array(&Shape::Object(&LINKS)));
        let of = |shape| judged_by_the_program(shape).into_iter().collect::<Vec<_>>();
        assert_eq!(of(&Shape::Newtype(&URL)), ["the whole secret"]);
        assert_eq!(of(&MAP), ["*[].url"]);
        assert!(of(&Shape::String).is_empty());
    }
}
