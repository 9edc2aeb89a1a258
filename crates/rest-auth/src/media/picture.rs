//! What is a picture: whatever can be decoded as one, whole, and has a picture's ending.

use axum::body::Bytes;
use image::ImageFormat;

use super::MediaStorage;
use super::decode::{Fault, decode};
use crate::amount;
use crate::fields::{Data, Field};

pub(super) const NO_PICTURE: &str =
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";

/// The kinds of picture, with the endings that their names may have.
const KINDS: [(ImageFormat, &[&str]); 5] = [
    (ImageFormat::Bmp, &["bmp", "dib"]),
    (ImageFormat::Gif, &["gif"]),
    (ImageFormat::Jpeg, &["jfif", "jpe", "jpg", "jpeg"]),
    (ImageFormat::Png, &["png", "apng"]),
    (ImageFormat::WebP, &["webp"]),
];

impl MediaStorage {
    /// Looks at the pictures that came for these fields, so that the fields can be read at once.
    pub(crate) async fn look_at_pictures(&self, data: &Data, fields: &[Field]) {
        for upload in data.pictures(fields) {
            let (content, name) = (upload.content().clone(), upload.name().to_owned());
            let (max_file_size, max_pixels) = (self.settings.max_file_size, self.settings.max_pixels);
            // It is never closed.
            let _turn = self.decoding.acquire().await;
            let judged = tokio::task::spawn_blocking(move || {
                too_large(content.len(), max_file_size).map_or(Ok(()), Err)?;
                judge(&content, &name, max_pixels)
            });
            // A decoder that panics has not seen a picture.
            upload.judge(judged.await.unwrap_or_else(|_| Err(NO_PICTURE.to_owned())));
        }
    }
}

/// What is said of a file with more bytes than there may be.
pub(super) fn too_large(bytes: usize, most: usize) -> Option<String> {
    let (limit, size) = (amount::bytes(most), amount::bytes_beyond(bytes));
    (bytes > most).then(|| format!("Ensure this file has at most {limit} (it has {size})."))
}

/// The media type that a name's ending stands for, if it is a picture's.
pub(super) fn media_type(name: &str) -> Option<&'static str> {
    let ending = ending(name);
    KINDS.iter().find(|(_, endings)| endings.contains(&ending.as_str())).map(|(format, _)| format.to_mime_type())
}

/// What stands behind the last dot, which is not the first character: Python's `Path.suffix`.
fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_lowercase(),
        _ => String::new(),
    }
}

fn judge(content: &Bytes, name: &str, max_pixels: u64) -> Result<(), String> {
    decode(content, max_pixels).map_err(|fault| match fault {
        Fault::Broken => NO_PICTURE.to_owned(),
        Fault::Large { width, height } => {
            let size = amount::pixels_beyond(u64::from(width) * u64::from(height));
            let limit = amount::pixels(max_pixels);
            format!("Ensure this image has at most {limit} (it has {size}: {width} x {height}).")
        }
        Fault::Long { pixels, limit } => {
            let (limit, size) = (amount::pixels(limit), amount::pixels_beyond(pixels));
            format!("Ensure this animation has at most {limit} in all of its frames (it has {size}).")
        }
    })?;
    if media_type(name).is_none() {
        let endings: Vec<&str> = KINDS.iter().flat_map(|(_, endings)| *endings).copied().collect();
        return Err(format!(
            "File extension “{}” is not allowed. Allowed extensions are: {}.",
            ending(name),
            endings.join(", ")
        ));
    }
    Ok(())
}
