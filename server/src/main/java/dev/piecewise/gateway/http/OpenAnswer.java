package dev.piecewise.gateway.http;

/** An answer that has begun and goes on. */
interface OpenAnswer {
    /** Ends it with an error, written as its parts are. */
    void fail(byte[] error) throws InterruptedException, ClientGoneException;
}
