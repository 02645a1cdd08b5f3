"""anchorpy and a corpus of calls that the VM accepted: python corpus.py IDL_PATH CORPUS_PATH RPC_URL

From the IDL alone it builds the same instructions and decodes arguments, accounts and events to the same
values; every error has its name. Runs in the environment of requirements.txt, as drive.py does.
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from anchorpy import Context, Idl, Program, Provider, Wallet
from anchorpy.error import ProgramError
from legacy_idl import legacy_idl
from solana.rpc.async_api import AsyncClient
from solders.keypair import Keypair
from solders.pubkey import Pubkey

IDL = json.loads(Path(sys.argv[1]).read_text())
CORPUS = json.loads(Path(sys.argv[2]).read_text())
SHAPES = {one["name"]: one["type"] for one in IDL["types"]}


def bare(name: str) -> str:
    """A name without what clients change."""
    return name.replace("_", "").lower()


def plain(value: Any) -> Any:
    """A decoded value as the corpus writes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Pubkey):
        return str(value)
    if isinstance(value, bytes | list | tuple):
        return [plain(one) for one in value]
    if is_dataclass(value):
        return {bare(one.name): plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {bare(key): plain(one) for key, one in value.items() if not key.startswith("_")}
    word, carried = bare(type(value).__name__), getattr(value, "tuple_data", None)
    return {word: plain(carried[0])} if carried else word


def typed(program: Program, kind: Any, value: Any) -> Any:
    """A value of the corpus as anchorpy takes it for a type of the IDL."""
    if kind == "pubkey":
        return Pubkey.from_string(value)
    if kind == "bool":
        return value
    if isinstance(kind, str):
        return int(value)
    if "array" in kind or "vec" in kind:
        of = kind["array"][0] if "array" in kind else kind["vec"]
        return [typed(program, of, one) for one in value]
    name = kind["defined"]["name"]
    shape = SHAPES[name]
    if shape["kind"] == "enum":
        word, carried = next(iter(value.items())) if isinstance(value, dict) else (value, None)
        [choice] = [one for one in shape["variants"] if bare(one["name"]) == word]
        variant = getattr(program.type[name], choice["name"])
        return variant([typed(program, choice["fields"][0], carried)]) if carried else variant()
    # A dict and not the client's own class: it copies that one deeply, which a key inside does not survive.
    return {one["name"]: typed(program, one["type"], value[bare(one["name"])]) for one in shape["fields"]}


def instructions(program: Program) -> None:
    specs = {one["name"]: one for one in IDL["instructions"]}
    for call in CORPUS:
        spec = specs[call["instruction"]]
        args = [typed(program, one["type"], call["args"][bare(one["name"])]) for one in spec["args"]]
        accounts = {one["name"]: Pubkey.from_string(one["key"]) for one in call["accounts"]}
        built = program.instruction[spec["name"]](*args, ctx=Context(accounts=accounts))
        assert bytes(built.data).hex() == call["data"], spec["name"]
        metas = [[str(one.pubkey), one.is_signer, one.is_writable] for one in built.accounts]
        assert metas == [[one["key"], one["signs"], one["changes"]] for one in call["accounts"]], spec["name"]
        decoded = program.coder.instruction.parse(bytes.fromhex(call["data"]))
        assert bare(decoded.name) == bare(spec["name"])
        assert plain(decoded.data) == call["args"], (spec["name"], plain(decoded.data))
    assert len(CORPUS) == len(specs)


def events(program: Program) -> None:
    seen = set()
    for event in (call["event"] for call in CORPUS):
        decoded = program.coder.events.parse(bytes.fromhex(event["data"]))
        assert decoded is not None, event["name"]
        assert decoded.name == event["name"]
        assert plain(decoded.data) == event["fields"], (event["name"], plain(decoded.data))
        seen.add(event["name"])
    assert seen == {one["name"] for one in IDL["events"]}


def accounts(program: Program) -> None:
    seen = set()
    for one in (state for call in CORPUS for state in call["state"]):
        decoded = program.coder.accounts.decode(base64.b64decode(one["data"]))
        assert type(decoded).__name__ == one["type"]
        assert plain(decoded) == one["fields"], one["type"]
        seen.add(one["type"])
    assert seen == {one["name"] for one in IDL["accounts"]}


def errors(program: Program) -> None:
    known = {one.code: one.msg for one in program.idl.errors or []}
    for one in IDL["errors"]:
        raised = ProgramError(one["code"], known[one["code"]])
        assert (raised.code, raised.msg) == (one["code"], one["msg"])
    assert len(known) == len(IDL["errors"])


PROGRAM = Program(
    Idl.from_json(json.dumps(legacy_idl(IDL))),
    Pubkey.from_string(IDL["address"]),
    Provider(AsyncClient(sys.argv[3]), Wallet(Keypair())),
)
instructions(PROGRAM)
events(PROGRAM)
accounts(PROGRAM)
errors(PROGRAM)
print(f"anchorpy: {len(CORPUS)} instructions, {len(IDL['events'])} events, {len(IDL['errors'])} errors")
