//! Artists and genres that a person names.

use core_service::{ArtistId, CoreService, GenreId, fold};

use crate::Failure;
use crate::pages::{PAGE, pages};

/// How many are told that may have been meant.
const NEARLY: usize = 5;

/// Finds the artists of a name, whatever its case and accents; several may have the same.
pub(crate) async fn artists(service: &CoreService, name: &str) -> Result<Vec<ArtistId>, Failure> {
    let wanted = fold(name);
    let mut found = Vec::new();
    pages(
        async |after| service.artists(PAGE, after).await,
        |artist| {
            if fold(&artist.name) == wanted {
                found.push(ArtistId(artist.id));
            }
            Ok(())
        },
    )
    .await?;
    if found.is_empty() {
        let nearly = service.search_artists(name, NEARLY, None).await?.items;
        let nearly = nearly.into_iter().map(|it| it.name).collect();
        return Err(unknown("artist", name, nearly));
    }
    Ok(found)
}

/// Finds the genre of a name, whatever its case and accents.
pub(crate) async fn genre(service: &CoreService, name: &str) -> Result<GenreId, Failure> {
    let wanted = fold(name);
    let (mut found, mut nearly) = (None, Vec::new());
    pages(
        async |after| service.genres(PAGE, after).await,
        |genre| {
            let folded = fold(&genre.name);
            if folded == wanted {
                found = Some(GenreId(genre.id));
            } else if folded.contains(&wanted) || wanted.contains(&folded) {
                nearly.push(genre.name);
            }
            Ok(())
        },
    )
    .await?;
    nearly.truncate(NEARLY);
    found.ok_or_else(|| unknown("genre", name, nearly))
}

fn unknown(what: &str, name: &str, nearly: Vec<String>) -> Failure {
    let hint = match nearly.is_empty() {
        true => format!("`music {what}s` lists all"),
        false => format!("nearly: {}", nearly.join(", ")),
    };
    Failure::Told(format!("{name}: no {what} is called so; {hint}"))
}
