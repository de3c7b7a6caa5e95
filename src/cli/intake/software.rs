//! What advisories say of the software of assets, once all records of it are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::FactsBuilder;
use crate::facts::Json;
use crate::sources::correlate::Index;
use crate::sources::knowledge::{Addition, Knowledge, keys_of};

/// Records of one file with their lines.
type Records = Vec<(Option<u32>, Json<'static>)>;

/// Adds to the findings of assets what advisories say of their software.
pub(super) fn correlate(known: &Knowledge, builder: &mut FactsBuilder) {
    if !known.speaks_of_software() {
        return;
    }
    let (mut wanted, mut is_any) = (BTreeSet::new(), false);
    builder.installed(&mut |assets| {
        is_any |= !assets.is_empty();
        keys_of(&assets, &mut wanted);
    });
    if !is_any {
        return;
    }
    let advisories = known.affecting(&wanted);
    let index = Index::new(&advisories);
    let mut additions: Vec<Addition> = Vec::new();
    builder.installed(&mut |assets| {
        additions.par_extend(assets.par_iter().filter_map(|asset| known.correlate(&index, asset)));
    });
    let mut by_file: BTreeMap<Arc<str>, Records> = BTreeMap::new();
    for Addition { place, record, caveats } in additions {
        builder.caveats(&place, caveats);
        if record.get("findings").is_some() {
            by_file.entry(place.file).or_default().push((place.line, record));
        }
    }
    for (file, records) in by_file {
        builder.add_elements(&file, records);
    }
}
