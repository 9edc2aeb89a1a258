//! The derive: a struct's fields as calls that make fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, LitBool, LitStr, Token, Type};

use crate::words::{KINDS, choices, unknown};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return Err(Error::new(data.enum_token.span(), NO_ENUM)),
        Data::Union(data) => return Err(Error::new(data.union_token.span(), "Fields can be derived for a struct")),
    };
    let fields = match &data.fields {
        Fields::Named(fields) => fields,
        Fields::Unnamed(unnamed) => return Err(Error::new_spanned(unnamed, NO_NAMES)),
        Fields::Unit => return Err(Error::new(input.ident.span(), NO_NAMES)),
    };
    if let Some(misplaced) = input.attrs.iter().find(|attribute| attribute.path().is_ident("field")) {
        return Err(Error::new_spanned(misplaced, "#[field(…)] stands at a field; a struct takes #[fields(…)]"));
    }
    let table = Table::of(&input.attrs)?;
    let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
    // A struct that does nothing but declare fields would be told that nobody reads them.
    let reads = quote!(let _ = |declared: &Self| { #( let _ = &declared.#names; )* };);
    let fields = fields.named.iter().map(|f| field(f, table.is_some())).collect::<Result<Vec<_>, _>>()?;
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let profile = table.map(|Table { name: profile, table, auto_create }| {
        quote! {
            impl #impl_generics ::rest_auth::fields::Profile for #name #type_generics #where_clause {
                fn profile() -> ::rest_auth::settings::Profile {
                    let fields = <Self as ::rest_auth::fields::Fields>::fields();
                    ::rest_auth::settings::Profile::new(#profile, #table, fields).auto_create(#auto_create)
                }
            }
        }
    });
    Ok(quote! {
        impl #impl_generics ::rest_auth::fields::Fields for #name #type_generics #where_clause {
            fn fields() -> ::std::vec::Vec<::rest_auth::fields::Field> {
                #reads
                ::std::vec![#(#fields),*]
            }
        }
        #profile
    })
}

const NO_ENUM: &str =
    "Fields can be derived for a struct; what one field may be is said there: #[field(choices = […])]";

const NO_NAMES: &str =
    "Fields wants a struct whose fields have names, as clients write them: struct Signup { name: String }";

/// What `#[fields(…)]` says of a profile.
struct Table {
    name: LitStr,
    table: LitStr,
    auto_create: bool,
}

impl Table {
    fn of(attributes: &[Attribute]) -> Result<Option<Self>, Error> {
        let (mut name, mut table, mut auto_create) = (None, None, true);
        let mut attributes = attributes.iter().filter(|attribute| attribute.path().is_ident("fields"));
        let Some(attribute) = attributes.next() else { return Ok(None) };
        if let Some(second) = attributes.next() {
            return Err(Error::new_spanned(second, "one #[fields(…)] says it all"));
        }
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("table") {
                table = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("auto_create") {
                auto_create = meta.value()?.parse::<LitBool>()?.value;
            } else {
                return Err(meta.error("a profile has a name, a table, and may have auto_create = false"));
            }
            Ok(())
        })?;
        match (name, table) {
            (Some(name), Some(table)) => Ok(Some(Self { name, table, auto_create })),
            (None, _) => Err(Error::new_spanned(attribute, "a profile has a name: add name = \"profile\"")),
            (_, None) => Err(Error::new_spanned(attribute, "a profile has a table: add table = \"app_userprofile\"")),
        }
    }
}

/// The call that makes one field.
fn field(field: &syn::Field, in_profile: bool) -> Result<TokenStream, Error> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "a field needs a name"));
    };
    let name = LitStr::new(ident.to_string().trim_start_matches("r#"), ident.span());
    let (ty, optional) = match inner_of_option(&field.ty) {
        Some(inner) => (inner, true),
        None => (&field.ty, false),
    };
    let mut said = Said::default();
    for attribute in &field.attrs {
        if attribute.path().is_ident("field") {
            attribute.parse_nested_meta(|meta| said.take(&meta))?;
        } else if attribute.path().is_ident("fields") {
            return Err(Error::new_spanned(attribute, "#[fields(…)] stands at the struct; a field takes #[field(…)]"));
        }
    }
    let kind = match said.kind {
        Some(kind) => kind,
        None => match inferred(ty) {
            Some("Char") if in_profile && !said.has_max_length => "Text",
            Some(kind) => kind,
            None => {
                let message = format!(
                    "what a client writes does not follow from `{}`: say it, for example #[field(char)], \
                     #[field(integer)], #[field(json)], #[field(choices = […])]",
                    quote!(#ty).to_string().replace(' ', "")
                );
                return Err(Error::new_spanned(ty, message));
            }
        },
    };
    if in_profile && kind == "Char" && !said.has_max_length {
        return Err(Error::new(ident.span(), "a char of a profile has a max_length; a text has none"));
    }
    if in_profile && kind == "Decimal" && said.max_digits.is_none() && said.decimal_places.is_none() {
        return Err(Error::new(ident.span(), "a decimal of a profile has max_digits and decimal_places"));
    }
    let kind = Ident::new(kind, ident.span());
    let option = match (optional, in_profile) {
        (true, true) => quote!(.null()),
        (true, false) => quote!(.required(false)),
        (false, _) => TokenStream::new(),
    };
    let digits = match (said.max_digits, said.decimal_places) {
        (None, None) => TokenStream::new(),
        (Some(digits), Some(places)) => quote!(.digits(#digits, #places)),
        _ => return Err(Error::new(ident.span(), "a decimal has both max_digits and decimal_places")),
    };
    let calls = said.calls;
    Ok(quote! {
        ::rest_auth::fields::Field::new(#name, ::rest_auth::fields::Kind::#kind) #option #calls #digits
    })
}

/// What `#[field(…)]` says.
#[derive(Default)]
struct Said {
    kind: Option<&'static str>,
    has_max_length: bool,
    max_digits: Option<Expr>,
    decimal_places: Option<Expr>,
    calls: TokenStream,
}

impl Said {
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<(), Error> {
        let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == word) {
            return self.be(kind, meta);
        }
        match word.as_str() {
            "blank" | "read_only" if meta.input.peek(Token![=]) => {
                return Err(meta.input.error(format!("`{word}` stands alone")));
            }
            "blank" | "read_only" => {
                let call = &meta.path;
                self.calls.extend(quote!(.#call()));
            }
            "max_length" | "min_length" | "min_value" | "max_value" | "save_to" | "upload_to" => {
                self.has_max_length |= word == "max_length";
                let (call, value) = (&meta.path, meta.value()?.parse::<Expr>()?);
                self.calls.extend(quote!(.#call(#value)));
            }
            "default" => {
                let value: Expr = meta.value()?.parse()?;
                self.calls.extend(quote!(.default_value(#value)));
            }
            "choices" => {
                let choices = choices(meta.value()?.parse()?)?;
                self.calls.extend(quote!(.choices(#choices)));
                return self.be("Choice", meta);
            }
            "max_digits" => self.max_digits = Some(meta.value()?.parse()?),
            "decimal_places" => self.decimal_places = Some(meta.value()?.parse()?),
            _ => return Err(meta.error(unknown(&word))),
        }
        Ok(())
    }

    fn be(&mut self, kind: &'static str, meta: &ParseNestedMeta<'_>) -> Result<(), Error> {
        match self.kind.replace(kind) {
            None => Ok(()),
            Some(other) => Err(meta.error(format!("a field has one type, and has `{}` already", other.to_lowercase()))),
        }
    }
}

/// The type of a field that is a value of this Rust type.
fn inferred(ty: &Type) -> Option<&'static str> {
    Some(match last_segment(ty)?.ident.to_string().as_str() {
        "String" => "Char",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" => "Integer",
        "bool" => "Boolean",
        "Date" | "NaiveDate" => "Date",
        "OffsetDateTime" | "DateTime" | "Timestamp" => "DateTime",
        "Decimal" => "Decimal",
        "Value" => "Json",
        "Image" => "Image",
        "File" => "File",
        _ => return None,
    })
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last()
}

fn inner_of_option(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
