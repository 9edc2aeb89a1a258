//! Showing the files: pictures as pictures, whatever else as something to be saved, and nothing as a page.

use axum::Router;
use axum::body::Body;
use axum::extract::Path as UrlPath;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use headers::{ContentRange, HeaderMapExt, Range};
use object_store::path::Path;
use object_store::{Error as StorageError, GetOptions, GetRange, GetResult, ObjectStore};

use super::{keep, picture};
use crate::auth::Auth;
use crate::error::Error;

/// What keeps a browser from taking a file for anything but what it is said to be.
const PROTECTION: [(header::HeaderName, &str); 2] =
    [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")];

impl Auth {
    /// Shows the files that users uploaded, to be nested at [`MediaStorage::path`](crate::MediaStorage::path). Whoever knows a
    /// file's name is shown it, as Django does with `MEDIA_ROOT`.
    pub fn media_router(&self) -> Router {
        let auth = self.clone();
        let show = async move |UrlPath(name): UrlPath<String>, headers: HeaderMap| {
            show(&auth, &name, &headers).await.unwrap_or_else(IntoResponse::into_response)
        };
        Router::new().route("/{*name}", get(show)).fallback(Auth::not_found)
    }
}

/// The media type of a file of this name, and what a browser is to do with it.
pub(super) fn shown_as(name: &str) -> (&'static str, &'static str) {
    match picture::media_type(name) {
        Some(media_type) => (media_type, "inline"),
        None => ("application/octet-stream", "attachment"),
    }
}

async fn show(auth: &Auth, name: &str, headers: &HeaderMap) -> Result<Response, Error> {
    let (Some(store), Ok(path)) = (&auth.media().store, Path::parse(name)) else { return Err(Error::NotFound) };
    let found = find(store.as_ref(), &path, headers).await;
    let mut response = match found {
        Ok((status, found)) => answer(status, found),
        Err(StorageError::NotModified { .. }) => StatusCode::NOT_MODIFIED.into_response(),
        Err(StorageError::NotFound { .. } | StorageError::InvalidPath { .. }) => return Err(Error::NotFound),
        Err(error) => return Err(keep::unavailable(&error)),
    };
    let (media_type, disposition) = shown_as(name);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    // A file may be replaced by another of the same name: who has it asks whether it is still the same.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    for (name, value) in PROTECTION {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The file, or the one part of it that is asked for; several parts at once are answered by all of it.
async fn find(
    store: &dyn ObjectStore,
    path: &Path,
    headers: &HeaderMap,
) -> Result<(StatusCode, GetResult), StorageError> {
    let if_none_match = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let options = GetOptions { if_none_match, ..GetOptions::default() };
    let range = headers.typed_get::<Range>().filter(|_| !headers.contains_key(header::IF_RANGE));
    if let Some(range) = range {
        let head = store.get_opts(path, GetOptions { head: true, ..options.clone() }).await?;
        let mut ranges = range.satisfiable_ranges(head.meta.size);
        if let (Some(bounds), None) = (ranges.next(), ranges.next())
            && let Some(part) = part(bounds, head.meta.size)
        {
            let found = store.get_opts(path, GetOptions { range: Some(part), ..options }).await?;
            return Ok((StatusCode::PARTIAL_CONTENT, found));
        }
    }
    Ok((StatusCode::OK, store.get_opts(path, options).await?))
}

fn part(bounds: (std::ops::Bound<u64>, std::ops::Bound<u64>), size: u64) -> Option<GetRange> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let start = match bounds.0 {
        Included(start) => start,
        Excluded(start) => start.checked_add(1)?,
        Unbounded => 0,
    };
    let end = match bounds.1 {
        Included(end) => end.checked_add(1)?,
        Excluded(end) => end,
        Unbounded => size,
    };
    (start < end.min(size)).then(|| GetRange::Bounded(start..end.min(size)))
}

fn answer(status: StatusCode, found: GetResult) -> Response {
    let (meta, range) = (found.meta.clone(), found.range.clone());
    let mut response = (status, Body::from_stream(found.into_stream())).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = ContentRange::bytes(range, meta.size)
    {
        headers.typed_insert(range);
    }
    if let Some(tag) = meta.e_tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
    response
}
