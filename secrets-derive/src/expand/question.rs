//! Errors that only the compiler can find: each is a trait with a message, asked of a verdict that the compiler computes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Whether something fits: an error, unless the compiler finds that it does.
pub struct Question {
    /// Of its trait.
    pub name: Ident,
    pub fits: TokenStream,
    pub message: String,
    pub label: &'static str,
    pub note: String,
    /// Where the compiler points: from the first token to the last.
    pub spans: (Span, Span),
}

/// Asks all in one function: the compiler checks each function by itself, which takes time.
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
    /// A trait that only the good verdict has.
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

    /// The trait, asked of the true verdict.
    fn asked(&self) -> TokenStream {
        let Self { name, fits, spans: (first, last), .. } = self;
        // Every token of what is asked stands there: the compiler points from the first to the last.
        let (first, last) = (at(*first), at(*last));
        let of = Ident::new(&name.to_string(), last);
        let (start, end) = (quote_spanned!(first=> <__Verdict), quote_spanned!(last=> <{ #fits }> as #of>::Fits));
        quote!(let _: #start #end;)
    }
}

/// The place of a token, with the names of the generated code.
pub fn at(token: Span) -> Span {
    Span::call_site().located_at(token)
}

/// Braces stand for parameters.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
