package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.ClientGoneException;

/** Where events go. Confined to one thread at a time. */
interface EventSink {
    /** Takes an event of this type, in JSON. */
    void add(String type, CharSequence json);

    /** Characters that wait to be written. */
    int pending();

    /** Hands what waits to the client's connection, without waiting. */
    void flush();

    /** Waits until the client's connection has taken what was handed to it. */
    void settle() throws InterruptedException, ClientGoneException;

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

        @Override
        public void settle() {}
    };
}
