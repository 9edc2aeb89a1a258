//! Pictures and files, as clients see them.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};
use rest_auth_macros::each_database;
use serde_json::json;

use crate::testing::{Client, TestApp};

const PROFILE: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.avatar = { type = "image", upload_to = "avatars/", null = true }
    fields.contract = { type = "file", upload_to = "contracts/%Y/", blank = true }
    fields.bio = { type = "text", blank = true }
"#;

fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

fn png() -> Vec<u8> {
    picture(ImageFormat::Png, 3, 2)
}

async fn jane(app: &TestApp) -> Client {
    app.user("jane", "correct horse").await;
    let mut jane =
        app.client_of(axum::Router::new().nest("/media", app.auth().media_router()).merge(app.auth().router()));
    jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    jane.with_csrf()
}

async fn uploads(jane: &mut Client, name: &str, content: &[u8]) -> String {
    let answer = jane.patch_multipart("/user/", &[("profile.avatar", Some(name), content)]).await;
    let profile = &answer.json()["profile"];
    match answer.status() {
        200 => profile["avatar"].as_str().expect("a URL").to_owned(),
        _ => answer.line(),
    }
}

#[each_database]
async fn a_picture_is_shown_by_its_url_and_goes_when_another_takes_its_place() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    assert_eq!(uploads(&mut jane, "me.png", &png()).await, "http://testserver/media/avatars/me.png");
    assert_eq!(app.files(), ["avatars/me.png"]);
    let shown = jane.get("/media/avatars/me.png").await;
    assert_eq!((shown.status(), shown.header("content-type"), shown.bytes()), (200, "image/png", &png()[..]));
    assert_eq!(shown.header("x-content-type-options"), "nosniff");

    let jpeg = picture(ImageFormat::Jpeg, 3, 2);
    assert_eq!(uploads(&mut jane, "other.jpg", &jpeg).await, "http://testserver/media/avatars/other.jpg");
    app.mails().await;
    assert_eq!(app.files(), ["avatars/other.jpg"]);
    assert_eq!(jane.get("/media/avatars/me.png").await.line(), r#"404 {"detail":"Not found."}"#);

    let gone = jane.patch("/user/", json!({ "profile": { "avatar": null } })).await;
    assert_eq!(gone.json()["profile"]["avatar"], json!(null));
    app.mails().await;
    assert_eq!(app.files(), [""; 0]);
    app.advance(Duration::from_secs(2 * 3600));
    app.mails().await;
    assert_eq!(app.sql("SELECT COUNT(*) FROM rest_auth_outbox").await, [[json!(0)]]);
}

#[each_database]
async fn a_file_that_a_row_names_is_never_removed() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    uploads(&mut jane, "shared.png", &png()).await;
    app.user("john", "correct horse").await;
    app.sql("UPDATE app_userprofile SET avatar = 'avatars/shared.png'").await;
    uploads(&mut jane, "mine.png", &png()).await;
    app.mails().await;
    assert_eq!(app.files(), ["avatars/mine.png", "avatars/shared.png"]);
}

#[tokio::test]
async fn what_is_refused_leaves_no_file() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    app.user("john", "correct horse").await;
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("profile.avatar", Some("me.png"), &png()), ("username", None, b"john")];
    assert_eq!(
        jane.patch_multipart("/user/", &parts).await.line(),
        r#"400 {"username":["A user with that username already exists."]}"#
    );
    assert_eq!(app.files(), [""; 0]);
}

#[each_database]
async fn a_file_whose_row_was_never_written_is_removed_after_an_hour() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    uploads(&mut jane, "me.png", &png()).await;
    // As if the server had been killed before it wrote the row.
    app.sql("UPDATE app_userprofile SET avatar = NULL").await;
    app.mails().await;
    assert_eq!(app.files(), ["avatars/me.png"]);
    app.advance(Duration::from_secs(3601));
    app.mails().await;
    assert_eq!(app.files(), [""; 0]);
}

#[tokio::test]
async fn names_are_made_safe_and_never_taken_twice() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    for (sent, kept) in [
        ("../../etc/pass wd (1).png", "pass_wd_1.png"),
        (r"C:\\dir\\photo.png", "photo.png"),
        ("h\u{f6}he.png", "h%C3%B6he.png"),
        ("..png", "..png"),
        ("()!.png", ".png"),
        ("E.PNG", "E.PNG"),
    ] {
        assert_eq!(uploads(&mut jane, sent, &png()).await, format!("http://testserver/media/avatars/{kept}"));
    }
    uploads(&mut jane, "twice.png", &png()).await;
    let second = uploads(&mut jane, "twice.png", &png()).await;
    let kept = second.strip_prefix("http://testserver/media/avatars/twice_").expect("another name");
    assert_eq!((kept.len(), kept.ends_with(".png")), (11, true));
    let long = uploads(&mut jane, &format!("{}.png", "y".repeat(92)), &png()).await;
    assert_eq!(long.len(), "http://testserver/media/".len() + 100);
    assert_eq!(
        uploads(&mut jane, &format!("{}.png", "x".repeat(97)), &png()).await,
        r#"400 {"profile":{"avatar":["Ensure this filename has at most 100 characters (it has 101)."]}}"#
    );
}

#[tokio::test]
async fn the_url_of_a_file_begins_with_the_path_that_a_proxy_removes() {
    for (url, shown) in [("/media/", "/app/media/"), ("/app/media/", "/app/media/"), ("/apple/", "/app/apple/")] {
        let settings = format!("force_script_name = '/app'\n{PROFILE}\n[media]\nurl = '{url}'");
        let app = TestApp::with(&settings).await;
        let served = shown.strip_prefix("/app");
        assert_eq!(app.auth().media().path(), served);
        let mut jane = jane(&app).await;
        assert_eq!(uploads(&mut jane, "me.png", &png()).await, format!("http://testserver{shown}avatars/me.png"));
    }
    let elsewhere = "[media]\nurl = 'https://media.example.com/'";
    let app = TestApp::with(&format!("force_script_name = '/app'\n{PROFILE}\n{elsewhere}")).await;
    assert_eq!(
        (app.auth().media().path(), app.auth().media().url("a.png")),
        (None, "https://media.example.com/a.png".into())
    );
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_told_its_size_in_the_users_words() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    // The size of a phone camera's picture; the pixels themselves are missing.
    let mut photo = picture(ImageFormat::Bmp, 3, 2);
    photo[18..22].copy_from_slice(&8064_u32.to_le_bytes());
    photo[22..26].copy_from_slice(&6048_u32.to_le_bytes());
    assert_eq!(
        uploads(&mut jane, "photo.bmp", &photo).await,
        r#"400 {"profile":{"avatar":["Ensure this image has at most 40 megapixels (it has 48.8 megapixels: 8064 x 6048)."]}}"#
    );
    assert_eq!(
        uploads(&mut jane, "photo.jpg", &vec![0; 11 << 20]).await,
        r#"400 {"profile":{"avatar":["Ensure this file has at most 10 MB (it has 11 MB)."]}}"#
    );
    assert_eq!(
        uploads(&mut jane, "photo.jpg", &vec![0; 23 << 20]).await,
        r#"413 {"detail":"Request body exceeded 22.5 MB (a file may have at most 10 MB)."}"#
    );
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let app = TestApp::with(&format!("{PROFILE}\n[media]\nmax_file_size = 1000\nmax_pixels = 100")).await;
    let mut jane = jane(&app).await;
    let avatar = |message: &str| format!(r#"400 {{"profile":{{"avatar":["{message}"]}}}}"#);
    let no_picture = avatar(super::picture::NO_PICTURE);
    let whole = png();
    for (name, content, said) in [
        ("page.png", &b"<html><script>alert(1)</script>"[..], no_picture.as_str()),
        ("vector.svg", br#"<svg xmlns="http://www.w3.org/2000/svg"/>"#, &no_picture),
        ("cut.png", &whole[..whole.len() - 20], &no_picture),
        ("empty.png", b"", &avatar("The submitted file is empty.")),
        (
            "wide.png",
            &picture(ImageFormat::Png, 20, 6),
            &avatar("Ensure this image has at most 100 pixels (it has 120 pixels: 20 x 6)."),
        ),
        (
            "large.bmp",
            &picture(ImageFormat::Bmp, 40, 40),
            &avatar("Ensure this file has at most 1000 bytes (it has 4.8 KB)."),
        ),
        (
            "page.html",
            &whole,
            &avatar(
                "File extension “html” is not allowed. Allowed extensions are: bmp, dib, gif, jfif, jpe, jpg, jpeg, png, \
                 apng, webp.",
            ),
        ),
    ] {
        assert_eq!(uploads(&mut jane, name, content).await, said, "{name}");
    }
    assert_eq!(
        jane.patch("/user/", json!({ "profile": { "avatar": "me.png" } })).await.line(),
        avatar("The submitted data was not a file. Check the encoding type on the form.")
    );
    assert_eq!(
        jane.patch_multipart("/user/", &[("profile.bio", Some("bio.txt"), b"text")]).await.line(),
        r#"400 {"profile":{"bio":["Not a valid string."]}}"#
    );
    assert_eq!(app.files(), [""; 0]);
}

#[tokio::test]
async fn no_file_is_ever_shown_as_a_page() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    let page = b"<html><script>alert(1)</script>";
    let answer = jane.patch_multipart("/user/", &[("profile.contract", Some("page.html"), page)]).await;
    assert_eq!(answer.json()["profile"]["contract"], "http://testserver/media/contracts/2026/page.html");
    let shown = jane.get("/media/contracts/2026/page.html").await;
    assert_eq!(shown.bytes(), page);
    for (header, value) in [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(shown.header(header), value);
    }
    for path in
        ["/media/", "/media/contracts/", "/media/%2e%2e/rest-auth.db", "/media/..%2f..%2fetc/passwd", "/media/a//b"]
    {
        assert_eq!(jane.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_part_is_shown_and_what_is_known_is_not_sent_again() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    jane.patch_multipart("/user/", &[("profile.contract", Some("terms.txt"), b"0123456789")]).await;
    let path = "/media/contracts/2026/terms.txt";
    let tag = jane.get(path).await.header("etag").to_owned();
    let mut part = jane.clone().header("range", "bytes=2-4");
    let shown = part.get(path).await;
    assert_eq!((shown.line().as_str(), shown.header("content-range")), ("206 234", "bytes 2-4/10"));
    assert_eq!(jane.clone().header("range", "bytes=20-").get(path).await.line(), "200 0123456789");
    assert_eq!(jane.header("if-none-match", &tag).get(path).await.line(), "304 ");
}

#[tokio::test]
async fn a_large_body_is_read_only_from_who_is_logged_in() {
    let app = TestApp::with(PROFILE).await;
    let large = vec![0; 3 * 1024 * 1024];
    let part = [("profile.avatar", Some("large.png"), &large[..])];
    assert_eq!(app.client().patch_multipart("/user/", &part).await.status(), 401);
    let mut jane = jane(&app).await;
    assert_eq!(jane.patch_multipart("/user/", &part).await.status(), 400);
    let text = [("profile.bio", None, &large[..])];
    assert_eq!(jane.patch_multipart("/user/", &text).await.status(), 413);
    let larger = vec![0; 30 * 1024 * 1024];
    assert_eq!(
        jane.patch_multipart("/user/", &[("profile.avatar", Some("larger.png"), &larger[..])]).await.status(),
        413
    );
}

#[each_database]
async fn registration_takes_a_picture() {
    let app = TestApp::with(&format!(
        "{PROFILE}\n[registration]\nfields.photo = {{ type = \"image\", save_to = \"profile.avatar\" }}"
    ))
    .await;
    let texts = [("username", "jane"), ("email", "jane@example.com"), ("password1", "a long password")];
    let mut parts: Vec<(&str, Option<&str>, &[u8])> =
        texts.iter().map(|(name, text)| (*name, None, text.as_bytes())).collect();
    parts.push(("password2", None, b"a long password"));
    let mut client = app.client();
    assert_eq!(
        client.post_multipart("/registration/", &parts).await.line(),
        r#"400 {"photo":["No file was submitted."]}"#
    );
    let content = png();
    parts.push(("photo", Some("me.png"), &content));
    assert_eq!(client.post_multipart("/registration/", &parts).await.status(), 201);
    assert_eq!(app.sql("SELECT avatar FROM app_userprofile").await, [[json!("avatars/me.png")]]);
    assert_eq!(app.files(), ["avatars/me.png"]);
}

/// A picture of each kind, 24 by 20 pixels; the animations have three frames.
const PICTURES: [(&str, &[u8]); 11] = [
    ("animation.gif", include_bytes!("pictures/animation.gif")),
    ("animation.png", include_bytes!("pictures/animation.png")),
    ("animation.webp", include_bytes!("pictures/animation.webp")),
    ("baseline.jpg", include_bytes!("pictures/baseline.jpg")),
    ("cmyk.jpg", include_bytes!("pictures/cmyk.jpg")),
    ("lossless.webp", include_bytes!("pictures/lossless.webp")),
    ("lossy.webp", include_bytes!("pictures/lossy.webp")),
    ("progressive.jpg", include_bytes!("pictures/progressive.jpg")),
    ("restarts.jpg", include_bytes!("pictures/restarts.jpg")),
    ("still.bmp", include_bytes!("pictures/still.bmp")),
    ("still.png", include_bytes!("pictures/still.png")),
];

#[tokio::test]
async fn a_picture_that_is_cut_off_anywhere_is_refused() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    let refused = format!(r#"400 {{"profile":{{"avatar":["{}"]}}}}"#, super::picture::NO_PICTURE);
    for (name, whole) in PICTURES {
        for percent in [3, 10, 25, 50, 75, 97] {
            let cut = &whole[..whole.len() * percent / 100];
            assert_eq!(uploads(&mut jane, name, cut).await, refused, "{name} at {percent} %");
        }
        for length in 0..whole.len() {
            let cut = super::decode::decode(&whole[..length].to_vec().into(), 1000);
            assert!(cut.is_err(), "{length} bytes of {name}");
        }
    }
    assert_eq!(app.files(), [""; 0]);
}

#[tokio::test]
async fn a_whole_picture_is_kept_also_with_more_bytes_behind_its_end() {
    let app = TestApp::with(PROFILE).await;
    let mut jane = jane(&app).await;
    for (name, whole) in PICTURES {
        let kept = uploads(&mut jane, name, whole).await;
        assert_eq!(jane.get(kept.trim_start_matches("http://testserver")).await.bytes(), whole, "{name}");
        let more = [whole, b"what a phone's camera adds"].concat();
        assert!(uploads(&mut jane, name, &more).await.starts_with("http://testserver/media/avatars/"), "{name}");
    }
}

#[tokio::test]
async fn an_animation_has_a_limit_for_all_of_its_frames() {
    let app = TestApp::with(&format!("{PROFILE}\n[media]\nmax_pixels = 100")).await;
    let mut jane = jane(&app).await;
    let frames = |count: usize| {
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, 10, 10, &[0, 0, 0, 255, 255, 255]).expect("an encoder");
        for _ in 0..count {
            let frame = gif::Frame { width: 10, height: 10, buffer: vec![1; 100].into(), ..gif::Frame::default() };
            encoder.write_frame(&frame).expect("a frame");
        }
        drop(encoder);
        bytes
    };
    assert_eq!(uploads(&mut jane, "ten.gif", &frames(10)).await, "http://testserver/media/avatars/ten.gif");
    assert_eq!(
        uploads(&mut jane, "eleven.gif", &frames(11)).await,
        r#"400 {"profile":{"avatar":["Ensure this animation has at most 1000 pixels in all of its frames (it has 1100 pixels)."]}}"#
    );
}
