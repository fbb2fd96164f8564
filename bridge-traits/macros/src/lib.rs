//! The attribute behind `bridge_traits::platform_async_trait`.
//!
//! It exists so that no other crate spells out the target condition: futures of our traits are
//! `Send` where the platform has threads and are not in a browser.

use proc_macro::TokenStream;
use quote::quote;

/// Applies `async_trait` to a trait or impl, with `Send` futures natively and without in a browser.
#[proc_macro_attribute]
pub fn platform_async_trait(_attr: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    quote! {
        #[cfg_attr(not(target_arch = "wasm32"), ::bridge_traits::__private::async_trait)]
        #[cfg_attr(target_arch = "wasm32", ::bridge_traits::__private::async_trait(?Send))]
        #item
    }
    .into()
}
