//! Formulas that are too much, told before they are parsed.

use super::Fault;

/// The longest formula, in bytes.
const MOST_BYTES: usize = 10_000;
/// The most commands one after the other, each of which may be the argument of the one before.
const MOST_COMMANDS: usize = 40;
/// The deepest nesting of groups, environments and brackets.
pub(super) const MOST_LEVELS: usize = 60;

/// Refuses what is too long or nested too deep for a parser that calls itself.
pub(super) fn check(latex: &str) -> Result<(), Fault> {
    if latex.len() > MOST_BYTES {
        let found = latex.len();
        return Err(Fault::new(&format!(
            "it has {found} bytes, expected at most {MOST_BYTES}"
        )));
    }
    let commands = longest_run_of_commands(latex);
    if commands > MOST_COMMANDS {
        return Err(Fault::new(&format!(
            "it has {commands} commands one after the other, expected at most {MOST_COMMANDS}; \
             a space or a group parts them"
        )));
    }
    check_depth(depth(latex))
}

/// Whether a formula defines commands.
pub(super) fn defines_commands(latex: &str) -> bool {
    ["def", "let", "command", "Declare"]
        .iter()
        .any(|part| latex.contains(part))
}

/// The stack of a parser that calls itself for each command, of which it allows a thousand.
const LARGE_STACK: usize = 256 << 20;

/// Does the work on a stack for deep nesting.
pub(super) fn on_large_stack<T: Send>(
    work: impl FnOnce() -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(LARGE_STACK);
        let thread = builder.spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Fault::new(&format!("no thread for it: {error}")))?;
        thread
            .join()
            .unwrap_or_else(|_| Err(Fault::new("its thread stopped")))
    })
}

pub(super) fn check_depth(levels: usize) -> Result<(), Fault> {
    match levels > MOST_LEVELS {
        true => Err(Fault::new(&format!(
            "it is nested {levels} levels deep, expected at most {MOST_LEVELS}"
        ))),
        false => Ok(()),
    }
}

/// Commands with nothing but spaces between them.
fn longest_run_of_commands(latex: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    let mut rest = latex;
    while let Some(at) = rest.find('\\') {
        if !rest[..at].trim().is_empty() {
            run = 0;
        }
        run += 1;
        longest = longest.max(run);
        let name = &rest[at + 1..];
        let letters = name.find(|c: char| !c.is_ascii_alphabetic());
        let first = name.chars().next().map_or(0, char::len_utf8);
        rest = &name[letters.unwrap_or(name.len()).max(first)..];
    }
    longest
}

/// The deepest nesting of braces, `\left` and `\begin`, as the letters show it.
fn depth(latex: &str) -> usize {
    let (mut deepest, mut depth) = (0, 0_usize);
    let mut rest = latex;
    while let Some(at) = rest.find(['{', '}', '\\']) {
        let found = &rest[at..];
        let (opens, closes) = match found.as_bytes()[0] {
            b'{' => (true, false),
            b'}' => (false, true),
            _ => (
                found.starts_with("\\left") || found.starts_with("\\begin"),
                found.starts_with("\\right") || found.starts_with("\\end"),
            ),
        };
        depth = (depth + usize::from(opens)).saturating_sub(usize::from(closes));
        deepest = deepest.max(depth);
        // A character behind a backslash is none that groups.
        let length = match found.starts_with('\\') {
            true => 1 + found[1..].chars().next().map_or(0, char::len_utf8),
            false => 1,
        };
        rest = &found[length..];
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_what_opens() {
        for (latex, expected) in [
            ("x", 0),
            ("{x_{1}}", 2),
            (r"\{ \{ \{", 0),
            (r"\left(\left[x\right]\right)", 2),
            (r"\begin{cases} {x} \end{cases}", 2),
            ("}}}{", 1),
        ] {
            assert_eq!(depth(latex), expected, "{latex}");
        }
    }

    #[test]
    fn what_is_too_much_is_told_before_it_is_parsed() {
        let told = |latex: &str| check(latex).map_err(|fault| fault.message);
        let deep = format!("{}x{}", "{".repeat(61), "}".repeat(61));
        assert_eq!(
            told(&deep),
            Err("it is nested 61 levels deep, expected at most 60".to_owned())
        );
        assert_eq!(
            told(&r"\sqrt".repeat(41)),
            Err(
                "it has 41 commands one after the other, expected at most 40; a space or a group \
                 parts them"
                    .to_owned()
            )
        );
        assert_eq!(
            told(&"x".repeat(10_001)),
            Err("it has 10001 bytes, expected at most 10000".to_owned())
        );
        assert_eq!(told(&r"\alpha x".repeat(1000)), Ok(()));
    }
}
