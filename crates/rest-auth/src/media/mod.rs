//! Pictures and files that users upload: Django's `FileField`, `ImageField` and `default_storage`.
//!
//! A file is written before the transaction that names it, and nothing is ever removed that a row names: `keep.rs` notes
//! in the outbox that a new file has to be looked after, and `removal.rs` removes those that turn out to be nobody's.

mod decode;
mod keep;
mod picture;
mod removal;
mod serve;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Semaphore;

use crate::error::causes;
use crate::settings::{Media, Settings};

/// Where the files of users are, [`Auth::media`](crate::Auth::media): a folder, or a bucket.
pub struct MediaStorage {
    settings: Media,
    /// The part of a file's URL in front of the file's name.
    shown_below: String,
    /// The path below which this server serves files; `None` if another server does.
    served_below: Option<String>,
    /// There where a field is a file.
    store: Option<Arc<dyn ObjectStore>>,
    /// Whose turn it is to decode a picture: each takes a core, and much memory.
    decoding: Semaphore,
    /// Whose turn it is to send a body that is larger than others.
    uploads: Semaphore,
}

/// How many clients may be sending files at once; each file is held in memory until it is written.
const UPLOADS: usize = 16;

/// What stands for itself in the path of a URL: Django's `filepath_to_uri`.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'*')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'');

/// Why files cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The folder cannot be made or written.
    #[error("the folder {} of media.root cannot be used", .0.display())]
    Folder(std::path::PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bucket's settings cannot be used.
    #[error("the bucket of media.s3_bucket cannot be used")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Debug for MediaStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaStorage").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl MediaStorage {
    /// Opens the folder, which is made if it is missing, or the bucket; neither where no field is a file.
    pub(crate) fn open(settings: &Settings) -> Result<Self, MediaError> {
        let media = settings.media.clone();
        let store = match settings.file_fields().next() {
            Some(_) => Some(open(&media)?),
            None => None,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            settings: media,
            shown_below: settings.public_media_url(),
            served_below: settings.media_path().map(str::to_owned),
            store,
            decoding: Semaphore::new(cores),
            uploads: Semaphore::new(UPLOADS),
        })
    }

    /// Where a file is to be seen, by its name below the folder: a path, or a whole address where `media.url` is one.
    pub fn url(&self, name: impl AsRef<str>) -> String {
        format!("{}{}", self.shown_below, utf8_percent_encode(name.as_ref(), IN_PATH))
    }

    /// The path that [`Auth::media_router`](crate::Auth::media_router) is to be nested at; `None` where no field is a file, or
    /// another server shows them.
    pub fn path(&self) -> Option<&str> {
        self.served_below.as_deref().filter(|_| self.store.is_some())
    }

    /// Whether any field is a file.
    pub(crate) fn takes_files(&self) -> bool {
        self.store.is_some()
    }

    /// The same with the scheme and the host that the client came to: `request.build_absolute_uri`.
    pub(crate) fn absolute_url(&self, host: Option<&str>, is_secure: bool, name: &str) -> String {
        let url = self.url(name);
        match host.filter(|_| url.starts_with('/')) {
            Some(host) => format!("{}://{host}{url}", if is_secure { "https" } else { "http" }),
            None => url,
        }
    }

    /// The largest body that may hold so many files, in bytes.
    pub(crate) fn body_limit(&self, usual: usize, files: usize) -> usize {
        usual.saturating_add(files.saturating_mul(self.settings.max_file_size))
    }

    /// Waits until fewer than the most clients are sending files.
    pub(crate) async fn turn_to_send(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        // It is never closed.
        self.uploads.acquire().await.ok()
    }
}

fn open(media: &Media) -> Result<Arc<dyn ObjectStore>, MediaError> {
    if media.s3_bucket.is_some() {
        return bucket(media);
    }
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| MediaError::Folder(media.root.clone(), error);
    std::fs::create_dir_all(&media.root).map_err(|error| unusable(error.into()))?;
    let folder = LocalFileSystem::new_with_prefix(&media.root).map_err(|error| unusable(error.into()))?;
    Ok(Arc::new(folder.with_fsync(true)))
}

/// Returns a bucket's error for a read, or `None` if the bucket can be read.
pub(crate) async fn bucket_says(media: &Media) -> Option<String> {
    /// A file that no user has.
    const FILE: &str = "rest-auth-check";
    let bucket = match bucket(media) {
        Ok(bucket) => bucket,
        Err(error) => return Some(causes(&error)),
    };
    let error = bucket.get(&FILE.into()).await.err()?;
    let said = causes(&error);
    match (part(&said, "Code"), &error) {
        (Some("NoSuchKey"), _) => None,
        (Some(code), _) => Some(format!("{code}: {}", part(&said, "Message").unwrap_or_default())),
        (None, object_store::Error::NotFound { .. }) => None,
        (None, _) => Some(said),
    }
}

/// Returns the text of an element in a response of S3.
fn part<'a>(answer: &'a str, element: &str) -> Option<&'a str> {
    let (_, rest) = answer.split_once(&format!("<{element}>"))?;
    Some(rest.split_once("</")?.0)
}

#[cfg(feature = "s3")]
fn bucket(media: &Media) -> Result<Arc<dyn ObjectStore>, MediaError> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;

    // Its HTTP client wants to know whose cryptography TLS is to be made with; another's choice is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::from_env();
    if let Some(bucket) = &media.s3_bucket {
        builder = builder.with_bucket_name(bucket);
    }
    if let Some(url) = &media.s3_endpoint_url {
        // A store on this machine, or within a network of one's own, may have no certificate.
        builder = builder.with_endpoint(url).with_allow_http(url.starts_with("http://"));
    }
    if let Some(region) = &media.s3_region {
        builder = builder.with_region(region);
    }
    if let (Some(id), Some(key)) = (&media.s3_access_key_id, &media.s3_secret_access_key) {
        builder = builder.with_access_key_id(id.expose()).with_secret_access_key(key.expose());
    }
    let bucket = builder.build().map_err(|error| MediaError::Bucket(error.into()))?;
    Ok(match media.s3_location.trim_matches('/') {
        "" => Arc::new(bucket),
        location => Arc::new(PrefixStore::new(bucket, location)),
    })
}

#[cfg(not(feature = "s3"))]
fn bucket(_media: &Media) -> Result<Arc<dyn ObjectStore>, MediaError> {
    // The settings are refused before.
    Err(MediaError::Bucket("this build knows no S3".into()))
}
