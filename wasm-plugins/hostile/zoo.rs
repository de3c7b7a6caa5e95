//! The hostile guests: read from the texts beside this file, or made where a text would be too long.
//!
//! A text is the body of a core module, which `frame.wat` makes a component of, or a whole component. Its first comment says what it tries; then
//! come, as `;; key: value`, what stops it (one word of several: `load`, a word of `Failure::word`, `answers true`, or `bounded`, where all that
//! counts is that it ends), and what the frame is to say otherwise than usual.

use std::fmt::Write as _;
use std::path::Path;

/// A guest, what it tries, and what may stop it.
pub struct Guest {
    /// The name of its file, or of what makes it.
    pub name: String,
    /// One sentence.
    pub what: String,
    /// What may become of it: `load`, a word of a failure, `answers true`, `bounded`.
    pub stops: Vec<String>,
    /// The component; or what is to be taken for one.
    pub bytes: Vec<u8>,
}

/// Every guest, by name. `good` is a component that is what it should be, to be cut off and bent.
///
/// # Panics
/// Where a text is not one of WebAssembly.
pub fn guests(folder: &Path, good: &[u8]) -> Vec<Guest> {
    let frame = std::fs::read_to_string(folder.join("frame.wat")).expect("frame.wat");
    let mut guests = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of hostile guests") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|end| end == "wat") && name != "frame" {
            let text = std::fs::read_to_string(&path).expect("a text");
            guests.push(read(&frame, name, &text));
        }
    }
    guests.extend(made(&frame));
    guests.extend(bent(good));
    guests.sort_by(|a, b| a.name.cmp(&b.name));
    guests
}

/// What follows `;; key: ` in a text.
fn said<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(";; ")?.strip_prefix(key)?.strip_prefix(": "))
}

fn read(frame: &str, name: String, text: &str) -> Guest {
    let what = text.lines().next().and_then(|line| line.strip_prefix(";; ")).expect("a first comment").to_owned();
    let stops = said(text, "stops").unwrap_or_else(|| panic!("{name}: nothing stops it"));
    let stops = match stops {
        "answers true" => vec![stops.to_owned()],
        "load answers true" => vec!["load".to_owned(), "answers true".to_owned()],
        words => words.split(' ').map(str::to_owned).collect(),
    };
    let whole = text.lines().any(|line| line.starts_with("(component"));
    let component = if whole { text.to_owned() } else { framed(frame, text) };
    let bytes = wat::parse_str(&component).unwrap_or_else(|error| panic!("{name}: {error}"));
    Guest { name, what, stops, bytes }
}

/// A component around the body of a core module.
fn framed(frame: &str, body: &str) -> String {
    let (in_component, in_policy) = match said(body, "answer").unwrap_or("bool") {
        "bool" => ("bool", "bool"),
        "string" => ("string", "string"),
        "texts" => ("(list string)", "set<string>"),
        "word" => ("$word", "yes | no"),
        "date" => ("$date", "date"),
        "decimal" => ("$decimal", "number"),
        "refusal" => ("(result bool (error string))", "bool"),
        other => panic!("an answer of `{other}`"),
    };
    let signature =
        said(body, "signature").map_or_else(|| format!("answer(text: string) -> {in_policy}"), str::to_owned);
    let post =
        said(body, "post").map(|name| format!("(post-return (core func $guest \"{name}\"))")).unwrap_or_default();
    let mut before = said(body, "before").unwrap_or_default().to_owned();
    let mut with = "";
    let mut module = String::new();
    // The log reads the guest's memory, so that has to be there before the guest is.
    if body.contains("(import \"host\" \"log\"") {
        before.push_str(
            r#"
  (import "changegate:plugin/host@1.0.0" (instance $host (export "log" (func (param "message" string)))))
  (core module $room (memory (export "memory") 20))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $room-memory))
  (core func $log (canon lower (func $host "log") (memory $room-memory) string-encoding=utf8))"#,
        );
        with = r#"(with "host" (instance (export "log" (func $log)) (export "memory" (memory $room-memory))))"#;
        module.push_str("(import \"host\" \"memory\" (memory 20)) (export \"memory\" (memory 0))\n");
    } else if !body.contains("(export \"memory\")") {
        module.push_str("(memory (export \"memory\") 1)\n");
    }
    // An import stands before everything else.
    let (imports, others): (Vec<&str>, Vec<&str>) = body.lines().partition(|line| line.starts_with("(import "));
    module = format!("{}\n{module}{}\n", imports.join("\n"), others.join("\n"));
    if !body.contains("(export \"cabi_realloc\")") {
        module.push_str(
            "(global $room (mut i32) (i32.const 1024))\n(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)\n  \
             (global.get $room) (global.set $room (i32.add (global.get $room) (i32.and (i32.add (local.get 3) (i32.const 15)) (i32.const -16)))))\n",
        );
    }
    if !body.contains("(export \"describe\")") {
        describe(&mut module, said(body, "name").unwrap_or("hostile"), &signature);
    }
    frame
        .replace("{before}", &before)
        .replace("{module}", &module)
        .replace("{with}", with)
        .replace("{type}", in_component)
        .replace("{post}", &post)
        .replace("{after}", said(body, "after").unwrap_or_default())
}

/// A description at 512, and its texts before it.
fn describe(module: &mut String, name: &str, signature: &str) {
    let name = name.replace("\\1b", "\u{1b}");
    let version = "1.0.0";
    let mut texts = Vec::new();
    let mut numbers = Vec::new();
    for text in [name.as_str(), version, signature] {
        numbers.push((16 + texts.len(), text.len()));
        texts.extend_from_slice(text.as_bytes());
    }
    assert!(texts.len() < 400, "the description is too long");
    let mut says: Vec<usize> = Vec::new();
    for (at, length) in &numbers[..2] {
        says.extend([*at, *length]);
    }
    // One check, at 544: its signature, and about it what its version says.
    says.extend([544, 1, 0, 0, numbers[2].0, numbers[2].1, numbers[1].0, numbers[1].1]);
    let says: Vec<u8> = says.iter().flat_map(|n| u32::try_from(*n).expect("a small number").to_le_bytes()).collect();
    let _ = write!(
        module,
        "(data (i32.const 16) \"{}\")\n(data (i32.const 512) \"{}\")\n(func (export \"describe\") (result i32) (i32.const 512))\n",
        escaped(&texts),
        escaped(&says)
    );
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

const YES: &str = "(func (export \"answer\") (param i32 i32) (result i32) (i32.const 1))\n";

/// Guests that would be long as text.
fn made(frame: &str) -> Vec<Guest> {
    let mut guests = Vec::new();
    let mut add = |name: &str, what: &str, stops: &[&str], text: &str| {
        let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let stops = stops.iter().map(|word| (*word).to_owned()).collect();
        guests.push(Guest { name: name.to_owned(), what: what.to_owned(), stops, bytes });
    };
    let many = |count: usize, one: &dyn Fn(usize) -> String| -> String { (0..count).map(one).collect() };

    let body = format!("{YES}{}", many(100_000, &|n| format!("(func (result i32) (i32.const {n}))\n")));
    add("functions-100000", "Has a hundred thousand functions.", &["load", "answers true"], &framed(frame, &body));

    let body = format!(
        "(func (export \"answer\") (param i32 i32) (result i32) (local $sum i32)\n{}(i32.or (local.get $sum) (i32.const 1)) (drop) (i32.const 1))\n",
        many(200_000, &|n| format!(
            "(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const {n})) (local.get 1)))\n"
        ))
    );
    add(
        "function-large",
        "Has one function of a million instructions.",
        &["load", "answers true"],
        &framed(frame, &body),
    );

    let body = format!(
        "(func (export \"answer\") (param i32 i32) (result i32)\n{}{}(i32.const 1))\n",
        "(block (br_if 0 (local.get 0))\n".repeat(20_000),
        ")".repeat(20_000)
    );
    add(
        "blocks-deep",
        "Has twenty thousand blocks within each other.",
        &["load", "answers true"],
        &framed(frame, &body),
    );

    let body = format!(
        "(func (export \"answer\") (param i32 i32) (result i32) (local {}) (i32.const 1))\n",
        "i64 ".repeat(49_000)
    );
    add(
        "locals-many",
        "Has a function of fifty thousand variables.",
        &["load", "stack", "answers true"],
        &framed(frame, &body),
    );

    let body = format!(
        "(func (export \"answer\") (param i32 i32) (result i32) (block (br_table {} 0 (local.get 0))) (i32.const 1))\n",
        "0 ".repeat(100_000)
    );
    add("branches-many", "Chooses between a hundred thousand ways.", &["load", "answers true"], &framed(frame, &body));

    // Types; the check takes a value of them.
    let check = |types: &str| {
        format!(
            "(component {types}\n (core module $module (memory (export \"memory\") 1)\n  (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 1024))\n  \
             (func (export \"answer\") (param i32 i32) (result i32) (i32.const 1)))\n (core instance $guest (instantiate $module))\n (func $answer (param \"text\" $deepest) (result bool)\n  \
             (canon lift (core func $guest \"answer\") (memory (core memory $guest \"memory\")) (realloc (core func $guest \"cabi_realloc\"))))\n (export \"answer\" (func $answer)))"
        )
    };
    let lists = many(500, &|n| {
        if n == 0 { "(type $t0 (list u8))".to_owned() } else { format!("(type $t{n} (list $t{}))", n - 1) }
    });
    add(
        "types-deep",
        "Takes lists of lists of lists, five hundred deep.",
        &["load"],
        &check(&format!("{lists}(type $deepest (list $t499))")),
    );
    let tuples = many(30, &|n| {
        if n == 0 {
            "(type $t0 (tuple u64 u64))".to_owned()
        } else {
            format!("(type $t{n} (tuple $t{0} $t{0}))", n - 1)
        }
    });
    add(
        "types-doubling",
        "Takes pairs of pairs, a thousand million numbers in all.",
        &["load"],
        &check(&format!("{tuples}(type $deepest (list $t29))")),
    );
    let fields = many(9_000, &|n| format!("(field \"f{n}\" u8)"));
    add(
        "types-wide",
        "Takes records of nine thousand fields.",
        &["load"],
        &check(&format!("(type $r (record {fields}))(export $re \"r\" (type $r))(type $deepest (list $re))")),
    );

    let exports = many(10_000, &|n| format!("(export \"answer{n}\" (func $answer))"));
    add(
        "exports-many",
        "Exports its check ten thousand times.",
        &["load"],
        &framed(frame, &format!(";; after: {exports}\n{YES}")),
    );
    let instances = format!("(core module $empty) {}", "(core instance (instantiate $empty)) ".repeat(900));
    add(
        "instances-many",
        "Is made of nine hundred modules.",
        &["load"],
        &framed(frame, &format!(";; before: {instances}\n{YES}")),
    );
    let name = "a".repeat(90_000);
    add(
        "name-long",
        "Exports a function whose name has 90,000 letters.",
        &["load"],
        &framed(frame, &format!(";; after: (export \"{name}\" (func $answer))\n{YES}")),
    );
    guests
}

/// What is no component, or not quite one any more.
fn bent(good: &[u8]) -> Vec<Guest> {
    let mut guests = Vec::new();
    let mut add = |name: String, what: &str, stops: &[&str], bytes: Vec<u8>| {
        let stops = stops.iter().map(|word| (*word).to_owned()).collect();
        guests.push(Guest { name, what: what.to_owned(), stops, bytes });
    };
    add("file-empty".to_owned(), "Is empty.", &["load"], Vec::new());
    add("file-of-zeros".to_owned(), "Is a megabyte of zeros.", &["load"], vec![0; 1 << 20]);
    add("file-of-text".to_owned(), "Is a policy.", &["load"], b"rule r { forbid asset.tier == 1 }\n".to_vec());
    add("file-as-text".to_owned(), "Is a component as text.", &["load"], b"(component)".to_vec());
    add(
        "file-of-the-machine".to_owned(),
        "Begins like compiled code of this machine.",
        &["load"],
        b"\x7fELF\x02\x01\x01\x00".repeat(2000),
    );
    add(
        "module-only".to_owned(),
        "Is a core module, not a component.",
        &["load"],
        wat::parse_str("(module (func (export \"answer\") (result i32) (i32.const 1)))").expect("a module"),
    );
    let mut length_lies = b"\0asm\x0d\x00\x01\x00\x01\xff\xff\xff\xff\x0f".to_vec();
    length_lies.extend_from_slice(&[0; 32]);
    add("section-of-4gb".to_owned(), "Says that its first section has 4 GB.", &["load"], length_lies);

    let mut nested = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..10_000 {
        // A component that holds nothing but the one before: section 4, its length, and what it holds.
        let mut around = b"\0asm\x0d\0\x01\0\x04".to_vec();
        let mut length = nested.len();
        while length >= 0x80 {
            around.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
            length >>= 7;
        }
        around.push(u8::try_from(length).unwrap_or_default());
        around.append(&mut nested);
        nested = around;
    }
    add("components-deep".to_owned(), "Is ten thousand components within each other.", &["load"], nested);

    // Cut off after each of a hundred lengths; bent in each of a hundred places, one bit at a time.
    for step in 0..100 {
        let at = good.len() * step / 100;
        add(format!("truncated-{at:05}"), "Is cut off.", &["load"], good[..at].to_vec());
        let mut bytes = good.to_vec();
        bytes[at] ^= 1 << (step % 8);
        add(format!("flipped-{at:05}"), "Has one bit that is not as it was.", &["bounded"], bytes);
    }
    guests
}
