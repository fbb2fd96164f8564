//! Measures the browser's storage against its peers. What is measured lies in the example `storage`: a
//! worker in which ours and the peers take turns.
