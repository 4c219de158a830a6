package dev.piecewise.loadtest.client;

import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.workload.Ask;

/** Sends requests and waits for their answers. Called by many threads at once. */
public interface Caller extends AutoCloseable {
    /**
     * Asks, and waits until the answer has ended. What goes wrong is part of the answer; an interrupt ends it as unfinished and is kept.
     *
     * @param intended when the request was to be sent
     */
    Answer call(Ask ask, long intended);

    /** Gives up the connections. */
    @Override
    void close();
}
