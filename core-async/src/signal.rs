//! Signals from outside the program.

#[cfg(not(target_arch = "wasm32"))]
pub use tokio::signal::ctrl_c;

/// Waits for an interrupt of the program.
///
/// # Errors
/// Always, of kind `Unsupported`: a page has no such signal.
#[cfg(target_arch = "wasm32")]
pub async fn ctrl_c() -> std::io::Result<()> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "a page has no interrupt signal",
    ))
}
