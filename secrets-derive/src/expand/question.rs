//! Errors that only the compiler can decide. Each is a trait with a message that must hold for a computed verdict.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// A condition that the compiler evaluates, and the error if it is false.
pub struct Question {
    /// The name of its trait.
    pub name: Ident,
    pub fits: TokenStream,
    pub message: String,
    pub label: &'static str,
    pub note: String,
    /// The span of the error: its first and last token.
    pub spans: (Span, Span),
}

/// Puts all questions into one function, because the compiler spends time on each function.
pub fn asked(questions: &[Question], runtime: &TokenStream) -> TokenStream {
    let traits = questions.iter().map(Question::asked_trait);
    let asked = questions.iter().map(Question::asked);
    quote! {
        use #runtime::Verdict as __Verdict;
        #(#traits)*
        fn __questions() {
            #(#asked)*
        }
    }
}

impl Question {
    /// Declares a trait that only `Verdict<true>` implements.
    fn asked_trait(&self) -> TokenStream {
        let Self { name, message, label, note, .. } = self;
        let (message, note) = (escaped(message), escaped(note));
        quote! {
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
            trait #name {
                type Fits;
            }
            #[diagnostic::do_not_recommend]
            impl #name for __Verdict<true> {
                type Fits = ();
            }
        }
    }

    /// Requires the trait of the computed verdict.
    fn asked(&self) -> TokenStream {
        let Self { name, fits, spans: (first, last), .. } = self;
        // The error covers everything from the first to the last span, so every token needs one of the two.
        let (first, last) = (at(*first), at(*last));
        let of = Ident::new(&name.to_string(), last);
        let (start, end) = (quote_spanned!(first=> <__Verdict), quote_spanned!(last=> <{ #fits }> as #of>::Fits));
        quote!(let _: #start #end;)
    }
}

/// The location of a token with the hygiene of generated code.
pub fn at(token: Span) -> Span {
    Span::call_site().located_at(token)
}

/// `on_unimplemented` treats braces as parameters.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
