//! A first pass over an inventory: what conditions over all assets come to is gathered before the first asset is decided, from the few fields that
//! they read.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::failure::Failure;
use super::super::progress::Progress;
use super::content::Inventory;
use super::{Asked, Found, Opened};
use crate::check::reads::Reads;
use crate::{Facts, Portions, Sum, Survey, Tally};

/// Reads everything but the inventory, and surveys that; none where it has to be read as a whole.
///
/// # Errors
/// Files that cannot be read; changes that are asked for and are not there.
pub(super) fn open<'a>(asked: &Asked<'a>) -> Result<Option<Opened<'a>>, Failure> {
    let Some(mut found) = Found::of(asked)? else { return Ok(None) };
    let written = found.inventory.written();
    let files = found.files.clone();
    let Some((mut portions, sum)) = found.read(asked.policy.survey_reads(), files)? else { return Ok(None) };
    portions.forgo_digests();
    let (policy, now, options) = (asked.policy, asked.now, found.options());
    let of = |facts: &Facts| crate::survey_portion(policy, facts, now, &options);
    let Some(survey) = survey(&found.inventory, &portions, sum, &of)? else { return Ok(None) };
    found.inventory.again();
    let files = std::mem::take(&mut found.files);
    let Some((mut portions, sum)) = found.read(Reads::of(asked.policy.program()), files)? else { return Ok(None) };
    portions.know_of_all(survey);
    Ok(Some(Opened { written, ..found.opened(portions, sum) }))
}

/// What the portions have said so far.
struct Gathering {
    survey: Survey,
    sum: Sum,
    /// No id occurs twice in a portion.
    is_plain: bool,
}

/// Reads all portions, and puts together what each adds; none where that is not all that has to be known.
///
/// # Errors
/// The file cannot be read to its end.
fn survey(
    inventory: &Inventory,
    portions: &Portions,
    sum: Sum,
    of: &(dyn Fn(&Facts) -> Survey + Sync),
) -> Result<Option<Survey>, Failure> {
    let Some(reading) = inventory.begin() else { return Ok(None) };
    let tally = Arc::new(Tally::default());
    tally.add_work(usize::try_from(inventory.work()).unwrap_or(usize::MAX));
    let progress = Progress::of("counting", Arc::clone(&tally));
    let gathering = Mutex::new(Gathering { survey: Survey::default(), sum, is_plain: true });
    let lock = || gathering.lock().unwrap_or_else(PoisonError::into_inner);
    reading.each(
        portions,
        &tally,
        || (),
        |(), _, portion| {
            let survey = of(&portion.facts);
            let mut gathering = lock();
            gathering.survey.merge(survey);
            gathering.is_plain &= gathering.sum.take_undigested(portion.note);
            gathering.is_plain
        },
    )?;
    progress.finish();
    let Gathering { mut survey, sum, is_plain } = gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !reading.is_done() {
        inventory.is_broken.store(true, Relaxed);
        return Ok(None);
    }
    survey.merge(of(&portions.rest(&sum)));
    Ok((is_plain && survey.is_sound()).then_some(survey))
}
