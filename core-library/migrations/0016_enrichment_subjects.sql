-- What services said of an artist or an album goes with it; of an artist, with its name, too.
CREATE TRIGGER enrichment_album_gone AFTER DELETE ON album
BEGIN
    DELETE FROM enrichment WHERE subject = old.id AND kind = 'cover';
END;
CREATE TRIGGER enrichment_artist_gone AFTER DELETE ON artist
BEGIN
    DELETE FROM enrichment WHERE subject = old.id AND kind = 'artist';
END;
CREATE TRIGGER enrichment_artist_renamed AFTER UPDATE OF name ON artist WHEN old.name IS NOT new.name
BEGIN
    DELETE FROM enrichment WHERE subject = new.id AND kind = 'artist';
END;
