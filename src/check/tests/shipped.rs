//! What ships has no error.

use super::support::{check_folder, listing};

#[test]
fn packs_and_example_check() {
    for folder in ["policies/cisa/bod-26-04", "policies/ssvc/cisa-coordinator", "examples/acme/policy"] {
        let checked = check_folder(folder);
        assert!(checked.program.is_some() && checked.diagnostics.is_empty(), "{folder}:\n{}", listing(&checked));
    }
}
