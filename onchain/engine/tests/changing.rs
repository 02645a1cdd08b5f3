//! Changing and pruning resting orders, by rule.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::*;
use support::*;

#[test]
fn a_smaller_size_keeps_its_place_in_the_queue() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Bid, 9_990, 50)).unwrap().orders[0].seq;
    world.place(1, limit(Side::Bid, 9_990, 50)).unwrap();
    let report = world.modify(0, (9_990, seq), 9_990, 20).unwrap();
    assert_eq!(({ report.orders[0].seq }, { report.orders[0].resting }), (seq, 20));
    assert_eq!(world.side(Side::Bid), [(9_990, 20, 0), (9_990, 50, 1)]);
    assert_eq!(world.position(0).bid_lots, 20);
}

#[test]
fn a_larger_size_or_another_price_goes_to_the_end_of_the_queue() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Bid, 9_990, 50)).unwrap().orders[0].seq;
    world.place(1, limit(Side::Bid, 9_990, 50)).unwrap();
    let report = world.modify(0, (9_990, seq), 9_990, 60).unwrap();
    assert_eq!(report.removed[0].reason, removal::MODIFIED);
    assert_eq!(world.side(Side::Bid), [(9_990, 50, 1), (9_990, 60, 0)]);
    let seq = report.orders[0].seq;
    world.modify(0, (9_990, seq), 9_995, 60).unwrap();
    assert_eq!(world.side(Side::Bid), [(9_995, 60, 0), (9_990, 50, 1)]);
}

#[test]
fn an_order_shrinks_to_the_minimum_and_its_slot_is_told() {
    let mut world = World::new(1, 16);
    let seq = world.place(0, limit(Side::Bid, MID, 50)).unwrap().orders[0].seq;
    let report = world.modify(0, (MID, seq), MID, 10).unwrap();
    assert_eq!((report.touched.len(), { report.touched[0].slot }, { report.touched[0].bid_lots }), (1, 0, 10));
    assert_eq!(world.modify(0, (MID, seq), MID, 9).err(), Some(Error::BelowRestingMinimum));
}

#[test]
fn a_limit_order_that_is_moved_across_the_book_trades_and_a_post_only_one_does_not() {
    for (kind, filled) in [(OrderKind::Limit, Ok(20)), (OrderKind::PostOnly, Err(Error::PostOnlyWouldCross))] {
        let mut world = World::new(2, 16);
        let seq = world.place(0, PlaceOrder { kind, ..limit(Side::Bid, 9_990, 50) }).unwrap().orders[0].seq;
        world.place(1, limit(Side::Ask, MID, 20)).unwrap();
        let report = world.modify(0, (9_990, seq), MID, 50);
        assert_eq!(report.as_ref().map(|report| report.orders[0].filled).map_err(|error| *error), filled);
        if let Ok(report) = report {
            assert_eq!((report.orders[0].kind, { report.orders[0].resting }), (kind as u8, 30));
        }
    }
}

#[test]
fn a_filled_order_is_never_revived_and_a_foreign_one_never_changed() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Ask, MID, 50)).unwrap().orders[0].seq;
    assert_eq!(world.modify(1, (MID, seq), MID, 20).err(), Some(Error::NotYourOrder));
    world.place(1, ioc(Side::Bid, MID, 50)).unwrap();
    assert_eq!(world.modify(0, (MID, seq), MID, 20).err(), Some(Error::OrderNotFound));
}

#[test]
fn a_change_that_is_refused_leaves_the_order_as_it_was() {
    let mut world = World::new(2, 16);
    let order = PlaceOrder { kind: OrderKind::PostOnly, ..limit(Side::Bid, 9_990, 50) };
    let seq = world.place(0, order).unwrap().orders[0].seq;
    world.place(1, limit(Side::Ask, MID, 50)).unwrap();
    for (ticks, lots, error) in [
        (MID, 50, Error::PostOnlyWouldCross),
        (9_990, 0, Error::ZeroSize),
        (9_990, 9, Error::BelowRestingMinimum),
        (9_990, 4_000_000, Error::InsufficientMargin),
        (10_600, 50, Error::PriceOutsideBand),
    ] {
        assert_eq!(world.modify(0, (9_990, seq), ticks, lots).err(), Some(error));
        assert_eq!(world.side(Side::Bid), [(9_990, 50, 0)]);
    }
}

#[test]
fn a_client_id_stays_with_its_changed_order() {
    let mut world = World::new(1, 16);
    let order = PlaceOrder { client_id: 7, ..limit(Side::Bid, 9_990, 50) };
    let seq = world.place(0, order).unwrap().orders[0].seq;
    let report = world.modify(0, (9_990, seq), 9_980, 50).unwrap();
    assert_eq!({ report.orders[0].client_id }, 7);
    assert_eq!(world.place(0, order).err(), Some(Error::DuplicateClientId));
}

#[test]
fn anyone_prunes_what_expired_and_nothing_else() {
    let mut world = World::new(2, 16);
    let dying = PlaceOrder { expiry_kind: ExpiryKind::Slot, expiry: 1_005, ..limit(Side::Bid, 9_990, 50) };
    let dead = world.place(0, dying).unwrap().orders[0].seq;
    let alive = world.place(0, limit(Side::Bid, 9_980, 50)).unwrap().orders[0].seq;
    let ids = [OrderId { ticks: 9_990, seq: dead }, OrderId { ticks: 9_980, seq: alive }, OrderId { ticks: 1, seq: 9 }];
    let codes = |report: &Report| report.orders.iter().map(|order| order.code).collect::<Vec<_>>();
    let early = world.prune(1, &ids[..1]).unwrap();
    assert_eq!(codes(&early), [Error::OrderNotExpired as u16]);
    world.pass(3);
    let report = world.prune(1, &ids).unwrap();
    assert_eq!(codes(&report), [Error::OrderNotExpired as u16, Error::OrderNotFound as u16]);
    assert_eq!((report.orders[0].index, report.orders[1].index), (129, 130), "by their place in the list");
    assert_eq!((report.removed[0].reason, { report.removed[0].slot }), (removal::EXPIRED, 0));
    assert_eq!(world.side(Side::Bid), [(9_980, 50, 0)]);
}

#[test]
fn a_dead_man_switch_makes_orders_prunable() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Bid, 9_990, 50)).unwrap().orders[0].seq;
    world.slots[0].cancel_after_slot = 1_000;
    world.pass(1);
    let report = world.prune(1, &[OrderId { ticks: 9_990, seq }]).unwrap();
    assert_eq!(report.removed[0].reason, removal::DEAD_MAN);
}
