"""Background tasks."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archsearch.entrypoints.http import tasks
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import (
    LinesParameters,
    LongMatchBody,
    MatchesModel,
    TaskModel,
    TasksModel,
    names_of,
)
from archsearch.entrypoints.http.repeats import once

router = APIRouter(prefix=f"{API}/tasks", route_class=OwnedRoute, tags=["后台任务"])


@router.post("/match", response_model=TaskModel, status_code=202, summary="比对长名单")
def match(request: Request, guest: Entered, asked: LongMatchBody) -> Response:
    """Begin to screen a list; ask how far it is at the address in Location."""

    def begin() -> Response:
        begun = guest.house.tasks.match(guest, names_of(asked.names), asked.limit)
        return answer(begun, 202, {"Location": f"{API}/tasks/{begun.id}"})

    return once(request, guest, begin)


@router.get("", response_model=TasksModel, summary="我的任务")
def everything(guest: Entered) -> Response:
    """List one's tasks."""
    return listed(tasks.listed(guest))


@router.get("/{task_id}", response_model=TaskModel, summary="任务进度")
def show(guest: Entered, task_id: str) -> Response:
    """Tell how far a task is."""
    return answer(tasks.show(guest, task_id))


@router.get("/{task_id}/result", response_model=MatchesModel, summary="任务结果")
def result(guest: Entered, task_id: str, asked: Annotated[LinesParameters, Query()]) -> Response:
    """Give what came of a task, as far as one may still see it."""
    return listed(tasks.result(guest, task_id, asked.offset, asked.limit))


@router.delete("/{task_id}", status_code=204, summary="取消或删除任务")
def drop(guest: Entered, task_id: str) -> Response:
    """End a task and forget its result."""
    tasks.drop(guest, task_id)
    return Response(status_code=204)
