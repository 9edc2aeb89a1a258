//! `STORAGES` and `AWS_…` → `[media]`.

use super::django::{Fate, Translation};
use super::site::Site;
use super::value::Value;

/// django-storages' settings: the key in OPTIONS, the names, and the path here.
const BUCKET: [(&str, &[&str], &str); 6] = [
    ("bucket_name", &["AWS_STORAGE_BUCKET_NAME"], "media.s3_bucket"),
    ("location", &["AWS_LOCATION"], "media.s3_location"),
    ("endpoint_url", &["AWS_S3_ENDPOINT_URL"], "media.s3_endpoint_url"),
    ("region_name", &["AWS_S3_REGION_NAME"], "media.s3_region"),
    ("access_key", &["AWS_S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"], "media.s3_access_key_id"),
    ("secret_key", &["AWS_S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"], "media.s3_secret_access_key"),
];

/// How the names of django-storages' own classes for S3 begin.
const S3: &str = "storages.backends.s3";

/// How the names of classes begin that are never for S3.
const OTHERS: [&str; 4] = ["storages.", "django.core.", "cloudinary", "dropbox"];

/// The reason to leave out the settings of a folder if files are in a bucket.
const ELSEWHERE: &str = "files are kept elsewhere: STORAGES says where";

/// The kind of storage for users' files.
enum Kind {
    Folder,
    Bucket,
    Other(String),
}

/// Translates the settings of users' files; also returns the names that it covers.
pub fn translate(site: Site<'_>) -> (Vec<Translation>, Vec<String>) {
    let storage = site.get("STORAGES").and_then(|storages| storages.get("default"));
    let storage =
        storage.filter(|_| !site.is_named("DEFAULT_FILE_STORAGE") || site.get("DEFAULT_FILE_STORAGE").is_none());
    let backend = match (storage, site.get("DEFAULT_FILE_STORAGE")) {
        (Some(storage), _) => storage.get("BACKEND").and_then(Value::text),
        (None, Some(backend)) => backend.text(),
        (None, None) => return (Vec::new(), Vec::new()),
    };
    let options = storage.and_then(|storage| storage.get("OPTIONS"));
    let name = if storage.is_some() { "STORAGES['default']" } else { "DEFAULT_FILE_STORAGE" };
    let mut translations = Vec::new();
    let mut add = |source: String, fate: Fate| translations.push(Translation { source, is_default: false, fate });
    let mut taken = vec!["STORAGES".to_owned(), "DEFAULT_FILE_STORAGE".to_owned()];
    match kind(backend.unwrap_or_default(), site, options) {
        Kind::Folder => {
            for (key, path) in [("location", "media.root"), ("base_url", "media.url")] {
                if let Some(value) = options.and_then(|options| options.get(key)).filter(|value| value.is_true()) {
                    let fate = Fate::To { path: path.to_owned(), value: value.clone(), notes: Vec::new() };
                    add(format!("{name}['OPTIONS']['{key}']"), fate);
                }
            }
            add(name.to_owned(), Fate::NoPlace("files are in a folder, as here".to_owned()));
        }
        Kind::Other(backend) => {
            let why = format!(
                "{backend} keeps users' files there; rest-auth keeps them in the folder media.root or in a bucket of S3. Files that users \
                 have are to be copied, or media.url has to lead to them"
            );
            add(name.to_owned(), Fate::Heed(why));
            taken.extend(["MEDIA_ROOT", "MEDIA_URL"].map(str::to_owned));
            for folder in ["MEDIA_ROOT", "MEDIA_URL"].iter().filter(|folder| site.is_named(folder)) {
                add((*folder).to_owned(), Fate::NoPlace(ELSEWHERE.to_owned()));
            }
        }
        Kind::Bucket => {
            if let Some(class) = backend.filter(|class| !class.starts_with(S3)) {
                let why = format!(
                    "{class} is taken for a storage of S3; what it says of the bucket, the folder and the address is Python and was not \
                     read: compare media.s3_bucket, media.s3_location and media.url"
                );
                add(name.to_owned(), Fate::Heed(why));
            }
            taken.extend(bucket(site, options, name, &mut add));
        }
    }
    (translations, taken)
}

fn kind(backend: &str, site: Site<'_>, options: Option<&Value>) -> Kind {
    let has_bucket = site.get("AWS_STORAGE_BUCKET_NAME").is_some_and(Value::is_true)
        || options.and_then(|options| options.get("bucket_name")).is_some();
    match backend {
        ""
        | "django.core.files.storage.FileSystemStorage"
        | "django.core.files.storage.filesystem.FileSystemStorage" => Kind::Folder,
        _ if backend.starts_with(S3) => Kind::Bucket,
        // A class of the project's own with a bucket is mostly made after that of S3.
        _ if has_bucket && !OTHERS.iter().any(|start| backend.starts_with(start)) => Kind::Bucket,
        _ => Kind::Other(backend.to_owned()),
    }
}

/// Translates the settings of a bucket; returns the names that it covers.
fn bucket(site: Site<'_>, options: Option<&Value>, name: &str, add: &mut impl FnMut(String, Fate)) -> Vec<String> {
    let mut taken = Vec::new();
    // An option takes precedence over the corresponding setting.
    let find = |key: &str, names: &[&str]| {
        let option =
            options.and_then(|options| options.get(key)).map(|value| (format!("{name}['OPTIONS']['{key}']"), value));
        option.or_else(|| names.iter().find_map(|name| Some(((*name).to_owned(), site.get(name)?))))
    };
    for (key, names, path) in BUCKET {
        taken.extend(names.iter().map(|name| (*name).to_owned()));
        match find(key, names).filter(|(_, value)| value.is_true()) {
            Some((source, Value::Text(text))) => {
                let text = if key == "location" { text.trim_matches('/') } else { text };
                add(source, Fate::To { path: path.to_owned(), value: Value::from(text), notes: Vec::new() });
            }
            Some((source, _)) => add(source, Fate::Heed("its value is an object of Python's".to_owned())),
            None if key == "bucket_name" => {
                add(name.to_owned(), Fate::Heed("the bucket has no name; set media.s3_bucket".to_owned()));
            }
            None => {}
        }
    }
    let text = |key: &str, name: &str| find(key, &[name]).and_then(|(_, value)| value.text().map(str::to_owned));
    let location = text("location", "AWS_LOCATION").unwrap_or_default();
    let location = location.trim_matches('/');
    let folder = if location.is_empty() { String::new() } else { format!("{location}/") };
    let domain = text("custom_domain", "AWS_S3_CUSTOM_DOMAIN").filter(|domain| !domain.is_empty());
    let endpoint = text("endpoint_url", "AWS_S3_ENDPOINT_URL").filter(|url| !url.is_empty());
    let bucket = text("bucket_name", "AWS_STORAGE_BUCKET_NAME").unwrap_or_default();
    let (source, url) = match (&domain, endpoint) {
        (Some(domain), _) => ("AWS_S3_CUSTOM_DOMAIN".to_owned(), format!("https://{domain}/{folder}")),
        (None, Some(endpoint)) => (name.to_owned(), format!("{}/{bucket}/{folder}", endpoint.trim_end_matches('/'))),
        (None, None) => (name.to_owned(), format!("https://{bucket}.s3.amazonaws.com/{folder}")),
    };
    add(source, Fate::To { path: "media.url".to_owned(), value: Value::Text(url), notes: Vec::new() });
    let is_signed = find("querystring_auth", &["AWS_QUERYSTRING_AUTH"]).is_none_or(|(_, value)| value.is_true());
    if is_signed && domain.is_none() {
        let why = "Django signs the addresses of files, which are good for an hour; addresses are plain here, so that the server \
                   of the files must let everybody read them";
        add("AWS_QUERYSTRING_AUTH".to_owned(), Fate::Heed(why.to_owned()));
    }
    for acl in
        ["AWS_DEFAULT_ACL", "AWS_S3_OBJECT_PARAMETERS"].iter().filter(|name| site.get(name).is_some_and(Value::is_true))
    {
        taken.push((*acl).to_owned());
        let why =
            "rest-auth stores objects without an ACL or parameters; let the bucket's policy say who may read them";
        add((*acl).to_owned(), Fate::Heed(why.to_owned()));
    }
    taken.extend(["AWS_S3_CUSTOM_DOMAIN", "AWS_QUERYSTRING_AUTH", "MEDIA_ROOT", "MEDIA_URL"].map(str::to_owned));
    for folder in ["MEDIA_ROOT", "MEDIA_URL"].iter().filter(|folder| site.is_named(folder)) {
        add((*folder).to_owned(), Fate::NoPlace(ELSEWHERE.to_owned()));
    }
    taken
}
