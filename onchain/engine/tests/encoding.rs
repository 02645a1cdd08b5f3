//! Borsh as the program reads and writes it: what does not decode is refused, and nothing is read past its end.

mod support;

use proptest::prelude::*;
use quantdesk_engine::describe::{
    Decode, Encode, Encoded, Reader, Seq, Writer, from_bytes, from_bytes_mut, slice_from_bytes_mut,
};
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::Order;
use quantdesk_engine::units::{BaseLots, Pubkey, QuoteAtoms, Ticks};
use support::*;

fn decoded<'a, T: Decode<'a>>(bytes: &'a [u8]) -> Option<(T, bool)> {
    let mut reader = Reader::new(bytes);
    T::decode(&mut reader).map(|value| (value, reader.is_empty()))
}

/// Arguments of a batch as a client sends them.
fn batch(quotes: &[Quote]) -> Vec<u8> {
    let quotes = encoded(quotes);
    encoded(&[PlaceMany {
        market: 3,
        self_trade: SelfTrade::CancelBoth,
        expiry_kind: ExpiryKind::Slot,
        expiry: 77,
        nonce: 1 << 40,
        valid_until_slot: 9,
        quotes: Seq::over(&quotes),
    }])
}

#[test]
fn a_batch_is_read_in_place_as_it_was_written() {
    let bytes = batch(&[quote(Side::Bid, 9_990, 20), quote(Side::Ask, 10_010, 30)]);
    let (args, all) = decoded::<PlaceMany<'_>>(&bytes).unwrap();
    assert!(all);
    assert_eq!((args.market, args.expiry, args.nonce, args.valid_until_slot), (3, 77, 1 << 40, 9));
    assert_eq!((args.self_trade, args.expiry_kind), (SelfTrade::CancelBoth, ExpiryKind::Slot));
    let read: Vec<(Side, u32, u32)> =
        args.quotes.iter().map(|quote| quote.map(|quote| (quote.side, quote.ticks, quote.lots)).unwrap()).collect();
    assert_eq!(read, [(Side::Bid, 9_990, 20), (Side::Ask, 10_010, 30)]);
    assert_eq!((args.quotes.len(), args.quotes.is_empty()), (2, false));
    assert!(bytes.ends_with(args.quotes.bytes()));
}

#[test]
fn arguments_that_end_early_are_refused_at_every_length() {
    let bytes = batch(&[quote(Side::Bid, 9_990, 20), quote(Side::Ask, 10_010, 30)]);
    for length in 0..bytes.len() {
        assert!(decoded::<PlaceMany<'_>>(&bytes[..length]).is_none(), "{length} bytes");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(decoded::<PlaceMany<'_>>(&longer).map(|(_, all)| all), Some(false), "what is left is not read");
}

#[test]
fn a_list_that_claims_more_than_there_is_holds_nothing() {
    for count in [1u32, 2, u32::MAX] {
        let mut bytes = count.to_le_bytes().to_vec();
        bytes.extend([0; 11]);
        assert!(decoded::<Seq<'_, OrderId>>(&bytes).is_none(), "12 bytes each, {count} of them");
    }
    let empty = decoded::<Seq<'_, OrderId>>(&[0; 4]).unwrap().0;
    assert!(empty.is_empty() && empty.iter().next().is_none());
}

#[test]
fn what_is_no_choice_and_no_boolean_is_refused() {
    assert_eq!(decoded::<Side>(&[1]), Some((Side::Ask, true)));
    assert_eq!((decoded::<Side>(&[2]), decoded::<Side>(&[])), (None, None));
    assert_eq!((decoded::<bool>(&[0]), decoded::<bool>(&[1])), (Some((false, true)), Some((true, true))));
    assert_eq!(decoded::<bool>(&[2]), None);
    assert_eq!(decoded::<[bool; 3]>(&[1, 0, 2]), None);
    assert_eq!(decoded::<[bool; 3]>(&[1, 0, 1]), Some(([true, false, true], true)));
}

#[test]
fn a_change_keeps_the_bytes_it_was_read_from_and_no_more() {
    let change = StatusChange { market: 2, status: 3 };
    let bytes = [&[6][..], change.as_bytes(), &[9, 9]].concat();
    let mut reader = Reader::new(&bytes);
    let kept = Encoded::<Change<'_>>::decode(&mut reader).unwrap();
    assert!(matches!(kept.value, Change::Status(to) if to.status == 3));
    assert_eq!((kept.bytes, encoded(&[kept])), (&bytes[..4], bytes[..4].to_vec()));
    assert_eq!(reader.take(3), None, "two bytes are left");
    assert_eq!(reader.take(2), Some(&[9, 9][..]));
}

#[test]
fn every_kind_of_change_is_read_by_its_number() {
    let sizes = [
        size_of::<MarketChange>(),
        size_of::<PriceSourceChange>(),
        size_of::<FeesChange>(),
        size_of::<CollateralChange>(),
        size_of::<NewMarket>(),
        size_of::<NewCollateral>(),
        size_of::<StatusChange>(),
        size_of::<ExchangeChange>(),
        size_of::<GuardianChange>(),
    ];
    for (kind, size) in sizes.into_iter().enumerate() {
        let mut bytes = vec![0; 1 + size];
        bytes[0] = kind as u8;
        let (change, all) = decoded::<Change<'_>>(&bytes).unwrap();
        let found = match change {
            Change::Market(_) => 0,
            Change::PriceSource(_) => 1,
            Change::Fees(_) => 2,
            Change::Collateral(_) => 3,
            Change::NewMarket(_) => 4,
            Change::NewCollateral(_) => 5,
            Change::Status(_) => 6,
            Change::Exchange(_) => 7,
            Change::Guardian(_) => 8,
        };
        assert_eq!((found, all), (kind, true));
        assert!(decoded::<Change<'_>>(&bytes[..size]).is_none(), "kind {kind} a byte short");
    }
    assert!(decoded::<Change<'_>>(&[9; 512]).is_none());
}

#[test]
fn what_does_not_fit_is_told_and_never_written_past_the_end() {
    let mut buffer = [7u8; 10];
    let mut writer = Writer::new(&mut buffer[..6]);
    writer.put(&[1, 2, 3, 4]);
    assert_eq!(writer.finish(), Some(4));
    5u32.encode(&mut writer);
    assert_eq!(writer.finish(), None);
    assert_eq!(buffer, [1, 2, 3, 4, 7, 7, 7, 7, 7, 7]);
}

#[test]
fn account_bytes_are_viewed_only_when_long_enough_and_aligned() {
    let mut words = [0u64; 10];
    // SAFETY: u64s viewed as bytes.
    let bytes = unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), 80) };
    let size = size_of::<Order>();
    assert!(
        from_bytes::<Order>(&bytes[..size - 1]).is_none() && from_bytes_mut::<Order>(&mut bytes[..size - 1]).is_none()
    );
    assert!(from_bytes::<Order>(&bytes[4..]).is_none() && from_bytes_mut::<Order>(&mut bytes[4..]).is_none());
    assert!(slice_from_bytes_mut::<Order>(&mut bytes[4..]).is_none());
    from_bytes_mut::<Order>(bytes).unwrap().ticks = 5;
    assert_eq!(from_bytes::<Order>(bytes).unwrap().ticks, 5);
    assert_eq!(slice_from_bytes_mut::<Order>(bytes).map(|orders| orders.len()), Some(80 / size));
}

proptest! {
    #[test]
    fn quotes_and_keys_are_read_back_as_they_were_written(
        bid: bool, kind in 0u8..4, reduce_only: bool, ticks: u32, lots: u32, client_id: u64, key: [u8; 32],
    ) {
        let side = if bid { Side::Bid } else { Side::Ask };
        let kind = OrderKind::from_u8(kind).expect("four kinds");
        let bytes = encoded(&[Quote { side, kind, reduce_only, ticks, lots, client_id }]);
        let (read, all) = decoded::<Quote>(&bytes).unwrap();
        prop_assert!(all);
        prop_assert_eq!((read.side, read.kind, read.reduce_only), (side, kind, reduce_only));
        prop_assert_eq!((read.ticks, read.lots, read.client_id), (ticks, lots, client_id));
        let bytes = encoded(&[Pubkey(key)]);
        prop_assert_eq!(decoded::<Pubkey>(&bytes), Some((Pubkey(key), true)));
    }

    #[test]
    fn numbers_with_a_unit_are_written_as_the_number_alone(atoms: i64, lots: i64, ticks: u32) {
        prop_assert_eq!(encoded(&[QuoteAtoms(atoms)]), atoms.to_le_bytes());
        prop_assert_eq!(encoded(&[BaseLots(lots)]), lots.to_le_bytes());
        prop_assert_eq!(decoded::<Ticks>(&encoded(&[Ticks(ticks)])), Some((Ticks(ticks), true)));
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_read_past_its_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let within = |rest: &[u8]| rest.len() <= bytes.len();
        if let Some((args, _)) = decoded::<ReplaceMany<'_>>(&bytes) {
            prop_assert!(within(args.cancels.bytes()) && within(args.quotes.bytes()));
            prop_assert!(args.quotes.iter().count() == args.quotes.len());
        }
        if let Some((kept, _)) = decoded::<Encoded<'_, Change<'_>>>(&bytes) {
            prop_assert!(bytes.starts_with(kept.bytes));
        }
    }
}
