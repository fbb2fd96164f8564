//! Asks the compiler whether a type has a trait, as a value instead of an error.

use std::marker::PhantomData;

/// Stands for a type.
pub(crate) struct Of<T>(PhantomData<T>);

/// Gives the type of what a closure would return; it is never called.
pub(crate) fn output_of<T>(_: impl FnOnce() -> T) -> Of<T> {
    Of(PhantomData)
}

/// Stands for a value where only its type matters.
pub(crate) fn any<T>() -> T {
    unreachable!("only types are asked for")
}

// Looking up a method tries `Of<T>` first, which has it if `T` has the trait, and then `&Of<T>`.
macro_rules! probe {
    ($marker:ident, $method:ident, $yes:ident, $no:ident) => {
        pub(crate) trait $yes {
            fn $method(&self) -> bool {
                true
            }
        }
        impl<T: $marker> $yes for Of<T> {}
        pub(crate) trait $no {
            fn $method(&self) -> bool {
                false
            }
        }
        impl<T> $no for &Of<T> {}
    };
}

probe!(Send, is_send, YesSend, NoSend);
probe!(Sync, is_sync, YesSync, NoSync);
probe!(Unpin, is_unpin, YesUnpin, NoUnpin);

/// What the table says and what is true, both as `Send`, `Sync`, `Unpin`, or `-` for what it is not.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) said: [&'static str; 3],
    pub(crate) found: [bool; 3],
}

impl Row {
    /// Tells what the row should say, if it says something else.
    pub(crate) fn correction(&self) -> Option<String> {
        let marks = ["Send", "Sync", "Unpin"];
        let truth: [&str; 3] = std::array::from_fn(|n| if self.found[n] { marks[n] } else { "-" });
        (truth != self.said).then(|| format!("{} => {}", self.name, truth.join(" ")))
    }
}

macro_rules! row {
    ($name:expr, $type:expr, [$($native:tt)*], [$($browser:tt)*]) => {{
        #[allow(unused_imports, reason = "a type needs half of them")]
        use crate::probe::{NoSend, NoSync, NoUnpin, YesSend, YesSync, YesUnpin};
        let of = crate::probe::output_of($type);
        crate::probe::Row {
            name: $name,
            said: match cfg!(target_arch = "wasm32") {
                true => [$(stringify!($browser)),*],
                false => [$(stringify!($native)),*],
            },
            found: [(&of).is_send(), (&of).is_sync(), (&of).is_unpin()],
        }
    }};
}
pub(crate) use row;
