//! The layers as tables. Who changes a line here changes the architecture: say so in
//! `docs/design.md`.

/// A package of the workspace, and which others it may name.
pub(super) struct Layer {
    pub(super) package: &'static str,
    pub(super) may_use: &'static [&'static str],
    /// What its tests may name besides; a package's tests may always name itself.
    pub(super) tests_may_use: &'static [&'static str],
}

/// From the bottom up.
pub(super) const LAYERS: &[Layer] = &[
    layer("bridge-traits-macros", &[], &[]),
    layer("bridge-traits", &["bridge-traits-macros"], &["core-async"]),
    layer("core-async-macros", &[], &[]),
    layer("core-async", &["bridge-traits", "core-async-macros"], &[]),
    layer("core-async-benches", &["core-async"], &[]),
    layer("bridge-native", &["bridge-traits", "core-async"], &[]),
    layer("bridge-wasm", &["bridge-traits", "core-async"], &[]),
    layer(
        "bridge-wasm-benches",
        &[],
        &["bridge-traits", "bridge-wasm"],
    ),
    layer("core-runtime", &["bridge-traits", "core-async"], &[]),
    layer("core-providers", DOMAIN, &["bridge-native", "bridge-wasm"]),
    layer("core-library", DOMAIN, &["bridge-native", "bridge-wasm"]),
    layer("core-metadata", DOMAIN, &["bridge-native"]),
    layer(
        "core-sync",
        &[
            "bridge-traits",
            "core-async",
            "core-runtime",
            "core-library",
            "core-metadata",
            "core-providers",
        ],
        &["bridge-native", "bridge-wasm"],
    ),
    layer("core-sync-benches", ENGINE, &[]),
    layer("core-service", EVERYTHING, &["music-core-tests"]),
    // A host: it hands the service to JavaScript, and its browser is the one it runs in.
    layer(
        "music-core-web",
        &["bridge-traits", "bridge-wasm", "core-async", "core-service"],
        &["core-metadata", "music-core-tests"],
    ),
    layer("music-core-tests", TESTS, &[]),
    // Sees nothing but pages, from the outside, and what they are compared with.
    layer("music-core-page-tests", &[], &["core-metadata"]),
    layer("music-core-sim", ENGINE, &[]),
    layer("xtask", &[], &[]),
];

const DOMAIN: &[&str] = &["bridge-traits", "core-async", "core-runtime"];

const EVERYTHING: &[&str] = &[
    "bridge-traits",
    "core-async",
    "core-runtime",
    "core-providers",
    "core-library",
    "core-metadata",
    "core-sync",
    "bridge-native",
    "bridge-wasm",
];

const TESTS: &[&str] = &[
    "bridge-traits",
    "core-async",
    "core-runtime",
    "core-providers",
    "core-library",
    "core-metadata",
    "core-sync",
    "bridge-native",
    "bridge-wasm",
    "core-service",
];

/// The simulator and the benchmark stand beside the hosts, but on the engine itself: between it and the
/// platform is what they fake.
const ENGINE: &[&str] = &[
    "bridge-traits",
    "core-async",
    "core-runtime",
    "core-library",
    "core-sync",
    "bridge-native",
];

const fn layer(
    package: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
) -> Layer {
    Layer {
        package,
        may_use,
        tests_may_use,
    }
}

/// Packages from elsewhere that only some of ours may bring in, by name or through another.
pub(super) struct Gate {
    pub(super) packages: &'static [&'static str],
    /// Ours that may name them; what others reach through these is no concern.
    pub(super) keepers: &'static [&'static str],
    /// Whether reaching them through packages from elsewhere counts too.
    pub(super) is_transitive: bool,
    pub(super) reason: &'static str,
}

pub(super) const GATES: &[Gate] = &[
    Gate {
        packages: &["tokio", "tokio-util", "async-std", "smol"],
        // bridge-wasm and music-core-web name none of them: packages made for browsers use tokio's
        // channels. The benchmark holds core-async against what it is made of.
        keepers: &[
            "core-async",
            "core-async-benches",
            "bridge-native",
            "bridge-wasm",
            "music-core-web",
        ],
        is_transitive: true,
        reason: "core-async is the one async API",
    },
    Gate {
        packages: &[
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "wasm-bindgen-futures",
            "indexed_db_futures",
        ],
        keepers: &[
            "core-async",
            "core-async-benches",
            "bridge-wasm",
            "bridge-wasm-benches",
            "music-core-web",
        ],
        // Packages made for both targets bring these in on wasm32, which is their own business.
        is_transitive: false,
        reason: "the browser is behind core-async and bridge-wasm",
    },
    Gate {
        packages: &[
            "sqlx",
            "sqlx-core",
            "rusqlite",
            "libsqlite3-sys",
            "sqlite-wasm-rs",
        ],
        keepers: &["bridge-native", "bridge-wasm"],
        is_transitive: true,
        reason: "SQL runs through DatabaseAdapter",
    },
    Gate {
        packages: &["reqwest", "hyper", "ureq"],
        // The page tests speak to the browser's driver.
        keepers: &["bridge-native", "music-core-page-tests"],
        is_transitive: true,
        reason: "requests go through HttpClient",
    },
];

/// As what a word counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Any,
    /// The name of a crate, at the head of a path.
    Crate,
    /// A condition, in `cfg(…)` and the like.
    Condition,
}

/// A word in the sources that only some places may have.
pub(super) struct Word {
    /// The identifiers.
    pub(super) words: &'static [&'static str],
    /// As what they count.
    pub(super) sense: Sense,
    /// Where it may stand: beginnings of paths, each with the reason.
    pub(super) places: &'static [(&'static str, &'static str)],
    pub(super) message: &'static str,
}

const WHICH_TARGET: &str =
    "which target it is matters only in core-async, the bridges and the bootstrap";

const WHERE_TARGETS_MATTER: &[(&str, &str)] = &[
    (
        "bridge-traits/src/platform.rs",
        "says what PlatformSend means",
    ),
    (
        "bridge-traits/src/storage/path_key.rs",
        "keeps names that are no text",
    ),
    (
        "bridge-traits/macros/",
        "says what platform_async_trait means",
    ),
    ("core-async/", "is the one API over both targets"),
    ("bridge-native/", "is one of the targets"),
    ("bridge-wasm/", "is one of the targets"),
    ("core-service/src/bootstrap", "chooses the bridge"),
    ("core-service/src/lib.rs", "chooses the bootstrap module"),
    ("bindings/web/examples/", "are pages"),
    (
        "bindings/web/src/lib.rs",
        "has its exports in a browser alone",
    ),
    ("core-service/examples/", "is a host"),
    ("*/tests/", "chooses the test's runner"),
    ("tests/", "chooses the test's runner"),
    ("xtask/", "runs on the developer's machine"),
];

pub(super) const WORDS: &[Word] = &[
    Word {
        // By which wasm32 can be told from the rest, in a `cfg` and in `std::env::consts`.
        words: &[
            "ARCH",
            "FAMILY",
            "target_arch",
            "target_env",
            "target_family",
            "target_feature",
            "target_has_atomic",
            "target_os",
            "target_pointer_width",
            "target_vendor",
            "wasm_browser",
        ],
        sense: Sense::Any,
        places: WHERE_TARGETS_MATTER,
        message: WHICH_TARGET,
    },
    Word {
        words: &["panic", "unix", "windows"],
        sense: Sense::Condition,
        places: WHERE_TARGETS_MATTER,
        message: WHICH_TARGET,
    },
    Word {
        words: &["tokio", "tokio_util"],
        sense: Sense::Crate,
        places: &[
            ("core-async/", "is made of it natively"),
            ("bridge-native/", "drives sockets and files with it"),
        ],
        message: "name core_async instead of tokio",
    },
    Word {
        words: &[
            "web_sys",
            "js_sys",
            "wasm_bindgen",
            "wasm_bindgen_futures",
            "indexed_db_futures",
        ],
        sense: Sense::Crate,
        places: &[
            ("core-async/", "drives the page's event loop"),
            ("bridge-wasm/", "is the browser's bridge"),
            ("bindings/web/", "is what JavaScript calls"),
            ("core-service/examples/", "is a host"),
        ],
        message: "browser types stay in core-async and bridge-wasm",
    },
];
