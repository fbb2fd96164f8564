//! The attributes behind `#[core_async::test]` and `#[core_async::main]`.

use proc_macro::TokenStream;
use quote::quote;
use syn::{ItemFn, LitBool, parse_macro_input};

/// Turns an `async fn` into a test: driven on one thread natively, by the page's own event loop under
/// `wasm_bindgen_test` in a browser.
///
/// `#[core_async::test(start_paused = true)]` begins with the clock stopped, as tokio's does. The crate
/// that uses it in a browser depends on `wasm-bindgen-test` itself.
#[proc_macro_attribute]
pub fn test(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut start_paused = false;
    let options = syn::meta::parser(|option| {
        if option.path.is_ident("start_paused") {
            start_paused = option.value()?.parse::<LitBool>()?.value;
            return Ok(());
        }
        Err(option.error("the only option is `start_paused = true`"))
    });
    parse_macro_input!(attr with options);
    let function = parse_macro_input!(item as ItemFn);
    if function.sig.asyncness.is_none() {
        return not_async(&function, "a test under this attribute is async");
    }
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = function;
    let name = &sig.ident;
    let output = &sig.output;
    let pause = start_paused.then(|| quote! { ::core_async::time::pause(); });
    let resume = start_paused.then(|| quote! { ::core_async::time::resume(); });
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            ::core_async::__private::block_on_test(#start_paused, async #block)
        }

        #[cfg(target_arch = "wasm32")]
        #[::wasm_bindgen_test::wasm_bindgen_test]
        #(#attrs)*
        #vis async fn #name() #output {
            #pause
            let output = async #block.await;
            #resume
            output
        }
    }
    .into()
}

/// Turns `async fn main` into a program's entry point: driven to completion on a new runtime natively,
/// started as a task in a browser, where an error that it returns is thrown to the page's own handler, as a panic is.
///
/// In a browser it is called by the module's start: by `wasm-bindgen` for a program, the target `bin` or `example`. It takes
/// no options: natively the runtime has a thread a core, in a browser there is one thread.
#[proc_macro_attribute]
pub fn main(attr: TokenStream, item: TokenStream) -> TokenStream {
    let options = syn::meta::parser(|option| Err(option.error("there are no options")));
    parse_macro_input!(attr with options);
    let function = parse_macro_input!(item as ItemFn);
    if function.sig.asyncness.is_none() {
        return not_async(&function, "main under this attribute is async");
    }
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = function;
    let name = &sig.ident;
    let output = &sig.output;
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        #(#attrs)*
        #vis fn #name() #output {
            ::core_async::runtime::block_on(async #block)
        }

        #[cfg(target_arch = "wasm32")]
        #(#attrs)*
        #vis fn #name() {
            async fn body() #output #block
            ::core_async::__private::spawn_main(body())
        }
    }
    .into()
}

fn not_async(function: &ItemFn, message: &str) -> TokenStream {
    syn::Error::new_spanned(function.sig.fn_token, message)
        .into_compile_error()
        .into()
}
