//! Somebody else who takes in what lies at the provider: another process whose lock was lost, or a
//! tab that was frozen and wakes up.

use bridge_traits::provider::{ItemKey, RemoteItem};
use core_library::repository::{item, work};
use core_library::{Library, Result};
use core_sync::Priority;

use super::Site;
use crate::drive;

/// The library that is written to, and the provider's id in it.
#[derive(Clone)]
pub(super) struct Observer {
    library: Library,
    provider: i64,
}

impl Site {
    /// Lets another process write into the library, too, until this one ends.
    pub(crate) fn let_observe(&self, library: Library, provider: i64) {
        self.lock().observer = Some(Observer { library, provider });
    }

    /// Somebody edits a file, and the observer takes in the new version before anybody else.
    pub(super) async fn observe_an_edit(&self, key: &ItemKey) {
        let (observer, item) = {
            let mut state = self.lock();
            let (Some(observer), Ok(id)) = (state.observer.clone(), self.locate(&state, key))
            else {
                return;
            };
            state.bursts_left -= 1;
            let drive = &mut state.drive;
            let (told, effects) = self.hub.draw(|rng| drive::rewrite_one(drive, rng, id));
            state.effects.extend(effects);
            let item = self.dialect.item(&state.drive, id);
            drop(state);
            self.hub.tell(|| format!("{}: {told}", self.name));
            (observer, item)
        };
        let taken_in = observer.take_in(item).await;
        self.hub
            .tell(|| format!("another process takes that in: {taken_in:?}"));
    }
}

impl Observer {
    async fn take_in(&self, item: RemoteItem) -> Result<()> {
        let mut tx = self.library.write().await?;
        let known = item::by_keys(&mut tx, self.provider, &[&item.key.0]).await?;
        let Some(row) = known.get(&item.key.0).filter(|it| !it.removed) else {
            return Ok(());
        };
        let sql = "SELECT generation FROM remote_item WHERE id = ?";
        let found = tx.query(sql, vec![row.id.into()]).await?;
        let generation = found.first().map_or(Ok(0), |row| row.get(0))?;
        item::update(&mut tx, generation, vec![(row.id, item)]).await?;
        work::enqueue(&mut tx, self.provider, Priority::High.as_i64(), &[row.id]).await?;
        tx.commit().await
    }
}
