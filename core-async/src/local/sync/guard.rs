//! What the guards of `Mutex` and `RwLock` have in common.

/// Lets a guard be used as the value in its field, and shown as it.
macro_rules! access {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)* T: ?Sized> Deref for $name {
            type Target = T;

            fn deref(&self) -> &T {
                &self.value
            }
        }

        $crate::local::sync::guard::shown!([$($generics)*] $name);
    };
    (mut [$($generics:tt)*] $name:ty) => {
        $crate::local::sync::guard::access!([$($generics)*] $name);

        impl<$($generics)* T: ?Sized> DerefMut for $name {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.value
            }
        }
    };
}

/// Shows a guard as its value.
macro_rules! shown {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)* T: ?Sized + fmt::Debug> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<$($generics)* T: ?Sized + fmt::Display> fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&**self, f)
            }
        }
    };
}

/// Makes the two guards of exclusive access: to a whole value, with the lock, and to a part of it. Tokio's
/// locks have the type parameters of `map` in different orders.
macro_rules! exclusive {
    (
        $(#[$doc:meta])* $guard:ident of $lock:ident,
        $(#[$mapped_doc:meta])* $mapped:ident,
        <$one:ident, $other:ident>
    ) => {
        $(#[$doc])*
        // The value's borrow ends before the permits go back: fields drop in this order.
        #[must_use]
        #[clippy::has_significant_drop]
        pub struct $guard<'a, T: ?Sized> {
            value: RefMut<'a, T>,
            held: Held<'a>,
            lock: &'a $lock<T>,
        }

        impl<'a, T: ?Sized> $guard<'a, T> {
            /// Makes the guard of a lock whose permits the caller holds.
            pub(super) fn new(value: RefMut<'a, T>, held: Held<'a>, lock: &'a $lock<T>) -> Self {
                Self { value, held, lock }
            }

            /// Narrows the guard to a part of the value.
            pub fn map<$one, $other>(this: Self, f: F) -> $mapped<'a, U>
            where
                F: FnOnce(&mut T) -> &mut U,
                U: ?Sized,
            {
                $mapped {
                    value: RefMut::map(this.value, f),
                    held: this.held,
                }
            }

            /// Narrows the guard to a part of the value, if there is one.
            ///
            /// # Errors
            /// The guard itself, if `f` gives `None`.
            pub fn try_map<$one, $other>(this: Self, f: F) -> Result<$mapped<'a, U>, Self>
            where
                F: FnOnce(&mut T) -> Option<&mut U>,
                U: ?Sized,
            {
                let Self { value, held, lock } = this;
                match RefMut::filter_map(value, f) {
                    Ok(value) => Ok($mapped { value, held }),
                    Err(value) => Err(Self { value, held, lock }),
                }
            }
        }

        $(#[$mapped_doc])*
        #[must_use]
        #[clippy::has_significant_drop]
        pub struct $mapped<'a, T: ?Sized> {
            value: RefMut<'a, T>,
            held: Held<'a>,
        }

        impl<'a, T: ?Sized> $mapped<'a, T> {
            /// Narrows the guard further.
            pub fn map<$one, $other>(this: Self, f: F) -> $mapped<'a, U>
            where
                F: FnOnce(&mut T) -> &mut U,
                U: ?Sized,
            {
                $mapped {
                    value: RefMut::map(this.value, f),
                    held: this.held,
                }
            }

            /// Narrows the guard further, if there is such a part.
            ///
            /// # Errors
            /// The guard itself, if `f` gives `None`.
            pub fn try_map<$one, $other>(this: Self, f: F) -> Result<$mapped<'a, U>, Self>
            where
                F: FnOnce(&mut T) -> Option<&mut U>,
                U: ?Sized,
            {
                let Self { value, held } = this;
                match RefMut::filter_map(value, f) {
                    Ok(value) => Ok($mapped { value, held }),
                    Err(value) => Err(Self { value, held }),
                }
            }
        }

        $crate::local::sync::guard::access!(mut ['a,] $guard<'a, T>);
        $crate::local::sync::guard::access!(mut ['a,] $mapped<'a, T>);
    };
}

/// Makes a guard that keeps its lock alive, around one that borrows it.
macro_rules! owned {
    ($(#[$doc:meta])* $name:ident in $cell:ident: $guard:ident of $lock:ident by $take:ident) => {
        #[self_referencing]
        struct $cell<T: ?Sized + 'static> {
            lock: Arc<$lock<T>>,
            #[borrows(lock)]
            #[not_covariant]
            guard: $guard<'this, T>,
        }

        $(#[$doc])*
        #[must_use]
        #[clippy::has_significant_drop]
        pub struct $name<T: ?Sized + 'static> {
            inner: $cell<T>,
        }

        impl<T: ?Sized> $name<T> {
            /// Makes the guard of a lock whose permits the caller holds.
            pub(super) fn new(lock: Arc<$lock<T>>) -> Self {
                Self {
                    inner: $cell::new(lock, |lock| lock.$take()),
                }
            }
        }

        impl<T: ?Sized> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                self.inner.with_guard(|guard| &**guard)
            }
        }

        $crate::local::sync::guard::shown!([] $name<T>);
    };
    (mut $(#[$doc:meta])* $name:ident in $cell:ident: $guard:ident of $lock:ident by $take:ident) => {
        $crate::local::sync::guard::owned!(
            $(#[$doc])* $name in $cell: $guard of $lock by $take
        );

        impl<T: ?Sized> DerefMut for $name<T> {
            fn deref_mut(&mut self) -> &mut T {
                self.inner.with_guard_mut(|guard| &mut **guard)
            }
        }
    };
}

pub(super) use {access, exclusive, owned, shown};
