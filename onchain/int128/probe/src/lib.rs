//! Runs one operation on two 128-bit operands in the VM.
//!
//! Instruction data: operation u8, then a and b as 16 little-endian bytes each. Return data: the
//! 16 bytes of the result. Operations: 0 `a * b` wrapping, 1 `a / b`, 2 `a % b`, 3 and 4 the same
//! signed, 5 an overlapping move of 8 to 40 bytes, 6 a comparison.
#![cfg_attr(target_arch = "bpf", no_std)]

use pinocchio::{AccountView, Address, ProgramResult, error::ProgramError};

#[cfg(target_arch = "bpf")]
mod entry {
    // Linked for the symbols that compiled code calls.
    extern crate quantdesk_int128 as _;
    pinocchio::program_entrypoint!(super::process, 1);
    pinocchio::no_allocator!();
    pinocchio::nostd_panic_handler!();
}

/// Runs the operation that the instruction data names.
///
/// # Errors
/// `InvalidInstructionData` on a wrong length, an unknown operation or a division by zero.
pub fn process(_: &Address, _: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let (Some(&[operation]), Some(a), Some(b)) = (data.first_chunk::<1>(), operand(data, 1), operand(data, 17)) else {
        return Err(ProgramError::InvalidInstructionData);
    };
    let result = match operation {
        0 => Some(a.wrapping_mul(b)),
        1 => a.checked_div(b),
        2 => a.checked_rem(b),
        3 => (a as i128).checked_div(b as i128).map(|value| value as u128),
        4 => (a as i128).checked_rem(b as i128).map(|value| value as u128),
        5 => Some(moved(data, (b % 33) as usize)),
        6 => Some(u128::from(data[1..17] == data[17..33])),
        _ => None,
    };
    let result = result.ok_or(ProgramError::InvalidInstructionData)?;
    return_data(&result.to_le_bytes());
    Ok(())
}

fn operand(data: &[u8], at: usize) -> Option<u128> {
    Some(u128::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

/// Moves 8 + `n` bytes up by one and down by two inside one buffer and folds the result.
fn moved(data: &[u8], n: usize) -> u128 {
    let mut buffer = [0u8; 64];
    buffer[..33].copy_from_slice(&data[..33]);
    let length = 8 + n;
    buffer.copy_within(1..1 + length, 2);
    buffer.copy_within(3..3 + length, 1);
    buffer.iter().fold(0u128, |folded, byte| folded.rotate_left(5) ^ u128::from(*byte))
}

#[cfg(target_arch = "bpf")]
fn return_data(bytes: &[u8]) {
    // SAFETY: pointer and length are those of a live slice.
    unsafe { pinocchio::syscalls::sol_set_return_data(bytes.as_ptr(), bytes.len() as u64) };
}

#[cfg(not(target_arch = "bpf"))]
fn return_data(_: &[u8]) {}
