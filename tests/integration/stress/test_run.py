"""The lab on the shipped program: what a crash does to a crowd, and that the report is one of the seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import requires
from quantdesk.cli.app import app
from quantdesk.stress.plot import draw
from quantdesk.stress.report import Report
from quantdesk.stress.run import Run
from quantdesk.stress.venue import on_chain
from quantdesk.stress.waterfall import STAGES
from stress_ground import MINUTE_MS, crash, rows, scenario, write


def stage(report: Report, name: str) -> Any:
    return next(each for each in report.stages if each.stage == name)


def refusals(report: Report, name: str) -> set[str]:
    return {each.error for each in report.refusals if each.instruction == name}


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = crash(tmp_path_factory.mktemp("prices") / "crash.parquet")
    return Run(scenario(path))


@pytest.fixture(scope="module")
def report(crashed: Run) -> Report:
    return crashed.play()


def test_a_crash_liquidates_leveraged_longs_through_the_program(report: Report) -> None:
    assert stage(report, "liquidate").accounts >= 5
    assert float(stage(report, "liquidate").moved) > 10_000
    assert report.liquidated_accounts >= stage(report, "liquidate").accounts
    assert float(report.insurance.received) > 0


def test_the_money_adds_up_at_every_step(report: Report) -> None:
    assert report.conservation.checks >= report.steps
    assert report.conservation.broken == []


def test_every_loss_has_its_place(report: Report) -> None:
    losses = report.losses
    assert float(losses.worst_open) >= float(losses.open) >= 0
    assert (losses.bankrupt_accounts > 0) == (float(losses.worst_open) > 0)
    if losses.deleveraged_accounts == 0 and float(losses.deficit) == 0:
        assert losses.worst_innocent_loss == "0"


def test_the_same_seed_gives_the_same_report_and_another_another(tmp_path: Path) -> None:
    path = crash(tmp_path / "crash.parquet", calm=20, fall=0.2, minutes=5)
    first, again, other = (
        msgspec.json.encode(Run(scenario(path, seed=seed, traders=30)).play()) for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_units_are_counted_for_each_instruction_that_ran(report: Report) -> None:
    units = {each.instruction: each for each in report.units}
    assert {"place_order", "replace_many", "update_price", "liquidate", "deposit"} <= set(units)
    assert sum(each.count for each in report.units) + sum(each.count for each in report.refusals) == (
        report.instructions
    )
    assert all(0 < each.mean <= each.p99 <= each.most for each in report.units)


def test_keepers_that_come_late_leave_larger_losses(tmp_path: Path) -> None:
    path = crash(tmp_path / "crash.parquet", calm=60, fall=0.35, minutes=3)
    prompt, late = (Run(scenario(path, delay_s=delay, seed=3)).play() for delay in (0.4, 180.0))
    assert float(late.losses.worst_open) > float(prompt.losses.worst_open)
    assert float(late.traders_equity) != float(prompt.traders_equity)


@pytest.fixture(scope="module")
def ruin(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Report]:
    """A market that loses three fifths in ten minutes: nobody is closed in time."""
    path = crash(tmp_path_factory.mktemp("prices") / "ruin.parquet", fall=0.6, minutes=10)
    return lambda **changes: Run(scenario(path, **changes)).play()


@pytest.fixture(scope="module")
def ruined(ruin: Callable[..., Report]) -> Report:
    return ruin()


def test_every_step_of_the_waterfall_is_reached_and_leaves_no_debt_open(
    report: Report, ruined: Report
) -> None:
    for name in STAGES[1:]:
        assert on_chain(name)
        assert stage(report, name).landed + stage(ruined, name).landed > 0, name
    for found in (report, ruined):
        assert found.losses.bankrupt_accounts > 0
        assert found.losses.open == "0"
        assert found.conservation.broken == []


def test_deleveraging_takes_from_those_who_profit_what_the_bankrupt_lack(ruined: Report) -> None:
    losses = ruined.losses
    assert losses.deleveraged_accounts > 0
    assert 0 < float(losses.worst_innocent_loss) <= float(losses.deleveraged_loss)
    assert float(losses.deleveraged_loss) >= float(losses.worst_open) - float(
        ruined.insurance.paid_to_bankrupt
    )


def test_insurance_spares_the_innocent(ruin: Callable[..., Report], ruined: Report) -> None:
    insured = ruin(insurance=40_000)
    assert insured.insurance.at_first == "40000"
    assert float(insured.insurance.paid_to_bankrupt) > float(ruined.insurance.paid_to_bankrupt)
    assert float(insured.losses.deleveraged_loss) < float(ruined.losses.deleveraged_loss)
    paid, left = float(insured.insurance.paid), float(insured.insurance.at_last)
    assert left == pytest.approx(40_000 + float(insured.insurance.received) - paid, abs=1e-6)


def test_a_backstop_takes_over_before_anyone_is_bankrupt(ruin: Callable[..., Report], tmp_path: Path) -> None:
    path = crash(tmp_path / "crash.parquet")
    with_it, without = (Run(scenario(path, backstop=usd)).play() for usd in (1_000_000, 1_000))
    assert float(stage(with_it, "take_over").moved) > float(stage(without, "take_over").moved)
    assert refusals(without, "take_over") == {"InsufficientMargin"}


def test_a_step_that_the_program_lacks_is_named_and_never_counted(report: Report) -> None:
    for each in report.stages:
        assert each.on_chain == on_chain(each.stage)
        if not each.on_chain:
            assert (each.landed, each.accounts, each.refused, float(each.moved)) == (0, 0, 0, 0.0)


def test_a_hole_in_a_history_is_an_outage_of_the_oracle(tmp_path: Path) -> None:
    times = [n * MINUTE_MS for n in range(90) if not 40 <= n < 50]
    began = rows(1)["ts_ms"][0]
    candles = rows(80, ts_ms=[began + at for at in times], high=[100.6] * 80, low=[99.9] * 80)
    run = Run(scenario(write(tmp_path / "hole.parquet", candles), traders=20))
    found = run.play()
    assert found.steps == 320
    posts = next(each.count for each in found.units if each.instruction == "update_price")
    assert posts == 320
    resumed = int(run.venue.read_markets()[0]["resume_at"])
    assert resumed == (began + 50 * MINUTE_MS) // 1_000 + 60
    assert found.conservation.broken == []


def test_markets_run_side_by_side_and_an_account_may_hold_both(tmp_path: Path) -> None:
    path = crash(tmp_path / "p.parquet", calm=40, fall=0.1, minutes=5)
    found = Run(scenario(path, symbols=("SOL-PERP", "BTC-PERP"))).play()
    assert [each.symbol for each in found.markets] == ["SOL-PERP", "BTC-PERP"]


def test_the_picture_is_drawn(crashed: Run, report: Report, tmp_path: Path) -> None:
    draw(report, crashed.series, tmp_path / "run.png")
    assert (tmp_path / "run.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(crashed.series.ts_ms) >= report.steps // 2


def test_the_command_prints_json_and_writes_the_picture(tmp_path: Path) -> None:
    path = crash(tmp_path / "p.parquet", calm=10, fall=0.1, minutes=3)
    picture = tmp_path / "p.png"
    command = ["stress", "--prices", str(path), "--market", "SOL-PERP", "--traders", "10", "--makers", "2"]
    done = CliRunner().invoke(app, [*command, "--json", "--plot", str(picture)])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["report"]["traders"] == 10
    assert answer["report"]["markets"][0]["prices"] == "p.parquet"
    assert picture.stat().st_size > 10_000
    shown = CliRunner().invoke(app, [*command, "--seed", "2"])
    assert "conservation" in shown.stdout
    assert "all hold" in shown.stdout


def test_several_seeds_find_what_each_finds_alone_and_say_how_far_they_differ(tmp_path: Path) -> None:
    path = crash(tmp_path / "p.parquet", calm=10, fall=0.3, minutes=5)
    command = ["stress", "--prices", str(path), "--market", "SOL-PERP", "--traders", "20", "--makers", "2"]
    picture = tmp_path / "p.png"
    together = CliRunner().invoke(app, [*command, "--seeds", "4-5", "--json", "--plot", str(picture)])
    assert together.exit_code == 0, together.output
    found = json.loads(together.stdout)["report"]
    alone = CliRunner().invoke(app, [*command, "--seed", "5", "--json"])
    assert found["reports"][1] == json.loads(alone.stdout)["report"]
    assert found["seeds"] == [4, 5]
    liquidated = [each["liquidated_accounts"] for each in found["reports"]]
    (spread,) = (each for each in found["spreads"] if each["figure"] == "liquidated accounts")
    assert [int(spread[name]) for name in ("lowest", "median", "highest")] == [
        min(liquidated),
        max(liquidated),
        max(liquidated),
    ]
    assert f"picture of seed {found['worst_seed']}" in together.stderr
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds", "4-x"], "seeds are '4-x'; write a range such as 1-8"),
        (["--seeds", "4-5", "--seed", "4"], "give one of them"),
        (["--leverage", "3-50"], "leverage 50 is over what SOL-PERP allows"),
        (["--market", "BTC-PERP"], "they come in pairs"),
        (["--set", "nonsense=1"], "is no parameter of a market"),
        (["--from", "2030-01-01"], "has 0 candles between --from and --to"),
        (["--plot", "absent/p.png"], "there is no folder"),
        (["--plot", "p.jpg"], "the picture is a PNG; write p.png"),
        (["--markets-file", "absent.toml"], "cannot read absent.toml"),
    ],
)
def test_the_command_refuses_bad_input_with_a_sentence(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    path = crash(tmp_path / "p.parquet", calm=10, fall=0.1, minutes=3)
    done = CliRunner().invoke(app, ["stress", "--prices", str(path), "--market", "SOL-PERP", *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


def test_parameters_that_the_program_forbids_are_refused_by_its_own_error(tmp_path: Path) -> None:
    path = crash(tmp_path / "p.parquet", calm=10, fall=0.1, minutes=3)
    command = ["stress", "--prices", str(path), "--market", "SOL-PERP", "--set", "mark_band=0.2"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert "the program refused create_market of SOL-PERP: ParameterOutOfBounds" in done.output


def test_a_day_of_recorded_candles_of_three_markets_runs(tmp_path: Path) -> None:
    names = ("SOL", "ETH", "BTC")
    files = [requires.recorded(f"candles/binance_usdm_{n}USDT_1m_20250504_20250603.parquet") for n in names]
    pairs = [
        text
        for name, file in zip(names, files, strict=True)
        for text in ("--prices", str(file), "--market", f"{name}-PERP")
    ]
    span = ["--from", "2025-05-12 12:00:00", "--to", "2025-05-12 16:00:00"]
    done = CliRunner().invoke(app, ["stress", *pairs, *span, "--traders", "60", "--amplify", "3", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["report"]
    assert found["conservation"]["broken"] == []
    assert [market["candles"] for market in found["markets"]] == [240, 240, 240]
