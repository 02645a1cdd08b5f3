//! Borsh without an allocator: arguments are read in place, events written into a given buffer.

use super::{Described, Pod, TypeDesc};

/// Reads values one after the other.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The next `count` bytes.
    #[inline(always)]
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(count)?;
        self.bytes = tail;
        Some(head)
    }

    /// Whether everything was read.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// A value that can be read from borsh bytes.
pub trait Decode<'a>: Sized {
    /// Bytes of the value when they do not depend on it; 0 otherwise.
    const SIZE: usize;
    /// The next value, or `None` when the bytes end early or hold no such value.
    fn decode(reader: &mut Reader<'a>) -> Option<Self>;
}

/// Writes values one after the other; what does not fit sets a flag instead of panicking.
pub struct Writer<'b> {
    rest: &'b mut [u8],
    size: usize,
    overflow: bool,
}

impl<'b> Writer<'b> {
    /// Writes from the beginning of `buffer`.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { size: buffer.len(), rest: buffer, overflow: false }
    }

    /// Appends bytes.
    #[inline(always)]
    pub fn put(&mut self, bytes: &[u8]) {
        match core::mem::take(&mut self.rest).split_at_mut_checked(bytes.len()) {
            Some((place, rest)) => {
                place.copy_from_slice(bytes);
                self.rest = rest;
            }
            None => self.overflow = true,
        }
    }

    /// Appends a list: how many values, then their bytes.
    #[inline(never)]
    fn put_list(&mut self, count: u32, bytes: &[u8]) {
        count.encode(self);
        self.put(bytes);
    }

    /// Bytes written, or `None` when something did not fit.
    pub const fn finish(&self) -> Option<usize> {
        if self.overflow { None } else { Some(self.size - self.rest.len()) }
    }
}

/// A value that can be written as borsh bytes.
pub trait Encode {
    /// Appends the value.
    fn encode(&self, writer: &mut Writer<'_>);
    /// The bytes that `encode` appends, where the value lies in memory as them.
    #[inline(always)]
    fn wire(&self) -> Option<&[u8]> {
        None
    }
}

macro_rules! integers {
    ($($t:ident)*) => { $(
        impl Decode<'_> for $t {
            const SIZE: usize = size_of::<$t>();
            #[inline(always)]
            fn decode(reader: &mut Reader<'_>) -> Option<Self> {
                Some($t::from_le_bytes(*reader.take(size_of::<$t>())?.first_chunk()?))
            }
        }
        impl Encode for $t {
            #[inline(always)]
            fn encode(&self, writer: &mut Writer<'_>) { writer.put(&self.to_le_bytes()) }
        }
    )* };
}
integers!(u8 u16 u32 u64 i8 i16 i32 i64);

impl Decode<'_> for bool {
    const SIZE: usize = 1;
    #[inline(always)]
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        match u8::decode(reader)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Encode for bool {
    fn encode(&self, writer: &mut Writer<'_>) {
        writer.put(&[u8::from(*self)])
    }
}

impl<'a, T: Decode<'a> + Copy, const N: usize> Decode<'a> for [T; N] {
    const SIZE: usize = T::SIZE * N;
    fn decode(reader: &mut Reader<'a>) -> Option<Self> {
        let mut values = [T::decode(reader)?; N];
        for value in values.iter_mut().skip(1) {
            *value = T::decode(reader)?;
        }
        Some(values)
    }
}

/// Bytes that are encoded already.
impl Encode for [u8] {
    #[inline(always)]
    fn encode(&self, writer: &mut Writer<'_>) {
        writer.put(self)
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, writer: &mut Writer<'_>) {
        for value in self {
            value.encode(writer);
        }
    }
}

/// A list of values of fixed size, left in place and decoded as it is walked.
#[derive(Clone, Copy)]
pub struct Seq<'a, T> {
    bytes: &'a [u8],
    count: usize,
    of: core::marker::PhantomData<T>,
}

impl<'a, T: Decode<'a>> Seq<'a, T> {
    /// A list over already encoded values (`bytes.len()` a multiple of the value's size).
    pub const fn over(bytes: &'a [u8]) -> Self {
        Self { bytes, count: bytes.len() / T::SIZE, of: core::marker::PhantomData }
    }

    /// A list over values that lie in memory as they are encoded.
    #[inline(always)]
    pub const fn of(values: &'a [T]) -> Self
    where
        T: Pod,
    {
        assert!(size_of::<T>() == T::SIZE);
        // SAFETY: plain data without padding.
        let bytes = unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) };
        Self { bytes, count: values.len(), of: core::marker::PhantomData }
    }

    /// How many values there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The encoded values, without the length in front.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Walks the values; a value that does not decode is yielded as `None`.
    pub fn iter(&self) -> SeqIter<'a, T> {
        SeqIter { reader: Reader::new(self.bytes), of: core::marker::PhantomData }
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Seq<'a, T> {
    const SIZE: usize = 0;
    #[inline(always)]
    fn decode(reader: &mut Reader<'a>) -> Option<Self> {
        let count = u32::decode(reader)? as usize;
        let bytes = reader.take(count.checked_mul(T::SIZE)?)?;
        Some(Self { bytes, count, of: core::marker::PhantomData })
    }
}

impl<T> Encode for Seq<'_, T> {
    fn encode(&self, writer: &mut Writer<'_>) {
        writer.put_list(self.count as u32, self.bytes);
    }
}

impl<T: Described> Described for Seq<'_, T> {
    const TYPE: TypeDesc = TypeDesc::List(&T::TYPE);
}

/// Walks a [`Seq`].
pub struct SeqIter<'a, T> {
    reader: Reader<'a>,
    of: core::marker::PhantomData<T>,
}

impl<'a, T: Decode<'a>> Iterator for SeqIter<'a, T> {
    type Item = Option<T>;
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        // A whole value's bytes at once: no field needs a check of its own.
        Some(T::decode(&mut Reader::new(self.reader.take(T::SIZE)?)))
    }
}

/// A value together with the bytes it was read from, so that it can be kept and sent on as it came.
#[derive(Clone, Copy)]
pub struct Encoded<'a, T> {
    /// The value.
    pub value: T,
    /// Its borsh bytes.
    pub bytes: &'a [u8],
}

impl<'a, T: Decode<'a>> Decode<'a> for Encoded<'a, T> {
    const SIZE: usize = T::SIZE;
    #[inline(always)]
    fn decode(reader: &mut Reader<'a>) -> Option<Self> {
        let all = reader.bytes;
        let value = T::decode(reader)?;
        Some(Self { value, bytes: &all[..all.len() - reader.bytes.len()] })
    }
}

impl<T> Encode for Encoded<'_, T> {
    fn encode(&self, writer: &mut Writer<'_>) {
        writer.put(self.bytes)
    }
}

impl<T: Described> Described for Encoded<'_, T> {
    const TYPE: TypeDesc = T::TYPE;
}
