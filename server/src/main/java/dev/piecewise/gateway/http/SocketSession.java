package dev.piecewise.gateway.http;

import dev.piecewise.error.ServingException;

/** What one WebSocket talks with. Its methods are called one at a time, but for {@link #cancels}. */
public interface SocketSession {
    /**
     * Answers a message. Called on a virtual thread, which is interrupted when a later message {@link #cancels} this one or when the client leaves. A
     * {@link ServingException} comes back to {@link #refuse}.
     */
    void message(String text) throws InterruptedException, ClientGoneException;

    /** Says why a message was not answered. */
    void refuse(ServingException refused) throws InterruptedException, ClientGoneException;

    /** Whether a message, which came while another one is answered, ends that answer. Called on the event loop, with short messages only. */
    boolean cancels(String text);
}
