//! Placeholder while the contracts are drawn.
