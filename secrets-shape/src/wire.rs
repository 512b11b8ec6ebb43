//! A type's declaration as bytes in a program: written at compile time, read by `cargo secrets`.
//!
//! `docs/reference/descriptor.md` describes the format. Descriptor files outlive programs: a changed format has a version of its own, and
//! entries of the versions before are still read. Entries are padded to a power of two, at least 512 bytes: LLVM merges shorter
//! constants with others, where they could not be found.

#![allow(clippy::cast_possible_truncation, reason = "lengths of constants, and the lowest bits of a number")]
#![allow(clippy::option_option, reason = "what is read, of what may be absent")]

use crate::number::Integer;
use crate::rule::{Bound, Rule};
use crate::shape::{
    Absence, Base64Form, Coercion, Encoding, Exposure, FieldShape, FromNumber, ObjectShape, Placement, Precision,
    Shape, TaggedShape, Telling, Unknown, VariantsShape,
};

/// The declaration of a type.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'d> {
    /// As declared, with placeholders; `None` if the program passes the id at run time.
    pub id: Option<&'d str>,
    /// The path of the type: `orders::db::OrdersDb`.
    pub type_path: &'d str,
    /// The package that declares it, with its version.
    pub package: &'d str,
    pub version: &'d str,
    /// The path of the schema file, relative to the package.
    pub schema: Option<&'d str>,
    /// Whether the compiler compared the type with the schema file.
    pub is_checked: bool,
    pub stage: &'d str,
    pub format: Format,
    pub shape: Shape,
}

/// The format of the secret's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    /// `text`
    Text(TextFormat),
}

impl Format {
    /// Whether the text may be empty.
    pub fn may_be_empty(self) -> bool {
        matches!(self, Self::Text(TextFormat { may_be_empty: true, .. }))
    }
}

/// Options of plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextFormat {
    /// Whether one trailing line break, as from an editor or `echo`, is removed.
    pub is_trimmed: bool,
    /// `allow_empty`
    pub may_be_empty: bool,
}

/// Starts an entry and ends in the format version and its complement, which rules out the same bytes occurring by chance.
pub const MAGIC: [u8; 19] = *b"\x7fsecrets-entry\x02\x1a\n\x02\xfd";
/// The magic, a length of four bytes and a checksum of eight.
pub const HEADING: usize = MAGIC.len() + 4 + 8;
/// The value for hex, after those for the variants of base64.
const HEX: u8 = 8;
/// The smallest entry, including padding.
pub const SHORTEST: usize = 512;

/// The length of an entry in bytes, without padding.
pub const fn length(declaration: &Declaration<'_>) -> usize {
    let mut writer = Writer { bytes: &mut [], length: HEADING };
    writer.declaration(declaration);
    writer.length
}

/// The entry, or only zeros if `N` is not the padded size of an entry of this length.
pub const fn entry<const N: usize>(declaration: &Declaration<'_>, length: usize) -> [u8; N] {
    let mut bytes = [0; N];
    // The caller asks for every size, and exactly one of them fits.
    if length <= N && (length > N / 2 || N <= SHORTEST) {
        write(&mut bytes, declaration, length);
    }
    bytes
}

/// The entry without padding, for a descriptor file. Inline, so that programs that never call it do not contain the magic once more.
#[must_use]
#[inline]
pub fn unpadded(declaration: &Declaration<'_>) -> Vec<u8> {
    let length = length(declaration);
    let mut bytes = vec![0; length];
    write(&mut bytes, declaration, length);
    bytes
}

#[inline]
const fn write(bytes: &mut [u8], declaration: &Declaration<'_>, length: usize) {
    let mut writer = Writer { bytes, length: 0 };
    writer.raw(&MAGIC);
    writer.raw(&((length - HEADING) as u32).to_le_bytes());
    writer.length = HEADING;
    writer.declaration(declaration);
    let sum = checksum(bytes.split_at(length).0.split_at(HEADING).1);
    let mut writer = Writer { bytes, length: HEADING - 8 };
    writer.raw(&sum.to_le_bytes());
}

/// 64-bit FNV-1a.
pub const fn checksum(bytes: &[u8]) -> u64 {
    let (mut sum, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        sum = (sum ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    sum
}

/// Writes into a buffer, and counts the length beyond it.
struct Writer<'b> {
    bytes: &'b mut [u8],
    length: usize,
}

impl Writer<'_> {
    const fn raw(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            self.byte(bytes[at]);
            at += 1;
        }
    }

    const fn byte(&mut self, byte: u8) {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }

    /// LEB128: seven bits per byte, lowest first.
    const fn number(&mut self, mut value: u128) {
        while value >= 128 {
            self.byte((value % 128) as u8 | 128);
            value /= 128;
        }
        self.byte(value as u8);
    }

    /// The sign, then the magnitude.
    const fn integer(&mut self, value: Integer) {
        self.byte(value.is_negative() as u8);
        self.number(value.magnitude());
    }

    const fn text(&mut self, text: &str) {
        self.number(text.len() as u128);
        self.raw(text.as_bytes());
    }

    const fn texts(&mut self, texts: &[&str]) {
        self.number(texts.len() as u128);
        let mut at = 0;
        while at < texts.len() {
            self.text(texts[at]);
            at += 1;
        }
    }

    const fn optional(&mut self, text: Option<&str>) {
        self.byte(text.is_some() as u8);
        if let Some(text) = text {
            self.text(text);
        }
    }

    const fn declaration(&mut self, declaration: &Declaration<'_>) {
        let Declaration { id, type_path, package, version, schema, is_checked, stage, format, shape } = declaration;
        self.optional(*id);
        self.text(type_path);
        self.text(package);
        self.text(version);
        self.optional(*schema);
        self.byte(*is_checked as u8);
        self.text(stage);
        self.byte(match format {
            Format::Json => 0,
            Format::Text(TextFormat { is_trimmed, may_be_empty }) => {
                1 | (*is_trimmed as u8) << 1 | (*may_be_empty as u8) << 2
            }
        });
        self.shape(shape);
    }

    const fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::String => self.byte(0),
            Shape::Parsed(name, from_number) => {
                self.byte(1);
                self.text(name);
                self.byte(*from_number as u8);
            }
            Shape::Bytes(Encoding::Hex) => {
                self.byte(2);
                self.byte(HEX);
            }
            Shape::Bytes(Encoding::Base64(Base64Form { is_url, is_unpadded, is_lenient })) => {
                self.byte(2);
                self.byte(*is_url as u8 | (*is_unpadded as u8) << 1 | (*is_lenient as u8) << 2);
            }
            Shape::Embedded(inner) => self.holder(3, inner),
            Shape::Names(names) => {
                self.byte(4);
                self.texts(names);
            }
            Shape::Integer { min, max, has_zero } => {
                self.byte(5);
                self.integer(*min);
                self.integer(*max);
                self.byte(*has_zero as u8);
            }
            Shape::Float(precision) => {
                self.byte(6);
                self.byte(*precision as u8);
            }
            Shape::Boolean => self.byte(7),
            Shape::Any => self.byte(8),
            Shape::Optional(inner) => self.holder(9, inner),
            Shape::Array(inner) => self.holder(10, inner),
            Shape::Map { keys, item } => {
                self.holder(11, keys);
                self.shape(item);
            }
            Shape::Object(object) => {
                self.byte(12);
                self.object(object);
            }
            Shape::Newtype(field) => {
                self.byte(13);
                self.field(field);
            }
            Shape::Tagged(tagged) => {
                self.byte(14);
                let TaggedShape { name, description: _, tag, names, variants } = tagged;
                self.text(name);
                self.text(tag);
                self.texts(names);
                let mut at = 0;
                while at < variants.len() {
                    self.object(&variants[at]);
                    at += 1;
                }
            }
            Shape::Unknown => self.byte(15),
            Shape::Set(inner) => self.holder(16, inner),
            Shape::Tuple(items) => {
                self.byte(17);
                self.number(items.len() as u128);
                let mut at = 0;
                while at < items.len() {
                    self.shape(&items[at]);
                    at += 1;
                }
            }
            Shape::Duration => self.byte(18),
            Shape::Variants(variants) => {
                self.byte(19);
                let VariantsShape { name, description: _, telling, names, contents } = variants;
                self.text(name);
                self.byte(*telling as u8);
                self.texts(names);
                let mut at = 0;
                while at < contents.len() {
                    match &contents[at] {
                        Some(content) => self.holder(1, content),
                        None => self.byte(0),
                    }
                    at += 1;
                }
            }
        }
    }

    const fn holder(&mut self, kind: u8, inner: &Shape) {
        self.byte(kind);
        self.shape(inner);
    }

    const fn object(&mut self, object: &ObjectShape) {
        let ObjectShape { name, description: _, fields, unknown } = object;
        self.text(name);
        self.byte(*unknown as u8);
        self.number(fields.len() as u128);
        let mut at = 0;
        while at < fields.len() {
            self.field(&fields[at]);
            at += 1;
        }
    }

    const fn field(&mut self, field: &FieldShape) {
        let FieldShape { keys, description: _, shape, rules, placement, absence, coercion, exposure } = field;
        self.texts(keys);
        self.byte(*placement as u8 | (*absence as u8) << 1 | (*exposure as u8) << 2 | (*coercion as u8) << 3);
        self.rules(rules);
        self.shape(shape);
    }

    const fn rules(&mut self, rules: &[Rule]) {
        self.number(rules.len() as u128);
        let mut at = 0;
        while at < rules.len() {
            self.rule(&rules[at]);
            at += 1;
        }
    }

    const fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Range { min, max } => {
                self.byte(0);
                self.bound(min.as_ref());
                self.bound(max.as_ref());
            }
            Rule::Length { min, max } => {
                self.byte(1);
                self.count(*min);
                self.count(*max);
            }
            Rule::Pattern { written, rust } => {
                self.byte(2);
                self.text(written);
                self.text(rust);
            }
            Rule::OneOf(names) => {
                self.byte(3);
                self.texts(names);
            }
            Rule::MultipleOf(unit) => {
                self.byte(5);
                self.number(*unit as u128);
            }
            Rule::Valid(name) => {
                self.byte(6);
                self.text(name);
            }
            Rule::Each(rules) => {
                self.byte(4);
                self.rules(rules);
            }
        }
    }

    const fn bound(&mut self, bound: Option<&Bound>) {
        match bound {
            None => self.byte(0),
            Some(Bound::Integer(value)) => {
                self.byte(1);
                self.integer(*value);
            }
            Some(Bound::Float(value)) => {
                self.byte(2);
                self.raw(&value.to_bits().to_le_bytes());
            }
        }
    }

    const fn count(&mut self, count: Option<u64>) {
        self.byte(count.is_some() as u8);
        if let Some(count) = count {
            self.number(count as u128);
        }
    }
}

/// Reads the whole payload of an entry. Leaks the result: a command reads few entries and then exits.
pub fn read(bytes: &[u8]) -> Option<Declaration<'static>> {
    let mut reader = Reader { rest: bytes, depth: 0 };
    let declaration = reader.declaration()?;
    reader.rest.is_empty().then_some(declaration)
}

/// Recursion limit, deeper than any real type.
const DEEPEST: usize = 128;

struct Reader<'b> {
    rest: &'b [u8],
    depth: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// One of a few values, by index.
    fn one_of<T: Copy>(&mut self, values: &[T]) -> Option<T> {
        values.get(usize::from(self.byte()?)).copied()
    }

    fn number(&mut self) -> Option<u128> {
        let mut value = 0_u128;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 127);
            value |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<Integer> {
        let is_negative = self.one_of(&[false, true])?;
        let value = self.number()?;
        if !is_negative {
            return Some(Integer::unsigned(value));
        }
        let least = (value == i128::MIN.unsigned_abs()).then_some(i128::MIN);
        least.or_else(|| i128::try_from(value).ok().map(|value| -value)).map(Integer::Signed)
    }

    fn text(&mut self) -> Option<&'static str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(String::from_utf8(text.to_vec()).ok()?.leak())
    }

    fn optional(&mut self) -> Option<Option<&'static str>> {
        if self.one_of(&[false, true])? { self.text().map(Some) } else { Some(None) }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<&'static [T]> {
        let count = usize::try_from(self.number()?).ok()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items.leak())
    }

    fn declaration(&mut self) -> Option<Declaration<'static>> {
        Some(Declaration {
            id: self.optional()?,
            type_path: self.text()?,
            package: self.text()?,
            version: self.text()?,
            schema: self.optional()?,
            is_checked: self.one_of(&[false, true])?,
            stage: self.text()?,
            format: match self.byte()? {
                0 => Format::Json,
                flags @ (1 | 3 | 5 | 7) => {
                    Format::Text(TextFormat { is_trimmed: flags & 2 != 0, may_be_empty: flags & 4 != 0 })
                }
                _ => return None,
            },
            shape: self.shape()?,
        })
    }

    fn shape(&mut self) -> Option<Shape> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let shape = match self.byte()? {
            0 => Shape::String,
            1 => Shape::Parsed(self.text()?, self.one_of(&[FromNumber::Never, FromNumber::Refused, FromNumber::Read])?),
            2 => Shape::Bytes(match self.byte()? {
                HEX => Encoding::Hex,
                form @ 0..HEX => Encoding::Base64(Base64Form {
                    is_url: form & 1 != 0,
                    is_unpadded: form & 2 != 0,
                    is_lenient: form & 4 != 0,
                }),
                _ => return None,
            }),
            3 => Shape::Embedded(self.inner()?),
            4 => Shape::Names(self.list(Self::text)?),
            5 => Shape::Integer { min: self.integer()?, max: self.integer()?, has_zero: self.one_of(&[false, true])? },
            6 => Shape::Float(self.one_of(&[Precision::Single, Precision::Double])?),
            7 => Shape::Boolean,
            8 => Shape::Any,
            9 => Shape::Optional(self.inner()?),
            10 => Shape::Array(self.inner()?),
            11 => Shape::Map { keys: self.inner()?, item: self.inner()? },
            12 => Shape::Object(Box::leak(Box::new(self.object()?))),
            13 => Shape::Newtype(Box::leak(Box::new(self.field()?))),
            14 => {
                let (name, tag, names) = (self.text()?, self.text()?, self.list(Self::text)?);
                let variants = names.iter().map(|_| self.object()).collect::<Option<Vec<_>>>()?.leak();
                Shape::Tagged(Box::leak(Box::new(TaggedShape { name, description: "", tag, names, variants })))
            }
            16 => Shape::Set(self.inner()?),
            17 => Shape::Tuple(self.list(Self::shape)?),
            18 => Shape::Duration,
            19 => {
                let (name, telling) = (self.text()?, self.one_of(&[Telling::Name, Telling::Content])?);
                let names = self.list(Self::text)?;
                let contents = names.iter().map(|_| self.content()).collect::<Option<Vec<_>>>()?.leak();
                let variants = VariantsShape { name, description: "", telling, names, contents };
                Shape::Variants(Box::leak(Box::new(variants)))
            }
            _ => return None,
        };
        self.depth -= 1;
        Some(shape)
    }

    fn content(&mut self) -> Option<Option<Shape>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.shape().map(Some),
            _ => None,
        }
    }

    fn inner(&mut self) -> Option<&'static Shape> {
        self.shape().map(|shape| &*Box::leak(Box::new(shape)))
    }

    fn object(&mut self) -> Option<ObjectShape> {
        let name = self.text()?;
        let unknown = self.one_of(&[Unknown::Ignored, Unknown::Denied])?;
        let fields = self.list(Self::field)?;
        let is_named = |field: &FieldShape| field.placement == Placement::Flattened || !field.keys.is_empty();
        fields.iter().all(is_named).then_some(ObjectShape { name, description: "", fields, unknown })
    }

    fn field(&mut self) -> Option<FieldShape> {
        let keys = self.list(Self::text)?;
        let flags = self.byte()?;
        let is = |bit: u8| flags & 1 << bit != 0;
        let placement = if is(0) { Placement::Flattened } else { Placement::Keyed };
        let coercion = *[Coercion::FromString, Coercion::None, Coercion::Lenient].get(usize::from(flags >> 3))?;
        Some(FieldShape {
            keys,
            description: "",
            rules: self.list(Self::rule)?,
            shape: self.shape()?,
            placement,
            absence: if is(1) { Absence::Default } else { Absence::OfType },
            coercion,
            exposure: if is(2) { Exposure::Public } else { Exposure::Secret },
        })
    }

    fn rule(&mut self) -> Option<Rule> {
        self.depth += 1;
        let rule = match self.byte()? {
            0 => Rule::Range { min: self.bound()?, max: self.bound()? },
            1 => Rule::Length { min: self.count()?, max: self.count()? },
            2 => Rule::Pattern { written: self.text()?, rust: self.text()? },
            3 => Rule::OneOf(self.list(Self::text)?),
            5 => Rule::MultipleOf(u64::try_from(self.number()?).ok().filter(|unit| *unit > 0)?),
            4 if self.depth < DEEPEST => Rule::Each(self.list(Self::rule)?),
            6 => Rule::Valid(self.text()?),
            _ => return None,
        };
        self.depth -= 1;
        Some(rule)
    }

    fn bound(&mut self) -> Option<Option<Bound>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(Bound::Integer(self.integer()?))),
            2 => {
                let (bits, rest) = self.rest.split_first_chunk()?;
                self.rest = rest;
                Some(Some(Bound::Float(f64::from_bits(u64::from_le_bytes(*bits)))))
            }
            _ => None,
        }
    }

    fn count(&mut self) -> Option<Option<u64>> {
        if self.one_of(&[false, true])? { u64::try_from(self.number()?).ok().map(Some) } else { Some(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[FieldShape] = &[
        FieldShape {
            keys: &["user", "username"],
            shape: Shape::String,
            rules: &[
                Rule::Length { min: Some(2), max: None },
                Rule::Pattern { written: "^.", rust: "^[^\\n]" },
                Rule::OneOf(&["a", "é"]),
                Rule::MultipleOf(300),
                Rule::Valid("Port"),
            ],
            absence: Absence::Default,
            ..FieldShape::PLAIN
        },
        FieldShape {
            keys: &["ports"],
            shape: Shape::Optional(&Shape::Array(&Shape::Integer {
                min: Integer::MIN,
                max: Integer::MAX,
                has_zero: false,
            })),
            rules: &[Rule::Each(&[Rule::Range {
                min: Some(Bound::Float(-0.5)),
                max: Some(Bound::Integer(Integer::Signed(-9))),
            }])],
            coercion: Coercion::None,
            exposure: Exposure::Public,
            ..FieldShape::PLAIN
        },
        FieldShape { placement: Placement::Flattened, shape: Shape::map(&Shape::Any), ..FieldShape::PLAIN },
        FieldShape { keys: &["s"], shape: Shape::Set(&Shape::Duration), ..FieldShape::PLAIN },
        FieldShape { keys: &["t"], shape: Shape::Tuple(&[Shape::Boolean, Shape::String]), ..FieldShape::PLAIN },
        FieldShape { keys: &["f"], shape: Shape::Float(Precision::Single), ..FieldShape::PLAIN },
        FieldShape { keys: &["b"], shape: Shape::Bytes(Encoding::Hex), ..FieldShape::PLAIN },
        FieldShape { keys: &["j"], shape: Shape::Embedded(&Shape::Boolean), ..FieldShape::PLAIN },
        FieldShape { keys: &["p"], shape: Shape::Parsed("IpAddr", FromNumber::Read), ..FieldShape::PLAIN },
        FieldShape { keys: &["n"], shape: Shape::Names(&["on"]), ..FieldShape::PLAIN },
    ];
    const OBJECT: ObjectShape = ObjectShape { name: "Db", description: "", fields: FIELDS, unknown: Unknown::Denied };
    const TAGGED: Shape = Shape::Tagged(&TaggedShape {
        name: "Any",
        description: "",
        tag: "kind",
        names: &["a", "b"],
        variants: &[OBJECT, ObjectShape { fields: &[FieldShape { shape: NEWTYPE, ..FIELDS[5] }], ..OBJECT }],
    });
    const NEWTYPE: Shape = Shape::Newtype(&FieldShape { shape: Shape::String, ..FieldShape::PLAIN });
    const DECLARATION: Declaration<'static> = Declaration {
        id: Some("{APP_ENV}/db"),
        type_path: "orders::Db",
        package: "orders",
        version: "1.2.3",
        schema: None,
        is_checked: false,
        stage: "AWSCURRENT",
        format: Format::Text(TextFormat { is_trimmed: true, may_be_empty: false }),
        shape: TAGGED,
    };
    const LENGTH: usize = length(&DECLARATION);
    const ENTRY: [u8; 512] = entry(&DECLARATION, LENGTH);

    #[test]
    fn what_is_written_is_read() {
        let read = read(&ENTRY[HEADING..LENGTH]).expect("an entry");
        assert_eq!(format!("{read:?}"), format!("{DECLARATION:?}"));
        assert_eq!(ENTRY[..MAGIC.len()], MAGIC);
        assert_eq!(entry::<512>(&DECLARATION, 513), [0; 512], "it is another size's to hold");
        assert!(ENTRY[LENGTH..].iter().all(|&byte| byte == 0));
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_read_or_refused() {
        let whole = &ENTRY[HEADING..LENGTH];
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_none(), "cut off after {length}");
            for mask in [1, 0x80, 0xff] {
                let mut flipped = whole.to_vec();
                flipped[length] ^= mask;
                assert_ne!(checksum(&flipped), checksum(whole));
                let _ = read(&flipped);
            }
        }
        assert!(read(&[whole, &[0]].concat()).is_none(), "more than an entry");
    }

    #[test]
    fn a_field_without_a_key_is_refused() {
        let keyless = FieldShape { shape: Shape::Boolean, ..FieldShape::PLAIN };
        let fields = vec![keyless].leak();
        let shape = Shape::Object(Box::leak(Box::new(ObjectShape { fields, ..ObjectShape::EMPTY })));
        let declaration = Declaration { shape, ..DECLARATION };
        let entry: [u8; 512] = entry(&declaration, length(&declaration));
        assert!(read(&entry[HEADING..length(&declaration)]).is_none());
    }

    #[test]
    fn depth_is_no_danger() {
        let flat = Declaration { shape: Shape::Boolean, ..DECLARATION };
        let entry: [u8; 512] = entry(&flat, length(&flat));
        let heading = &entry[HEADING..length(&flat) - 1];
        for kind in [3, 9, 10, 11, 16] {
            assert!(read(&[heading, &vec![kind; 100_000]].concat()).is_none());
        }
        let mut reader = Reader { rest: &vec![4; 100_000], depth: 0 };
        assert!(reader.rule().is_none());
    }
}
