//! A vendor's compatibility matrix: on which releases of an operating system its products are certified.

wit_bindgen::generate!({ path: ["../wit", "wit"], world: "acme:compatibility/compatibility", generate_all });

use exports::changegate::plugin::description::{Check, Description, Guest as Describe};

/// A product, its versions from and to (excluded), a system, its releases from and to (excluded), and what the vendor says of them together.
type Line = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, Fit);

/// The matrix as the vendor publishes it; here of an invented one. A product that is in it on a system that is not is not certified there.
const MATRIX: &[Line] = &[
    ("ledgerdb", "11", "12.4", "Red Hat Enterprise Linux", "8", "9", Fit::Certified),
    ("ledgerdb", "12.4", "14", "Red Hat Enterprise Linux", "8.8", "9", Fit::Limited),
    ("ledgerdb", "12.4", "14", "Red Hat Enterprise Linux", "9.2", "10", Fit::Certified),
    ("ledgerdb", "12.4", "14", "Ubuntu", "22.04", "24.10", Fit::Certified),
    ("ledgerdb-client", "11", "14", "Red Hat Enterprise Linux", "7", "11", Fit::Certified),
    ("ledgerdb-client", "11", "14", "Ubuntu", "20.04", "26.10", Fit::Certified),
];

struct Compatibility;

impl Describe for Compatibility {
    fn describe() -> Description {
        Description {
            name: "compatibility".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            checks: vec![Check {
                signature: "fits(os: string, release: string, software: list<{ name: string, version: string }>) -> certified | limited | not_certified"
                    .into(),
                about: "what the database vendor says of its products on this system: the worst of them".into(),
            }],
        }
    }
}

impl Guest for Compatibility {
    fn fits(os: String, release: String, software: Vec<Installed>) -> Result<Fit, String> {
        let release = numbers(&release)?;
        let mut worst = Fit::Certified;
        for product in &software {
            let mut lines = MATRIX.iter().filter(|line| line.0 == product.name).peekable();
            if lines.peek().is_none() {
                continue;
            }
            let version = numbers(&product.version)?;
            let fit = lines
                .find(|line| line.3 == os && within(&version, line.1, line.2) && within(&release, line.4, line.5))
                .map_or(Fit::NotCertified, |line| line.6);
            worst = worst.max(fit);
        }
        Ok(worst)
    }
}

fn within(version: &[u64], from: &str, to: &str) -> bool {
    numbers(from).is_ok_and(|from| *version >= *from) && numbers(to).is_ok_and(|to| *version < *to)
}

/// `9.4` as 9 and 4. Zeros at the end say nothing: `9.0` is `9`.
fn numbers(version: &str) -> Result<Vec<u64>, String> {
    let parts: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
    let mut parts = parts.map_err(|_| format!("`{version}` is not a version of numbers"))?;
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    Ok(parts)
}

export!(Compatibility);
