//! The market's cached top of book and impact prices.

use super::Venue;
use crate::error::Error;
use crate::instructions::Side;
use crate::state::Order;
use crate::units::LotPrice;

/// An impact price looks at most this deep: beyond it the side counts as too thin.
const DEEPEST: usize = 32;

/// Caches what changed.
#[inline(always)]
pub(super) fn refresh(venue: &mut Venue<'_>) -> Result<(), Error> {
    let market = &mut venue.exchange.markets[venue.market];
    if venue.bids_changed {
        let orders = venue.book.orders(Side::Bid);
        (market.best_bid_ticks, market.best_bid_lots) = head(orders);
        market.impact_bid = impact(orders, market.tick_size, market.impact_notional, Side::Bid)?;
    }
    if venue.asks_changed {
        let orders = venue.book.orders(Side::Ask);
        (market.best_ask_ticks, market.best_ask_lots) = head(orders);
        market.impact_ask = impact(orders, market.tick_size, market.impact_notional, Side::Ask)?;
    }
    Ok(())
}

#[inline(always)]
fn head(orders: &[Order]) -> (u32, u32) {
    orders.last().map_or((0, 0), |order| (order.ticks, order.lots))
}

/// Average price, in quote atoms per lot, of trading the impact notional against a side: whole lots,
/// rounded down for bids and up for asks; 0 when the first 32 orders are not enough.
///
/// Counts in ticks x lots, one product of two 32-bit numbers an order: this runs on every change.
#[inline(never)]
fn impact(orders: &[Order], tick_size: u64, notional: u64, side: Side) -> Result<LotPrice, Error> {
    let tick_size = tick_size.max(1);
    let wanted = notional.div_ceil(tick_size);
    let (mut left, mut lots) = (wanted, 0u64);
    for order in orders.iter().rev().take(DEEPEST) {
        let (price, size) = (u64::from(order.ticks), u64::from(order.lots));
        let whole = price.wrapping_mul(size);
        if whole < left {
            left = left.wrapping_sub(whole);
            lots = lots.wrapping_add(size);
            continue;
        }
        let part = left.div_ceil(price.max(1));
        let (lots, sum) = (lots + part, wanted - left + part * price);
        let total = sum.checked_mul(tick_size).ok_or(Error::ArithmeticOverflow)?;
        return Ok(LotPrice(match side {
            Side::Bid => total / lots.max(1),
            Side::Ask => total.div_ceil(lots.max(1)),
        }));
    }
    Ok(LotPrice::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(ticks: u32, lots: u32) -> Order {
        Order { ticks, lots, ..Order::zeroed() }
    }

    #[test]
    fn an_impact_price_is_the_average_of_trading_the_notional() {
        let asks = [order(120, 10), order(110, 10), order(100, 10)];
        assert_eq!(impact(&asks, 10, 5_000, Side::Ask), Ok(LotPrice(1_000)));
        // 10 lots at 1,000 and ceil(10,000 / 1,100) = 10 lots at 1,100.
        assert_eq!(impact(&asks, 10, 20_000, Side::Ask), Ok(LotPrice(1_050)));
        assert_eq!(impact(&asks, 10, 99_000, Side::Ask), Ok(LotPrice(0)));
        assert_eq!(impact(&[], 10, 1, Side::Bid), Ok(LotPrice(0)));
    }
}
