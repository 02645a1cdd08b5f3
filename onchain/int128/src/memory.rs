//! `memcpy`, `memmove`, `memset`, `memcmp` and `bcmp` over the VM's system calls.
//!
//! A system call costs at least 10 units, a loop about 5 per word: so up to [`INLINE`] bytes are
//! done in place. The numbers are the murmur3 hashes of the names, the static call form of sBPF v3.

/// Largest size in bytes that is handled without a system call.
const INLINE: usize = 16;

const SOL_MEMCPY: usize = 0x717c_c4a3;
const SOL_MEMMOVE: usize = 0x4343_71f8;
const SOL_MEMSET: usize = 0x3770_fb22;
const SOL_MEMCMP: usize = 0x5fdc_de31;

type Copy = unsafe extern "C" fn(*mut u8, *const u8, usize);
type Fill = unsafe extern "C" fn(*mut u8, u8, usize);
type Compare = unsafe extern "C" fn(*const u8, *const u8, usize, *mut i32);

/// # Safety
/// As C's `memcpy`: both regions valid for `n` bytes, not overlapping.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    if n > INLINE {
        // SAFETY: the VM resolves this number to the system call of that signature.
        unsafe { core::mem::transmute::<usize, Copy>(SOL_MEMCPY)(to, from, n) };
    } else {
        // SAFETY: the caller's promise.
        unsafe { copy_upwards(to, from, n) };
    }
    to
}

/// # Safety
/// As C's `memmove`: both regions valid for `n` bytes; they may overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    // SAFETY: as in `memcpy`.
    unsafe { core::mem::transmute::<usize, Copy>(SOL_MEMMOVE)(to, from, n) };
    to
}

/// # Safety
/// As C's `memset`: the region is valid for `n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(to: *mut u8, value: i32, n: usize) -> *mut u8 {
    // SAFETY: as in `memcpy`.
    unsafe { core::mem::transmute::<usize, Fill>(SOL_MEMSET)(to, value as u8, n) };
    to
}

/// # Safety
/// As C's `memcmp`: both regions valid for `n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    let mut order = 0;
    // SAFETY: as in `memcpy`.
    unsafe { core::mem::transmute::<usize, Compare>(SOL_MEMCMP)(a, b, n, &mut order) };
    order
}

/// # Safety
/// As C's `bcmp`: both regions valid for `n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    if n > INLINE {
        // SAFETY: the caller's promise.
        return unsafe { memcmp(a, b, n) };
    }
    let mut at = 0;
    while at < n {
        // SAFETY: the caller's promise, and `at < n`.
        if unsafe { *a.add(at) != *b.add(at) } {
            return 1;
        }
        at += 1;
    }
    0
}

/// Volatile, so that the optimiser does not turn the loop back into a call of `memcpy`.
#[inline(always)]
unsafe fn copy_upwards(to: *mut u8, from: *const u8, n: usize) {
    let mut at = 0;
    while at + 8 <= n {
        // SAFETY: the caller's promise, and `at + 8 <= n`.
        unsafe {
            let word = from.add(at).cast::<u64>().read_unaligned();
            to.add(at).cast::<u64>().write_unaligned(word);
        }
        at += 8;
    }
    while at < n {
        // SAFETY: the caller's promise, and `at < n`.
        unsafe { to.add(at).write_volatile(from.add(at).read_volatile()) };
        at += 1;
    }
}
