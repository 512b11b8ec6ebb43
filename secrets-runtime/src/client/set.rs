//! Several declared secrets at once, as a tuple.

use super::{Answer, Secrets};
use crate::error::Error;
use crate::live::{AnyStarting, Live, Starting, deadline, first_polls};
use crate::secret::NamedSecret;
use crate::source::{Request, SecretId};

/// A tuple of up to twelve types with `#[secret(id = "..")]`, for [`Secrets::load_all`].
///
/// ```
/// # #[cfg(feature = "derive")] {
/// # use secrets_runtime::{Secret, Secrets};
/// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
/// use secrets_runtime::SecretSet;
///
/// async fn all<S: SecretSet>(secrets: &Secrets) -> Result<S, secrets_runtime::Error> {
///     secrets.load_all().await
/// }
/// # #[derive(Secret)] #[secret(id = "signing")] struct Signing { key: String }
/// # async fn example(secrets: &Secrets) {
/// let both = all::<(MailApi, Signing)>(secrets).await;
/// # }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of secrets that have an `id`",
    label = "expected a tuple of types with `#[derive(Secret)]` and `#[secret(id = \"..\")]`",
    note = "one secret is loaded with `load::<T>()` or `live::<T>()`, up to twelve in a tuple, `(A, B)`, and those whose ids are known at run \
            time with `load_many`"
)]
pub trait SecretSet: Sized {
    #[doc(hidden)]
    fn requests(secrets: &Secrets) -> Vec<Result<Request, Error>>;

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn decode(answers: Vec<Result<Answer, Error>>) -> Result<Self, Vec<Error>>;

    /// The tuple of the live handles.
    type Live: Send;

    #[doc(hidden)]
    fn live(secrets: &Secrets) -> impl Future<Output = Result<Self::Live, Error>> + Send;
}

macro_rules! tuples {
    ($($first:ident $($rest:ident)*)?) => {$(
        tuples!($($rest)*);

                impl<$first: NamedSecret + Send + Sync + 'static, $($rest: NamedSecret + Send + Sync + 'static),*> SecretSet for ($first, $($rest,)*) {
            fn requests(secrets: &Secrets) -> Vec<Result<Request, Error>> {
                vec![secrets.declared::<$first>(), $(secrets.declared::<$rest>()),*]
            }

            #[allow(non_snake_case, reason = "a value is called as its type is")]
            fn decode(answers: Vec<Result<Answer, Error>>) -> Result<Self, Vec<Error>> {
                let mut answers = answers.into_iter();
                match (next(&mut answers), $(next::<$rest>(&mut answers)),*) {
                    (Ok($first), $(Ok($rest)),*) => Ok(($first, $($rest,)*)),
                    ($first, $($rest),*) => {
                        Err([$first.err(), $($rest.err()),*].into_iter().flatten().collect())
                    }
                }
            }

            type Live = (Live<$first>, $(Live<$rest>,)*);

            #[allow(non_snake_case, reason = "a value is called as its type is")]
            async fn live(secrets: &Secrets) -> Result<Self::Live, Error> {
                let (registry, deadline) = (&secrets.0.registry, deadline());
                let $first = Starting::<$first>::new(registry, secrets.declared::<$first>());
                $(let $rest = Starting::<$rest>::new(registry, secrets.declared::<$rest>());)*
                let starting: &[&dyn AnyStarting] = &[&$first, $(&$rest),*];
                let count = starting.len();
                let mut polled = first_polls(registry, starting, deadline).await.into_iter();
                let mut next = || polled.next().unwrap_or(Ok(()));
                match ($first.finish(next(), deadline).await, $($rest.finish(next(), deadline).await),*) {
                    (Ok($first), $(Ok($rest)),*) => Ok(($first, $($rest,)*)),
                    ($first, $($rest),*) => {
                        let errors = [$first.err(), $($rest.err()),*].into_iter().flatten().collect();
                        Err(Error::several(errors, count))
                    }
                }
            }
        }
    )?};
}

tuples!(A B C D E F G H I J K L);

/// The next answer, as a `T`.
fn next<T: NamedSecret>(answers: &mut impl Iterator<Item = Result<Answer, Error>>) -> Result<T, Error> {
    answers.next().unwrap_or_else(|| Err(Error::unanswered(&SecretId::new(T::ID.into()))))?.decode()
}
