//! `#[derive(Fields)]` for rest-auth: a struct's fields as the fields of a body.

mod fields;
#[cfg(test)]
mod tests;
mod words;

use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, Ident, ItemFn, Token, parse_macro_input};

/// Makes a struct a list of fields, and with `#[fields(name = "profile", table = "app_userprofile")]` a profile beside
/// the user, which is a table with a column a field.
///
/// The type of a field follows from its Rust type: `String` is a char, or in a profile without `max_length` a text;
/// `i32`, `i64` and the like are integers, `bool` is a boolean, `Date` or `NaiveDate` a date, `OffsetDateTime`,
/// `DateTime<…>` or `Timestamp` a datetime, `Decimal` a decimal, `Value` is JSON. `#[field(…)]` may say it instead, for
/// any Rust type: `char`, `text`, `email`, `url`, `integer`, `decimal`, `boolean`, `date`, `datetime`, `json`, or
/// `choices = ["small", "large"]`.
///
/// An `Option` may be left out; in a profile, it may be null, too. `#[field(…)]` says more: `blank` (the empty text is
/// allowed, and the field may be left out), `default = …`, `max_length`, `min_length`, `min_value`, `max_value`,
/// `max_digits` and `decimal_places` (of a decimal), `read_only`, and `save_to = "user.first_name"` or
/// `save_to = "PROFILE.FIELD"` (of a field of registration).
///
/// `#[fields(…, auto_create = false)]` makes a profile that not every user has.
#[proc_macro_derive(Fields, attributes(field, fields))]
pub fn derive_fields(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    fields::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Runs an `async fn` as a test, once on each kind of database that is reachable, or of those that are named:
/// `#[each_database(Postgres, MySql)]`.
///
/// See `rest_auth::testing::on_each_database`.
#[proc_macro_attribute]
pub fn each_database(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let named = parse_macro_input!(arguments with Punctuated::<Ident, Token![,]>::parse_terminated);
    let function = parse_macro_input!(item as ItemFn);
    let (attributes, name, body) = (&function.attrs, &function.sig.ident, &function.block);
    if function.sig.asyncness.is_none() || !function.sig.inputs.is_empty() {
        return Error::new(name.span(), "a test on each database is an async fn without parameters")
            .into_compile_error()
            .into();
    }
    let dialects = if named.is_empty() { quote!(Sqlite, Postgres, MySql) } else { named.to_token_stream() };
    quote! {
        #(#attributes)*
        #[test]
        fn #name() {
            let dialects = {
                use ::rest_auth::Dialect::*;
                [#dialects]
            };
            ::rest_auth::testing::on_each_database(&dialects, || async #body);
        }
    }
    .into()
}
