//! What an admin may set, within compiled bounds. Nothing outside them can be queued or applied.

use crate::changes;
use crate::describe::bytes_of_mut;
use crate::error::Error;
use crate::instructions::{CollateralParams, CreateMarket, FeeTierParams, InitExchange, MarketParams, NewCollateral};
use crate::prices::source;
use crate::state::{
    Collateral, Exchange, FEE_TIERS, FeeTier, MAX_MARKETS, MAX_SLOTS, MarginTier, Market, OTHER_COLLATERALS,
    market_status,
};
use crate::units::{LotPrice, MAX_NOTIONAL, MILLION, Pubkey};

/// Longest timelock: four weeks.
pub(crate) const MAX_TIMELOCK_S: u32 = 28 * 86_400;
/// Highest minimum for a slot: $1,000.
pub(crate) const MAX_SLOT_EQUITY: u64 = 1_000_000_000;
/// Highest taker fee: 1 %.
const MAX_TAKER_FEE: u32 = 10_000;
/// USDC has six decimals.
const USDC_DECIMALS: u8 = 6;
/// Prices at creation, quote atoms per lot.
const REFERENCE_PRICES: core::ops::RangeInclusive<u64> = 100_000..=100_000_000;
/// A tick is at least 0.1 and at most 1 basis point of the price at creation.
const TICKS_PER_PRICE: core::ops::RangeInclusive<u64> = 10_000..=100_000;

/// How far a price may move at once and be believed, 1e-6.
const JUMP_BANDS: core::ops::RangeInclusive<u32> = 1_000..=500_000;

/// Open interest of a market created after opening in its first seven days: $1,000,000.
const NEW_MARKET_INTEREST: u64 = 1_000_000_000_000;
const STARTING_CAP_S: i64 = 7 * 86_400;

pub(crate) fn within(condition: bool) -> Result<(), Error> {
    if condition { Ok(()) } else { Err(Error::ParameterOutOfBounds) }
}

/// Set-up may change things at once only before anyone's money is in.
///
/// # Errors
/// `ExchangeAlreadyOpen`.
pub fn require_closed(exchange: &Exchange) -> Result<(), Error> {
    if exchange.opened == 0 { Ok(()) } else { Err(Error::ExchangeAlreadyOpen) }
}

/// Bounds of a new exchange's parameters.
///
/// # Errors
/// `ParameterOutOfBounds`.
pub fn check_exchange(args: &InitExchange) -> Result<(), Error> {
    within(args.guardian != Pubkey::default())?;
    within(args.timelock_s <= MAX_TIMELOCK_S)?;
    within((1..=MAX_SLOT_EQUITY).contains(&args.min_slot_equity))?;
    within((1..=MAX_SLOTS).contains(&args.slot_capacity))?;
    check_fee_tiers(&args.fee_tiers)
}

/// Tiers rise in volume and the unused ones (volume 0) come last; a rebate never exceeds the
/// smallest taker fee, so that no pair of accounts earns by trading with itself.
#[inline(never)]
pub(crate) fn check_fee_tiers(tiers: &[FeeTierParams; FEE_TIERS]) -> Result<(), Error> {
    within(tiers[0].min_volume == 0)?;
    let used = used_tiers(tiers);
    let mut previous = None;
    for tier in &tiers[..used] {
        within(previous.is_none_or(|volume| volume < tier.min_volume))?;
        within(tier.taker <= MAX_TAKER_FEE && tier.maker <= MAX_TAKER_FEE as i32)?;
        for other in &tiers[..used] {
            within(i64::from(tier.maker) + i64::from(other.taker) >= 0)?;
        }
        previous = Some(tier.min_volume);
    }
    within(tiers[used..].iter().all(|tier| tier.min_volume == 0 && tier.maker == 0 && tier.taker == 0))
}

/// Closing must free more maintenance margin than its fees cost, in each market that trades: an account just under
/// maintenance could else neither close nor be liquidated against the book.
///
/// # Errors
/// `FeesExceedMaintenance`.
pub(crate) fn check_fees_of_markets(exchange: &Exchange, tiers: &[FeeTierParams; FEE_TIERS]) -> Result<(), Error> {
    let highest = tiers.iter().map(|tier| tier.taker).max().unwrap_or(0);
    let markets = exchange.markets.iter().take(usize::from(exchange.market_count));
    for market in markets.filter(|market| market.status < market_status::SETTLING) {
        check_fees(market.tiers[0].rate, market.maintenance_fraction, market.liquidation_fee, highest)?;
    }
    Ok(())
}

/// Highest taker fee of the tiers in use.
pub(crate) fn highest_taker(exchange: &Exchange) -> u32 {
    let used = exchange.fee_tiers.iter().filter(|tier| tier.min_volume != u64::MAX);
    used.map(|tier| tier.taker).max().unwrap_or(0)
}

fn check_fees(initial: u32, fraction: u32, liquidation_fee: u32, taker: u32) -> Result<(), Error> {
    let maintenance = u64::from(initial) * u64::from(fraction) / MILLION;
    let fees = u64::from(liquidation_fee) + u64::from(taker);
    if fees < maintenance { Ok(()) } else { Err(Error::FeesExceedMaintenance) }
}

fn used_tiers(tiers: &[FeeTierParams; FEE_TIERS]) -> usize {
    1 + tiers[1..].iter().take_while(|tier| tier.min_volume > 0).count()
}

/// Checked tiers as the exchange stores them: an unused one is out of anyone's reach.
#[inline(never)]
pub fn fee_tiers(tiers: &[FeeTierParams; FEE_TIERS]) -> [FeeTier; FEE_TIERS] {
    let used = used_tiers(tiers);
    let mut stored = [FeeTier { min_volume: u64::MAX, maker: 0, taker: MAX_TAKER_FEE }; FEE_TIERS];
    for (place, tier) in stored.iter_mut().zip(&tiers[..used]) {
        *place = FeeTier { min_volume: tier.min_volume, maker: tier.maker, taker: tier.taker };
    }
    stored
}

/// Enters a collateral; the first is USDC. Returns its index.
///
/// # Errors
/// `ExchangeAlreadyOpen` unless a change that was applied allows exactly this, `TableFull`, `AlreadyInitialised`
/// for a mint in the table, `ParameterOutOfBounds`.
pub fn add_collateral(
    exchange: &mut Exchange,
    params: &CollateralParams,
    mint: Pubkey,
    vault: Pubkey,
    decimals: u8,
) -> Result<u8, Error> {
    let index = exchange.collateral_count;
    check_new_collateral(exchange, &mint)?;
    let wanted = NewCollateral { mint, params: *params };
    let place = bytes_of_mut(&mut exchange.collaterals[usize::from(index)]);
    changes::require_leave(exchange.opened, place, wanted.as_bytes())?;
    check_collateral(index, params, decimals)?;
    exchange.collaterals[usize::from(index)] = collateral(index, params, mint, vault, decimals);
    exchange.collateral_count = index + 1;
    Ok(index)
}

/// # Errors
/// `TableFull`, `AlreadyInitialised`.
pub(crate) fn check_new_collateral(exchange: &Exchange, mint: &Pubkey) -> Result<(), Error> {
    let count = usize::from(exchange.collateral_count);
    if count > OTHER_COLLATERALS {
        return Err(Error::TableFull);
    }
    if exchange.collaterals.iter().take(count).any(|known| known.mint == *mint) {
        return Err(Error::AlreadyInitialised);
    }
    Ok(())
}

#[inline(never)]
pub(crate) fn check_collateral(index: u8, params: &CollateralParams, decimals: u8) -> Result<(), Error> {
    let one = MILLION as u32;
    if index == 0 {
        within(decimals == USDC_DECIMALS && params.feed_id == [0; 32])?;
        within(params.initial_weight == one && params.maintenance_weight == one)?;
    } else {
        within(decimals <= 9 && params.feed_id != [0; 32])?;
        within((1..=3_600).contains(&{ params.max_age_s }))?;
        within(JUMP_BANDS.contains(&{ params.jump_band }))?;
        within(params.initial_weight <= params.maintenance_weight && params.maintenance_weight < one)?;
        within(params.convert_discount_min <= params.convert_discount_max)?;
        within(params.convert_discount_max <= 50_000)?;
        // A conversion at any discount leaves the account with more maintenance margin than before.
        within(params.maintenance_weight + params.convert_discount_max <= one)?;
    }
    within(params.deposit_cap > 0)
}

fn collateral(index: u8, params: &CollateralParams, mint: Pubkey, vault: Pubkey, decimals: u8) -> Collateral {
    let kind = u8::from(index != 0);
    let mut new = Collateral { mint, vault, decimals, kind, status: 1, ..Collateral::zeroed() };
    write_collateral(&mut new, params);
    new.bucket_level = params.bucket_capacity;
    new
}

/// Writes what may change later.
#[inline(never)]
pub(crate) fn write_collateral(place: &mut Collateral, params: &CollateralParams) {
    place.feed_id = params.feed_id;
    place.max_age_s = params.max_age_s;
    place.initial_weight = params.initial_weight;
    place.maintenance_weight = params.maintenance_weight;
    place.convert_discount_min = params.convert_discount_min;
    place.convert_discount_max = params.convert_discount_max;
    place.deposit_cap = params.deposit_cap;
    place.bucket_capacity = params.bucket_capacity;
    place.bucket_refill = params.bucket_refill;
    place.jump_band = params.jump_band;
    (place.pending_price, place.pending_count) = (0, 0);
}

/// Enters a market. Its status stays "initialising" until its book has its full size.
///
/// # Errors
/// `ExchangeAlreadyOpen` unless a change that was applied allows exactly this, `TableFull`, `UnknownMarket`
/// unless the index is the next free one, `AlreadyInitialised` for a symbol in the table,
/// `ParameterOutOfBounds`, `FeesExceedMaintenance`.
pub fn add_market(exchange: &mut Exchange, args: &CreateMarket, book: Pubkey, now: i64) -> Result<(), Error> {
    let count = usize::from(exchange.market_count);
    check_new_market(exchange, &args.params)?;
    if args.market != exchange.market_count {
        return Err(Error::UnknownMarket);
    }
    let (opened, market) = (exchange.opened, &mut exchange.markets[count]);
    changes::require_leave(opened, bytes_of_mut(market), args.params.as_bytes())?;
    write_market(market, args, book, now);
    if opened != 0 {
        market.later_oi_cap = market.oi_cap;
        market.oi_cap = market.oi_cap.min(NEW_MARKET_INTEREST / args.params.reference_price);
    }
    exchange.market_count += 1;
    Ok(())
}

/// # Errors
/// `TableFull`, `AlreadyInitialised`, `ParameterOutOfBounds`, `FeesExceedMaintenance`.
#[inline(never)]
pub(crate) fn check_new_market(exchange: &Exchange, params: &MarketParams) -> Result<(), Error> {
    let count = usize::from(exchange.market_count);
    if count >= MAX_MARKETS {
        return Err(Error::TableFull);
    }
    if exchange.markets.iter().take(count).any(|known| known.symbol == params.symbol) {
        return Err(Error::AlreadyInitialised);
    }
    check_market(params, highest_taker(exchange))
}

/// The starting cap of a market created after opening ends with the first hour that begins after seven days.
#[inline(never)]
pub(crate) fn lift_starting_cap(market: &mut Market, now: i64) {
    if market.later_oi_cap != 0 && now - market.created >= STARTING_CAP_S {
        market.oi_cap = market.later_oi_cap;
        market.later_oi_cap = 0;
    }
}

/// Bounds of a market's parameters, with fees of at most `taker`.
///
/// # Errors
/// `ParameterOutOfBounds`, `FeesExceedMaintenance`.
pub fn check_market(params: &MarketParams, taker: u32) -> Result<(), Error> {
    within(symbol_is_text(&params.symbol))?;
    check_source(params.source, &params.price_authority, &params.feed_id)?;
    within((1..=2_048).contains(&{ params.book_capacity }))?;
    within(params.lots_per_base > 0 && params.tick_size > 0)?;
    within(REFERENCE_PRICES.contains(&{ params.reference_price }))?;
    within(TICKS_PER_PRICE.contains(&(params.reference_price / params.tick_size)))?;
    check_limits(params, params.reference_price, taker)
}

/// Bounds of where a price may come from: who signs it, and the feed of what anchors or gives it.
#[inline(never)]
pub(crate) fn check_source(from: u8, authority: &Pubkey, feed_id: &[u8; 32]) -> Result<(), Error> {
    within(from <= source::ANCHORED)?;
    within(from == source::PYTH || *authority != Pubkey::default())?;
    within(from == source::SIGNED || *feed_id != [0; 32])
}

/// Bounds of what may change later, at a price in quote atoms per lot and with fees of at most `taker`.
#[inline(never)]
pub(crate) fn check_limits(params: &MarketParams, price: u64, taker: u32) -> Result<(), Error> {
    check_tiers(params)?;
    check_sizes(params, price)?;
    check_bands(params)?;
    check_feed(params)?;
    check_fees(params.tiers[0].rate, params.maintenance_fraction, params.liquidation_fee, taker)
}

/// Printable ASCII, then zeros; at least one character.
fn symbol_is_text(symbol: &[u8; 16]) -> bool {
    let length = symbol.iter().position(|byte| *byte == 0).unwrap_or(symbol.len());
    length > 0 && symbol[..length].iter().all(u8::is_ascii_graphic) && symbol[length..].iter().all(|byte| *byte == 0)
}

fn check_tiers(params: &MarketParams) -> Result<(), Error> {
    let one = MILLION as u32;
    let used = used_steps(params);
    for pair in params.tiers[..used].windows(2) {
        within(pair[0].up_to < pair[1].up_to && pair[0].rate <= pair[1].rate)?;
    }
    within(params.tiers[used..].iter().all(|tier| tier.up_to == 0 && tier.rate == 0))?;
    let (first, last) = (&params.tiers[0], &params.tiers[used - 1]);
    within(first.up_to > 0 && first.rate >= 10_000 && last.rate <= one && last.up_to <= MAX_NOTIONAL)?;
    within((100_000..=900_000).contains(&{ params.maintenance_fraction }))?;
    within(params.profit_weight <= one)
}

/// Steps in use; the others are zero and come last.
fn used_steps(params: &MarketParams) -> usize {
    1 + params.tiers[1..].iter().take_while(|tier| tier.up_to > 0).count()
}

fn check_sizes(params: &MarketParams, price: u64) -> Result<(), Error> {
    let largest = MAX_NOTIONAL / price;
    within((1..=largest).contains(&{ params.max_position }))?;
    within((1..=i64::MAX as u64 / 100_000_000).contains(&{ params.oi_cap }))?;
    within(params.surcharge_start <= MILLION as u32 && params.surcharge_rate <= MILLION as u32)?;
    within((1_000_000..=1_000_000_000).contains(&{ params.min_order_notional }))?;
    within((params.min_order_notional..=1_000_000_000_000).contains(&{ params.impact_notional }))?;
    within((60..=7 * 86_400).contains(&{ params.vesting_s }))
}

/// The mark may leave the index by less than what separates initial from maintenance margin, and
/// by less than half of maintenance: a mark at its band's edge alone liquidates nobody who could open.
fn check_bands(params: &MarketParams) -> Result<(), Error> {
    let initial = u64::from(params.tiers[0].rate);
    let maintenance = initial * u64::from(params.maintenance_fraction) / MILLION;
    let widest = (initial - maintenance).min(maintenance / 2);
    within(params.mark_band > 0 && u64::from(params.mark_band) <= widest)?;
    within((params.mark_band..=500_000).contains(&{ params.trade_band }))?;
    within((1..=40_000).contains(&{ params.funding_cap }))?;
    within(params.interest.unsigned_abs() <= 1_000)
}

fn check_feed(params: &MarketParams) -> Result<(), Error> {
    within((1_000..=60_000).contains(&{ params.open_max_age_ms }))?;
    within((params.open_max_age_ms..=600_000).contains(&{ params.liquidate_max_age_ms }))?;
    within((1..=50_000).contains(&{ params.open_confidence }))?;
    within((params.open_confidence..=100_000).contains(&{ params.liquidate_confidence }))?;
    within(JUMP_BANDS.contains(&{ params.jump_band }))?;
    within((1_000..=500_000).contains(&{ params.minute_band }))
}

fn write_market(market: &mut Market, args: &CreateMarket, book: Pubkey, now: i64) {
    let params = &args.params;
    market.symbol = params.symbol;
    market.book = book;
    market.price_authority = params.price_authority;
    market.feed_id = params.feed_id;
    market.source = params.source;
    market.index = args.market as u8;
    market.book_capacity = params.book_capacity;
    market.created = now;
    market.lots_per_base = params.lots_per_base;
    market.tick_size = params.tick_size;
    write_limits(market, params);
    market.funding_at = now;
    market.funding_hour = now.div_euclid(3_600);
    market.sampled_at = now;
    market.index_price = LotPrice(0);
}

/// The last step in use holds for all that is above it.
fn write_tiers(market: &mut Market, params: &MarketParams) {
    let used = used_steps(params);
    let last = params.tiers[used - 1].rate;
    market.tiers = [MarginTier { up_to: u64::MAX, rate: last, reserved: 0 }; 4];
    for (place, tier) in market.tiers.iter_mut().zip(&params.tiers[..used - 1]) {
        *place = MarginTier { up_to: tier.up_to, rate: tier.rate, reserved: 0 };
    }
}

/// Writes what may change later.
#[inline(never)]
pub(crate) fn write_limits(market: &mut Market, params: &MarketParams) {
    write_tiers(market, params);
    market.maintenance_fraction = params.maintenance_fraction;
    market.profit_weight = params.profit_weight;
    market.oi_cap = params.oi_cap;
    market.surcharge_start = params.surcharge_start;
    market.surcharge_rate = params.surcharge_rate;
    market.max_position = params.max_position;
    market.mark_band = params.mark_band;
    market.trade_band = params.trade_band;
    market.vesting_s = params.vesting_s;
    market.funding_cap = params.funding_cap;
    market.interest = params.interest;
    market.liquidation_fee = params.liquidation_fee;
    market.impact_notional = params.impact_notional;
    market.min_order_notional = params.min_order_notional;
    market.insurance_budget = params.insurance_budget;
    market.open_max_age_ms = params.open_max_age_ms;
    market.liquidate_max_age_ms = params.liquidate_max_age_ms;
    market.open_confidence = params.open_confidence;
    market.liquidate_confidence = params.liquidate_confidence;
    market.jump_band = params.jump_band;
    market.minute_band = params.minute_band;
}
