"""Origins: small servers that stand in for Luna-Streams, one file per behaviour. The name says how it behaves."""

from origins.accounts_service import AccountsServiceOrigin
from origins.as_told import AsToldOrElseOrigin, AsToldOrigin
from origins.assembling import AssemblingOrigin
from origins.big import BigOrigin
from origins.breaking_within import BreakingWithinOrigin
from origins.canned import CannedOrigin
from origins.chunked import ChunkedOrigin
from origins.close_delimited import CloseDelimitedOrigin
from origins.corpus import CorpusOrigin
from origins.early_response import EarlyResponseOrigin
from origins.echo import EchoOrigin
from origins.garbage import GarbageOrigin
from origins.guarded_streams import GuardedStreamsOrigin
from origins.head_abusing import HEAD_ABUSES, HeadAbusingOrigin
from origins.interim import InterimOrigin
from origins.keep_alive_closing import KeepAliveClosingOrigin
from origins.killable import KillableOrigin
from origins.live import LiveOrigin
from origins.load import LoadOrigin
from origins.origin import Origin, OriginConnection, Received
from origins.stalling import StallingOrigin
from origins.truncating import TruncatingOrigin
from origins.unreachable import BlackholeOrigin, RefusingOrigin
from origins.websocket import WebSocketOrigin

__all__ = [
    "AccountsServiceOrigin",
    "AsToldOrElseOrigin",
    "AsToldOrigin",
    "AssemblingOrigin",
    "BigOrigin",
    "BlackholeOrigin",
    "BreakingWithinOrigin",
    "CannedOrigin",
    "ChunkedOrigin",
    "CloseDelimitedOrigin",
    "CorpusOrigin",
    "EarlyResponseOrigin",
    "EchoOrigin",
    "GarbageOrigin",
    "GuardedStreamsOrigin",
    "HEAD_ABUSES",
    "HeadAbusingOrigin",
    "InterimOrigin",
    "KeepAliveClosingOrigin",
    "KillableOrigin",
    "LiveOrigin",
    "LoadOrigin",
    "Origin",
    "OriginConnection",
    "Received",
    "RefusingOrigin",
    "StallingOrigin",
    "TruncatingOrigin",
    "WebSocketOrigin",
]
