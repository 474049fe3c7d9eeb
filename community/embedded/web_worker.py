"""gunicorn's threaded worker, leaving without a reset.

A worker that stops no longer accepts, but its socket listens on until its last answer is given:
whoever connects meanwhile is heard by nobody and reset in the end, request and all. Ours takes
those who wait and closes the door at once, so that a proxy is refused and asks the next server.
"""

from gunicorn.workers.gthread import ThreadWorker


class WebWorker(ThreadWorker):
    """Answers what reached it before it stopped, and nothing reaches it after."""

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Called with False as the first step of stopping, too."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            self._take_who_waits()

    def _take_who_waits(self) -> None:
        for listener in self.sockets:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
            listener.close()
