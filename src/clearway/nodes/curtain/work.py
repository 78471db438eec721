"""The two threads of a node: one receives frames, the other examines them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from clearway.errors import ClearwayError
from clearway.nodes.curtain.backlog import Backlog
from clearway.nodes.curtain.figures import Figures
from clearway.nodes.curtain.frames import FrameSource, RadarFrame
from clearway.nodes.curtain.passages import Passages, Told
from clearway.nodes.curtain.people import WherePeopleAre
from clearway.nodes.curtain.pipeline import CurtainPipeline

__all__ = ["Work"]

_POLL_S = 0.1
_END_S = 10.0


class Work:
    """Receives and examines until the source ends or `stop` is called.

    Nothing that is wrong with a frame ends it.

    Parameters
    ----------
    source : FrameSource
    pipeline : CurtainPipeline
    passages : Passages
    figures : Figures
        Is counted up.
    tell : callable
        Takes what is to be told, in the examining thread.
    notice : callable
        Is told in one sentence each what an operator should know, in either thread.
    where : callable, optional
        The tracker, asked in the examining thread; without one the panels look for people
        themselves.
    timer : callable
        Seconds that only grow: for how long no frame has come.
    """

    def __init__(
        self,
        source: FrameSource,
        pipeline: CurtainPipeline,
        passages: Passages,
        figures: Figures,
        tell: Callable[[Sequence[Told]], None],
        notice: Callable[[str], None],
        *,
        where: WherePeopleAre | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._pipeline, self._passages = source, pipeline, passages
        self._figures, self._tell, self._notice, self._where = figures, tell, notice, where
        self._timer = timer
        self._backlog = Backlog(pipeline.settings.backlog)
        self._last_s = timer()
        self._complained = ""
        self.defect: Exception | None = None
        """What ended the examination before its time: a mistake in the program."""
        self.done = Event()
        """Set when everything has been examined and told."""
        self._threads = [
            Thread(target=self._receive, name="frames", daemon=True),
            Thread(target=self._examine, name="examination", daemon=True),
        ]

    @property
    def silent(self) -> bool:
        """Whether no frame has come for too long."""
        return self._timer() - self._last_s > self._pipeline.settings.silence_s

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads, and wait for the frame that is being examined."""
        self._source.close()
        self._backlog.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_END_S)

    def _receive(self) -> None:
        try:
            for frame in self._source.frames():
                self._last_s = self._timer()
                self._figures.missing = self._source.dropped
                self._backlog.put(frame, wait=not self._source.live)
                self._figures.skipped = self._backlog.dropped
        except ClearwayError as error:
            self._notice(f"no more frames: {error}")
        finally:
            self._backlog.close()

    def _examine(self) -> None:
        try:
            while not self._backlog.ended:
                frame = self._backlog.take(_POLL_S)
                if frame is not None:
                    self._tell(self._examined(frame))
                elif self._source.live and self.silent and len(self._passages):
                    self._tell(self._passages.close_all())
            self._tell(self._passages.close_all())
        except Exception as defect:  # noqa: BLE001  # raised again by whoever waits for the end
            self.defect = defect
        finally:
            self.done.set()

    def _examined(self, frame: RadarFrame) -> Sequence[Told]:
        try:
            people = None if self._where is None else self._where(frame.time_ns)
            looks = self._pipeline.step(frame, people)
        except ClearwayError as error:
            self._figures.bad += 1
            # The same fault in every frame is one piece of news.
            if str(error) != self._complained:
                self._complained = str(error)
                self._notice(f"a frame cannot be used: {error}")
            return ()
        self._complained = ""
        self._figures.frames += 1
        return self._passages.add(looks, frame.time_ns)
