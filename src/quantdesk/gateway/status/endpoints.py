"""Health, readiness and metrics."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Response

from quantdesk.gateway.requests import gateway
from quantdesk.gateway.status.schemas import Health, Ready

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(tags=["status"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("/health", operation_id="getHealth")
async def health(running: Running) -> Health:
    """The process is alive."""
    return running.status.health()


@router.get("/ready", operation_id="getReady", responses={503: {"model": Ready}})
async def ready(running: Running, response: Response) -> Ready:
    """Whether each dependency answers, and if not why. 503 while one is away."""
    report = await running.status.ready()
    if not report.ready:
        response.status_code = 503
    return report


@router.get("/metrics", operation_id="getMetrics", response_class=Response)
async def metrics(running: Running) -> Response:
    """Prometheus metrics."""
    return Response(running.status.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
