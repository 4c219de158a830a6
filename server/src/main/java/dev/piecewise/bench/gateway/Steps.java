package dev.piecewise.bench.gateway;

/** Gives every connection that is being answered one more token at a time, as an engine's step does. */
interface Steps {
    /** One more token for one part of the connections, of so many. */
    void step(int part, int parts);

    /** When the tokens of a connection's answer were there, by {@link System#nanoTime}; 0 for those that are not yet. */
    long[] dueTimes(long connection);
}
