//! The VM's 32 KB heap as fixed regions: nothing is ever allocated.
//!
//! | bytes | use |
//! |---|---|
//! | 0 .. 10,240 | the event as it is sent (the largest data of a call) |
//! | 10,240 .. 32,768 | lists of records while an instruction runs |

use quantdesk_engine::events::MAX_EVENT_BYTES;

/// Bytes of the heap that every transaction gets without asking.
const HEAP_BYTES: usize = 32 * 1024;
/// Bytes for lists of records.
pub const RECORD_BYTES: usize = HEAP_BYTES - MAX_EVENT_BYTES;

#[cfg(target_arch = "bpf")]
const START: usize = pinocchio::entrypoint::HEAP_START_ADDRESS as usize;

/// Where an event is put together.
///
/// # Safety
/// Call it once per instruction.
#[inline(always)]
#[must_use]
pub unsafe fn event_region() -> &'static mut [u8] {
    // SAFETY: inside the heap, zeroed by the VM, borrowed once as the caller promises.
    unsafe { region(0, MAX_EVENT_BYTES) }
}

/// Where lists of records grow.
///
/// # Safety
/// Call it once per instruction.
#[inline(always)]
#[must_use]
pub unsafe fn record_region() -> &'static mut [u8] {
    // SAFETY: inside the heap, apart from the event region, borrowed once as the caller promises.
    unsafe { region(MAX_EVENT_BYTES, RECORD_BYTES) }
}

#[cfg(target_arch = "bpf")]
#[inline(always)]
unsafe fn region(at: usize, length: usize) -> &'static mut [u8] {
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts_mut((START + at) as *mut u8, length) }
}

/// Natively (only so that the crate compiles for tests) a region is leaked memory.
#[cfg(not(target_arch = "bpf"))]
unsafe fn region(_: usize, length: usize) -> &'static mut [u8] {
    Box::leak(vec![0; length].into_boxed_slice())
}
