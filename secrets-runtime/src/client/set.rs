//! Several declared secrets at once, as a tuple.

use super::{Answer, BoxFuture, Secrets};
use crate::error::Error;
use crate::live::{Live, Started, begin};
use crate::secret::NamedSecret;
use crate::source::Request;

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
    message = "`{Self}` is no tuple of secrets that say where they are",
    label = "expected a tuple of types with `#[derive(Secret)]` and `#[secret(id = \"..\")]`",
    note = "for one secret write `load::<T>()`; up to twelve fit a tuple: `load_all::<(A, B)>()`"
)]
pub trait SecretSet: Sized {
    #[doc(hidden)]
    fn requests(secrets: &Secrets) -> Vec<Result<Request, Error>>;

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn decode(answers: Vec<Result<Answer, Error>>) -> Result<Self, Vec<Error>>;

    /// The tuple of what keeps them fresh.
    type Live: Send;

    #[doc(hidden)]
    fn begin<'a>(started: Vec<Result<Started, Error>>) -> BoxFuture<'a, Result<Self::Live, Vec<Error>>>
    where
        Self: 'a;
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
            fn begin<'a>(started: Vec<Result<Started, Error>>) -> BoxFuture<'a, Result<Self::Live, Vec<Error>>>
            where
                Self: 'a,
            {
                Box::pin(async move {
                    let mut started = started.into_iter();
                    match (begin_next(&mut started).await, $(begin_next::<$rest>(&mut started).await),*) {
                        (Ok($first), $(Ok($rest)),*) => Ok(($first, $($rest,)*)),
                        ($first, $($rest),*) => {
                            Err([$first.err(), $($rest.err()),*].into_iter().flatten().collect())
                        }
                    }
                })
            }
        }
    )?};
}

tuples!(A B C D E F G H I J K L);

/// The next answer, as a `T`.
fn next<T: NamedSecret>(answers: &mut impl Iterator<Item = Result<Answer, Error>>) -> Result<T, Error> {
    answers.next().unwrap_or_else(|| Err(Error::unanswered(T::ID)))?.decode()
}

/// The next live secret, of a `T`.
async fn begin_next<T: NamedSecret + Send + Sync + 'static>(
    started: &mut impl Iterator<Item = Result<Started, Error>>,
) -> Result<Live<T>, Error> {
    begin(started.next().unwrap_or_else(|| Err(Error::unanswered(T::ID)))).await
}
