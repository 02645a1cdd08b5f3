//! Terms of an exchange, parameters of a SOL-like market, of USDC and of another collateral: all within bounds.

use quantdesk_engine::instructions::*;
use quantdesk_engine::units::Pubkey;

pub const ADMIN: Pubkey = Pubkey([1; 32]);
pub const GUARDIAN: Pubkey = Pubkey([2; 32]);
pub const OTHER: Pubkey = Pubkey([3; 32]);
pub const UNUSED: FeeTierParams = FeeTierParams { min_volume: 0, maker: 0, taker: 0 };

pub fn terms() -> InitExchange {
    let mut fee_tiers = [UNUSED; 8];
    fee_tiers[0] = FeeTierParams { min_volume: 0, maker: -20, taker: 500 };
    fee_tiers[1] = FeeTierParams { min_volume: 10, maker: -40, taker: 400 };
    InitExchange {
        id: 0,
        guardian: GUARDIAN,
        timelock_s: 86_400,
        min_slot_equity: 5_000_000,
        client_data_limit: 1 << 24,
        slot_capacity: 64,
        fee_tiers,
    }
}

/// A SOL-like market.
pub fn market() -> MarketParams {
    let step = |up_to, rate| MarginTierParams { up_to, rate };
    MarketParams {
        symbol: *b"SOL-PERP\0\0\0\0\0\0\0\0",
        price_authority: OTHER,
        feed_id: [0; 32],
        source: 0,
        book_capacity: 256,
        lots_per_base: 100,
        tick_size: 100,
        reference_price: 1_500_000,
        tiers: [step(250_000_000_000, 50_000), step(1_000_000_000_000, 100_000), step(0, 0), step(0, 0)],
        maintenance_fraction: 500_000,
        profit_weight: 1_000_000,
        oi_cap: 10_000_000,
        surcharge_start: 800_000,
        surcharge_rate: 100_000,
        max_position: 5_000_000,
        mark_band: 12_500,
        trade_band: 50_000,
        vesting_s: 600,
        funding_cap: 5_000,
        interest: 100,
        liquidation_fee: 5_000,
        impact_notional: 10_000_000_000,
        min_order_notional: 10_000_000,
        insurance_budget: 100_000_000_000,
        open_max_age_ms: 10_000,
        liquidate_max_age_ms: 60_000,
        open_confidence: 2_500,
        liquidate_confidence: 10_000,
        jump_band: 20_000,
        minute_band: 100_000,
    }
}

pub fn usdc() -> CollateralParams {
    CollateralParams {
        feed_id: [0; 32],
        max_age_s: 0,
        initial_weight: 1_000_000,
        maintenance_weight: 1_000_000,
        convert_discount_min: 0,
        convert_discount_max: 0,
        deposit_cap: 1 << 50,
        bucket_capacity: 0,
        bucket_refill: 0,
        jump_band: 0,
    }
}

pub fn sol() -> CollateralParams {
    CollateralParams {
        feed_id: [7; 32],
        max_age_s: 60,
        initial_weight: 800_000,
        maintenance_weight: 900_000,
        convert_discount_min: 5_000,
        convert_discount_max: 50_000,
        jump_band: 20_000,
        ..usdc()
    }
}
