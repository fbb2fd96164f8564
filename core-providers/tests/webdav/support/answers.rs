//! What the server answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bridge_traits::testing::FakeAnswer;
use bytes::Bytes;

use super::server::{Dialect, HOST, Hrefs, Node, ROOT, State, unescape};

impl State {
    pub(super) fn propfind(&self, path: &str, depth: &str, rows: usize) -> FakeAnswer {
        let place = self.place(path);
        let Some(node) = self.nodes.get(&place) else {
            return FakeAnswer::status(404);
        };
        let mut body = self.row(path, node, path);
        if depth == "1" {
            let below = |path: &str| match path {
                "" => String::new(),
                path => format!("{path}/"),
            };
            for (child, node) in &self.nodes {
                let name = child.strip_prefix(&*below(&place)).unwrap_or_default();
                if !name.is_empty() && !name.contains('/') {
                    let child = format!("{}{name}", below(path));
                    body.push_str(&self.row(&child, node, path));
                }
            }
        }
        let mark = format!("</{}response>", self.prefix);
        let body: String = body.split_inclusive(&*mark).take(rows).collect();
        self.multistatus(&body, "")
    }

    pub(super) fn report(&self, request: &Bytes) -> FakeAnswer {
        let request = String::from_utf8_lossy(request);
        let between = |tag: &str| {
            let (_, rest) = request.split_once(&format!("<D:{tag}>"))?;
            Some(rest.split_once('<')?.0.to_owned())
        };
        let is_flat = self.dialect == Dialect::Flat;
        let level = between("sync-level").unwrap_or_default();
        match self.dialect {
            Dialect::Plain | Dialect::Nextcloud => return FakeAnswer::status(501),
            Dialect::Flat if level == "infinite" => return FakeAnswer::status(400),
            _ => {}
        }
        let token = between("sync-token").unwrap_or_default();
        let start = match &*token {
            "" => 0,
            token => {
                let prefix = format!("{HOST}/sync/{}/", self.epoch);
                match token.strip_prefix(&*prefix).map(str::parse) {
                    Some(Ok(start)) => start,
                    _ if is_flat => return refusal(412),
                    _ => return refusal(403),
                }
            }
        };
        let mut body = String::new();
        let mut told = BTreeSet::new();
        let mut end = self.log.len();
        for (at, path) in self.log.iter().enumerate().skip(start) {
            if path.is_empty() || (is_flat && path.contains('/')) || !told.insert(path) {
                continue;
            }
            if told.len() > self.report_rows {
                end = at;
                let _ = write!(
                    body,
                    "<{p}response><{p}href>{}</{p}href><{p}status>HTTP/1.1 507 Full</{p}status>\
                     </{p}response>",
                    self.href("", ""),
                    p = self.prefix
                );
                break;
            }
            match self.nodes.get(path) {
                Some(node) => body.push_str(&self.row(path, node, "")),
                None if token.is_empty() => {}
                None => {
                    let _ = write!(
                        body,
                        "<{p}response><{p}href>{}</{p}href><{p}status>HTTP/1.1 404 Not Found\
                         </{p}status></{p}response>",
                        self.href(path, ""),
                        p = self.prefix
                    );
                }
            }
        }
        let token = format!("{}/sync/{}/{end}", HOST, self.epoch);
        self.multistatus(
            &body,
            &format!("<{p}sync-token>{token}</{p}sync-token>", p = self.prefix),
        )
    }

    pub(super) fn get(
        &self,
        path: &str,
        range: Option<String>,
        if_match: Option<String>,
    ) -> FakeAnswer {
        let Some(node) = self.nodes.get(path) else {
            return FakeAnswer::status(404);
        };
        let Some(content) = &node.content else {
            return FakeAnswer::ok("<html>a folder</html>")
                .header("Content-Type", "text/html; charset=utf-8");
        };
        let etag = format!("\"v{}\"", node.version);
        let is_weak = self.etags.0.starts_with('W');
        if self.if_match && if_match.is_some_and(|it| it != etag || is_weak) {
            return FakeAnswer::status(412);
        }
        let total = content.len();
        let wanted = range.filter(|_| self.ranges).and_then(|it| {
            let (first, last) = it.strip_prefix("bytes=")?.split_once('-')?;
            Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
        });
        let answer = match wanted {
            None => FakeAnswer::ok(content.clone()).header("Content-Length", total.to_string()),
            Some((first, _)) if first >= total => {
                return FakeAnswer::status(416).header("Content-Range", format!("bytes */{total}"));
            }
            Some((first, last)) => {
                let last = last.min(total - 1);
                let mut answer = FakeAnswer::ok(content.slice(first..=last))
                    .header("Content-Range", format!("bytes {first}-{last}/{total}"))
                    .header("Content-Length", (last - first + 1).to_string());
                answer.status = 206;
                answer
            }
        };
        let answer = answer.header("Last-Modified", date(node));
        match self.has_etags {
            true => answer.header("ETag", etag),
            // Some have it here and not in their listings.
            false => answer.header("ETag", "\"another\""),
        }
    }

    fn multistatus(&self, rows: &str, after: &str) -> FakeAnswer {
        let name = match self.prefix {
            "" => "xmlns".to_owned(),
            prefix => format!("xmlns:{}", prefix.trim_end_matches(':')),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{p}multistatus {name}=\"DAV:\" \
             xmlns:oc=\"http://owncloud.org/ns\">{rows}{after}</{p}multistatus>\n",
            p = self.prefix
        );
        let mut answer =
            FakeAnswer::ok(body).header("Content-Type", "application/xml; charset=utf-8");
        answer.status = 207;
        answer
    }

    fn row(&self, path: &str, node: &Node, asked: &str) -> String {
        let p = self.prefix;
        let mut props = String::new();
        let is_folder = node.content.is_none();
        if self.types {
            let kind = match is_folder {
                true => format!("<{p}collection/>"),
                false => String::new(),
            };
            let _ = write!(props, "<{p}resourcetype>{kind}</{p}resourcetype>");
        }
        if let Some(content) = &node.content {
            let _ = write!(
                props,
                "<{p}getcontentlength>{}</{p}getcontentlength><{p}getlastmodified>{}\
                 </{p}getlastmodified>",
                content.len(),
                date(node)
            );
        }
        if is_folder && self.dates_folders {
            let date = date(node);
            let _ = write!(props, "<{p}getlastmodified>{date}</{p}getlastmodified>");
        }
        if self.has_etags && (!is_folder || self.dialect == Dialect::Nextcloud) {
            let (before, after) = self.etags;
            let _ = write!(
                props,
                "<{p}getetag>{before}v{}{after}</{p}getetag>",
                node.version
            );
        }
        if self.dialect == Dialect::Nextcloud {
            let _ = write!(props, "<oc:fileid>{}</oc:fileid>", node.id);
        }
        if path.is_empty() && matches!(self.dialect, Dialect::Sync | Dialect::Flat) {
            let _ = write!(
                props,
                "<{p}sync-token>{HOST}/sync/{}/{}</{p}sync-token><{p}supported-report-set>\
                 <{p}supported-report><{p}report><{p}sync-collection/></{p}report>\
                 </{p}supported-report></{p}supported-report-set>",
                self.epoch,
                self.log.len()
            );
        }
        let slash = if is_folder && self.slashes { "/" } else { "" };
        format!(
            "<{p}response><{p}href>{}{slash}</{p}href><{p}propstat><{p}prop>{props}</{p}prop>\
             <{p}status>HTTP/1.1 200 OK</{p}status></{p}propstat><{p}propstat><{p}prop>\
             <{p}getcontentlanguage/></{p}prop><{p}status>HTTP/1.1 404 Not Found</{p}status>\
             </{p}propstat></{p}response>",
            self.href(path, asked)
        )
    }

    fn href(&self, path: &str, asked: &str) -> String {
        let below = match path {
            "" => String::new(),
            path => format!("/{path}"),
        };
        match self.hrefs {
            Hrefs::Path => format!("{ROOT}{below}"),
            Hrefs::Absolute => format!("https://inner.example:8443{ROOT}{below}"),
            Hrefs::Inner => format!("/srv{below}"),
            Hrefs::Relative if path == asked => ".".to_owned(),
            Hrefs::Relative => {
                let name = path.strip_prefix(asked).unwrap_or(path);
                format!("./{}", name.trim_start_matches('/'))
            }
            Hrefs::Bare => {
                let text = String::from_utf8(unescape(&format!("{ROOT}{below}")));
                text.expect("names of text")
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
            }
        }
    }
}

fn refusal(status: u16) -> FakeAnswer {
    let mut answer = FakeAnswer::ok(
        "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\"><d:valid-sync-token/></d:error>",
    );
    answer.status = status;
    answer
}

fn date(node: &Node) -> String {
    format!("Thu, 01 Jan 1970 00:00:{:02} GMT", node.version % 60)
}
