//! `schema = ".."`: reads the file, pairs its keys with the fields, and leaves what depends on types to the compiler.

mod presumed;
mod problems;

use std::path::{Component, Path, PathBuf};
use std::{env, fs};

use secrets_shape::file_shape::{Constant, FileObject, Kinds, NOWHERE, Span as Places};
use secrets_shape::fits::compare_objects;
use secrets_shape::near::is_near;
use secrets_shape::shape::{Absence, FieldShape, ObjectShape, Placement, Shape, TaggedShape, Unknown};
use serde_json::Value;
use syn::{Generics, LitStr, Type};

use super::{Body, Field, Object, Reading, Tagged};
use crate::attr::{Given, span_of};
use crate::errors::Errors;
use crate::schema_file::{self, Layout};
pub use problems::{Problem, Spot};

/// A schema file.
pub struct Schema {
    /// The path of the file, relative to the package.
    pub path: LitStr,
    /// `None` if `SECRETS_SCHEMA` switches the comparison off or the file is unusable.
    pub file: Option<File>,
    /// Errors that are visible from the tokens alone. The item still expands.
    pub mistakes: Option<syn::Error>,
}

/// The parsed file, paired with the item.
pub struct File {
    pub layout: Layout<'static>,
    pub objects: Vec<Paired>,
    /// Problems that exist only if the types turn out that way; the compiler decides.
    pub problems: Vec<Problem>,
    /// Bits per place for problems that exist only if a type is not what its name suggests.
    pub presumed_absent: Vec<u8>,
}

/// An object in the file, paired with the fields that it is compared with.
pub struct Paired {
    pub place: usize,
    pub variant: usize,
    /// How many keys precede the fields: 1 for an enum's tag.
    pub tags: usize,
    pub is_shared: bool,
    /// The index of the first field's problems; those of the other fields follow.
    pub problems: usize,
    /// See [`FileObject`].
    pub places: Vec<u16>,
    pub aliases: Vec<(usize, u16)>,
    pub required: Vec<u8>,
}

impl Paired {
    /// The places in the file that a field reads.
    pub fn places_of(&self, field: usize) -> impl Iterator<Item = usize> {
        let first = self.places[field];
        let aliases = self.aliases.iter().filter(move |(of, _)| *of == field).map(|(_, place)| *place);
        Some(first).filter(|first| *first != NOWHERE).into_iter().chain(aliases).map(usize::from)
    }

    fn as_data(&self) -> FileObject<'_> {
        let Self { place, variant, tags, is_shared, problems, places, aliases, required } = self;
        FileObject {
            place: *place,
            variant: *variant,
            tags: *tags,
            is_shared: *is_shared,
            problems: *problems,
            places,
            aliases,
            required,
        }
    }
}

impl File {
    /// The number of places, constants and fields, each of which has its own problem bits.
    pub fn length(&self) -> usize {
        let own = self.objects.iter().map(|object| object.places.len()).sum::<usize>();
        self.layout.places.len() + self.layout.constants.len() + own
    }
}

/// Reads the file. Returns `None` if there is nothing to compare.
pub fn read(schema: &Given<LitStr>, id: Option<&LitStr>, generics: &Generics, errors: &mut Errors) -> Option<Schema> {
    let path = schema.get()?.clone();
    // A type parameter is known only where the struct is used, if at all.
    if !generics.params.is_empty() {
        let message = "a generic struct has no `schema`: it would be compared only where the struct is used; put it on a struct \
                       without parameters";
        errors.at(span_of(schema), message);
        return None;
    }
    let read = path_is_possible(&path.value()).and_then(|()| is_checked()).and_then(|is_checked| {
        is_checked.then(|| text(&path.value(), id.is_some()).and_then(|text| parsed(&path.value(), &text))).transpose()
    });
    let (layout, mistakes) = match read {
        Ok(layout) => (layout, None),
        Err(message) => (None, Some(syn::Error::new(path.span(), message))),
    };
    let file =
        layout.map(|layout| File { layout, objects: Vec::new(), problems: Vec::new(), presumed_absent: Vec::new() });
    Some(Schema { path, file, mistakes })
}

fn path_is_possible(path: &str) -> Result<(), String> {
    let refuse = |why: &str| Err(why.to_owned());
    let mut components = Path::new(path).components();
    if path.is_empty() {
        return refuse(
            "the path is empty; write that of a JSON Schema file, relative to the package: \"secrets/orders-db.schema.json\"",
        );
    }
    if path.contains('\\') {
        return refuse("write the path with `/`, which every system reads");
    }
    if Path::new(path).has_root() || path.chars().nth(1) == Some(':') {
        return refuse(
            "write the path relative to the package, the directory of its Cargo.toml: others have it elsewhere",
        );
    }
    if components.any(|component| component == Component::ParentDir) {
        return refuse("write a path without `..`, to a file in the package: what is outside is not published with it");
    }
    if Path::new(path).extension().is_none_or(|extension| extension != "json") {
        return refuse("a schema is a JSON Schema file: its name ends in `.json`");
    }
    Ok(())
}

/// Whether `SECRETS_SCHEMA` allows the comparison. Generated code makes cargo track the variable.
fn is_checked() -> Result<bool, String> {
    match env::var("SECRETS_SCHEMA").as_deref() {
        Ok("unchecked") => Ok(false),
        Err(_) | Ok("") => Ok(true),
        Ok(_) => Err(
            "SECRETS_SCHEMA has a value other than `unchecked`: unset it to compare the struct with its schema file"
                .to_owned(),
        ),
    }
}

fn text(path: &str, has_id: bool) -> Result<String, String> {
    let Some(package) = env::var_os("CARGO_MANIFEST_DIR") else {
        return Err(
            "`schema` is a path within the package, which cargo names in CARGO_MANIFEST_DIR; it is not set".to_owned()
        );
    };
    fs::read_to_string(PathBuf::from(package).join(path)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let names = if has_id { String::new() } else { format!(" --id <ID> --schema {path}") };
            format!("the package has no file {path}: write it with `cargo secrets pull{names}`, which needs no build")
        }
        _ => format!("{path} cannot be read: {error}"),
    })
}

/// Suggests deleting the file because `pull` does not overwrite one that it cannot read as a schema.
const REWRITE: &str = "correct it, or delete it and run `cargo secrets pull`";

/// Leaks the parsed file: it lives as long as the compiler process.
fn parsed(path: &str, text: &str) -> Result<Layout<'static>, String> {
    if text.trim().is_empty() {
        return Err(format!("{path} is empty: {REWRITE}"));
    }
    if text.starts_with('\u{feff}') {
        return Err(format!("{path} begins with a byte order mark, which JSON does not have: save it without"));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| format!("{path} is not JSON: {error}: {REWRITE}"))?;
    let value: &'static Value = Box::leak(Box::new(value));
    if !(value.is_object() || value.is_boolean()) {
        return Err(format!("{path} is not a JSON Schema, which is an object: {REWRITE}"));
    }
    let layout = schema_file::layout(value).map_err(|unusable| format!("{path} {unusable}"))?;
    let kinds = layout.places[0].kinds;
    if !kinds.has(Kinds::OBJECT) {
        let kinds = problems::words(kinds);
        return Err(format!("{path} describes {kinds}, and this secret is an object: {REWRITE}"));
    }
    Ok(layout)
}

/// Pairs the file's keys with the fields.
pub fn compare(schema: &mut Schema, body: &Body) {
    let Schema { path, file: Some(file), mistakes } = schema else { return };
    let mut errors = Errors::default();
    pair(path, file, body, &mut errors);
    *mistakes = errors.finish().err();
}

fn pair(path: &LitStr, file: &mut File, body: &Body, errors: &mut Errors) {
    let mut pairing = Pairing { path, layout: &file.layout, objects: Vec::new(), next: 0, errors };
    pairing.next = file.layout.places.len() + file.layout.constants.len();
    match body {
        Body::Struct(object) => pairing.object(0, object, (0, 0), false),
        Body::Tagged(tagged) => pairing.tagged(tagged),
        Body::Newtype(_) | Body::Converted(_) | Body::Names(_) | Body::Variants(_) => return,
    }
    file.objects = pairing.objects;
    let found = problems_of(file, body, |_| Shape::Unknown);
    let presumed = problems_of(file, body, presumed::shape);
    file.problems = problems::problems(path, file, body, &found, errors);
    file.presumed_absent = vec![0; file.length()];
    for Problem { at, bit, .. } in
        file.problems.extract_if(.., |Problem { at, bit, .. }| *bit & presumed::PROBLEMS & !presumed[*at] != 0)
    {
        file.presumed_absent[at] |= bit;
    }
}

/// The problems that are possible if each field's type has the shape that `known` returns.
fn problems_of(file: &File, body: &Body, known: fn(&Type) -> Shape) -> Vec<u8> {
    let shape = match body {
        Body::Struct(object) => Shape::Object(leaked(object_shape(object, None, known))),
        Body::Tagged(tagged) => Shape::Tagged(leaked(tagged_shape(tagged, known))),
        Body::Newtype(_) | Body::Converted(_) | Body::Names(_) | Body::Variants(_) => Shape::Unknown,
    };
    let mut found = vec![0; file.length()];
    let objects: Vec<FileObject<'_>> = file.objects.iter().map(Paired::as_data).collect();
    file.layout.with(&objects, |shape_of_file| compare_objects(leaked(shape), shape_of_file, &mut found));
    found
}

struct Pairing<'a> {
    path: &'a LitStr,
    layout: &'a Layout<'static>,
    objects: Vec<Paired>,
    /// The index of the next field's problems.
    next: usize,
    errors: &'a mut Errors,
}

impl Pairing<'_> {
    fn object(&mut self, place: usize, object: &Object, (variant, tags): (usize, usize), is_shared: bool) {
        let (mut places, mut aliases, mut required) = (Vec::new(), Vec::new(), Vec::new());
        for (index, field) in object.fields.iter().enumerate() {
            let keys: Vec<String> = field.keys.iter().map(LitStr::value).collect();
            // The number of places is limited to fewer than `u16::MAX`.
            let mut found = self
                .layout
                .keys_in(place)
                .filter(|(_, key)| keys.iter().any(|other| other == key))
                .filter_map(|(at, _)| u16::try_from(at).ok());
            places.push(found.next().unwrap_or(NOWHERE));
            aliases.extend(found.map(|at| (index, at)));
            required.push(u8::from(self.layout.requires(place, &keys)));
        }
        let problems = self.next;
        self.next += places.len();
        self.objects.push(Paired { place, variant, tags, is_shared, problems, places, aliases, required });
    }

    /// Pairs each variant with the alternatives whose tag has its name.
    fn tagged(&mut self, tagged: &Tagged) {
        let Places(start, end) = self.layout.places[0].variants;
        let alternatives: Vec<usize> = if start == end { vec![0] } else { (start..end).collect() };
        let tag = tagged.tag.value();
        for place in alternatives {
            let Some((at, _)) = self.layout.keys_in(place).find(|(_, key)| *key == tag) else {
                self.missing_tag(place, &tag);
                continue;
            };
            self.tag_is_there(place, at, &tag);
            let listed = self.layout.constants(at);
            let may_be = |name: &LitStr| {
                listed.is_none_or(|listed| {
                    listed.iter().any(|constant| matches!(constant, Constant::Text(text) if *text == name.value()))
                })
            };
            let described = tagged.variants.iter().filter(|variant| may_be(&variant.name)).count();
            for (index, variant) in tagged.variants.iter().enumerate().filter(|(_, variant)| may_be(&variant.name)) {
                self.object(place, &variant.object, (index, 1), start == end || described > 1);
            }
            self.unknown_names(listed.unwrap_or_default(), tagged);
        }
    }

    fn missing_tag(&mut self, place: usize, tag: &str) {
        if !self.layout.places[place].are_all_keys {
            return;
        }
        let near = self.layout.keys_in(place).map(|(_, key)| key).find(|key| is_near(key, tag));
        let meant = match near {
            Some(near) => format!("; did you mean `{near}`? Correct `tag`"),
            None => ", whose value names the variant: correct `tag`".to_owned(),
        };
        let path = self.path.value();
        self.errors.at(self.path.span(), format!("{path} has no key `{tag}`{meant}, or {}", problems::PULL));
    }

    /// Checks that the tag is a string that is always present.
    fn tag_is_there(&mut self, place: usize, at: usize, tag: &str) {
        let (path, kinds) = (self.path.value(), self.layout.places[at].kinds);
        let mut refuse = |problem: &str| {
            let message = format!(
                "`{tag}` {problem} in {path}, and its value has to name the variant: correct `tag` or the file"
            );
            self.errors.at(self.path.span(), message);
        };
        if !kinds.has(Kinds::STRING) {
            return refuse(&format!("is {}", problems::words(kinds)));
        }
        if kinds.has(Kinds::NULL) && kinds != Kinds::ALL {
            refuse("may be null");
        }
        if !self.layout.requires(place, &[tag.to_owned()]) {
            refuse("may be absent");
        }
    }

    fn unknown_names(&mut self, listed: &[Constant<'_>], tagged: &Tagged) {
        let is_known = |constant: &Constant<'_>| match constant {
            // null is already reported by `tag_is_there`.
            Constant::Null => true,
            Constant::Text(text) => tagged.variants.iter().any(|variant| variant.name.value() == *text),
            _ => false,
        };
        let names: Vec<String> = tagged.variants.iter().map(|variant| format!("{:?}", variant.name.value())).collect();
        for constant in listed.iter().filter(|constant| !is_known(constant)) {
            let (path, tag, constant) = (self.path.value(), tagged.tag.value(), problems::constant(*constant));
            self.errors.at(
                self.path.span(),
                format!(
                    "{path} lists {constant} for `{tag}`, and the variants are {}: add a variant, or remove it from the file",
                    names.join(", ")
                ),
            );
        }
    }
}

/// The shape of an item as far as the tokens show it, with `known` for the field types.
fn object_shape(object: &Object, tag: Option<&LitStr>, known: fn(&Type) -> Shape) -> ObjectShape {
    let tag = tag.map(|tag| FieldShape { keys: leaked_keys(std::slice::from_ref(tag)), ..UNKNOWN });
    let fields: Vec<FieldShape> =
        tag.into_iter().chain(object.fields.iter().map(|field| field_shape(field, known))).collect();
    let unknown = if object.denies_unknown { Unknown::Denied } else { Unknown::Ignored };
    ObjectShape { fields: fields.leak(), unknown, ..ObjectShape::EMPTY }
}

const UNKNOWN: FieldShape = FieldShape { shape: Shape::Unknown, ..FieldShape::PLAIN };

fn field_shape(field: &Field, known: fn(&Type) -> Shape) -> FieldShape {
    let placement = if matches!(field.reading, Reading::Flattened) { Placement::Flattened } else { Placement::Keyed };
    let absence = if field.default.is_some() { Absence::Default } else { Absence::OfType };
    let shape = if matches!(field.reading, Reading::OfType) { known(&field.ty) } else { Shape::Unknown };
    FieldShape { keys: leaked_keys(&field.keys), shape, placement, absence, coercion: field.coercion, ..UNKNOWN }
}

fn tagged_shape(tagged: &Tagged, known: fn(&Type) -> Shape) -> TaggedShape {
    let variants: Vec<ObjectShape> =
        tagged.variants.iter().map(|variant| object_shape(&variant.object, Some(&tagged.tag), known)).collect();
    TaggedShape { name: "", description: "", tag: "", names: &[], variants: variants.leak() }
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn leaked_keys(keys: &[LitStr]) -> &'static [&'static str] {
    keys.iter().map(|key| &*key.value().leak()).collect::<Vec<_>>().leak()
}
