//! Fields whose values are files: DRF's `FileField` and `ImageField`.

use serde::Deserialize;
use serde_json::Value;

use super::body::Given;
use super::value::{Messages, refused};
use super::{Field, Kind};

pub(super) const NO_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";
pub(super) const NONE_SUBMITTED: &str = "No file was submitted.";
const EMPTY: &str = "The submitted file is empty.";

impl Field {
    /// The name of the file that was sent; the file itself is [`Data::upload`](super::Data::upload).
    pub(super) fn read_file(&self, given: Given<'_>) -> Result<Option<Value>, Messages> {
        match given {
            Given::Json(raw) if raw.get() == "null" => self.read_null(),
            // In a form, an empty text is how a field is left out, or made null.
            Given::Text("") if self.null => Ok(Some(Value::Null)),
            Given::Text("") if !self.required => Ok(None),
            Given::Json(_) | Given::Text(_) => refused(NO_FILE),
            Given::File(upload) => {
                if upload.content().is_empty() {
                    return refused(EMPTY);
                }
                let length = upload.name().chars().count();
                if let Some(most) = self.max_length.filter(|most| length > *most) {
                    return refused(format!("Ensure this filename has at most {most} characters (it has {length})."));
                }
                match upload.refusal().filter(|_| self.kind == Kind::Image) {
                    Some(message) => refused(message),
                    None => Ok(Some(upload.name().into())),
                }
            }
        }
    }
}

/// A picture of a profile, in a struct that derives [`Fields`](trait@super::Fields): its name, below the media's folder.
/// [`MediaStorage::url`](crate::MediaStorage::url) says where it is to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Image(String);

/// A file of a profile, in a struct that derives [`Fields`](trait@super::Fields): its name, below the media's folder.
/// [`MediaStorage::url`](crate::MediaStorage::url) says where it can be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct File(String);

macro_rules! named {
    ($($of:ident),+) => { $(
        impl $of {
            /// The name, `avatars/jane.png`.
            pub fn name(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $of {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )+ };
}

named!(Image, File);
