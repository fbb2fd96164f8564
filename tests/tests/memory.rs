//! How much memory a sync takes.

use std::fs;

use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{Tag, TagExt, TagType};
use music_core_tests::{Song, World};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

/// A picture of a mebibyte, which no other one is equal to.
fn cover(number: u32) -> Picture {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0".to_vec();
    png.extend(number.to_le_bytes());
    png.resize(MIB, 7);
    Picture::unchecked(png)
        .pic_type(PictureType::CoverFront)
        .mime_type(MimeType::Png)
        .build()
}

#[core_async::test]
async fn the_covers_of_a_large_library_are_not_in_memory_at_once() {
    const FILES: u32 = 160;
    let world = World::new();
    for number in 0..FILES {
        let path = world.file(&format!("{number}.mp3"));
        Song::numbered(number).write_untagged(&path);
        let mut tag = Tag::new(TagType::Id3v2);
        tag.push_picture(cover(number));
        tag.save_to_path(&path, WriteOptions::default()).unwrap();
        assert!(fs::metadata(&path).unwrap().len() > MIB as u64);
    }
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let job = world.sync().await;
    let peak = ALLOCATOR.peak_usage() - before;
    assert_eq!((job.added, job.failed), (u64::from(FILES), 0));
    let covers = world.tracks().await;
    assert!(covers.iter().all(|it| it.artwork_id.is_some()));
    assert!(peak < 48 * MIB, "{} MiB", peak / MIB);
}
