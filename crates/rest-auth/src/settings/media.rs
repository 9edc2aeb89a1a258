//! `[media]`: where pictures and files of users are kept.

use std::path::PathBuf;

use super::section::section;
use super::{Secret, Settings};
use crate::fields::Field;

section! {
    /// Pictures and files that users upload: where they are kept, and how large they may be.
    pub struct Media {
        /// The folder that they are kept in, unless s3_bucket names another place. (MEDIA_ROOT)
        pub root: PathBuf = PathBuf::from("media"),
        /// The path that the server shows them below, with a slash at both ends; or the whole address of another server that
        /// does, such as "https://media.example.com/". A path gets force_script_name in front, unless it begins with it.
        /// (MEDIA_URL)
        pub url: String = "/media/".to_owned(),
        /// The largest file, in bytes.
        pub max_file_size: usize = 10 * 1024 * 1024,
        /// The most pixels of a picture. A picture is decoded before it is kept, which takes 4 to 8 bytes of memory a pixel.
        /// All frames of an animation together may have ten times as many pixels.
        pub max_pixels: u64 = 40_000_000,
        /// A bucket of S3, or of a store that speaks as S3 does, in place of the folder.
        pub s3_bucket: Option<String> = None,
        /// The folder within the bucket.
        pub s3_location: String = String::new(),
        /// Where the store is, if it is not Amazon's: "https://storage.example.com".
        pub s3_endpoint_url: Option<String> = None,
        /// The region of the bucket.
        pub s3_region: Option<String> = None,
        /// Who the server is to the store; left out, AWS_ACCESS_KEY_ID and the like are asked, or the machine's role.
        pub s3_access_key_id: Option<Secret> = None,
        /// What proves it.
        pub s3_secret_access_key: Option<Secret> = None,
    }
}

impl Media {
    /// In this folder.
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.root = folder.into();
        self
    }

    /// Shown below this path, `/media/`, or by another server, `https://media.example.com/`.
    pub fn url(mut self, url: &str) -> Self {
        self.url = url.to_owned();
        self
    }

    /// The largest file, in bytes.
    pub fn max_file_size(mut self, bytes: usize) -> Self {
        self.max_file_size = bytes;
        self
    }

    /// The most pixels of a picture.
    pub fn max_pixels(mut self, pixels: u64) -> Self {
        self.max_pixels = pixels;
        self
    }
}

/// The most that a file may be allowed to have: a whole upload is held in memory.
const LARGEST: usize = 1024 * 1024 * 1024;

const MOST_PIXELS: u64 = 1_000_000_000;

impl Settings {
    /// The fields that are files, each behind the table that it is a column of.
    pub(crate) fn file_fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        let of_profiles = self
            .profiles
            .iter()
            .flat_map(|profile| profile.fields.iter().map(move |field| (profile.table.as_str(), field)));
        let of_users = self.user.fields.iter().map(|field| (self.user.table.as_str(), field));
        of_profiles.chain(of_users).filter(|(_, field)| field.is_file())
    }

    /// Returns the path below which this server serves files, if it does.
    ///
    /// The path is `media.url` without `force_script_name`, which the proxy removes.
    pub(crate) fn media_path(&self) -> Option<&str> {
        let url = self.media.url.strip_prefix(self.script_name()).filter(|path| path.starts_with('/'));
        url.or(Some(self.media.url.as_str())).filter(|path| path.starts_with('/'))
    }

    /// Returns the part of a file's URL in front of the file's name.
    pub(crate) fn public_media_url(&self) -> String {
        match self.media_path() {
            Some(path) => format!("{}{path}", self.script_name()),
            None => self.media.url.clone(),
        }
    }

    pub(super) fn media_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let media = &self.media;
        let is_path = media.url.starts_with('/') && media.url.len() > 1 && !media.url.contains("//");
        let is_address = ["https://", "http://"].iter().any(|scheme| media.url.starts_with(scheme));
        if !(is_path || is_address) || !media.url.ends_with('/') || media.url.contains(['?', '#', '{', '}', '*']) {
            let problem = "it is neither a path between slashes nor an address that ends with one".into();
            refuse("media.url", problem, "For example \"/media/\" or \"https://media.example.com/\".");
        } else if let Some(path) = self.media_path()
            && format!("{}/", self.base_path.trim_end_matches('/')).starts_with(path)
        {
            refuse("media.url", "the endpoints stand below it".into(), "Choose a path beside base_path.");
        }
        if !(1..=LARGEST).contains(&media.max_file_size) {
            refuse(
                "media.max_file_size",
                "it is from 1 byte to 1 GiB".into(),
                "For example 10485760, which is 10 MiB.",
            );
        }
        if !(1..=MOST_PIXELS).contains(&media.max_pixels) {
            refuse("media.max_pixels", format!("it is from 1 to {MOST_PIXELS}"), "For example 40000000.");
        }
        let belong_to_a_bucket = [
            ("media.s3_endpoint_url", media.s3_endpoint_url.is_some()),
            ("media.s3_region", media.s3_region.is_some()),
            ("media.s3_location", !media.s3_location.is_empty()),
            ("media.s3_access_key_id", media.s3_access_key_id.is_some()),
            ("media.s3_secret_access_key", media.s3_secret_access_key.is_some()),
        ];
        if media.s3_bucket.is_none() {
            for (path, _) in belong_to_a_bucket.iter().filter(|(_, is_set)| *is_set) {
                refuse(path, "there is no bucket".into(), "Name it in media.s3_bucket.");
            }
        } else if cfg!(not(feature = "s3")) {
            refuse("media.s3_bucket", "this build knows no S3".into(), "Build with the feature \"s3\".");
        }
        if media.s3_access_key_id.is_some() != media.s3_secret_access_key.is_some() {
            refuse("media.s3_secret_access_key", "one of both keys is of no use".into(), "Name both, or neither.");
        }
    }
}
