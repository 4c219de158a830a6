package dev.piecewise.loadtest.run;

import dev.piecewise.loadtest.measure.Recorder;

/** Told now and then how a run goes. */
@FunctionalInterface
public interface Watcher {
    /**
     * @param passed share of the run's time or requests, from 0 to 1; 0 during the warm-up
     * @param open requests that are open now
     */
    record State(boolean warmingUp, double passed, int open, Recorder.State answers) {}

    void at(State state);
}
