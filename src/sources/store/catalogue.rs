//! Which of two editions of a catalogue counts.

use super::Held;
use crate::sources::Edition;
use crate::sources::enrich::{Remark, guard};
use crate::time::Instant;

/// What only the edition before tells, which is kept: who decides by the store has to know.
const COMPARED: [&str; 2] = ["feed_shrank", "epss_model_changed"];

/// The entry of a new file of a catalogue; none where what is known of another one counts before it, which then is told and keeps that in mind.
///
/// The later edition counts, of those of one time the one that has more. One that does not say of when it is, or is dated after `now`, counts before
/// none that does; of two of them the same file counts as it is now, or else the one that has more.
pub(super) fn put(now: Instant, known: Option<&mut Held>, mut entry: Held, remarks: &mut Vec<Remark>) -> Option<Held> {
    let Some(known) = known else {
        remarks.extend(guard::edition(now, &entry.edition, None));
        return Some(entry);
    };
    let (made, before) = (made(now, &entry.edition), made(now, &known.edition));
    let size = |held: &Held| (held.edition.read, held.edition.version.clone());
    let is_again = known.file == entry.file;
    let counts = match (made, before) {
        (None, None) if is_again && entry.edition.dropped == 0 => true,
        (None, None) => (size(&entry), &entry.file) >= (size(known), &known.file),
        _ => made > before || (made == before && size(&entry) >= size(known)),
    };
    let mut beside = std::mem::take(&mut known.beside);
    beside.remove(&entry.file);
    if !counts {
        remarks.extend(guard::edition(now, &entry.edition, None));
        if made.is_none() {
            beside.insert(entry.file, entry.added);
        } else {
            remarks.push(guard::older(entry.edition.feed));
        }
        known.beside = beside;
        return None;
    }
    let former = Edition { made: before.and(known.edition.made.clone()), ..known.edition.clone() };
    let told = guard::edition(now, &entry.edition, Some(&former));
    entry.told = if known.edition == entry.edition {
        // The same once more is no news.
        known.told.clone()
    } else {
        told.iter().filter(|remark| COMPARED.contains(&remark.name)).cloned().collect()
    };
    remarks.extend(told);
    if before.is_none() && !is_again {
        beside.insert(known.file.clone(), known.added.clone());
    }
    beside.retain(|_, added| guard::may_be_later(added, made));
    entry.beside = beside;
    Some(entry)
}

/// When an edition was made, where that can be: not after now.
pub(super) fn made(now: Instant, edition: &Edition) -> Option<Instant> {
    edition.made.as_deref().and_then(guard::instant).filter(|made| !guard::is_ahead(*made, now))
}
