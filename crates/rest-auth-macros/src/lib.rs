//! `#[derive(Fields)]` for rest-auth: a struct's fields as the fields of a body.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Expr, Fields, Ident, ItemFn, LitStr, Token, Type, parse_macro_input};

/// Makes a struct a list of fields.
///
/// A `String` is a required field, an `Option<String>` one that may be left out. `#[field(…)]` says more:
/// `email` (a mail address), `blank` (the empty text is allowed), `max_length = N`, `min_length = N`.
#[proc_macro_derive(Fields, attributes(field))]
pub fn derive_fields(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "Fields can be derived for a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "Fields wants a struct whose fields have names"));
    };
    let fields = fields.named.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::rest_auth::fields::Fields for #name #type_generics #where_clause {
            fn fields() -> ::std::vec::Vec<::rest_auth::fields::Field> {
                ::std::vec![#(#fields),*]
            }
        }
    })
}

/// The call that makes one field.
fn field(field: &syn::Field) -> Result<TokenStream, Error> {
    let Some(ident) = &field.ident else {
        return Err(Error::new(field.span(), "a field needs a name"));
    };
    let name = LitStr::new(ident.to_string().trim_start_matches("r#"), ident.span());
    let required = match type_name(&field.ty).as_deref() {
        Some("String") => true,
        Some("Option<String>") => false,
        _ => return Err(Error::new(field.ty.span(), "a field is a String, or an Option<String> that may be left out")),
    };
    let mut kind = quote!(Char);
    let mut calls = TokenStream::new();
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("field")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("email") {
                kind = quote!(Email);
            } else if meta.path.is_ident("blank") {
                calls.extend(quote!(.blank()));
            } else if meta.path.is_ident("max_length") {
                let length: Expr = meta.value()?.parse()?;
                calls.extend(quote!(.max_length(#length)));
            } else if meta.path.is_ident("min_length") {
                let length: Expr = meta.value()?.parse()?;
                calls.extend(quote!(.min_length(#length)));
            } else {
                return Err(meta.error("a field may be email, blank, max_length = N or min_length = N"));
            }
            Ok(())
        })?;
    }
    Ok(quote! {
        ::rest_auth::fields::Field::new(#name, ::rest_auth::fields::Kind::#kind).required(#required) #calls
    })
}

/// The type as it is written, without the path in front of its names.
fn type_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        syn::PathArguments::None => Some(last.ident.to_string()),
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(format!("{}<{}>", last.ident, type_name(inner)?)),
            _ => None,
        },
        syn::PathArguments::Parenthesized(_) => None,
    }
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
