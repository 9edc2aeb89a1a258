//! Decodes every frame of a picture to the end, within limits.
//!
//! The crate `image` stops after the first frame of an animation, and accepts a JPEG that is cut off. Therefore each
//! format is read by the decoder that `image` itself uses.

use std::fmt::Display;
use std::io::Cursor;

use axum::body::Bytes;
use image::{ImageFormat, ImageReader, Limits, guess_format};
use image_webp::WebPDecoder;
use img_parts::jpeg::Jpeg;
use img_parts::riff::RiffChunk;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The limit of an animation's frames together, as a multiple of `max_pixels`.
const FRAMES: u64 = 10;

/// The memory that a decoder may use besides the pixels, in bytes.
const DECODER: u64 = 16 * 1024 * 1024;

/// The end marker of a JPEG, which does not occur in its scan data.
const END_OF_JPEG: [u8; 2] = [0xff, 0xd9];

/// The reason why a picture is refused.
pub(super) enum Fault {
    /// The content is not a picture of a known format, is damaged, or is cut off.
    Broken,
    /// The picture has too many pixels.
    Large { width: u32, height: u32 },
    /// All frames of the animation together have too many pixels.
    Long { pixels: u64, limit: u64 },
}

/// Clients do not see a decoder's message.
impl<E: Display> From<E> for Fault {
    fn from(_: E) -> Self {
        Self::Broken
    }
}

/// Decodes a BMP, GIF, JPEG, PNG or WebP to its end.
///
/// Bytes after the end are ignored, as Pillow does.
///
/// # Errors
/// If the picture is too large, damaged or cut off.
pub(super) fn decode(content: &Bytes, max_pixels: u64) -> Result<(), Fault> {
    let mut pixels = Pixels { max: max_pixels, frames: 0 };
    match guess_format(content)? {
        ImageFormat::Bmp => bmp(content, &mut pixels),
        ImageFormat::Gif => gif(content, &mut pixels),
        ImageFormat::Jpeg => jpeg(content, &mut pixels),
        ImageFormat::Png => png(content, &mut pixels),
        ImageFormat::WebP => webp(content, &mut pixels),
        _ => Err(Fault::Broken),
    }
}

/// Counts pixels against the limits before memory is allocated for them.
struct Pixels {
    max: u64,
    /// The number of pixels in the frames so far.
    frames: u64,
}

impl Pixels {
    /// Counts the picture as a whole, and returns its decoder's memory limit in bytes.
    fn picture(&mut self, width: u32, height: u32) -> Result<u64, Fault> {
        let pixels = u64::from(width) * u64::from(height);
        // A pixel takes 16 bytes at most.
        if pixels > self.max { Err(Fault::Large { width, height }) } else { Ok(pixels * 16 + DECODER) }
    }

    /// Counts one frame of an animation.
    fn frame(&mut self, width: u32, height: u32) -> Result<(), Fault> {
        self.picture(width, height)?;
        self.frames += u64::from(width) * u64::from(height);
        let limit = self.max.saturating_mul(FRAMES);
        if self.frames > limit { Err(Fault::Long { pixels: self.frames, limit }) } else { Ok(()) }
    }
}

fn bmp(content: &Bytes, pixels: &mut Pixels) -> Result<(), Fault> {
    let reader = || ImageReader::with_format(Cursor::new(content), ImageFormat::Bmp);
    let (width, height) = reader().into_dimensions()?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(pixels.picture(width, height)?);
    let mut reader = reader();
    reader.limits(limits);
    reader.decode()?;
    Ok(())
}

fn gif(content: &Bytes, pixels: &mut Pixels) -> Result<(), Fault> {
    let mut options = gif::DecodeOptions::new();
    let most = pixels.max.saturating_add(DECODER);
    options.set_memory_limit(gif::MemoryLimit::Bytes(most.try_into().unwrap_or(std::num::NonZeroU64::MIN)));
    let mut decoder = options.read_info(Cursor::new(content))?;
    pixels.picture(decoder.width().into(), decoder.height().into())?;
    let mut frame = Vec::new();
    let mut frames = 0;
    while let Some(info) = decoder.next_frame_info()? {
        pixels.frame(info.width.into(), info.height.into())?;
        frame.resize(decoder.buffer_size(), 0);
        decoder.read_into_buffer(&mut frame)?;
        frames += 1;
    }
    if frames == 0 { Err(Fault::Broken) } else { Ok(()) }
}

fn jpeg(content: &Bytes, pixels: &mut Pixels) -> Result<(), Fault> {
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(content), options);
    decoder.decode_headers()?;
    let (width, height) = decoder.dimensions().ok_or(Fault::Broken)?;
    pixels.picture(width.try_into()?, height.try_into()?)?;
    decoder.decode()?;
    // The decoder invents missing lines at the end.
    let jpeg = Jpeg::from_bytes(content.clone())?;
    let scans = jpeg.segments().last().map_or(0, |segment| segment.len_with_entropy() - segment.len());
    let scans = &content[content.len() - scans..];
    if scans.windows(2).any(|bytes| bytes == END_OF_JPEG) { Ok(()) } else { Err(Fault::Broken) }
}

fn png(content: &Bytes, pixels: &mut Pixels) -> Result<(), Fault> {
    let limits = png::Limits { bytes: usize::try_from(pixels.max.saturating_mul(16).saturating_add(DECODER))? };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(content), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let (width, height) = {
        let header = decoder.read_header_info()?;
        (header.width, header.height)
    };
    pixels.picture(width, height)?;
    let mut reader = decoder.read_info()?;
    let info = reader.info();
    // The picture for programs that do not show animations is not always one of the frames.
    let still = u32::from(info.frame_control.is_none());
    let frames = info.animation_control.map_or(1, |animation| animation.num_frames.saturating_add(still));
    let mut frame = vec![0; reader.output_buffer_size().ok_or(Fault::Broken)?];
    for _ in 0..frames {
        pixels.frame(width, height)?;
        reader.next_frame(&mut frame)?;
    }
    Ok(reader.finish()?)
}

fn webp(content: &Bytes, pixels: &mut Pixels) -> Result<(), Fault> {
    // The decoder accepts a last chunk that is cut off.
    RiffChunk::from_bytes(content.clone())?;
    let mut decoder = WebPDecoder::new(Cursor::new(content))?;
    let (width, height) = decoder.dimensions();
    decoder.set_memory_limit(usize::try_from(pixels.picture(width, height)?)?);
    let mut frame = vec![0; decoder.output_buffer_size().ok_or(Fault::Broken)?];
    if !decoder.is_animated() {
        return Ok(decoder.read_image(&mut frame)?);
    }
    for _ in 0..decoder.num_frames() {
        pixels.frame(width, height)?;
        decoder.read_frame(&mut frame)?;
    }
    Ok(())
}
