//! Checks the runtime's public interface from its sources: every item has an example, and docs/reference/public-api.md gives a reason for
//! every type of another crate. `cargo public-api` lists the items themselves (`.ci/before-release`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, Type, UseTree, Visibility};

const PAGE: &str = include_str!("../docs/reference/public-api.md");

/// The crates whose types appear in the interface, with the names of the types.
type Foreign = BTreeMap<String, BTreeSet<String>>;

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("readable").path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn says(attributes: &[Attribute], path: &str, word: &str) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident(path)
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == word)
    })
}

fn is_shown(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !says(attributes, "doc", "hidden")
}

/// Collects the names that a `use` imports, with their crates.
fn imports(tree: &UseTree, root: Option<&str>, to: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            imports(&path.tree, Some(root.unwrap_or(&first)), to);
        }
        UseTree::Name(name) => to.push((name.ident.to_string(), root.unwrap_or_default().to_owned())),
        UseTree::Rename(rename) => to.push((rename.rename.to_string(), root.unwrap_or_default().to_owned())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| imports(tree, root, to)),
        UseTree::Glob(_) => {}
    }
}

/// The re-exports and public modules of a file.
fn exports(file: &syn::File) -> Vec<String> {
    let mut names = Vec::new();
    for item in &file.items {
        match item {
            Item::Use(item) if is_shown(&item.vis, &item.attrs) => imports(&item.tree, None, &mut names),
            Item::Mod(item) if is_shown(&item.vis, &item.attrs) => names.push((item.ident.to_string(), String::new())),
            _ => {}
        }
    }
    names.into_iter().map(|(name, _)| name).collect()
}

/// Collects the interface items of a file.
struct Reader<'a> {
    exported: &'a BTreeSet<String>,
    imported: HashMap<String, String>,
    foreign: &'a mut Foreign,
    without_example: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn read(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) if !says(&module.attrs, "cfg", "test") => {
                    if let Some((_, items)) = &module.content {
                        self.read(items);
                    }
                }
                Item::Struct(item) if self.is_exported(&item.ident, &item.vis, &item.attrs) => {
                    self.visit_generics(&item.generics);
                    let name = item.ident.to_string();
                    self.exemplified(&name, "", &item.attrs);
                    if let Fields::Named(fields) = &item.fields {
                        for field in fields.named.iter().filter(|field| is_shown(&field.vis, &field.attrs)) {
                            self.visit_type(&field.ty);
                        }
                    }
                }
                Item::Enum(item) if self.is_exported(&item.ident, &item.vis, &item.attrs) => {
                    let name = item.ident.to_string();
                    self.exemplified(&name, "", &item.attrs);
                    for variant in item.variants.iter().filter(|variant| !says(&variant.attrs, "doc", "hidden")) {
                        self.visit_fields(&variant.fields);
                    }
                }
                Item::Type(item) if self.is_exported(&item.ident, &item.vis, &item.attrs) => {
                    self.visit_type(&item.ty);
                    self.exemplified(&item.ident.to_string(), "", &item.attrs);
                }
                Item::Trait(item) if self.is_exported(&item.ident, &item.vis, &item.attrs) => {
                    self.visit_generics(&item.generics);
                    item.supertraits.iter().for_each(|bound| self.visit_type_param_bound(bound));
                    let name = item.ident.to_string();
                    self.exemplified(&name, "", &item.attrs);
                    item.items.iter().for_each(|item| self.required(&name, item));
                }
                Item::Impl(item) => self.implementation(item),
                _ => {}
            }
        }
    }

    /// Collects the required items of a trait.
    fn required(&mut self, of: &str, item: &TraitItem) {
        match item {
            TraitItem::Fn(item) if !says(&item.attrs, "doc", "hidden") => {
                self.visit_signature(&item.sig);
                self.exemplified(of, &item.sig.ident.to_string(), &item.attrs);
            }
            TraitItem::Const(item) if !says(&item.attrs, "doc", "hidden") => {
                self.visit_type(&item.ty);
                self.exemplified(of, &item.ident.to_string(), &item.attrs);
            }
            _ => {}
        }
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let Type::Path(path) = &*item.self_ty else { return };
        let last = |path: &syn::Path| path.segments.last().expect("a name").ident.to_string();
        let name = last(&path.path);
        if let Some((of, _)) = &item.trait_ {
            if self.exported.contains(&name) || self.exported.contains(&last(of)) {
                self.visit_type(&item.self_ty);
                self.visit_path(of);
                self.visit_generics(&item.generics);
            }
            return;
        }
        if !self.exported.contains(&name) {
            return;
        }
        let mut has_any = false;
        for item in &item.items {
            match item {
                ImplItem::Fn(item) if is_shown(&item.vis, &item.attrs) => {
                    has_any = true;
                    self.visit_signature(&item.sig);
                    self.exemplified(&name, &item.sig.ident.to_string(), &item.attrs);
                }
                ImplItem::Const(item) if is_shown(&item.vis, &item.attrs) => {
                    has_any = true;
                    self.visit_type(&item.ty);
                    self.exemplified(&name, &item.ident.to_string(), &item.attrs);
                }
                _ => {}
            }
        }
        if has_any {
            self.visit_generics(&item.generics);
        }
    }

    /// Records an item whose documentation has no example.
    fn exemplified(&mut self, of: &str, item: &str, attributes: &[Attribute]) {
        let is_code = |attribute: &Attribute| {
            attribute.path().is_ident("doc") && attribute.meta.to_token_stream().to_string().contains("```")
        };
        if !attributes.iter().any(is_code) {
            self.without_example.push(format!("{of} {item}"));
        }
    }

    fn is_exported(&self, ident: &syn::Ident, visibility: &Visibility, attributes: &[Attribute]) -> bool {
        let name = ident.to_string();
        self.exported.contains(&name) && is_shown(visibility, attributes)
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments.first().expect("a segment").ident.to_string();
        let is_written_out = path.segments.len() > 1 && first.starts_with(char::is_lowercase);
        let root = self.imported.get(&first).cloned().or_else(|| is_written_out.then_some(first));
        let ours = ["std", "core", "alloc", "crate", "self", "super", "secrets_derive", ""];
        if let Some(root) = root.filter(|root| !ours.contains(&root.as_str())) {
            let name = path.segments.last().expect("a segment").ident.to_string();
            self.foreign.entry(root).or_default().insert(name);
        }
        visit::visit_path(self, path);
    }
}

fn interface() -> (Foreign, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../secrets-runtime/src");
    let parse = |path: &Path| syn::parse_file(&std::fs::read_to_string(path).expect("readable")).expect("Rust");
    let files: Vec<syn::File> = sources(&root).iter().map(|path| parse(path)).collect();
    let exported =
        ["blocking.rs", "lib.rs", "source.rs", "testing.rs"].iter().flat_map(|name| exports(&parse(&root.join(name))));
    let exported: BTreeSet<String> = exported.collect();
    let (mut foreign, mut without_example) = (Foreign::new(), Vec::new());
    for file in &files {
        let (mut imported, mut modules) = (Vec::new(), Vec::new());
        for item in &file.items {
            match item {
                Item::Use(item) => imports(&item.tree, None, &mut imported),
                Item::Mod(item) => modules.push(item.ident.to_string()),
                _ => {}
            }
        }
        // A path may also start with a module of the file.
        let is_foreign = |(_, root): &(String, String)| !modules.contains(root);
        let imported = imported.into_iter().filter(is_foreign).collect();
        let (foreign, without_example) = (&mut foreign, &mut without_example);
        Reader { exported: &exported, imported, foreign, without_example }.read(&file.items);
    }
    (foreign, without_example)
}

#[test]
fn every_public_item_has_an_example() {
    let (_, without_example) = interface();
    assert_eq!(without_example, [""; 0]);
}

#[test]
fn the_types_of_other_crates_are_those_with_a_reason() {
    let (foreign, _) = interface();
    // `Shape` belongs to secrets-shape, which is part of the runtime.
    let expected = [
        ("aws_config", vec!["SdkConfig"]),
        ("aws_sdk_secretsmanager", vec!["Builder"]),
        ("futures_core", vec!["Stream"]),
        ("secrecy", vec!["SecretBox", "SecretString"]),
        ("secrets_shape", vec!["Shape"]),
        ("serde", vec!["Serialize"]),
        ("url", vec!["Url"]),
        ("uuid", vec!["Uuid"]),
        ("zeroize", vec!["Zeroize", "Zeroizing"]),
    ];
    let found: Vec<(&str, Vec<&str>)> =
        foreign.iter().map(|(root, names)| (root.as_str(), names.iter().map(String::as_str).collect())).collect();
    assert_eq!(found, expected);
    for (root, _) in expected {
        let is_ours = root == "secrets_shape";
        assert!(is_ours || PAGE.contains(&format!("`{}`", root.replace('_', "-"))), "{root}");
    }
}
