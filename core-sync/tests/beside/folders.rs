//! Folders of discs, for which the images above them stand.

use bridge_traits::testing::MemoryProvider;

use crate::drive::Drive;
use crate::files::image;
use crate::paths::Paths;
use crate::world::{World, song};

#[core_async::test]
async fn a_folder_becomes_that_of_a_disc_and_is_one_no_more() {
    let paths = Drive::Paths(Paths::default(), true);
    for drive in [Drive::Ids(MemoryProvider::new()), paths] {
        let provider = drive.provider();
        let world = World::behind(|_| provider.clone()).await;
        drive.put("a/Bonus/1.mp3", song(1), 1);
        drive.put("a/cover.png", image(1), 2);
        world.sync().await;
        for (from, to, has_image) in [
            ("a/Bonus", "a/CD1", true),
            ("a/CD1", "b/CD1", false),
            ("b/CD1", "a/Disc 2", true),
            ("a/Disc 2", "a/CD2", true),
            ("a/CD2", "a/Bonus", false),
        ] {
            drive.rename(from, to);
            world.sync().await;
            let says = world.says(&*provider).await;
            let images: Vec<bool> = says.values().map(|it| it.2.is_some()).collect();
            assert_eq!(images, [has_image], "{from} to {to}");
        }
    }
}
