//! What a server says of several resources at once: `multistatus` (RFC 4918 §13, RFC 6578 §3.6).

use std::collections::VecDeque;

use super::xml::{Handler, Namespace};

/// How long the text of a property may be, in bytes. Paths of file systems end at 4 KiB, which may
/// be three times as long when escaped.
const MAX_TEXT: usize = 32 << 10;

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// Where it is, as the server writes it.
    pub(super) href: String,
    /// The status of the resource itself, where the server gives one.
    pub(super) status: Option<u16>,
    /// The properties that the server gave a value.
    pub(super) props: Props,
}

/// The properties of a resource that we ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Props {
    /// Whether it is a folder; `None` where the server did not say.
    pub(super) is_collection: Option<bool>,
    pub(super) size: Option<u64>,
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) file_id: Option<String>,
    pub(super) sync_token: Option<String>,
    /// Whether it has a change feed as in RFC 6578.
    pub(super) has_feed: bool,
}

/// Reads a `multistatus`, or the `error` that came in its place.
#[derive(Debug, Default)]
pub(super) struct Multistatus {
    /// The rows that are complete and not yet taken.
    pub(super) rows: VecDeque<Row>,
    /// The token at the end of a `sync-collection` report.
    pub(super) sync_token: Option<String>,
    /// The names of the conditions that an `error` says were not met.
    pub(super) conditions: Vec<String>,
    open: Vec<Element>,
    text: String,
    row: Row,
    hrefs: Vec<String>,
    found: Props,
    found_status: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Multistatus,
    Error,
    Response,
    Href,
    Status,
    PropStat,
    Prop,
    SyncToken,
    ResourceType,
    ContentLength,
    ETag,
    LastModified,
    FileId,
    ReportSet,
    SupportedReport,
    Report,
    Other,
}

impl Multistatus {
    fn tag(&self, namespace: Namespace, name: &str) -> Result<Element, String> {
        use Namespace::{Dav, OwnCloud};
        let Some(parent) = self.open.last() else {
            return match (namespace, name) {
                (Dav, "multistatus") => Ok(Element::Multistatus),
                (Dav, "error") => Ok(Element::Error),
                _ => Err(format!("it is a <{name}>, no multistatus")),
            };
        };
        Ok(match (*parent, namespace, name) {
            (Element::Multistatus, Dav, "response") => Element::Response,
            (Element::Multistatus | Element::Prop, Dav, "sync-token") => Element::SyncToken,
            (Element::Response, Dav, "href") => Element::Href,
            (Element::Response | Element::PropStat, Dav, "status") => Element::Status,
            (Element::Response, Dav, "propstat") => Element::PropStat,
            (Element::PropStat, Dav, "prop") => Element::Prop,
            (Element::Prop, Dav, "resourcetype") => Element::ResourceType,
            (Element::Prop, Dav, "getcontentlength") => Element::ContentLength,
            (Element::Prop, Dav, "getetag") => Element::ETag,
            (Element::Prop, Dav, "getlastmodified") => Element::LastModified,
            (Element::Prop, OwnCloud, "fileid") => Element::FileId,
            (Element::Prop, Dav, "supported-report-set") => Element::ReportSet,
            (Element::ReportSet, Dav, "supported-report") => Element::SupportedReport,
            (Element::SupportedReport, Dav, "report") => Element::Report,
            _ => Element::Other,
        })
    }

    fn merge(&mut self) {
        let found = std::mem::take(&mut self.found);
        // A status that is missing means that all is well, to a server that forgot it.
        if !matches!(self.found_status.take(), None | Some(200..=299)) {
            return;
        }
        let known = &mut self.row.props;
        known.is_collection = found.is_collection.or(known.is_collection);
        known.size = found.size.or(known.size);
        known.etag = found.etag.or(known.etag.take());
        known.modified = found.modified.or(known.modified.take());
        known.file_id = found.file_id.or(known.file_id.take());
        known.sync_token = found.sync_token.or(known.sync_token.take());
        known.has_feed |= found.has_feed;
    }

    fn finish_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        // One status may hold for several resources.
        for href in std::mem::take(&mut self.hrefs) {
            self.rows.push_back(Row {
                href,
                ..row.clone()
            });
        }
    }

    fn take_text(&self) -> Option<String> {
        // Other spaces than XML's own may be a part of a name.
        let text = self.text.trim_ascii();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Handler for Multistatus {
    fn start(&mut self, namespace: Namespace, name: &str) -> Result<(), String> {
        let tag = self.tag(namespace, name)?;
        match (self.open.last(), tag) {
            (Some(Element::Error), _) => self.conditions.push(name.to_owned()),
            (Some(Element::ResourceType), _) => {
                let is_collection = namespace == Namespace::Dav && name == "collection";
                self.found.is_collection =
                    Some(is_collection || self.found.is_collection == Some(true));
            }
            (Some(Element::Report), _) => self.found.has_feed |= name == "sync-collection",
            (_, Element::ResourceType) => self.found.is_collection = Some(false),
            _ => {}
        }
        self.open.push(tag);
        self.text.clear();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let wanted = matches!(
            self.open.last(),
            Some(
                Element::Href
                    | Element::Status
                    | Element::SyncToken
                    | Element::ContentLength
                    | Element::ETag
                    | Element::LastModified
                    | Element::FileId
            )
        );
        if wanted {
            if self.text.len() + text.len() > MAX_TEXT {
                return Err(format!("a value has more than {MAX_TEXT} bytes"));
            }
            self.text.push_str(text);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let tag = self.open.pop();
        let parent = self.open.last().copied();
        match tag {
            Some(Element::Href) => {
                let href = self.take_text();
                self.hrefs.extend(href);
            }
            Some(Element::Status) => {
                let status = self.take_text().as_deref().and_then(status_code);
                match parent {
                    Some(Element::PropStat) => self.found_status = status,
                    _ => self.row.status = status,
                }
            }
            Some(Element::SyncToken) => match parent {
                Some(Element::Prop) => self.found.sync_token = self.take_text(),
                _ => self.sync_token = self.take_text(),
            },
            Some(Element::ContentLength) => {
                self.found.size = self.take_text().and_then(|text| text.parse().ok());
            }
            Some(Element::ETag) => self.found.etag = self.take_text(),
            Some(Element::LastModified) => self.found.modified = self.take_text(),
            Some(Element::FileId) => self.found.file_id = self.take_text(),
            Some(Element::PropStat) => self.merge(),
            Some(Element::Response) => self.finish_row(),
            _ => {}
        }
        self.text.clear();
        Ok(())
    }
}

/// Reads the code of a status line such as `HTTP/1.1 404 Not Found`.
fn status_code(line: &str) -> Option<u16> {
    line.split_ascii_whitespace()
        .find_map(|word| word.parse().ok().filter(|code| (100..600).contains(code)))
}

#[cfg(test)]
mod tests {
    use super::super::xml::Document;
    use super::{Multistatus, Row};
    use bridge_traits::ErrorKind;

    /// Reads a document in pieces of so many bytes.
    fn read(text: &str, piece: usize) -> Result<Multistatus, ErrorKind> {
        let mut document = Document::new("test");
        let mut multistatus = Multistatus::default();
        for piece in text.as_bytes().chunks(piece) {
            document
                .push(piece, &mut multistatus)
                .map_err(|error| error.kind().clone())?;
        }
        document.end().map_err(|error| error.kind().clone())?;
        Ok(multistatus)
    }

    fn rows(text: &str) -> Vec<Row> {
        read(text, usize::MAX).expect("a multistatus").rows.into()
    }

    const NEXTCLOUD: &str = "<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
        xmlns:oc=\"http://owncloud.org/ns\"><d:response><d:href>/dav/a%20&amp;%C3%A9/</d:href>\
        <d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype>\
        <d:getetag>&quot;5f&#x33;&quot;</d:getetag><oc:fileid>77</oc:fileid></d:prop>\
        <d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop>\
        <d:getcontentlength>9</d:getcontentlength></d:prop>\
        <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>\
        <!-- a comment --><d:response><d:href><![CDATA[/dav/ü.mp3]]></d:href><d:propstat><d:prop>\
        <d:resourcetype/><d:getcontentlength>12</d:getcontentlength></d:prop>\
        <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>";

    #[test]
    fn it_reads_the_same_however_the_bytes_are_cut() {
        let whole = rows(NEXTCLOUD);
        assert_eq!(whole.len(), 2);
        assert_eq!(whole[0].href, "/dav/a%20&%C3%A9/");
        let props = &whole[0].props;
        assert_eq!(props.is_collection, Some(true));
        assert_eq!(props.etag.as_deref(), Some("\"5f3\""));
        assert_eq!(
            (props.file_id.as_deref(), props.size),
            (Some("77"), None),
            "a property without a value counts"
        );
        assert_eq!(whole[1].href, "/dav/ü.mp3");
        assert_eq!(
            (whole[1].props.is_collection, whole[1].props.size),
            (Some(false), Some(12))
        );
        for piece in 1..40 {
            let pieces: Vec<Row> = read(NEXTCLOUD, piece).expect("a multistatus").rows.into();
            assert_eq!(pieces, whole, "in pieces of {piece}");
        }
    }

    #[test]
    fn every_way_to_write_the_namespace_is_one() {
        for (open, prefix) in [
            ("<multistatus xmlns=\"DAV:\">", ""),
            ("<D:multistatus xmlns:D=\"DAV:\">", "D:"),
            ("<x:multistatus xmlns:x='DAV:'>", "x:"),
            ("<multistatus>", ""),
            ("<D:multistatus>", "D:"),
        ] {
            let p = prefix;
            let text = format!(
                "{open}<{p}response><{p}href>/a</{p}href><{p}status>HTTP/1.1 404 Not Found\
                 </{p}status></{p}response></{p}multistatus>"
            );
            let found = rows(&text);
            assert_eq!(found.len(), 1, "{open}");
            assert_eq!((&*found[0].href, found[0].status), ("/a", Some(404)));
        }
    }

    #[test]
    fn what_is_no_multistatus_is_refused() {
        let deep = format!("<multistatus>{}", "<a>".repeat(100));
        let long = format!(
            "<multistatus><response><href>{}</href>",
            "a".repeat(200_000)
        );
        let unclosed = format!("<multistatus><response {}", "a ".repeat(1 << 20));
        for (text, kind) in [
            ("<html><body>Sign in</body></html>", ErrorKind::Unsupported),
            ("<!DOCTYPE html><html/>", ErrorKind::Unsupported),
            (
                "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><multistatus>&a;</multistatus>",
                ErrorKind::Unsupported,
            ),
            ("<multistatus>&bomb;</multistatus>", ErrorKind::Corrupt),
            ("{\"error\": 1}", ErrorKind::Unsupported),
            ("{\"a\": \"<b>\"}", ErrorKind::Unsupported),
            ("", ErrorKind::Unsupported),
            ("<?xml version='1.0'?>", ErrorKind::Unsupported),
            ("<multistatus></response></multistatus>", ErrorKind::Corrupt),
            ("<multistatus/><multistatus/>", ErrorKind::Corrupt),
            (&deep, ErrorKind::Corrupt),
            (&long, ErrorKind::Corrupt),
            (&unclosed, ErrorKind::Corrupt),
            ("<multistatus><response>", ErrorKind::Offline),
            ("<multistatus><respo", ErrorKind::Offline),
            ("<?xml version='1.0'?><multista", ErrorKind::Offline),
            ("<?xm", ErrorKind::Offline),
        ] {
            for piece in [7, usize::MAX] {
                let result = read(text, piece).map(|it| it.rows.len());
                assert_eq!(result, Err(kind.clone()), "{:.60}", text);
            }
        }
        let result = {
            let mut document = Document::new("test");
            document.push(b"<multistatus>\xff\xfe", &mut Multistatus::default())
        };
        assert_eq!(
            result.err().map(|it| it.kind().clone()),
            Some(ErrorKind::Corrupt)
        );
        let latin =
            Document::new("test").push(b"<html>caf\xe9</html>", &mut Multistatus::default());
        assert_eq!(
            latin.err().map(|it| it.kind().clone()),
            Some(ErrorKind::Unsupported)
        );
    }

    #[test]
    fn every_cut_of_a_document_is_noticed() {
        for end in 0..NEXTCLOUD.len() - 1 {
            let Some(start) = NEXTCLOUD.get(..end) else {
                continue;
            };
            assert!(read(start, usize::MAX).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_report_and_an_error_are_read() {
        let report = "<multistatus xmlns='DAV:'><response><href>/c/a.mp3</href>\
            <status>HTTP/1.1 404 Not Found</status></response><response><href>/c/</href>\
            <status>HTTP/1.1 507 Insufficient Storage</status></response>\
            <sync-token>http://s/2</sync-token></multistatus>";
        let found = read(report, 5).expect("a report");
        assert_eq!(found.sync_token.as_deref(), Some("http://s/2"));
        assert_eq!(found.rows[1].status, Some(507));
        let error = "<?xml version='1.0'?><error xmlns='DAV:'><valid-sync-token/></error>";
        let found = read(error, 5).expect("an error");
        assert_eq!(found.conditions, ["valid-sync-token"]);
    }
    /// Reads bytes in pieces of so many; `None` for any error.
    fn read_bytes(bytes: &[u8], piece: usize) -> Option<Vec<Row>> {
        let mut document = Document::new("test");
        let mut multistatus = Multistatus::default();
        for piece in bytes.chunks(piece) {
            document.push(piece, &mut multistatus).ok()?;
        }
        document.end().ok()?;
        Some(multistatus.rows.into())
    }

    proptest::proptest! {
        #[test]
        fn damage_is_an_error_or_is_read_the_same_however_the_bytes_are_cut(
            edits in proptest::collection::vec((0..NEXTCLOUD.len(), 0..4_u8, 0..=255_u8), 1..6),
            piece in 1..50_usize,
        ) {
            const SIGNS: &[u8] = b"<>&;/\"'!-[]?= \n\xc3\0";
            let mut bytes = NEXTCLOUD.as_bytes().to_vec();
            for (at, kind, byte) in edits {
                let at = at.min(bytes.len() - 1);
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes[at] = SIGNS[usize::from(byte) % SIGNS.len()],
                    2 => bytes.insert(at, SIGNS[usize::from(byte) % SIGNS.len()]),
                    _ => drop(bytes.remove(at)),
                }
            }
            let whole = read_bytes(&bytes, usize::MAX);
            proptest::prop_assert_eq!(read_bytes(&bytes, piece), whole);
        }
    }
}
