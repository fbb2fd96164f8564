//! The attributes behind `#[core_async::test]` and `#[core_async::main]`.

use proc_macro::TokenStream;
use quote::quote;
use syn::{ItemFn, parse_macro_input};

/// Turns an `async fn` into a test: driven by `core_async::runtime::block_on` natively, by the
/// page's own event loop under `wasm_bindgen_test` in a browser.
#[proc_macro_attribute]
pub fn test(_attr: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    if function.sig.asyncness.is_none() {
        return syn::Error::new_spanned(
            function.sig.fn_token,
            "a test under this attribute is async",
        )
        .into_compile_error()
        .into();
    }
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = function;
    let name = &sig.ident;
    let output = &sig.output;
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            ::core_async::runtime::block_on(async #block)
        }

        #[cfg(target_arch = "wasm32")]
        #[::core_async::__private::wasm_bindgen_test(crate = ::core_async::__private::wasm_bindgen_test_crate)]
        #(#attrs)*
        #vis async fn #name() #output #block
    }
    .into()
}

/// Turns `async fn main` into a program's entry point, driven to completion on a new runtime.
#[proc_macro_attribute]
pub fn main(_attr: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    if function.sig.asyncness.is_none() {
        return syn::Error::new_spanned(
            function.sig.fn_token,
            "main under this attribute is async",
        )
        .into_compile_error()
        .into();
    }
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = function;
    let name = &sig.ident;
    let output = &sig.output;
    quote! {
        #(#attrs)*
        #vis fn #name() #output {
            ::core_async::runtime::block_on(async #block)
        }
    }
    .into()
}
