//! Compressed files: gzip and zstd, told by their first bytes, unpacked up to a limit.

use std::io::{self, BufRead, BufReader, Read};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

/// How long the longest of the signs by which a compressed file is known is.
pub(super) const SIGN: usize = 4;

impl Packing {
    /// What the first bytes of a file say.
    pub(super) fn of(first: &[u8]) -> Option<Self> {
        match first {
            [0x1F, 0x8B, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            // A frame to be skipped, as tools that compress in parallel put before the first.
            [low, 0x2A, 0x4D, 0x18, ..] if low & 0xF0 == 0x50 => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Why a file could not be unpacked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The system does not give it.
    System(io::Error),
    /// It is not what its first bytes say, or cut off: in what form.
    Broken(&'static str),
    /// It holds more than that many bytes.
    TooLong,
}

/// Unpacks what a reader gives, which was compressed so, into at most `limit` bytes.
///
/// # Errors
/// What cannot be read, is broken, or holds more.
pub(super) fn unpack(packing: Packing, packed: impl Read, limit: u64) -> Result<Vec<u8>, Trouble> {
    let mut watched = Watched { inner: BufReader::with_capacity(1 << 16, packed), failed: None };
    let mut bytes = Vec::new();
    let unpacked = match packing {
        Packing::Gzip => fill(flate2::bufread::MultiGzDecoder::new(&mut watched), limit, &mut bytes),
        Packing::Zstd => frames(&mut watched, limit, &mut bytes),
    };
    match (unpacked, watched.failed) {
        (_, Some(error)) => Err(Trouble::System(error)),
        (Err(_), None) => Err(Trouble::Broken(packing.name())),
        (Ok(_), None) if over(&bytes, limit) => Err(Trouble::TooLong),
        (Ok(_), None) => Ok(bytes),
    }
}

fn over(bytes: &[u8], limit: u64) -> bool {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit
}

/// Unpacks frames, one after another.
fn frames(packed: &mut impl BufRead, limit: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
    while !packed.fill_buf()?.is_empty() {
        let broken = |_| io::Error::from(io::ErrorKind::InvalidData);
        let mut frame = match ruzstd::decoding::StreamingDecoder::new(&mut *packed) {
            Ok(frame) => frame,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let wanted = u64::from(length);
                if io::copy(&mut packed.by_ref().take(wanted), &mut io::sink())? < wanted {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                continue;
            }
            Err(error) => return Err(broken(error)),
        };
        fill(&mut frame, limit, bytes)?;
        if over(bytes, limit) {
            break;
        }
        let decoder = frame.into_frame_decoder();
        let told = decoder.get_checksum_from_data();
        if told.is_some() && told != decoder.get_calculated_checksum() {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}

/// Reads on, up to one byte more than the limit. What is held grows as what is read does, and never to more than that: twice as much could be twice the
/// limit.
fn fill(mut unpacked: impl Read, limit: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    const LEAST: u64 = 1 << 16;
    loop {
        let has = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let step = has.max(LEAST).min(limit.saturating_add(1).saturating_sub(has));
        if step == 0 {
            return Ok(());
        }
        bytes.reserve_exact(usize::try_from(step).unwrap_or(usize::MAX));
        let read = unpacked.by_ref().take(step).read_to_end(bytes)?;
        if u64::try_from(read).unwrap_or(u64::MAX) < step {
            return Ok(());
        }
    }
}

/// Tells an error of the system from one of the compressed data.
struct Watched<R> {
    inner: R,
    failed: Option<io::Error>,
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Watched<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.inner.fill_buf() {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests;
