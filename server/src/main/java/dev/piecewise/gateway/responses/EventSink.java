package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.ClientGoneException;

/** Where events go. Confined to the request's thread. */
interface EventSink {
    /** Takes an event of this type, in JSON. */
    void add(String type, CharSequence json);

    /** Characters that wait to be written. */
    int pending();

    /** Writes what waits, and waits until the client's connection has taken it. */
    void flush() throws InterruptedException, ClientGoneException;

    /** For a response that is given whole. */
    EventSink NONE = new EventSink() {
        @Override
        public void add(String type, CharSequence json) {}

        @Override
        public int pending() {
            return 0;
        }

        @Override
        public void flush() {}
    };
}
