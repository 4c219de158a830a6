package dev.piecewise.gateway.responses;

import dev.piecewise.gateway.http.ClientGoneException;

/** Where events go; as long as it says nothing else, nothing waits there. Confined to one thread at a time. */
interface EventSink {
    /** For a response that is given whole. */
    EventSink NONE = (type, json) -> {};

    /** Takes an event of this type, in JSON. */
    void add(String type, CharSequence json);

    /** Characters that wait to be written. */
    default int pending() {
        return 0;
    }

    /** Hands what waits to the client's connection, without waiting. */
    default void flush() {}

    /** Waits until the client's connection has taken what was handed to it. */
    default void settle() throws InterruptedException, ClientGoneException {}
}
