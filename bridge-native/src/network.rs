//! The network's state.

use bridge_traits::network::{NetworkMonitor, NetworkStatus};
use bridge_traits::{BoxStream, BridgeError, ErrorKind, Result, platform_async_trait};

use crate::fed::Fed;

/// Watches the network, by what the system tells for nothing or by what the host reports.
///
/// On Linux a route out of the machine counts as online. Elsewhere the system has no answer that
/// a library can read, and a host that has one feeds it in. Clones share the state.
#[derive(Debug, Clone)]
pub struct NativeNetworkMonitor {
    fed: Option<Fed<NetworkStatus>>,
}

impl NativeNetworkMonitor {
    /// Makes a monitor that asks the system.
    pub fn new() -> Self {
        Self { fed: None }
    }

    /// Makes a monitor to which the host [reports](Self::report).
    pub fn fed_by_host(present: NetworkStatus) -> Self {
        Self {
            fed: Some(Fed::new(present)),
        }
    }

    /// Takes a new status from the host and tells it on.
    ///
    /// # Errors
    /// `Unsupported` for a monitor that asks the system.
    pub fn report(&self, status: NetworkStatus) -> Result<()> {
        match &self.fed {
            Some(fed) => {
                fed.set(status);
                Ok(())
            }
            None => Err(BridgeError::new(ErrorKind::Unsupported, "network monitor")
                .detail("this monitor asks the system; make it with fed_by_host")),
        }
    }
}

impl Default for NativeNetworkMonitor {
    fn default() -> Self {
        Self::new()
    }
}

#[platform_async_trait]
impl NetworkMonitor for NativeNetworkMonitor {
    async fn status(&self) -> Result<NetworkStatus> {
        Ok(match &self.fed {
            Some(fed) => fed.get(),
            None => NetworkStatus {
                online: system_online(),
                metered: None,
            },
        })
    }

    async fn changes(&self) -> Result<BoxStream<'static, NetworkStatus>> {
        match &self.fed {
            Some(fed) => Ok(fed.stream()),
            None => {
                let remedy = "the host must report changes to NativeNetworkMonitor::fed_by_host";
                let kind = ErrorKind::NotAvailable { remedy };
                Err(BridgeError::new(kind, "network changes"))
            }
        }
    }
}

/// Looks for a route that leads out; the kernel writes these tables from memory.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn system_online() -> Option<bool> {
    let v4 = std::fs::read_to_string("/proc/net/route");
    let v6 = std::fs::read_to_string("/proc/net/ipv6_route");
    match (v4, v6) {
        (Err(_), Err(_)) => None,
        (v4, v6) => Some(
            v4.is_ok_and(|table| routes::leads_out_v4(&table))
                || v6.is_ok_and(|table| routes::leads_out_v6(&table)),
        ),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn system_online() -> Option<bool> {
    None
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod routes {
    /// The kernel's `RTF_UP` and `RTF_REJECT`.
    const UP: u32 = 0x1;
    const REJECT: u32 = 0x200;

    fn usable(flags: &str) -> bool {
        u32::from_str_radix(flags, 16).is_ok_and(|it| it & UP != 0 && it & REJECT == 0)
    }

    /// Columns: interface, destination, gateway, flags, …; the first line names them.
    pub(super) fn leads_out_v4(table: &str) -> bool {
        table.lines().skip(1).any(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            matches!(columns[..], [name, "00000000", _, flags, ..] if name != "lo" && usable(flags))
        })
    }

    /// Columns: destination, its length, source, its length, gateway, metric, references, uses,
    /// flags, interface.
    pub(super) fn leads_out_v6(table: &str) -> bool {
        table.lines().any(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            matches!(columns[..], [to, "00", _, _, _, _, _, _, flags, name]
                if to.bytes().all(|it| it == b'0') && name != "lo" && usable(flags))
        })
    }

    #[cfg(test)]
    mod tests {
        use super::{leads_out_v4, leads_out_v6};

        #[test]
        fn only_a_usable_default_route_leads_out() {
            let head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
            for (line, online) in [
                ("eth0 00000000 0102A8C0 0003 0 0 0 00000000 0 0 0", true),
                ("eth0 0000A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0", false),
                ("eth0 00000000 0102A8C0 0002 0 0 0 00000000 0 0 0", false),
                ("", false),
            ] {
                assert_eq!(leads_out_v4(&format!("{head}{line}\n")), online, "{line}");
            }
            let zero = "0".repeat(32);
            let line = |flags, name| format!("{zero} 00 {zero} 00 {zero} 400 1 0 {flags} {name}\n");
            assert!(leads_out_v6(&line("00000003", "wlan0")));
            assert!(!leads_out_v6(&line("00200200", "lo")));
            assert!(!leads_out_v6(&line("00000201", "wlan0")));
        }
    }
}
