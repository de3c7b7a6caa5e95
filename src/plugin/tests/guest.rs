//! Components written for one test, as text.

use std::fmt::Write as _;

/// One exported check of a guest.
pub(crate) struct Check<'t> {
    /// `yes() -> bool`, as `describe` has it.
    pub(crate) signature: &'t str,
    /// The name of the export and of the core function.
    pub(crate) export: &'t str,
    /// `(func (param "n" s64) (result bool))`.
    pub(crate) ty: &'t str,
}

/// A component of a core module's body and its checks. The body may call `$log`, and has `$top`, the first free byte of a memory whose bytes below
/// 4096 are taken by the description.
pub(crate) fn guest(checks: &[Check<'_>], body: &str) -> Vec<u8> {
    guest_of("guest", "1.0.0", checks, body, "")
}

/// The same with another name, version and more definitions at the end of the component.
pub(crate) fn guest_of(name: &str, version: &str, checks: &[Check<'_>], body: &str, more: &str) -> Vec<u8> {
    wat::parse_str(text(name, version, checks, body, more)).unwrap_or_else(|e| panic!("{e}"))
}

fn text(name: &str, version: &str, checks: &[Check<'_>], body: &str, more: &str) -> String {
    let mut texts = String::new();
    let mut put = |text: &str| {
        let at = 1024 + texts.len();
        texts.push_str(text);
        (at, text.len())
    };
    let mut record: Vec<usize> = Vec::new();
    for text in [name, version] {
        let (at, length) = put(text);
        record.extend([at, length]);
    }
    record.extend([64, checks.len()]);
    let list: Vec<usize> = checks
        .iter()
        .flat_map(|check| {
            let (at, length) = put(check.signature);
            let (about, about_length) = put("a check for a test");
            [at, length, about, about_length]
        })
        .collect();
    let words = |words: &[usize]| {
        words.iter().fold(String::new(), |mut out, word| {
            for byte in u32::try_from(*word).unwrap().to_le_bytes() {
                write!(out, "\\{byte:02x}").unwrap();
            }
            out
        })
    };
    let mut lifted = String::new();
    for check in checks {
        let export = check.export;
        write!(
            lifted,
            r#"(func $f-{export} {ty} (canon lift (core func $i "{export}") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
               (export "{export}" (func $f-{export}))"#,
            ty = check.ty.strip_prefix("(func").and_then(|ty| ty.strip_suffix(')')).unwrap(),
        )
        .unwrap();
    }
    format!(
        r#"(component
  (import "changegate:plugin/host@1.0.0" (instance $host (export "log" (func (param "message" string)))))
  (core module $libc (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 8192))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local i32)
      (local.set 4 (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -16)))
      (global.set $top (i32.add (local.get 4) (local.get 3)))
      (local.get 4)))
  (core instance $libc (instantiate $libc))
  (core func $log (canon lower (func $host "log") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $m
    (import "libc" "memory" (memory 1))
    (import "libc" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (import "host" "log" (func $log (param i32 i32)))
    (export "memory" (memory 0))
    (export "realloc" (func $realloc))
    (func (export "describe") (result i32) (i32.const 16))
    (data (i32.const 16) "{record}")
    (data (i32.const 64) "{list}")
    (data (i32.const 1024) "{texts}")
    {body})
  (core instance $i (instantiate $m
    (with "libc" (instance $libc))
    (with "host" (instance (export "log" (func $log))))))
  (type $check (record (field "signature" string) (field "about" string)))
  (type $description (record (field "name" string) (field "version" string) (field "checks" (list $check))))
  (func $describe (result $description) (canon lift (core func $i "describe") (memory (core memory $i "memory"))))
  (component $shim
    (type $c (record (field "signature" string) (field "about" string)))
    (import "check" (type $check (eq $c)))
    (type $d (record (field "name" string) (field "version" string) (field "checks" (list $check))))
    (import "description" (type $description (eq $d)))
    (import "describe" (func $describe (result $description)))
    (export $check-out "check" (type $check))
    (type $d-out (record (field "name" string) (field "version" string) (field "checks" (list $check-out))))
    (export $description-out "description" (type $d-out))
    (export "describe" (func $describe) (func (result $description-out))))
  (instance $described (instantiate $shim
    (with "check" (type $check)) (with "description" (type $description)) (with "describe" (func $describe))))
  (export "changegate:plugin/description@1.0.0" (instance $described))
  {lifted}
  {more})"#,
        record = words(&record),
        list = words(&list),
    )
}
