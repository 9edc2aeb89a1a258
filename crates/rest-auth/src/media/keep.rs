//! Writing what came with a request, each file under a name of its own.

use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error as StorageError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};
use serde_json::{Map, Value};
use time::Duration;

use super::{picture, serve};
use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{Data, Field, Upload};
use crate::source::LETTERS_AND_DIGITS;

/// How long a file that is written may wait for the row that names it: longer than any request lasts.
const ADOPTION: Duration = Duration::hours(1);

/// How often another name is tried.
const ATTEMPTS: usize = 20;

impl Auth {
    /// Writes the files that came for these fields, and puts each one's name where its value is. Nothing slow is left to do
    /// in the transaction that writes the names; whatever no row names in an hour is removed.
    ///
    /// # Errors
    /// 503 if the place where files are kept does not answer.
    pub(crate) async fn keep_files(
        &self,
        fields: &[Field],
        data: &Data,
        values: &mut Map<String, Value>,
    ) -> Result<(), Error> {
        for field in fields.iter().filter(|field| field.is_file()) {
            let (Some(value @ Value::String(_)), Some(upload)) =
                (values.get_mut(field.name()), data.upload(field.name()))
            else {
                continue;
            };
            if let Some(message) = picture::too_large(upload.content().len(), self.settings().media.max_file_size) {
                return Err(Error::field(field.name(), message));
            }
            *value = self.keep_file(field, upload).await?.into();
        }
        Ok(())
    }

    async fn keep_file(&self, field: &Field, upload: &Upload) -> Result<String, Error> {
        let media = self.media();
        let Some(store) = &media.store else { return Err(Error::internal("there is no place for files")) };
        let wanted = name(field, upload.name(), self.now());
        let mut name = shortened(&wanted, "", field.max_length);
        for _ in 0..ATTEMPTS {
            let path = Path::parse(&name).map_err(Error::internal)?;
            // Whatever is there already is not ours to look after.
            if !has(store.as_ref(), &path).await? {
                let note = self.note_file(&name, ADOPTION).await?;
                let options = PutOptions {
                    mode: PutMode::Create,
                    attributes: attributes(&media.settings, &name),
                    ..PutOptions::default()
                };
                match store.put_opts(&path, PutPayload::from(upload.content().clone()), options).await {
                    Ok(_) => return Ok(name),
                    Err(StorageError::AlreadyExists { .. }) => self.forget_note(note).await?,
                    Err(error) => return Err(unavailable(&error)),
                }
            }
            let other = format!("_{}", self.random_string(7, LETTERS_AND_DIGITS));
            name = shortened(&wanted, &other, field.max_length);
        }
        Err(Error::internal("no name is free for a file"))
    }
}

async fn has(store: &dyn ObjectStore, path: &Path) -> Result<bool, Error> {
    match store.head(path).await {
        Ok(_) => Ok(true),
        Err(StorageError::NotFound { .. }) => Ok(false),
        Err(error) => Err(unavailable(&error)),
    }
}

/// The place where files are kept does not do what it is asked: 503.
pub(super) fn unavailable(error: &StorageError) -> Error {
    tracing::error!(error = %error, "the files of users cannot be kept or fetched");
    Error::Unavailable { retry_after: 5 }
}

/// What a bucket is told of a file. A folder keeps nothing but the file.
fn attributes(settings: &crate::settings::Media, name: &str) -> Attributes {
    let mut attributes = Attributes::new();
    if settings.s3_bucket.is_some() {
        let (media_type, disposition) = serve::shown_as(name);
        attributes.insert(Attribute::ContentType, media_type.into());
        attributes.insert(Attribute::ContentDisposition, disposition.into());
    }
    attributes
}

/// The field's folder and the upload's name, with nothing in it that a file's name should not have: Django's
/// `generate_filename` and `get_valid_filename`.
fn name(field: &Field, sent: &str, now: time::OffsetDateTime) -> String {
    let folder = field.upload_to.as_deref().unwrap_or_default();
    let dated =
        time::format_description::parse_strftime_borrowed(folder).ok().and_then(|format| now.format(&format).ok());
    let folder = dated.unwrap_or_else(|| folder.to_owned());
    let spaceless = sent.trim().replace(' ', "_");
    let kept: String = spaceless.chars().filter(|char| char.is_alphanumeric() || "-_.".contains(*char)).collect();
    let file = if kept.trim_matches('.').is_empty() { "file".to_owned() } else { kept };
    match folder.trim_matches('/') {
        "" => file,
        folder => format!("{folder}/{file}"),
    }
}

/// The name with something added before its endings, and cut in front of that to be no longer than this: Django's
/// `get_available_name`.
fn shortened(name: &str, added: &str, most: Option<usize>) -> String {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let dot = file.char_indices().skip(1).find(|(_, char)| *char == '.').map_or(file.len(), |(at, _)| at);
    let (root, endings) = file.split_at(dot);
    let slash = if folder.is_empty() { "" } else { "/" };
    let others = [folder, slash, added, endings].iter().map(|part| part.chars().count()).sum::<usize>();
    let room = most.map_or(usize::MAX, |most| most.saturating_sub(others).max(1));
    let root: String = root.chars().take(room).collect();
    format!("{folder}{slash}{root}{added}{endings}")
}
