//! A panic of another's code as an error.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside [`contained`], where a panic is told by its caller.
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` gives, or the message of its panic, which is not printed.
///
/// What `work` changes outside itself must not be used after a panic.
///
/// # Errors
/// Where `work` panics.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_CONTAINED.get() {
                print(panic);
            }
        }));
    });
    let outer = IS_CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CONTAINED.set(outer);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("no reason given").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(contained(|| 1), Ok(1));
        let number = "x".parse::<i32>().ok();
        assert_eq!(
            contained(|| number.expect("a number")),
            Err("a number".to_owned())
        );
        let formatted = contained(|| panic!("number {}", 7));
        assert_eq!(formatted, Err::<(), _>("number 7".to_owned()));
    }

    #[test]
    fn a_panic_inside_one_inside_another_goes_no_further() {
        let outer = contained(|| contained(|| panic!("inner")));
        assert_eq!(outer, Ok(Err::<(), _>("inner".to_owned())));
        assert!(!IS_CONTAINED.get());
    }
}
