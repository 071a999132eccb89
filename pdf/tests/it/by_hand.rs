//! What the program says to someone who starts it by hand.

use std::process::{Command, Stdio};

/// The exit code, what is on standard output and on standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mdbook-measured-pdf"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn it_says_what_it_is() {
    for help in ["--help", "-h", "help"] {
        let (code, out, error) = run(&[help]);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        // Those that `problems` finds named where a key is unknown.
        for key in [
            "command",
            "while-serving",
            "paper",
            "subtitle",
            "note",
            "date",
            "contents-behind",
            "leave-out",
            "fonts",
        ] {
            let is_said = out.lines().any(|line| line.trim_start().starts_with(key));
            assert!(is_said, "`{key}`: {out}");
        }
    }
    for version in ["--version", "-V"] {
        let expected = format!("mdbook-measured-pdf {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(run(&[version]), (Some(0), expected, String::new()));
    }
}

#[test]
fn what_it_does_not_understand_is_told() {
    let hint = "hint: `mdbook build` starts this program; `mdbook-measured-pdf --help` says how\n";
    let (code, out, error) = run(&["book.toml"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(error, format!("unknown argument `book.toml`; {hint}"));
    let (code, out, error) = run(&[]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        error.starts_with("what is on standard input is no book of mdBook's: ")
            && error.ends_with(hint),
        "{error}"
    );
}
