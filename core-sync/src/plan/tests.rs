use bridge_traits::provider::{ItemKey, Version};
use bridge_traits::storage::FileId;
use proptest::prelude::*;

use super::*;

/// Items of few names and versions, so that many are alike.
fn item() -> impl Strategy<Value = RemoteItem> {
    let file_id = prop::option::of((0..2_u64, 0..3_u64));
    let kind = prop::sample::select(&[ItemKind::Audio, ItemKind::Folder, ItemKind::Image][..]);
    (0..2_u8, 0..2_u8, 0..3_u8, kind, file_id).prop_map(|(parent, name, version, kind, file_id)| {
        RemoteItem {
            key: ItemKey("key".into()),
            parent: Some(ItemKey(parent.to_string())),
            name: name.to_string(),
            kind,
            version: Version(version.to_string()),
            size: 1,
            modified_ms: None,
            file_id: file_id.map(|(device, file)| FileId { device, file }),
            content_hash: None,
        }
    })
}

/// The row that an item leaves when it is observed.
fn row(item: &RemoteItem, processed: Option<u8>, removed: bool) -> ObservedItem {
    ObservedItem {
        id: 7,
        key: item.key.0.clone(),
        parent_key: item.parent.as_ref().map(|key| key.0.clone()),
        name: item.name.clone(),
        kind: item.kind,
        version: item.version.0.clone(),
        processed: processed.map(|it| it.to_string()),
        file_id: item.file_id,
        removed,
    }
}

proptest! {
    #[test]
    fn what_was_just_observed_is_unchanged_and_needs_no_write(
        item in item(), processed in prop::option::of(0..3_u8),
    ) {
        let found = classify(Some(&row(&item, processed, false)), &item);
        prop_assert_eq!(found, Observation::Unchanged { id: 7, touched: false });
    }

    #[test]
    fn no_other_content_passes_for_the_same(before in item(), now in item(), removed: bool) {
        let known = row(&before, Some(0), removed);
        let found = classify(Some(&known), &now);
        let is_same = before.version == now.version;
        match found {
            Observation::New => prop_assert!(false, "it has a row"),
            Observation::Revived { processed, .. } => {
                prop_assert!(removed);
                let is_another = is_another_file(&known, &now);
                prop_assert_eq!(processed, now.version.0 == "0" && !is_another, "of what the library has");
            }
            Observation::Changed { .. } => prop_assert!(!removed),
            Observation::Moved { .. } | Observation::Unchanged { .. } => {
                prop_assert!(!removed && is_same);
            }
        }
        // What is not written is what the row says already.
        if found == (Observation::Unchanged { id: 7, touched: false }) {
            prop_assert_eq!(row(&now, Some(0), false), known);
        }
    }

    #[test]
    fn a_disk_that_is_mounted_anew_changes_nothing(item in item(), device in 5..9_u64) {
        let mut again = item.clone();
        again.file_id = item.file_id.map(|id| FileId { device, ..id });
        let found = classify(Some(&row(&item, Some(0), false)), &again);
        let is_unchanged = matches!(found, Observation::Unchanged { .. });
        prop_assert!(is_unchanged, "{:?}", found);
    }

    #[test]
    fn what_was_never_seen_is_new(item in item()) {
        prop_assert_eq!(classify(None, &item), Observation::New);
    }
}
